"""Ten thousand calls that are owed: the lists that people and phones wait for go by an index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from ari_absence.core.owed import OwedWish
from ari_absence.ledger import owed_calls, owed_reading
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import Missed, note_owed
from ari_absence.ledger.store import Store, default_url, open_existing
from tests.ledger.office import NOON, _lay_out_ledger

MANY = 10_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A ledger in which a hundred people owe ten thousand calls."""
    folder = tmp_path_factory.mktemp("ledger")
    _lay_out_ledger(folder)
    store = open_existing(default_url(folder))
    with store.writing() as session:
        session.execute(insert(OwedRow), [owed_row(number) for number in range(MANY)])
        session.connection().exec_driver_sql("ANALYZE")
    yield store
    store.close()


def owed_row(number: int) -> dict[str, Any]:
    at = NOON + timedelta(minutes=number)
    return {
        "id": f"R-{number:05}",
        "code": f"{number:05}",
        "extension": str(100 + number % 100),
        "called": str(100 + number % 100),
        "caller": f"+81312{number:06}",
        "number": f"+81312{number:06}",
        "first_at": at,
        "last_at": at,
        "times": 1,
        "wish": "call_back",
        "urgent": False,
        "due": at + timedelta(hours=4) if number % 3 else None,
        "state": "open",
    }


def plans(store: Store, question: Any) -> str:
    """How SQLite goes about every statement of ``question``."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with store.reading() as session:
        event.listen(session.connection(), "before_cursor_execute", note)
        question(session)
        event.remove(session.connection(), "before_cursor_execute", note)
        connection = session.connection()
        return "\n".join(
            str(row[3])
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )


@pytest.mark.parametrize(
    "question",
    [
        partial(owed_reading.owed_calls, extension="101"),
        partial(owed_reading.count_owed, extensions=["101"]),
        partial(owed_reading.owed_by_code, extensions=["101"], code="00001"),
        partial(owed_reading.owed_to, caller="+81312000001", extension="101"),
        partial(owed_reading.owed_call, owed_id="R-00001"),
        partial(owed_reading.history_of, owed_id="R-00001"),
    ],
    ids=lambda question: question.func.__name__,
)
def test_what_a_call_or_a_person_waits_for_is_found_by_an_index(store: Store, question: Any) -> None:
    plan = plans(store, question)
    assert "USING" in plan
    assert "INDEX" in plan
    assert "SCAN" not in plan, plan


def test_a_page_of_ten_thousand_begins_with_what_is_due_first(store: Store) -> None:
    with store.reading() as session:
        page = owed_reading.owed_calls(session)
    assert [each.id for each in page[:3]] == ["R-00001", "R-00002", "R-00004"]
    assert all(each.due is not None for each in page)


STEPS_MAX = 30


class Died(Exception):
    """The process is gone."""


@pytest.mark.parametrize("deed", ["note", "claim", "begin", "end", "hand_over", "settle"])
def test_a_process_that_dies_between_any_two_steps_has_done_all_of_it_or_nothing(
    tmp_path: Path, deed: str
) -> None:
    _lay_out_ledger(tmp_path)
    store = open_existing(default_url(tmp_path))
    with store.writing() as session:
        session.execute(
            insert(OwedRow), [owed_row(0), owed_row(100) | {"caller": "+81312000000", "extension": "101"}]
        )
        begun = owed_calls.begin_attempt(session, "R-00000", "100", "phone 100", NOON)
        if deed != "end":
            owed_calls.release_attempts(session, NOON)
        session.connection().exec_driver_sql(
            "INSERT INTO calls (id, extension, person_name, zone, caller_number, why, reasons, began_at) "
            "VALUES ('call-1', '100', 'x', 'UTC', '+81312000000', 'absent', '[]', '2026-11-25')"
        )
    before, died = _content(store), 0
    for step in range(STEPS_MAX):
        try:
            with store.writing() as session:
                _die_after(session, step)
                _do(session, deed, begun)
        except Died:
            died += 1
            assert _content(store) == before, f"half of it stayed after step {step}"
        else:
            break
    assert died
    assert _content(store) != before
    store.close()


def _die_after(session: Session, steps: int) -> None:
    left = iter(range(steps))

    def die(*_: Any) -> None:
        if next(left, None) is None:
            raise Died

    event.listen(session.connection(), "before_cursor_execute", die)


def _do(session: Session, deed: str, begun: Any) -> None:
    owed_id, by = "R-00000", "phone 100"
    match deed:
        case "note":
            note_owed(session.connection(), Missed("call-1", OwedWish.MESSAGE), "JP", NOON)
        case "claim":
            assert owed_calls.claim(session, owed_id, "100", by, NOON) is None
        case "begin":
            assert isinstance(owed_calls.begin_attempt(session, owed_id, "100", by, NOON), owed_calls.Attempt)
        case "end":
            assert owed_calls.end_attempt(session, begun, "busy", by, NOON)
        case "hand_over":
            assert owed_calls.hand_over(session, owed_id, "101", by, (), NOON) is None
        case "settle":
            assert owed_calls.settle(session, owed_id, by, NOON) is None


def _content(store: Store) -> list[Any]:
    with store.reading() as session:
        connection = session.connection()
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            for table in ("owed_calls", "owed_changes", "outbox")
        ]
