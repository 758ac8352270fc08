"""What is in a mailbox, and the greetings that were recorded by phone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.mailbox import Letter
from ari_absence.core.people import Caller
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.model import CallbackRow, CallbackState, CallRow, MessageRow


def letters(session: Session, extension: str) -> tuple[Letter, ...]:
    """The messages of ``extension`` that its owner has not deleted, the oldest first."""
    query = select(MessageRow).where(MessageRow.extension == extension, MessageRow.deleted_at.is_(None))
    asked = _asked_for_calls(session, extension)
    return tuple(_letter(row, asked) for row in session.scalars(query.order_by(MessageRow.at, MessageRow.id)))


def _asked_for_calls(session: Session, extension: str) -> set[str]:
    """Who, by the number they call from, waits for a call that they have asked for."""
    waiting = (
        CallbackRow.state == CallbackState.OPEN.value,
        CallbackRow.wish == CallbackWish.CALL_BACK.value,
    )
    query = select(CallRow.caller_number).join(CallbackRow, CallbackRow.call_id == CallRow.id)
    found = session.scalars(query.where(CallbackRow.extension == extension, *waiting))
    return {number for number in found if number is not None}


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


def _letter(row: MessageRow, asked: Collection[str]) -> Letter:
    """``asked``: the numbers of those who have asked to be called back, in this call or in another."""
    call = row.call
    wish = CallbackWish.CALL_BACK if call.caller_number in asked else CallbackWish.MESSAGE
    return Letter(
        message_id=row.id,
        audio_id=row.audio_id,
        at=row.at,
        seconds=row.audio.seconds,
        caller=Caller(call.caller_number, call.caller_name, call.caller_extension),
        urgent=row.urgent,
        due=row.due,
        settled=row.settled_at is not None,
        heard=row.heard_at is not None,
        saved=row.saved_at is not None,
        forwarded_by=row.forwarded_by,
        wish=wish,
    )
