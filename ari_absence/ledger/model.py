"""The tables, as typed rows.

Instants are aware and in UTC. Words with a closed meaning are stored as their plain values, so that a row
written by another version can always be read. Migrations follow this file; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Double, ForeignKey, Index, MetaData, String, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcInstant(TypeDecorator[datetime]):
    """An instant. Refuses one that does not say its UTC offset; always gives UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: in UTC, and without the offset where the database can't store one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger stores only instants that say their UTC offset")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    RETRY = "retry"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
    """A later step of a cascade, which nobody needed any more."""


NOT_OWED = (DeliveryState.DELIVERED.value, DeliveryState.DEAD.value, DeliveryState.WITHDRAWN.value)
"""The states in which nobody will try a delivery any more."""

WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)
"""Those in which it is tried when its time has come."""


_ID = String(40)
_WORD = String(32)
_NAME = String(200)


class Row(DeclarativeBase):
    """A row of the ledger."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcInstant}  # noqa: RUF012 -- SQLAlchemy's own way to say it


def table_of(row: type[Row]) -> Table:
    """The table itself, for the statements of the calls: rows as objects cost twice as much there."""
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} has no table")
    return table


class CallRow(Row):
    """One call that reached us, with the reasons of its decision. ``zone`` is the person's.

    What follows ``outcome`` counts if we die in the call: whether the caller has called it urgent, by when somebody is
    to call them, the team that owes it (``team:sales``; None: the person), and whether others are told of an urgent
    message.
    """

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    person_name: Mapped[str] = mapped_column(_NAME)
    zone: Mapped[str] = mapped_column(String(64))
    caller_number: Mapped[str | None] = mapped_column(String(64))
    caller_name: Mapped[str | None] = mapped_column(_NAME)
    caller_extension: Mapped[str | None] = mapped_column(_WORD)
    why: Mapped[str] = mapped_column(_WORD)
    state_kind: Mapped[str | None] = mapped_column(_WORD)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(_WORD)
    urgent: Mapped[bool] = mapped_column(default=False)
    due: Mapped[datetime | None]
    covered_by: Mapped[str | None] = mapped_column(String(64))
    escalates: Mapped[bool] = mapped_column(default=False)


class AudioRow(Row):
    """Audio in our own data folder. ``recording_name`` is its name in Asterisk while it is there too."""

    __tablename__ = "audio"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    seconds: Mapped[float] = mapped_column(Double)
    possibly_cut: Mapped[bool] = mapped_column(default=False)
    kept_at: Mapped[datetime]
    recording_name: Mapped[str | None] = mapped_column(String(200), index=True)
    discarded: Mapped[bool] = mapped_column(default=False)


class MessageRow(Row):
    """A message somebody left, or a colleague has forwarded (``forwarded_by``: the extension).

    ``deleted_at``: its owner wants it no more; until it is purged it can be had back. ``owed_id``: the call that is
    owed for it. ``history`` is a list of {at, what, by}; None is an empty one.
    """

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    audio_id: Mapped[str] = mapped_column(ForeignKey("audio.id"), unique=True)
    urgent: Mapped[bool] = mapped_column(default=False)
    due: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    saved_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    owed_id: Mapped[str | None] = mapped_column(_ID, index=True)
    forwarded_by: Mapped[str | None] = mapped_column(_WORD)
    history: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))

    call: Mapped[CallRow] = relationship(lazy="joined")
    audio: Mapped[AudioRow] = relationship(lazy="joined")


class CallbackRow(Row):
    """Somebody to be called back, or to be told of. ``owed_id``: the call that is owed for it; None: nobody to call."""

    __tablename__ = "callbacks"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    wish: Mapped[str] = mapped_column(_WORD)
    number: Mapped[str | None] = mapped_column(String(64))
    name_audio_id: Mapped[str | None] = mapped_column(ForeignKey("audio.id"), unique=True)
    due: Mapped[datetime | None]
    owed_id: Mapped[str | None] = mapped_column(_ID, index=True)

    call: Mapped[CallRow] = relationship(lazy="joined")
    name_audio: Mapped[AudioRow | None] = relationship(lazy="joined")


class PlaceRow(Row):
    """A place in somebody's mailbox, reserved for a call in which a message is being recorded."""

    __tablename__ = "places"

    call_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    reserved_at: Mapped[datetime]


class MailboxRow(Row):
    """One row per extension with a mailbox: what two callers at once must queue for."""

    __tablename__ = "mailboxes"

    extension: Mapped[str] = mapped_column(_WORD, primary_key=True)
    warned_at: Mapped[datetime | None]
    full_told_at: Mapped[datetime | None]


class AbsenceRow(Row):
    """An absence set by phone or command. ``until`` None: until somebody ends it.

    ``steps`` are those of this absence alone; they may hold a private number, only ``ledger.steps`` reads them.
    """

    __tablename__ = "absences"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    kind: Mapped[str] = mapped_column(_WORD)
    begins_at: Mapped[datetime]
    until: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)
    delegate: Mapped[str | None] = mapped_column(_WORD)
    set_by: Mapped[str] = mapped_column(_NAME)
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(_NAME)
    steps: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


class DeliveryRow(Row):
    """One delivery owed: of a message, of a callback, or of a notice (``topic`` says which).

    ``step``: of its cascade. Those after the first (0) are withdrawn if it was heard or settled by then.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_channel_state_not_before", "channel", "state", "not_before"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    topic: Mapped[str] = mapped_column(_WORD)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"), index=True)
    callback_id: Mapped[str | None] = mapped_column(ForeignKey("callbacks.id"), index=True)
    notice: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    channel: Mapped[str] = mapped_column(_WORD)
    recipient: Mapped[str] = mapped_column(String(320))
    urgent: Mapped[bool] = mapped_column(default=False)
    step: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(_WORD, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claim: Mapped[str | None] = mapped_column(_WORD)
    lease_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    message: Mapped[MessageRow | None] = relationship()
    callback: Mapped[CallbackRow | None] = relationship()


class AttemptRow(Row):
    """One phone that was rung for a call, and how that ended. Whose it is and which of theirs, never a number."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    way: Mapped[str] = mapped_column(_WORD)
    extension: Mapped[str] = mapped_column(_WORD)
    ring_seconds: Mapped[int]
    began_at: Mapped[datetime]
    end: Mapped[str] = mapped_column(_WORD)
    ended_at: Mapped[datetime]


class DialRow(Row):
    """One call to an outside number that was made for ``extension``, or was about to be."""

    __tablename__ = "dials"
    __table_args__ = (Index("ix_dials_extension_at", "extension", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    extension: Mapped[str] = mapped_column(_WORD)
    at: Mapped[datetime]


class DialerRow(Row):
    """One row per extension that outside numbers are dialled for: what two calls at once must queue for."""

    __tablename__ = "dialers"

    extension: Mapped[str] = mapped_column(_WORD, primary_key=True)


class ForwardRow(Row):
    """Steps set by phone or command for one occasion. ``until`` None: until somebody ends it.

    ``steps`` may hold a private number; only ``ledger.steps`` reads it.
    """

    __tablename__ = "forwards"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    extension: Mapped[str] = mapped_column(_WORD, index=True)
    occasion: Mapped[str] = mapped_column(_WORD)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    until: Mapped[datetime | None]
    set_by: Mapped[str] = mapped_column(_NAME)
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(_NAME)


class ForwardDigestRow(Row):
    """Where the calls of ``extension`` went when that last changed: a keyed hash, which tells no number.

    ``address`` is the owner's mail address when they were last told, or first seen. It is in the clear, as in the
    outbox: whoever changes the address and then the forward is told of to this one, too.
    """

    __tablename__ = "forward_digests"

    extension: Mapped[str] = mapped_column(_WORD, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(String(320))


class EscalationState(StrEnum):
    """Whether somebody is still to be told of an urgent message."""

    OPEN = "open"
    HEARD = "heard"
    EXHAUSTED = "exhausted"


class EscalationRow(Row):
    """An urgent message that is told up its ladder until somebody has heard it. ``step`` is the next to try."""

    __tablename__ = "escalations"
    __table_args__ = (Index("ix_escalations_state_next_at", "state", "next_at"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(_WORD)
    claim: Mapped[str | None] = mapped_column(_WORD)
    lease_until: Mapped[datetime | None]
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    message: Mapped[MessageRow] = relationship(lazy="joined")


class DestinationRow(Row):
    """A server that failed as a whole, and until when it is left in peace."""

    __tablename__ = "destinations"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text)


class MetaRow(Row):
    """A fact about the ledger itself."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(_NAME, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
