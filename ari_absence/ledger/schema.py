"""Bringing a ledger's schema to the version this program knows, and refusing one it does not know."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ari_absence.errors import LedgerError

MIGRATIONS = Path(__file__).parent / "migrations"


def current_revision(connection: Connection) -> str | None:
    """The revision of the schema that is there; None when there is none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def needs_upgrade(connection: Connection, migrations: Path = MIGRATIONS) -> bool:
    """Whether the schema is older than this program's.

    Raises:
        LedgerError: it is newer, or of another program.
    """
    there = current_revision(connection)
    scripts = ScriptDirectory.from_config(_alembic(migrations))
    if there is not None and there not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerError(
            f"the ledger has schema {there}, which a newer version of ari-absence wrote; "
            "run that version, or restore the backup made before its upgrade"
        )
    return there != scripts.get_current_head()


def upgrade(connection: Connection, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema up to date, inside the connection's own transaction."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _alembic(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _alembic(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
