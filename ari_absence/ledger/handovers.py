"""What goes with a transferred caller, in the ledger: written with the call, told with its memo, purged with it."""

from __future__ import annotations

from sqlalchemy import Connection, exists, insert, select, update
from sqlalchemy.orm import Session

from ari_absence.core.handover import Handover
from ari_absence.ledger.handover_model import HandoverRow
from ari_absence.ledger.model import AudioRow, CallRow, table_of

_handovers = table_of(HandoverRow)
_audio = table_of(AudioRow)


def insert_handover(connection: Connection, call_id: str, handover: Handover, by_name: str | None) -> None:
    """Who transferred the call, and the note as far as it is kept: a lost note must not cost the caller's message."""
    note = handover.note
    audio_id = note.audio_id if note else None
    if audio_id is not None and connection.scalar(select(_audio.c.id).where(_audio.c.id == audio_id)) is None:
        audio_id = None
    values = {
        "call_id": call_id,
        "by_extension": handover.by,
        "by_name": by_name,
        "digits": note.digits if note else None,
        "audio_id": audio_id,
    }
    connection.execute(insert(_handovers).values(values))


def is_note(connection: Connection, audio_id: str) -> bool:
    """Whether the audio is a note that went with a caller."""
    query = select(_handovers.c.call_id).where(_handovers.c.audio_id == audio_id)
    return connection.scalar(query) is not None


def has_note(connection: Connection, call_id: str) -> bool:
    """Whether a spoken note came with the call."""
    mine = (_handovers.c.call_id == call_id) & _handovers.c.audio_id.is_not(None)
    return connection.scalar(select(_handovers.c.call_id).where(mine)) is not None


WRITTEN_NOTE = exists().where(
    HandoverRow.audio_id == AudioRow.id, HandoverRow.call_id == CallRow.id, CallRow.ended_at.is_not(None)
)
"""Of a row of audio: that it is a note whose call is over, so that nobody is played it any more."""


def discard_note(session: Session, call_id: str) -> None:
    """The call is about to be forgotten; nobody wants its note any more."""
    of_call = select(HandoverRow.audio_id).where(HandoverRow.call_id == call_id)
    session.execute(update(AudioRow).where(AudioRow.id.in_(of_call)).values(discarded=True))


def handover_of(session: Session, call_id: str) -> HandoverRow | None:
    """Who transferred the call, with the note."""
    return session.get(HandoverRow, call_id)
