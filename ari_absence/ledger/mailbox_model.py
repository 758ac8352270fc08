"""The tables of mailboxes, as typed rows; see ``ledger.model``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ari_absence.ledger.model import AudioRow, Row


class GreetingRow(Row):
    """A greeting that its owner has recorded for one kind of absence. ``expires_at`` None: until it is deleted.

    There is one a kind; a new one takes the place of the old.
    """

    __tablename__ = "greetings"
    __table_args__ = (Index("ix_greetings_extension_kind", "extension", "kind", unique=True),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    extension: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    audio_id: Mapped[str] = mapped_column(ForeignKey("audio.id"), unique=True)
    recorded_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(200))

    audio: Mapped[AudioRow] = relationship(lazy="joined")
