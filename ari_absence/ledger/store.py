"""The database behind the ledger: opened, migrated, and its transactions.

Synchronous. The service calls it from one thread only (:mod:`ari_absence.ledger.thread`); a command of the
CLI calls it directly. SQLite by default; any other database by URL, with nothing here depending on which.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from ari_absence.errors import LedgerError
from ari_absence.ledger import schema
from ari_absence.ledger.backups import back_up

FILE_NAME = "ledger.sqlite3"
BUSY_SECONDS = 4  # how long a writer waits for another process's transaction; below the callers' time limits
_DAMAGE = ("malformed", "not a database")  # how SQLite says it
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700

_log = structlog.get_logger(__name__)


class Store:
    """An open ledger. :meth:`reading` and :meth:`writing` give transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing_engine = engine.execution_options(ledger_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that reads one consistent moment.

        Raises:
            LedgerError: the database refused.
        """
        with _mapped_errors(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed, and synced to the disk, when the block ends without error.

        Raises:
            LedgerError: the database refused, or could not commit; nothing was written then.
        """
        with (
            _mapped_errors(),
            Session(self._writing_engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def querying(self) -> Iterator[Connection]:
        """As :meth:`reading`, for statements: what every call does needs no objects, and they cost twice as much.

        Raises:
            LedgerError: the database refused.
        """
        with _mapped_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """As :meth:`writing`, for statements.

        Raises:
            LedgerError: the database refused, or could not commit; nothing was written then.
        """
        with _mapped_errors(), self._writing_engine.begin() as connection:
            yield connection

    def clear_journal(self) -> None:
        """Leave nothing of what was deleted in SQLite's journal; the database itself overwrites it with zeros.

        Raises:
            LedgerError: the database refused. While another process reads, the journal just stays for now.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with _mapped_errors(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101 -- its dialect says so
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()


def default_url(data_folder: Path) -> str:
    """The URL of the SQLite ledger in ``data_folder``."""
    return f"sqlite:///{data_folder / FILE_NAME}"


def open_store(url: str, now: datetime, migrations: Path = schema.MIGRATIONS) -> Store:
    """Open the ledger for the service: made if it is not there, upgraded if it is older.

    An SQLite file that must be upgraded is copied beside itself first.

    Raises:
        LedgerError: it can't be opened, is damaged, or belongs to a newer version.
    """
    parsed = _parsed(url)
    with _mapped_errors(parsed):
        _make_private_file(parsed)
        engine = _engine(parsed)
        try:
            _check_health(engine)
            _bring_up_to_date(engine, parsed, now, migrations)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine)


def open_existing(url: str, migrations: Path = schema.MIGRATIONS) -> Store:
    """Open the ledger beside a running service, without creating or upgrading anything.

    Raises:
        LedgerError: there is none, or its schema is not the one this version knows.
    """
    parsed = _parsed(url)
    if (file := _sqlite_file(parsed)) is not None and not file.exists():
        raise LedgerError(f"there is no ledger at {file}; the service creates it when it first starts")
    with _mapped_errors(parsed):
        engine = _engine(parsed)
        try:
            with engine.connect() as connection:
                outdated = schema.needs_upgrade(connection, migrations)
        except BaseException:
            engine.dispose()
            raise
    if outdated:
        engine.dispose()
        raise LedgerError("the ledger is from an older version; start the service once to upgrade it")
    return Store(engine)


def examine(url: str) -> None:
    """Look at a ledger without changing it; one that is still to be upgraded is a good one.

    Raises:
        LedgerError: it can't be used, in a sentence that says what to do.
    """
    parsed = _parsed(url)
    with _mapped_errors(parsed), closing(Store(_engine(parsed))) as store:
        _check_health(store._engine)  # noqa: SLF001 -- the same room
        with store.querying() as connection:
            schema.needs_upgrade(connection)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        # The URL may hold a password, so it is not repeated.
        raise LedgerError(
            "the ledger's URL can't be read; write something like sqlite:////var/lib/ari-absence/ledger.sqlite3"
        ) from None


def _sqlite_file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _make_private_file(url: URL) -> None:
    """SQLite would create the file readable by whom the umask allows; its journals copy the file's mode."""
    file = _sqlite_file(url)
    if file is None:
        return
    try:
        file.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
        file.chmod(_PRIVATE_FILE)
    except OSError as fault:
        raise LedgerError(
            f"the ledger {file} can't be written: {fault.strerror}; check its owner and mode"
        ) from fault


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    except (ImportError, NoSuchModuleError) as fault:
        raise LedgerError(
            f"the driver for a {url.get_backend_name()} ledger is missing; "
            "pip install 'ari-absence[postgresql]'"
        ) from fault
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's event
    connection.isolation_level = None  # the driver shall not begin transactions behind our back
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a reader that turns writer half-way can fail without waiting."""
    writes = connection.get_execution_options().get("ledger_writes", False)
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 -- this listens on no other engine
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN").close()


def _check_health(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise LedgerError(_damaged(Path(engine.url.database or ""), str(verdict).splitlines()[0]))


def _damaged(file: Path, words: str) -> str:
    return (
        f"the ledger {file} is damaged ({words}); nothing was changed in it. Move it into another folder, with "
        f"{file.name}-wal and {file.name}-shm if they are there, and put a backup in its place; without one a new "
        "ledger is begun, which knows neither the absences set by phone or command nor the mail still owed"
    )


def _bring_up_to_date(engine: Engine, url: URL, now: datetime, migrations: Path) -> None:
    with engine.connect() as connection:
        outdated = schema.needs_upgrade(connection, migrations)
        revision = schema.current_revision(connection)
    if not outdated:
        return
    file = _sqlite_file(url)
    if revision is not None and file is not None:
        back_up(file, revision, now)
    with engine.execution_options(ledger_writes=True).begin() as connection:
        schema.upgrade(connection, migrations)


@contextmanager
def _mapped_errors(url: URL | None = None) -> Iterator[None]:
    """Foreign errors end here. Their text may quote a row, so only the driver's own words are kept."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        words = _drivers_words(fault)
        if url and (file := _sqlite_file(url)) and any(sign in words for sign in _DAMAGE):
            raise LedgerError(_damaged(file, words)) from fault
        where = f"the ledger {url.render_as_string(hide_password=True)}" if url else "the ledger"
        raise LedgerError(f"{where} can't be used: {words}") from fault


def _drivers_words(fault: BaseException) -> str:
    original = getattr(fault, "orig", None) or fault
    return str(original).strip().splitlines()[0] if str(original).strip() else type(original).__name__
