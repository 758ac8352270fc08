"""What a conversation writes down, as functions on a connection: each is a part of one transaction.

Statements, made once, and no objects: this is what every call costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, true, update

from ari_absence.attendant.notebook import CallbackDraft, KeptAudio, MessageDraft, Outcome, Wish
from ari_absence.core.covering import Covering
from ari_absence.core.decision import Decision
from ari_absence.core.delivery_rules import ItemKind
from ari_absence.core.owed import OwedWish
from ari_absence.errors import LedgerError
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.covering import cover
from ari_absence.ledger.deliveries import queue_callback, queue_message
from ari_absence.ledger.escalations import begin_escalation
from ari_absence.ledger.handovers import insert_handover, is_note
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.mailboxes import MailboxKeeper, free_place
from ari_absence.ledger.model import AudioRow, CallbackRow, CallRow, MessageRow, table_of
from ari_absence.ledger.owed_notes import Missed, note_owed

_KIND_OF = {
    Wish.CALL_BACK: ItemKind.CALLBACK,
    Wish.JUST_CALLED: ItemKind.JUST_CALLED,
    Wish.MISSED: ItemKind.MISSED,
    Wish.WILL_CALL_AGAIN: ItemKind.WILL_CALL_AGAIN,
}

_calls, _audio = table_of(CallRow), table_of(AudioRow)
_messages, _callbacks = table_of(MessageRow), table_of(CallbackRow)
_OF: BindParameter[str] = bindparam("of")

_EXTENSION = select(_calls.c.extension).where(_calls.c.id == _OF)
_INSERT_CALL = insert(_calls)
_END_CALL = (
    update(_calls)
    .where(_calls.c.id == _OF, _calls.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), outcome=bindparam("how"))
)
_AUDIO = select(_audio.c.discarded, _audio.c.recording_name).where(_audio.c.id == _OF)
_INSERT_AUDIO = insert(_audio)
_FORGET_RECORDING = update(_audio).where(_audio.c.id == _OF).values(recording_name=None)
_DISCARD = update(_audio).where(_audio.c.id == _OF).values(discarded=true())
_MESSAGE_OF = select(_messages.c.id).where(_messages.c.audio_id == _OF)
_INSERT_MESSAGE = insert(_messages)
_NAMED_BY = select(_callbacks.c.id).where(_callbacks.c.name_audio_id == _OF)
_greetings = table_of(GreetingRow)
_GREETING_OF = select(_greetings.c.id).where(_greetings.c.audio_id == _OF)
_CALLBACK_OF = select(_callbacks.c.id).where(
    _callbacks.c.call_id == _OF, _callbacks.c.wish == bindparam("wish")
)
_INSERT_CALLBACK = insert(_callbacks)


@dataclass(frozen=True, slots=True)
class Saved:
    """A message or callback that was saved: how much was queued of it, and its audio here and there.

    ``queued`` counts deliveries and the telling of an urgent message. ``recording_name``: the audio still lies in
    Asterisk under this name.
    """

    id: str
    queued: int
    audio_id: str | None
    recording_name: str | None


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A message of a call that the ledger knows. ``due`` is in UTC. ``country`` reads the caller's number.

    ``at`` (UTC) is when it was left; None: now.
    """

    call_id: str
    audio_id: str
    urgent: bool = False
    due: datetime | None = None
    country: str = ""
    at: datetime | None = None
    covering: Covering | None = None

    @classmethod
    def of(cls, draft: MessageDraft, country: str = "", at: datetime | None = None) -> LeftMessage:
        """The message a conversation wants to save."""
        call_id, covering = draft.decision.enquiry.call_id, draft.decision.covering
        return cls(call_id, draft.audio.audio_id, draft.urgent, draft.due, country, at, covering)


@dataclass(frozen=True, slots=True)
class NotedCallback:
    """A callback of a call that the ledger knows. ``number`` None: only information, by the plan of ``country``.
    ``due`` is in UTC, and so are ``told_from``, until when nobody is told of it, and ``at``, when it was left."""

    call_id: str
    wish: Wish
    number: str | None
    name_audio_id: str | None = None
    due: datetime | None = None
    by: str = "caller"
    told_from: datetime | None = None
    country: str = ""
    at: datetime | None = None
    covering: Covering | None = None
    urgent: bool = False

    @classmethod
    def of(cls, draft: CallbackDraft, country: str = "", at: datetime | None = None) -> NotedCallback:
        """The callback a conversation wants to save."""
        audio_id = draft.name_audio.audio_id if draft.name_audio else None
        call_id = draft.decision.enquiry.call_id
        return cls(
            call_id,
            draft.wish,
            draft.number,
            audio_id,
            draft.due,
            country=country,
            urgent=draft.urgent,
            at=at,
            covering=draft.decision.covering,
        )


def insert_call(connection: Connection, decision: Decision) -> None:
    """The call, with its decision's reasons. A call that is there already is left as it is."""
    enquiry = decision.enquiry
    if _extension_of(connection, enquiry.call_id) is not None:
        return
    connection.execute(
        _INSERT_CALL,
        {
            "id": enquiry.call_id,
            "extension": enquiry.extension,
            "person_name": decision.person.name,
            "zone": decision.person.zone.key,
            "caller_number": fitting(enquiry.caller.number, 64),
            "caller_name": fitting(enquiry.caller.name, 200),
            "caller_extension": fitting(enquiry.caller.extension, 32),
            "why": enquiry.why.value,
            "state_kind": decision.state.kind.value if decision.state.kind else None,
            "reasons": [{"text": reason.text, "source": str(reason.source)} for reason in decision.reasons],
            "began_at": enquiry.at,
            # should we die before its end: nobody is owed a call for it
            "outcome": Outcome.CONSULTED.value if enquiry.consulting else None,
        },
    )
    if enquiry.handover is not None:
        insert_handover(connection, enquiry.call_id, enquiry.handover, decision.transferred_by)


def end_call(connection: Connection, call_id: str, outcome: Outcome, now: datetime) -> None:
    """How the call ended. The first ending told is the one that stays."""
    connection.execute(_END_CALL, {"of": call_id, "at": now, "how": outcome.value})


def insert_audio(connection: Connection, audio: KeptAudio, recording_name: str, now: datetime) -> None:
    """Audio that lies in the data folder already."""
    connection.execute(
        _INSERT_AUDIO,
        {
            "id": audio.audio_id,
            "seconds": audio.seconds,
            "possibly_cut": audio.possibly_cut,
            "kept_at": now,
            "recording_name": recording_name,
        },
    )


def forget_recording(connection: Connection, audio_id: str) -> None:
    """Asterisk no longer has the audio."""
    connection.execute(_FORGET_RECORDING, {"of": audio_id})


def discard_audio(connection: Connection, audio_id: str) -> None:
    """Audio that nobody wants any more; what already belongs to a message or a callback stays."""
    if not is_owned(connection, audio_id):
        connection.execute(_DISCARD, {"of": audio_id})


def is_owned(connection: Connection, audio_id: str) -> bool:
    """Whether a message, a callback or a greeting names the audio, or it is a note that came with a caller."""
    of = {"of": audio_id}
    named = any(connection.scalar(owner, of) is not None for owner in (_MESSAGE_OF, _NAMED_BY, _GREETING_OF))
    return named or is_note(connection, audio_id)


def save_message(
    connection: Connection,
    left: LeftMessage,
    mailboxes: MailboxKeeper,
    addressees: Addressees,
    now: datetime,
    escalate_at: datetime | None = None,
) -> Saved:
    """The message, the call owed for it, its deliveries and its place. The same audio saved again is the same message.

    ``escalate_at``: when others are told of it, unless somebody has heard it by then.

    Raises:
        LedgerError: the audio was never kept, or the call is not known.
    """
    recording_name = _require_audio(connection, left.audio_id)
    known = connection.scalar(_MESSAGE_OF, {"of": left.audio_id})
    if known is not None:
        return Saved(known, 0, left.audio_id, recording_name)
    message_id, extension = new_id(Prefix.MESSAGE, now), require_call(connection, left.call_id)
    owed_id = _owe_message(connection, left, now)
    connection.execute(
        _INSERT_MESSAGE,
        {
            "id": message_id,
            "call_id": left.call_id,
            "extension": extension,
            "at": left.at or now,
            "audio_id": left.audio_id,
            "urgent": left.urgent,
            "due": left.due,
            "owed_id": owed_id,
        },
    )
    _leave_to_team(connection, owed_id, left.covering, addressees, now)
    queued = queue_message(connection, message_id, addressees.of(extension), now, urgent=left.urgent)
    if escalate_at is not None:
        begin_escalation(connection, message_id, escalate_at, now)
        queued += 1
    free_place(connection, left.call_id)
    queued += mailboxes.warn_if_filling(connection, extension, now)
    return Saved(message_id, queued, left.audio_id, recording_name)


def save_callback(
    connection: Connection, noted: NotedCallback, addressees: Addressees, now: datetime
) -> Saved:
    """The callback, the call owed for it, and its deliveries. The same wish in the same call is the same callback.

    Raises:
        LedgerError: the name's audio was never kept, or the call is not known.
    """
    audio_id = noted.name_audio_id
    recording_name = _require_audio(connection, audio_id) if audio_id is not None else None
    known = connection.scalar(_CALLBACK_OF, {"of": noted.call_id, "wish": noted.wish.value})
    if known is not None:
        return Saved(known, 0, audio_id, recording_name)
    callback_id, extension = new_id(Prefix.CALLBACK, now), require_call(connection, noted.call_id)
    owed_id = _owe_callback(connection, noted, now) if noted.number else None
    connection.execute(
        _INSERT_CALLBACK,
        {
            "id": callback_id,
            "call_id": noted.call_id,
            "extension": extension,
            "at": noted.at or now,
            "wish": noted.wish.value,
            "number": fitting(noted.number, 64),
            "name_audio_id": audio_id,
            "due": noted.due,
            "owed_id": owed_id,
        },
    )
    _leave_to_team(connection, owed_id, noted.covering, addressees, now)
    to, kind = addressees.of(extension), _KIND_OF[noted.wish]
    queued = queue_callback(connection, callback_id, to, now, noted.told_from, kind, urgent=noted.urgent)
    return Saved(callback_id, queued, audio_id, recording_name)


def _owe_message(connection: Connection, left: LeftMessage, now: datetime) -> str | None:
    due = left.due or (left.covering.due if left.covering else None)
    return note_owed(connection, Missed(left.call_id, OwedWish.MESSAGE, left.urgent, due), left.country, now)


def _owe_callback(connection: Connection, noted: NotedCallback, now: datetime) -> str | None:
    covering = noted.covering if noted.wish in (Wish.CALL_BACK, Wish.MISSED) else None
    missed = Missed(
        noted.call_id,
        OwedWish(noted.wish.value),
        noted.urgent,
        noted.due or (covering.due if covering else None),
        number=fitting(noted.number, 64),
        name_audio_id=noted.name_audio_id,
        by=noted.by,
    )
    return note_owed(connection, missed, noted.country, now)


def _leave_to_team(
    connection: Connection,
    owed_id: str | None,
    covering: Covering | None,
    addressees: Addressees,
    now: datetime,
) -> None:
    """Have the team of ``covering`` owe what was noted, and its members told, in the same transaction."""
    if owed_id is not None and covering is not None:
        cover(connection, owed_id, covering.owner, addressees.of(covering.owner), now)


def _require_audio(connection: Connection, audio_id: str) -> str | None:
    """The name that the audio has in Asterisk, if it is still there."""
    row = connection.execute(_AUDIO, {"of": audio_id}).first()
    if row is None or row.discarded:
        raise LedgerError(f"audio {audio_id} was never kept; nothing can be saved without it")
    name: str | None = row.recording_name
    return name


def require_call(connection: Connection, call_id: str) -> str:
    """The extension that was called.

    Raises:
        LedgerError: the call is not known.
    """
    extension = _extension_of(connection, call_id)
    if extension is None:
        raise LedgerError(f"call {call_id} was never noted; nothing can be saved for it")
    return extension


def _extension_of(connection: Connection, call_id: str) -> str | None:
    extension: str | None = connection.scalar(_EXTENSION, {"of": call_id})
    return extension


def fitting(foreign: str | None, length_max: int) -> str | None:
    """What a column of ``length_max`` signs takes of it.

    PostgreSQL refuses what is too long, and NUL; SQLite would store a surrogate it can't read back.
    """
    if foreign is None:
        return None
    return foreign.encode("utf-8", "replace").decode("utf-8").replace("\0", "")[:length_max]
