"""What was owed before calls had entries: carried over, merged, with its history; nothing that was owed is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ari_absence.ledger import owed_reading, reading, schema
from ari_absence.ledger.store import FILE_NAME, default_url, open_store
from tests.ledger.office import NOON

AT = "2026-11-25 0{hour}:00:00.000000"


def older_ledger(folder: Path) -> Path:
    """An empty ledger as version 0006 had it."""
    migrations = folder / "migrations"
    shutil.copytree(
        schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__", "000[7-9]_*", "001*")
    )
    open_store(default_url(folder), NOON, migrations).close()
    return folder / FILE_NAME


def put(raw: sqlite3.Connection, table: str, **row: Any) -> None:
    places = ", ".join("?" for _ in row)
    raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))  # noqa: S608


def put_call(raw: sqlite3.Connection, hour: int, number: str | None, colleague: str | None = None) -> str:
    put(raw, "calls", id=f"call-{hour}", extension="101", person_name="Alice", zone="Asia/Tokyo", why="absent",
        caller_number=number, caller_extension=colleague, reasons="[]", began_at=AT.format(hour=hour))  # fmt: skip
    return f"call-{hour}"


def put_callback(raw: sqlite3.Connection, hour: int, state: str, number: str | None, *steps: str) -> None:
    history = [
        {"at": f"2026-11-25T0{hour}:00:00+00:00", "what": what, "by": "phone 101"}
        for what in ("noted", *steps)
    ]
    put(raw, "callbacks", id=f"C-{hour}", call_id=put_call(raw, hour, number), extension="101",
        wish="call_back", at=AT.format(hour=hour), number=number, due=AT.format(hour=9), state=state,
        history=json.dumps(history))  # fmt: skip


def put_message(raw: sqlite3.Connection, hour: int, number: str | None, **changes: str | None) -> None:
    put(raw, "audio", id=f"A-{hour}", seconds=5.0, possibly_cut=0, kept_at=AT.format(hour=hour), discarded=0)
    put(raw, "messages", id=f"M-{hour}", call_id=put_call(raw, hour, number), extension="101",
        at=AT.format(hour=hour), audio_id=f"A-{hour}", urgent=1, **changes)  # fmt: skip


def test_what_was_owed_is_owed_once_for_each_caller_and_what_was_settled_is_over(tmp_path: Path) -> None:
    file = older_ledger(tmp_path)
    with closing(sqlite3.connect(file)) as raw, raw:
        put_callback(raw, 1, "open", "+81312345678", "called: busy")
        put_message(raw, 2, "+81312345678", due=AT.format(hour=8))
        put_callback(raw, 3, "settled", "+81398765432", "settled")
        put_callback(raw, 4, "information", None)
        put_message(raw, 5, "+81355556666", due=AT.format(hour=8), settled_at=AT.format(hour=6))
        put_message(raw, 6, "+81377778888", heard_at=AT.format(hour=7))
        put_message(raw, 7, None, due=AT.format(hour=8))

    store = open_store(default_url(tmp_path), NOON)
    with store.reading() as session:
        (owed,) = owed_reading.owed_calls(session)
        everything = owed_reading.owed_calls(session, over_too=True)
        messages = {each.id: each for each in reading.messages(session)}
        callbacks = {each.id: each for each in reading.callbacks(session)}
        history = [change.what for change in owed_reading.history_of(session, owed.id)]
    store.close()

    assert (owed.times, owed.wish, owed.urgent, owed.state) == (2, "call_back", True, "attempted")
    assert (owed.first_at, owed.due) == (at(1), at(8))
    assert history == ["noted", "called: busy", "noted"]
    assert messages["M-2"].owed_id == callbacks["C-1"].owed_id == owed.id
    assert sorted(each.state for each in everything) == ["attempted", "settled", "settled"]
    assert (callbacks["C-3"].state, callbacks["C-4"].state) == ("settled", "information")
    assert messages["M-5"].settled_at == at(6)
    assert [messages[each].owed_id for each in ("M-6", "M-7")] == [None, None]


def at(hour: int) -> datetime:
    return datetime(2026, 11, 25, hour, tzinfo=UTC)
