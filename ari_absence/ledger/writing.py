"""What a conversation writes down, as functions on a session: each is a part of one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.attendant.notebook import CallbackDraft, KeptAudio, MessageDraft, Outcome, Wish
from ari_absence.core.decision import Decision
from ari_absence.errors import LedgerError
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import queue_callback, queue_message
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.mailboxes import MailboxKeeper, free_place
from ari_absence.ledger.model import AudioRow, CallbackRow, CallbackState, CallRow, MessageRow


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A message of a call that the ledger knows. ``due`` is in UTC."""

    call_id: str
    audio_id: str
    urgent: bool = False
    due: datetime | None = None

    @classmethod
    def of(cls, draft: MessageDraft) -> LeftMessage:
        """The message a conversation wants to save."""
        return cls(draft.decision.enquiry.call_id, draft.audio.audio_id, draft.urgent, draft.due)


@dataclass(frozen=True, slots=True)
class NotedCallback:
    """A callback of a call that the ledger knows. ``number`` None: only information. ``due`` is in UTC."""

    call_id: str
    wish: Wish
    number: str | None
    name_audio_id: str | None = None
    due: datetime | None = None
    by: str = "caller"

    @classmethod
    def of(cls, draft: CallbackDraft) -> NotedCallback:
        """The callback a conversation wants to save."""
        audio_id = draft.name_audio.audio_id if draft.name_audio else None
        return cls(draft.decision.enquiry.call_id, draft.wish, draft.number, audio_id, draft.due)


def insert_call(session: Session, decision: Decision) -> None:
    """The call, with its decision's reasons. A call that is there already is left as it is."""
    enquiry = decision.enquiry
    if session.get(CallRow, enquiry.call_id) is not None:
        return
    session.add(
        CallRow(
            id=enquiry.call_id,
            extension=enquiry.extension,
            person_name=decision.person.name,
            zone=decision.person.zone.key,
            caller_number=_fitting(enquiry.caller.number, 64),
            caller_name=_fitting(enquiry.caller.name, 200),
            caller_extension=_fitting(enquiry.caller.extension, 32),
            why=enquiry.why.value,
            state_kind=decision.state.kind.value if decision.state.kind else None,
            reasons=[{"text": reason.text, "source": str(reason.source)} for reason in decision.reasons],
            began_at=enquiry.at,
        )
    )
    session.flush()


def end_call(session: Session, call_id: str, outcome: Outcome, now: datetime) -> None:
    """How the call ended. The first ending told is the one that stays."""
    call = session.get(CallRow, call_id)
    if call is not None and call.ended_at is None:
        call.ended_at = now
        call.outcome = outcome.value


def insert_audio(session: Session, audio: KeptAudio, recording_name: str, now: datetime) -> None:
    """Audio that lies in the data folder already."""
    session.add(
        AudioRow(
            id=audio.audio_id,
            seconds=audio.seconds,
            possibly_cut=audio.possibly_cut,
            kept_at=now,
            recording_name=recording_name,
        )
    )


def discard_audio(session: Session, audio_id: str) -> None:
    """Audio that nobody wants any more; what already belongs to a message or a callback stays."""
    row = session.get(AudioRow, audio_id)
    if row is not None and not is_owned(session, audio_id):
        row.discarded = True


def is_owned(session: Session, audio_id: str) -> bool:
    """Whether a message or a callback names the audio."""
    message = select(MessageRow.id).where(MessageRow.audio_id == audio_id)
    callback = select(CallbackRow.id).where(CallbackRow.name_audio_id == audio_id)
    return session.scalar(message) is not None or session.scalar(callback) is not None


def save_message(
    session: Session, left: LeftMessage, mailboxes: MailboxKeeper, addressees: Addressees, now: datetime
) -> str:
    """The message, its deliveries and its place. The same audio saved again is the same message.

    Raises:
        LedgerError: the audio was never kept.
    """
    _require_audio(session, left.audio_id)
    known = session.scalar(select(MessageRow).where(MessageRow.audio_id == left.audio_id))
    if known is not None:
        return known.id
    message = MessageRow(
        id=new_id(Prefix.MESSAGE, now),
        call_id=left.call_id,
        extension=session.get_one(CallRow, left.call_id).extension,
        at=now,
        audio_id=left.audio_id,
        urgent=left.urgent,
        due=left.due,
    )
    session.add(message)
    session.flush()
    queue_message(session, message, addressees.of(message.extension), now)
    free_place(session, left.call_id)
    mailboxes.warn_if_filling(session, message.extension, now)
    return message.id


def save_callback(session: Session, noted: NotedCallback, addressees: Addressees, now: datetime) -> str:
    """The callback and its deliveries. The same wish in the same call is the same callback."""
    if noted.name_audio_id is not None:
        _require_audio(session, noted.name_audio_id)
    same = (CallbackRow.call_id == noted.call_id, CallbackRow.wish == noted.wish.value)
    known = session.scalar(select(CallbackRow).where(*same))
    if known is not None:
        return known.id
    callback = CallbackRow(
        id=new_id(Prefix.CALLBACK, now),
        call_id=noted.call_id,
        extension=session.get_one(CallRow, noted.call_id).extension,
        at=now,
        wish=noted.wish.value,
        number=_fitting(noted.number, 64),
        name_audio_id=noted.name_audio_id,
        due=noted.due,
        state=(CallbackState.OPEN if noted.number else CallbackState.INFORMATION).value,
        history=[{"at": now.isoformat(), "what": "noted", "by": noted.by}],
    )
    session.add(callback)
    session.flush()
    queue_callback(session, callback, addressees.of(callback.extension), now)
    return callback.id


def _require_audio(session: Session, audio_id: str) -> None:
    row = session.get(AudioRow, audio_id)
    if row is None or row.discarded:
        raise LedgerError(f"audio {audio_id} was never kept; nothing can be saved without it")


def _fitting(foreign: str | None, length_max: int) -> str | None:
    """PostgreSQL refuses what is too long, and NUL; SQLite would store a surrogate it can't read back."""
    if foreign is None:
        return None
    return foreign.encode("utf-8", "replace").decode("utf-8").replace("\0", "")[:length_max]
