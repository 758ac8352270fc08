"""Copies of the SQLite ledger from before each upgrade: beside it, whole, a few of them, and not for ever.

A copy is the only way back to the older version. It also holds what is deleted from the ledger later, so that it
must go after a time of its own.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from ari_absence.errors import LedgerError

COPIES_KEPT = 3
KEPT_FOR = timedelta(days=7)
"""Long enough to find out that an upgrade was a mistake; nobody goes back a month of messages."""

_MARK = ".before-upgrade-from-"
_UNFINISHED = ".part"
_WHEN = "%Y%m%d-%H%M%S"
_PRIVATE_FILE = 0o600

_log = structlog.get_logger(__name__)


def back_up(file: Path, revision: str, now: datetime) -> Path:
    """Copy the ledger beside itself, and give the copy; older ones beyond the third are removed.

    SQLite's own copy: whole even if the file's journal still holds part of it. Under its name it is complete.

    Raises:
        LedgerError: there is no room for it, or it can't be written.
    """
    backup = file.with_name(f"{file.name}{_MARK}{revision}-{now.strftime(_WHEN)}")
    unfinished = backup.with_name(backup.name + _UNFINISHED)
    try:
        _copy(file, unfinished)
        unfinished.rename(backup)
    except (OSError, sqlite3.Error) as fault:
        unfinished.unlink(missing_ok=True)
        raise LedgerError(
            f"the ledger {file} must be upgraded, and can't be copied to {backup} first: {fault}; make room there "
            "(nothing was changed)"
        ) from fault
    for old in _backups(file)[:-COPIES_KEPT]:
        old.unlink(missing_ok=True)
    _log.info("ledger_backed_up", file=str(backup), revision=revision)
    return backup


def forget_old_backups(file: Path, before: datetime) -> list[Path]:
    """Remove the copies that were made before ``before`` (UTC), and what was left unfinished; gives them.

    Raises:
        LedgerError: one can't be removed.
    """
    old = [each for each in _backups(file) if _made_at(each) < before.strftime(_WHEN)]
    unfinished = list(file.parent.glob(f"{file.name}{_MARK}*{_UNFINISHED}"))
    for each in (*old, *unfinished):
        try:
            each.unlink(missing_ok=True)
        except OSError as fault:
            raise LedgerError(f"the old copy {each} can't be removed: {fault.strerror}") from fault
    return [*old, *unfinished]


def _copy(file: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _backups(file: Path) -> list[Path]:
    """Oldest first."""
    found = (each for each in file.parent.glob(f"{file.name}{_MARK}*") if each.suffix != _UNFINISHED)
    return sorted(found, key=_made_at)


def _made_at(backup: Path) -> str:
    return "-".join(backup.name.rsplit("-", 2)[1:])
