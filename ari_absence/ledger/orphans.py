"""Recordings that Asterisk still keeps for calls of a process of ours that died: a caller's message, most likely."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import KeptAudio, Wish
from ari_absence.clock import Clock
from ari_absence.core.people import Limits
from ari_absence.ledger import writing
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import withdraw_callback
from ari_absence.ledger.mailboxes import MailboxKeeper
from ari_absence.ledger.model import AudioRow, CallbackRow, CallRow
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.recovery import escalates_at
from ari_absence.ledger.thread import LedgerThread

_log = structlog.get_logger(__name__)


class Orphans:
    """Takes such recordings in, each exactly once. By the plan of ``country`` callers' numbers are read."""

    def __init__(
        self,
        notebook: LedgerNotebook,
        thread: LedgerThread,
        addressees: Addressees,
        limits: Callable[[], Limits],
        clock: Clock,
        country: str = "",
    ) -> None:
        self._notebook = notebook
        self._thread = thread
        self._addressees = addressees
        self._limits = limits
        self._clock = clock
        self._country = country

    async def adopt(self, name: str, call_id: str | None) -> str | None:
        """The id of the message that the recording ``name`` became; None if it is known, empty or nobody's.

        One whose call the ledger does not know is kept, and set aside at the next start.

        Raises:
            LedgerError: it could not be fetched or written; it stays in Asterisk and is found again.
        """
        if await self._thread.read(lambda session: _is_known(session, name)):
            return None
        recording = Recording(name, 0.0, RecordingEnd.HANGUP)
        audio = await self._notebook.keep(recording, self._limits().message_min_seconds)
        if not isinstance(audio, KeptAudio) or call_id is None:
            return None
        message_id = await self._thread.write(lambda session: self._save(session, call_id, audio))
        _log.warning("recording_adopted", recording=name, message=message_id)
        return message_id

    def _save(self, session: Session, call_id: str, audio: KeptAudio) -> str | None:
        call = session.get(CallRow, call_id)
        if call is None:
            return None
        mailboxes = MailboxKeeper(self._limits(), self._addressees)
        now = self._clock.now()
        left, again_at = (
            writing.LeftMessage.of_lost_call(call, audio.audio_id, self._country),
            escalates_at(call, self._limits()),
        )
        message_id = writing.save_message(
            session.connection(), left, mailboxes, self._addressees, now, again_at
        ).id
        withdraw_missed(session.connection(), call_id)
        return message_id


def withdraw_missed(connection: Connection, call_id: str) -> None:
    """Tell nobody any more that the call was missed: what the caller left says it all, and owed is one call."""
    missed = (CallbackRow.call_id == call_id, CallbackRow.wish == Wish.MISSED.value)
    for callback_id in list(connection.scalars(select(CallbackRow.id).where(*missed))):
        withdraw_callback(connection, callback_id)


def _is_known(session: Session, name: str) -> bool:
    return session.scalar(select(AudioRow.id).where(AudioRow.recording_name == name)) is not None
