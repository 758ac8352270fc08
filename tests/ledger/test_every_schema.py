"""A ledger of every earlier version is carried forward with its rows, a whole copy of it beside it; never back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ari_absence.errors import LedgerError
from ari_absence.ledger import backups, schema
from ari_absence.ledger.backups import COPIES_KEPT, forget_old_backups
from ari_absence.ledger.store import FILE_NAME, default_url, open_existing, open_store
from ari_absence.ledger.tables import METADATA
from tests.ledger.office import NOON

AT = "2026-11-25 03:00:00.000000"
# What the program reads as more than text.
VALUES: dict[str, Any] = {
    "extension": "101",
    "zone": "Asia/Tokyo",
    "reasons": "[]",
    "history": "[]",
    "wish": "call_back",
    "why": "absent",
    "kind": "out",
    "topic": "callback",
    "channel": "email",
    "state": "open",
    "outcome": "callback",
    "number": "+81312345678",
    "caller_number": "+81312345678",
}
SPECIAL: dict[tuple[str, str], Any] = {("outbox", "state"): "pending"}


def versions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return sorted(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


EARLIER, HEAD = versions()[:-1], versions()[-1]


def program_of(version: str, folder: Path) -> Path:
    """The migrations that the program of that version knew."""
    migrations = folder / f"program-{version}"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (migrations / "versions").glob("[0-9]*.py"):
        if script.name[:4] > version:
            script.unlink()
    return migrations


def older_ledger(version: str, folder: Path) -> Path:
    """A ledger as that version left it, with a row in each of its tables."""
    open_store(default_url(folder / "data"), NOON, program_of(version, folder)).close()
    file = folder / "data" / FILE_NAME
    with closing(sqlite3.connect(file)) as raw, raw:
        for table in tables(raw):
            fill(raw, table)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    return file


def tables(raw: sqlite3.Connection) -> list[str]:
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in names if name != "alembic_version" and not name.startswith("sqlite_")]


def fill(raw: sqlite3.Connection, table: str) -> None:
    """One row; what refers to another table refers to its row."""
    leads_to = {each[3]: each[2] for each in raw.execute(f"PRAGMA foreign_key_list({table})")}
    row = {}
    for _, column, kind, _, default, _ in raw.execute(f"PRAGMA table_info({table})"):
        if column in leads_to:
            row[column] = VALUES["extension"] if column == "extension" else f"{leads_to[column]}-1"
        elif default is None:
            row[column] = value_of(table, column, kind)
    places = ", ".join("?" for _ in row)
    raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))  # noqa: S608


def value_of(table: str, column: str, kind: str) -> Any:
    if (table, column) in SPECIAL:
        return SPECIAL[table, column]
    if column == "id" and not kind.startswith("INT"):
        return f"{table}-1"
    if column in VALUES:
        return VALUES[column]
    if kind.startswith("DATETIME"):
        return AT
    if kind.startswith(("BOOLEAN", "INT", "FLOAT")):
        return 0 if kind.startswith("BOOLEAN") else 1
    return "{}" if kind == "JSON" else f"{column} 1"


def content(file: Path) -> dict[str, list[Any]]:
    """The rows of every table, sorted; the first column is its key."""
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        return {table: sorted(raw.execute(f"SELECT * FROM {table}").fetchall()) for table in tables(raw)}  # noqa: S608


@pytest.mark.parametrize("version", EARLIER)
def test_a_ledger_of_every_earlier_version_is_carried_forward_with_every_row(
    version: str, tmp_path: Path
) -> None:
    file = older_ledger(version, tmp_path)
    before = content(file)

    store = open_store(default_url(file.parent), NOON + timedelta(days=1))

    with store._engine.connect() as connection:
        assert schema.current_revision(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.close()
    after = content(file)
    for table, rows in before.items():
        keys = {row[0] for row in after[table]}
        assert {row[0] for row in rows} <= keys, f"{table} of {version}"

    (copy,) = backups._backups(file)
    assert copy.name == f"{FILE_NAME}.before-upgrade-from-{version}-20261126-030000"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert content(copy) == before


@pytest.mark.parametrize("version", EARLIER)
def test_the_program_of_every_earlier_version_refuses_todays_ledger_in_a_sentence(
    version: str, tmp_path: Path
) -> None:
    open_store(default_url(tmp_path / "data"), NOON).close()
    before = content(tmp_path / "data" / FILE_NAME)
    older = program_of(version, tmp_path)

    refused = pytest.raises(
        LedgerError, match=rf"has schema {HEAD}, which a newer version .* restore the backup"
    )
    with refused:
        open_store(default_url(tmp_path / "data"), NOON, older)
    with refused:
        open_existing(default_url(tmp_path / "data"), older)

    assert content(tmp_path / "data" / FILE_NAME) == before


def test_so_many_copies_are_kept_and_those_for_a_week(tmp_path: Path) -> None:
    store = open_store(default_url(tmp_path), NOON)
    store.close()
    file = tmp_path / FILE_NAME
    made = [
        backups.back_up(file, revision, NOON + timedelta(days=day))
        for day, revision in enumerate(("0009", "0003", "0010", "0002", "0007"))
    ]

    assert backups._backups(file) == made[-COPIES_KEPT:]
    (tmp_path / f"{made[-1].name}.part").write_bytes(b"the power went")
    forget_old_backups(file, NOON + timedelta(days=3, minutes=1))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [FILE_NAME, made[-1].name]


def test_f60_without_room_for_the_copy_nothing_is_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = older_ledger("0009", tmp_path)
    before = content(file)

    def full(_file: Path, target: Path) -> None:
        target.write_bytes(b"as much as there was room for")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "_copy", full)
    with pytest.raises(LedgerError, match=r"must be upgraded, and can't be copied .* is full; make room"):
        open_store(default_url(file.parent), NOON)

    assert [path.name for path in file.parent.iterdir()] == [FILE_NAME]
    assert content(file) == before
