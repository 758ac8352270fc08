"""Ten thousand calls that are owed, listed: what somebody at a screen or a phone waits for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ari_absence.ledger import owed_reading
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.pages import PAGE_ROWS_MAX, Page
from ari_absence.ledger.store import Store, default_url, open_store
from bench.figures import Figure, Goal
from bench.telling import tell

OWED = 10_000
OWNERS = 100
ROUNDS = 7
BEGAN = datetime(2026, 11, 25, 3, tzinfo=UTC)
_GOAL = Goal(100)


def measure() -> list[Figure]:
    """The page that everybody sees, the longest page, and what ``*38`` asks for."""
    tell(f"{OWED} calls that are owed")
    with tempfile.TemporaryDirectory(prefix="ari-absence-bench-") as name:
        store = open_store(default_url(Path(name)), BEGAN)
        try:
            with store.writing() as session:
                session.execute(insert(OwedRow), [_row(number) for number in range(OWED)])
            return [
                _figure(store, "due first, a page of 50", owed_reading.owed_calls),
                _figure(store, f"due first, a page of {PAGE_ROWS_MAX}", _longest_page),
                _figure(store, "what one person is offered", _offered),
            ]
        finally:
            store.close()


def _longest_page(session: Session) -> Any:  # noqa: ANN401 -- only its time counts
    return owed_reading.owed_calls(session, page=Page(PAGE_ROWS_MAX))


def _offered(session: Session) -> Any:  # noqa: ANN401 -- as above
    return owed_reading.offered_to(session, ["101", "team:sales"], BEGAN)


def _figure(store: Store, what: str, question: Callable[[Session], Any]) -> Figure:
    best_s = min(_seconds(store, question) for _ in range(ROUNDS))
    return Figure(f"{OWED} owed calls: {what}", best_s * 1000, "ms", _GOAL)


def _seconds(store: Store, question: Callable[[Session], Any]) -> float:
    with store.reading() as session:
        began = time.perf_counter()
        question(session)
        return time.perf_counter() - began


def _row(number: int) -> dict[str, Any]:
    at = BEGAN + timedelta(minutes=number)
    owner, caller = str(100 + number % OWNERS), f"+81312{number:06}"
    return {
        "id": f"R-{number:05}",
        "code": f"{number:05}",
        "extension": owner,
        "called": owner,
        "caller": caller,
        "number": caller,
        "first_at": at,
        "last_at": at,
        "times": 1,
        "wish": "call_back",
        "urgent": False,
        "due": at + timedelta(hours=4) if number % 3 else None,
        "state": "open",
    }
