"""Which part of a long list is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

PAGE_ROWS = 50
PAGE_ROWS_MAX = 500  # beyond that a list is no reading matter, and a panel would stall


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: ``rows`` after skipping ``skip``."""

    rows: int = PAGE_ROWS
    skip: int = 0

    def of(self, query: Select[Any]) -> Select[Any]:
        """The query, limited to this page."""
        return query.limit(max(0, min(self.rows, PAGE_ROWS_MAX))).offset(max(0, self.skip))


FIRST_PAGE = Page()
