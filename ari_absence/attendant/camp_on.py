"""Camp-on: "ring me when she is back"."""

from __future__ import annotations

from typing import Protocol


class CampOns(Protocol):
    """Who is to be rung when somebody is back."""

    async def ask_for(self, extension: str, by: str) -> bool:
        """Have extension ``by`` rung as soon as ``extension`` is back and both phones are free.

        False when that can't be promised: an extension that is not ours, one's own, or a ledger that can't be used.
        To ask twice is to ask once, for the full time again.
        """
