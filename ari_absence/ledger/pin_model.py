"""The tables of PINs, as typed rows; see ``ledger.model``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ari_absence.ledger.model import Row


class PinRow(Row):
    """Somebody's PIN, as a salted scrypt hash that says its own parameters."""

    __tablename__ = "pins"

    extension: Mapped[str] = mapped_column(String(32), primary_key=True)
    hash: Mapped[str] = mapped_column(String(300))
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(200))


class PinTriesRow(Row):
    """Wrong PINs since the last right one, and the lock they closed. ``subject`` is an extension or a caller."""

    __tablename__ = "pin_tries"

    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    wrong: Mapped[int] = mapped_column(default=0)
    locks: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    at: Mapped[datetime]
