"""Recordings no longer needed where they lie: removed in the background, again and again if need be.

What a row of the ledger remembers survives a restart; a recording never kept is remembered only here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from ari_absence.errors import AlreadyGone, AsteriskError, LedgerError, RequestRefused
from ari_absence.ledger.handovers import WRITTEN_NOTE
from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.model import AudioRow, CallbackRow, MessageRow
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread
from ari_absence.ledger.writing import forget_recording

DELETE_LIMIT_SECONDS = 5.0
BATCH = 50  # a long outage of Asterisk must not make one transaction of thousands of rows

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Leftover:
    audio_id: str
    recording_name: str | None
    discarded: bool


class Leftovers:
    """Clears away audio after the ledger has committed. Nothing here can delay or fail a call."""

    def __init__(
        self, thread: LedgerThread, store: RecordingStore, delete: Callable[[str], Awaitable[None]]
    ) -> None:
        self._thread = thread
        self._store = store
        self._delete = delete
        self._never_kept: set[str] = set()
        self._saved: dict[str, str] = {}
        self._removed: set[str] = set()
        self._look = False
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def add(self, recording_name: str) -> None:
        """Remember a recording in Asterisk that was never kept."""
        self._never_kept.add(recording_name)

    def clear_soon(self, audio_id: str | None = None, recording_name: str | None = None) -> None:
        """Begin clearing in the background, or have the clearing under way look again.

        ``audio_id`` was saved just now and lies in Asterisk, too: that one is cleared without searching.
        """
        if audio_id is None:
            self._look = True
        elif recording_name is not None:
            self._saved[audio_id] = recording_name
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._clear(), name="leftovers")

    async def finish(self) -> None:
        """Wait for the clearing under way, and write down what it removed."""
        if self._task is not None:
            await self._task
        await self._note_removed()

    def take_removed(self) -> frozenset[str]:
        """The audio whose recording has left Asterisk since this was last asked; its rows do not know it yet.

        Whoever asks writes it down with something else. If that is lost, so be it: what is gone from Asterisk
        is found gone again.
        """
        removed = frozenset(self._removed)
        self._removed.clear()
        return removed

    async def clear(self) -> None:
        """Remove what can be removed now. Never raises; what fails stays for the next time."""
        self._look = True
        await self._clear()
        await self._note_removed()

    async def _note_removed(self) -> None:
        removed = self.take_removed()
        if not removed:
            return
        try:
            await self._thread.change(partial(forget_removed, removed))
        except LedgerError as fault:
            _log.warning("leftovers_stay", why=str(fault))

    async def _clear(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                await self._clear_once()
            except AsteriskError as fault:
                self._look = True
                _log.info("leftovers_stay", why=str(fault))
            except LedgerError as fault:
                self._look = True
                _log.warning("leftovers_stay", why=str(fault))

    async def _clear_once(self) -> None:
        for name in tuple(self._never_kept):
            if await self._is_gone_from_asterisk(name):
                self._never_kept.discard(name)
        while self._saved:
            audio_id, name = self._saved.popitem()
            if await self._is_gone_from_asterisk(name):
                self._removed.add(audio_id)
        if self._look:
            self._look = False
            await self._clear_found()

    async def _clear_found(self) -> None:
        for leftover in await self._thread.read(_find):
            if leftover.discarded:
                await self._thread.do(partial(self._store.remove, leftover.audio_id))
            in_asterisk = leftover.recording_name
            if in_asterisk is None or await self._is_gone_from_asterisk(in_asterisk):
                await self._thread.write(partial(_forget, leftover))

    async def _is_gone_from_asterisk(self, name: str) -> bool:
        """Remove it there; False if Asterisk refuses. What is still there must stay known to the ledger:
        a recording that no row names is taken for a caller's lost message."""
        try:
            async with asyncio.timeout(DELETE_LIMIT_SECONDS):
                await self._delete(name)
        except AlreadyGone:
            return True
        except RequestRefused as fault:
            # Asterisk lives but won't: one stubborn file must not keep the others from being cleared.
            self._look = True
            _log.warning("leftover_stays_in_asterisk", recording=name, why=str(fault))
            return False
        except TimeoutError as fault:
            limit = f"{DELETE_LIMIT_SECONDS:g} s"
            raise AsteriskError(f"recording {name} was not removed within {limit}") from fault
        return True


def forget_removed(audio_ids: Iterable[str], connection: Connection) -> None:
    """Note that Asterisk no longer has these."""
    for audio_id in audio_ids:
        forget_recording(connection, audio_id)


def _find(session: Session) -> list[_Leftover]:
    """Audio with an owner whose recording is still in Asterisk, and audio nobody wants."""
    owned = or_(
        select(MessageRow.id).where(MessageRow.audio_id == AudioRow.id).exists(),
        select(CallbackRow.id).where(CallbackRow.name_audio_id == AudioRow.id).exists(),
        WRITTEN_NOTE,
        select(GreetingRow.id).where(GreetingRow.audio_id == AudioRow.id).exists(),
    )
    query = select(AudioRow).where(or_(AudioRow.discarded, AudioRow.recording_name.is_not(None) & owned))
    rows = session.scalars(query.limit(BATCH))
    return [_Leftover(row.id, row.recording_name, row.discarded) for row in rows]


def _forget(leftover: _Leftover, session: Session) -> None:
    row = session.get(AudioRow, leftover.audio_id)
    if row is None:
        return
    if leftover.discarded:
        session.delete(row)
    else:
        row.recording_name = None
