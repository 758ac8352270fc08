"""The calls that somebody owes, from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from ari_absence.attendant.callback_list import OwedCallback
from ari_absence.clock import Clock
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.ledger import owed_calls, owed_reading
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread
from ari_absence.speech.library import SoundLibrary

log = structlog.get_logger()


class LedgerCallbackList:
    """The port ``attendant.callback_list.CallbackList``. ``wake_outbox``: who is handed a call is told by mail."""

    def __init__(
        self,
        thread: LedgerThread,
        notebook: LedgerNotebook,
        addressees: Addressees,
        sounds: SoundLibrary,
        store: RecordingStore,
        clock: Clock,
        wake_outbox: Callable[[], None],
    ) -> None:
        self._thread = thread
        self._notebook = notebook
        self._addressees = addressees
        self._sounds = sounds
        self._store = store
        self._clock = clock
        self._wake_outbox = wake_outbox

    async def owed(self, extension: str) -> Sequence[OwedCallback]:
        """What somebody owes, the oldest first."""
        now = self._clock.now()
        rows = await self._thread.read(partial(owed_reading.offered_to, extension=extension, now=now))
        return [
            OwedCallback(
                row.id,
                row.number,
                row.caller_extension,
                CallbackWish(row.wish),
                row.last_at,
                row.name_audio_id,
                row.called,
            )
            for row in rows
        ]

    async def settle(self, callback_id: str, by: str) -> bool:
        """Note that it is done; False when nothing was owed any more."""
        now = self._clock.now()
        log.info("callback.settled", callback=callback_id, by=by)
        return (
            await self._thread.write(lambda session: owed_calls.settle(session, callback_id, by, now)) is None
        )

    async def note_attempt(self, callback_id: str, end: str, by: str) -> None:
        """Note that they were called, and how that ended."""
        now = self._clock.now()
        await self._thread.write(lambda session: owed_calls.note_attempt(session, callback_id, end, by, now))

    async def hand_over(self, callback_id: str, to: str, by: str) -> bool:
        """Have somebody else owe it; False when nothing was owed any more."""
        now = self._clock.now()
        log.info("callback.handed_over", callback=callback_id, to=to, by=by)
        refused = await self._thread.write(
            lambda session: owed_calls.hand_over(session, callback_id, to, by, self._addressees.of(to), now)
        )
        self._wake_outbox()
        return refused is None

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number; False when the cap of this hour or day is used up."""
        return await self._notebook.book_dial(extension)

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the recorded name as long as the block lasts."""
        return self._sounds.lend(audio_id, self._store.path_of(audio_id))
