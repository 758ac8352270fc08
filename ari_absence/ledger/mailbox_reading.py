"""What is in a mailbox, and the greetings that were recorded by phone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.mailbox import Letter
from ari_absence.core.people import Caller
from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.model import MessageRow
from ari_absence.ledger.owed_reading import live_among


def letters(session: Session, extension: str) -> tuple[Letter, ...]:
    """The messages of ``extension`` that its owner has not deleted, the oldest first."""
    query = select(MessageRow).where(MessageRow.extension == extension, MessageRow.deleted_at.is_(None))
    rows = session.scalars(query.order_by(MessageRow.at, MessageRow.id)).all()
    owed = live_among(session, [row.owed_id for row in rows if row.owed_id])
    return tuple(_letter(row, row.owed_id is not None and row.owed_id not in owed) for row in rows)


def greetings(session: Session, extension: str) -> tuple[Greeting, ...]:
    """The greetings of ``extension``, those that are over, too."""
    return tuple(
        greeting_of(row)
        for row in session.scalars(select(GreetingRow).where(GreetingRow.extension == extension))
    )


def set_greetings(session: Session) -> SetGreetings:
    """Everybody's greetings."""
    found: dict[str, list[Greeting]] = {}
    for row in session.scalars(select(GreetingRow)):
        found.setdefault(row.extension, []).append(greeting_of(row))
    return SetGreetings(found)


def greeting_of(row: GreetingRow) -> Greeting:
    """The greeting that the row holds."""
    return Greeting(
        audio_id=row.audio_id,
        kind=GreetingKind(row.kind),
        recorded_at=row.recorded_at,
        expires_at=row.expires_at,
        seconds=row.audio.seconds,
    )


def _letter(row: MessageRow, over: bool) -> Letter:
    call = row.call
    return Letter(
        message_id=row.id,
        audio_id=row.audio_id,
        at=row.at,
        seconds=row.audio.seconds,
        caller=Caller(call.caller_number, call.caller_name, call.caller_extension),
        urgent=row.urgent,
        due=row.due,
        settled=row.due is not None and over,
        heard=row.heard_at is not None,
        saved=row.saved_at is not None,
        forwarded_by=row.forwarded_by,
    )
