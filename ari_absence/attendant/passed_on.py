"""A caller who came by a transfer while phones rang for who transferred, and was taken: their call is over when we
first hear of it, and is noted as one of its own."""

from __future__ import annotations

import contextlib

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import AttemptNote, Outcome
from ari_absence.attendant.talk import Talk
from ari_absence.core.handover import Taken
from ari_absence.errors import LedgerError


async def was_taken(talk: Talk, taken: Taken) -> Outcome:
    """Note who talked with the caller; nothing is left to do."""
    attempt = AttemptNote(
        call_id=talk.call.call_id,
        position=talk.next_position(),
        way=taken.way,
        extension=taken.extension,
        ring_seconds=taken.ring_seconds,
        began_at=taken.began_at,
        end=LegEnd.TALKED,
        ended_at=talk.now(),
    )
    with contextlib.suppress(LedgerError):  # that they have talked is in the call's own end
        await talk.notebook.note_attempts([attempt])
    await talk.call.hang_up()
    return Outcome.CONNECTED
