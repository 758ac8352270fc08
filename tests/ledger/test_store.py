"""The ledger's file: made private, upgraded with a copy, refused when it is not ours to touch."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from ari_absence.errors import LedgerError
from ari_absence.ledger import schema
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.lock import ServiceLock
from ari_absence.ledger.model import MetaRow, PlaceRow
from ari_absence.ledger.store import FILE_NAME, Store, default_url, examine, open_existing, open_store
from ari_absence.ledger.tables import METADATA
from ari_absence.ledger.thread import LedgerThread
from tests.ledger.office import NOON
from tests.waiting import eventually

HEAD = "0012"  # of the schema that this program knows
LATER_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("calls", sa.Column("weather", sa.String(10)))
    {trouble}


def downgrade():
    pass
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new ledger."""
    store = open_store(default_url(tmp_path), NOON)
    yield store
    store.close()


def later_program(folder: Path, trouble: str = "") -> Path:
    """The migrations of a later version of this program."""
    migrations = folder / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    later = LATER_REVISION.format(trouble=trouble, head=HEAD)
    (migrations / "versions" / "9999_later.py").write_text(later)
    return migrations


def put(store: Store, key: str) -> None:
    with store.writing() as session:
        session.add(MetaRow(key=key, value="1"))


def has(store: Store, key: str) -> bool:
    with store.reading() as session:
        return session.get(MetaRow, key) is not None


def test_the_migrations_build_exactly_the_tables_of_the_model(store: Store) -> None:
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_file_is_for_the_service_alone_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store(default_url(tmp_path / "data"), NOON)
        put(store, "x")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()]
    store.close()

    assert modes == [0o600] * 3


@pytest.mark.fault("F62", "P2")
def test_f62_what_is_committed_is_synced_in_full_with_a_write_ahead_log(store: Store) -> None:
    with store.reading() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_opening_again_changes_nothing_and_makes_no_copy(tmp_path: Path) -> None:
    for _ in range(2):
        store = open_store(default_url(tmp_path), NOON)
        store.close()

    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_an_older_ledger_is_copied_then_upgraded_with_its_content(tmp_path: Path) -> None:
    store = open_store(default_url(tmp_path / "data"), NOON)
    put(store, "from the old days")
    store.close()

    store = open_store(default_url(tmp_path / "data"), NOON, later_program(tmp_path))
    assert has(store, "from the old days")
    with store.reading() as session:
        assert schema.current_revision(session.connection()) == "9999"
    store.close()

    copy = tmp_path / "data" / f"{FILE_NAME}.before-upgrade-from-{HEAD}-20261125-030000"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = open_store(f"sqlite:///{copy}", NOON)
    assert has(kept, "from the old days")
    kept.close()


def test_an_upgrade_that_fails_half_way_leaves_the_older_ledger_whole(tmp_path: Path) -> None:
    store = open_store(default_url(tmp_path / "data"), NOON)
    put(store, "precious")
    store.close()
    broken = later_program(tmp_path, trouble='op.execute("INSERT INTO nowhere VALUES (1)")')

    with pytest.raises(LedgerError, match="no such table: nowhere"):
        open_store(default_url(tmp_path / "data"), NOON, broken)

    store = open_store(default_url(tmp_path / "data"), NOON)
    assert has(store, "precious")
    with sqlite3.connect(tmp_path / "data" / FILE_NAME) as raw:
        assert "weather" not in {row[1] for row in raw.execute("PRAGMA table_info(calls)")}
    raw.close()
    store.close()


@pytest.mark.fault("F61")
def test_f61_a_ledger_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    open_store(default_url(tmp_path / "data"), NOON, later_program(tmp_path)).close()
    before = (tmp_path / "data" / FILE_NAME).read_bytes()

    for opening in (lambda url: open_store(url, NOON), open_existing):
        with pytest.raises(LedgerError, match="newer version"):
            opening(default_url(tmp_path / "data"))

    assert (tmp_path / "data" / FILE_NAME).read_bytes() == before


def test_there_is_no_way_back_but_the_copy() -> None:
    text = (schema.MIGRATIONS / "versions" / "0001_the_first_ledger.py").read_text(encoding="utf-8")

    assert "restoring the backup" in text


@pytest.mark.fault("F61")
@pytest.mark.parametrize(
    "content", [b"this is no database, and long enough to be sure of it" * 100, b"\0" * 8192]
)
def test_f61_a_damaged_file_is_refused_with_a_sentence_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    for opening in (lambda url: open_store(url, NOON), examine):
        with pytest.raises(LedgerError, match=r"ledger\.sqlite3 is damaged .* Move it into another folder"):
            opening(default_url(tmp_path))

    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_good_ledger_and_one_to_be_upgraded_pass_the_examination(tmp_path: Path) -> None:
    open_store(default_url(tmp_path), NOON).close()
    examine(default_url(tmp_path))

    (tmp_path / FILE_NAME).write_bytes(b"")  # begun, but not yet given a schema
    examine(default_url(tmp_path))


def test_f61_a_file_with_a_page_overwritten_is_refused(tmp_path: Path) -> None:
    open_store(default_url(tmp_path), NOON).close()
    file = tmp_path / FILE_NAME
    content = bytearray(file.read_bytes())
    content[8192:40_960] = b"\xff" * (40_960 - 8192)
    file.write_bytes(content)

    with pytest.raises(LedgerError):
        open_store(default_url(tmp_path), NOON)


def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LedgerError, match="can't be written"):
        open_store(default_url(tmp_path / "file" / "data"), NOON)


def test_a_command_does_not_create_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="the service creates it"):
        open_existing(default_url(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_a_command_does_not_upgrade_a_ledger(tmp_path: Path) -> None:
    open_store(default_url(tmp_path / "data"), NOON).close()

    with pytest.raises(LedgerError, match="older version"):
        open_existing(default_url(tmp_path / "data"), later_program(tmp_path))


def test_a_command_reads_beside_the_service(store: Store, tmp_path: Path) -> None:
    put(store, "shared")
    beside = open_existing(default_url(tmp_path))

    assert has(beside, "shared")
    put(beside, "from the command")
    assert has(store, "from the command")
    beside.close()


@pytest.mark.parametrize("url", ["", "not a url", "oracle8://x", "postgresql+nothing://u:secret@h/d"])
def test_a_url_that_can_not_work_is_a_sentence_without_its_password(url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        open_store(url, NOON)

    assert "secret" not in str(caught.value)


def test_what_fails_in_a_transaction_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.writing() as session:
            session.add(MetaRow(key="half", value="1"))
            session.flush()
            raise RuntimeError("and then the power went")

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert not has(store, "half")


def test_the_words_of_a_row_are_not_in_the_error(store: Store) -> None:
    put(store, "twice")
    with pytest.raises(LedgerError) as caught, store.writing() as session:
        session.add(MetaRow(key="twice", value="private words"))

    assert "private words" not in str(caught.value)


def test_an_instant_without_its_offset_is_refused(store: Store) -> None:
    with pytest.raises(LedgerError, match="UTC offset"), store.writing() as session:
        session.add(PlaceRow(call_id="c", extension="1", reserved_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_an_instant_comes_back_in_utc(store: Store) -> None:
    in_tokyo = datetime(2026, 11, 25, 12, 0, tzinfo=timezone(timedelta(hours=9)))
    with store.writing() as session:
        session.add(PlaceRow(call_id="c", extension="1", reserved_at=in_tokyo))
    with store.reading() as session:
        found = session.get_one(PlaceRow, "c").reserved_at

    assert (found, found.tzinfo) == (NOON, UTC)


def test_ids_are_readable_sortable_and_different() -> None:
    ids = [new_id(Prefix.MESSAGE, NOON + timedelta(seconds=n // 100)) for n in range(300)]

    assert ids[0].startswith("M-20261125-030000-")
    assert len(set(ids)) == 300
    assert [each[:17] for each in ids] == sorted(each[:17] for each in ids)
    with pytest.raises(ValueError, match="UTC offset"):
        new_id(Prefix.MESSAGE, datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.fault("F16")
def test_f16_a_second_service_is_refused_and_told_the_first_ones_process(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\n"
        "from ari_absence.ledger.lock import ServiceLock\n"
        f"lock = ServiceLock(pathlib.Path({str(tmp_path)!r}))\n"
        "print('locked', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"locked\n"
        with pytest.raises(LedgerError, match=f"process {first.pid}"):
            ServiceLock(tmp_path)
        first.kill()  # and nobody tidies up after it
        first.wait()

    ServiceLock(tmp_path).release()


async def test_the_event_loop_goes_on_while_the_ledger_works(store: Store) -> None:
    thread = LedgerThread(store)
    begun, go_on = threading.Event(), threading.Event()

    def slow(_session: Session) -> bool:
        begun.set()
        return go_on.wait(5)

    working = asyncio.create_task(thread.read(slow))
    await eventually(begun.is_set)
    go_on.set()  # only a loop that was not held up comes to this while the ledger waits for it

    assert await working
    await thread.close()


async def test_whoever_gives_up_waiting_gets_nothing_written_afterwards(store: Store, tmp_path: Path) -> None:
    thread = LedgerThread(store)
    go_on = threading.Event()

    def slow(session: Session) -> None:
        go_on.wait(5)
        session.add(MetaRow(key="late", value="1"))

    with pytest.raises(LedgerError, match="did not answer within"):
        await thread.write(slow, limit_seconds=0.05)
    with pytest.raises(LedgerError, match="did not answer within"):
        await thread.write(lambda session: session.add(MetaRow(key="queued", value="1")), limit_seconds=0.05)
    go_on.set()
    await thread.close()

    reopened = open_existing(default_url(tmp_path))
    assert not has(reopened, "late")
    assert not has(reopened, "queued")
    reopened.close()


@pytest.mark.fault("F61")
async def test_f61_a_ledger_locked_by_another_process_is_an_error_within_the_limit(
    store: Store, tmp_path: Path
) -> None:
    thread = LedgerThread(store)
    with sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            await thread.write(lambda session: session.add(MetaRow(key="x", value="1")), limit_seconds=0.3)
        other.execute("ROLLBACK")
    other.close()
    await thread.close()


async def test_a_closed_ledger_says_so(store: Store) -> None:
    thread = LedgerThread(store)
    await thread.close()

    with pytest.raises(LedgerError, match="closed"):
        await thread.read(lambda _session: None)


def test_ids_of_what_goes_to_everybody_at_the_same_second_are_different() -> None:
    assert len({new_id(Prefix.DELIVERY, NOON) for _ in range(50_000)}) == 50_000
