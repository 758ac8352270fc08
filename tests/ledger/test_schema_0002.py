"""From the first ledger to the second: what was there stays, and the result is the ledger a new office gets."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ari_absence.ledger import reading, schema
from ari_absence.ledger.store import FILE_NAME, default_url, open_store
from ari_absence.ledger.tables import METADATA
from tests.ledger.office import NOON

AT = "2026-11-25 03:00:00.000000"
ROWS: dict[str, list[dict[str, Any]]] = {
    "calls": [
        {
            "id": "call-1",
            "extension": "101",
            "person_name": "Alice Tanaka",
            "zone": "Asia/Tokyo",
            "caller_number": "+81312345678",
            "why": "absent",
            "reasons": "[]",
            "began_at": AT,
            "ended_at": AT,
            "outcome": "connected",
        }
    ],
    "audio": [{"id": "A-1", "seconds": 5.0, "possibly_cut": 0, "kept_at": AT, "discarded": 0}],
    "messages": [
        {"id": "M-1", "call_id": "call-1", "extension": "101", "at": AT, "audio_id": "A-1", "urgent": 1}
    ],
    "absences": [
        {"id": "V-1", "extension": "101", "kind": "out", "begins_at": AT, "set_by": "phone 101", "set_at": AT}
    ],
    "outbox": [
        {
            "id": "D-1",
            "key": "M-1.email",
            "topic": "message",
            "message_id": "M-1",
            "channel": "email",
            "recipient": "alice@example.com",
            "urgent": 1,
            "state": "pending",
            "attempts": 0,
            "queued_at": AT,
            "not_before": AT,
        }
    ],
    "meta": [{"key": "from the old days", "value": "1"}],
}


def first_ledger(folder: Path) -> Path:
    """A ledger as the first version left it, with something in every table that matters."""
    migrations = folder / "migrations"
    shutil.copytree(
        schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]_*", "001*")
    )
    open_store(default_url(folder), NOON, migrations).close()
    file = folder / FILE_NAME
    with closing(sqlite3.connect(file)) as raw, raw:
        for table, rows in ROWS.items():
            for row in rows:
                places = ", ".join("?" for _ in row)
                columns = ", ".join(row)
                raw.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))  # noqa: S608
    return file


def schema_of(file: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        ).fetchall()


def content_of(file: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


def test_what_was_there_stays_as_it_was(tmp_path: Path) -> None:
    file = first_ledger(tmp_path)
    before = {table: content_of(file, table) for table in ROWS}
    before["absences"] = [(*row, None) for row in before["absences"]]  # no steps of its own
    before["calls"] = [(*row, 0, None, None, 0) for row in before["calls"]]  # died in by nobody
    before["messages"] = [(*row, *[None] * 4) for row in before["messages"]]  # nothing was done with it
    before["outbox"] = [(*row, 0) for row in before["outbox"]]  # told at once

    store = open_store(default_url(tmp_path), NOON)

    after = {table: content_of(file, table) for table in ROWS}
    after["messages"] = [row[:-1] for row in after["messages"]]  # but that a call is owed for it
    assert after == before
    with store.reading() as session:
        (call,), (message,) = reading.calls(session), reading.messages(session)
    assert (call.outcome, call.taken_by, call.attempts) == ("connected", None, ())
    assert (message.id, [each.state for each in message.deliveries]) == ("M-1", ["pending"])
    store.close()


def test_a_migrated_ledger_is_the_one_a_new_office_gets(tmp_path: Path) -> None:
    migrated, new = first_ledger(tmp_path / "old"), tmp_path / "new" / FILE_NAME
    store = open_store(default_url(migrated.parent), NOON)
    open_store(default_url(new.parent), NOON).close()

    assert schema_of(migrated) == schema_of(new)
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.close()


def test_the_first_ledger_is_copied_before_it_is_touched(tmp_path: Path) -> None:
    file = first_ledger(tmp_path)
    open_store(default_url(tmp_path), NOON).close()

    (copy,) = tmp_path.glob(f"{FILE_NAME}.before-upgrade-from-0001-*")
    migrated = [row[:-1] for row in content_of(file, "messages")]  # but the call that is owed for it
    assert [(*row, *[None] * 4) for row in content_of(copy, "messages")] == migrated
    assert "escalations" not in {row[1] for row in schema_of(copy)}
