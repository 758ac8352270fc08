"""The tables of transcripts, as typed rows; see ``ledger.model``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ari_absence.ledger.model import MessageRow, Row


class TranscriptState(StrEnum):
    """Where the transcript of a message stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class TranscriptRow(Row):
    """What a machine has heard in a message, or that it is still to listen. It goes with the message.

    ``attempts`` counts those that were begun. ``at``: when it was done or given up; ``why``: our own words for the
    last failure, never the engine's.
    """

    __tablename__ = "transcripts"
    __table_args__ = (Index("ix_transcripts_state_not_before", "state", "not_before"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(32))
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    text: Mapped[str | None] = mapped_column(Text)
    engine: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(200))

    message: Mapped[MessageRow] = relationship(lazy="joined")
