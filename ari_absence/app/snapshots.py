"""Has the fallback attendant know what we know: the directory and what was set, written on each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from ari_absence.app.fallback_folder import FallbackFolder
from ari_absence.app.records import Records
from ari_absence.clock import Clock, SystemClock, wait_at_most
from ari_absence.core.snapshot import Snapshot, Voice, written
from ari_absence.errors import LedgerError
from ari_absence.speech.library import SoundLibrary

ANEW_SECONDS = 3600.0
"""How often it is written without a change: its age tells how long we have been away."""

TRY_AGAIN_SECONDS = 30.0

_log = structlog.get_logger()


class Snapshots:
    """Writes them. ``path_of`` gives the file of a greeting by the id of its audio."""

    def __init__(
        self,
        records: Records,
        sounds: SoundLibrary,
        path_of: Callable[[str], Path],
        folder: FallbackFolder,
        clock: Clock,
    ) -> None:
        self._records = records
        self._sounds = sounds
        self._path_of = path_of
        self._folder = folder
        self._clock = clock
        self._changed = asyncio.Event()
        self._trouble = ""

    def changed(self) -> None:
        """Something that callers may hear is no longer what it was."""
        self._changed.set()

    async def run(self) -> None:
        """Write now, on each change, and every hour."""
        while True:
            self._changed.clear()
            done = await self._write()
            await wait_at_most(ANEW_SECONDS if done else TRY_AGAIN_SECONDS, self._changed)

    async def write(self) -> None:
        """Write now: nothing that was set before we stop is unknown to who stands in.

        Raises:
            LedgerError: it can't be written; what was there before is still there.
        """
        greetings = self._records.greetings
        sources = {
            each.audio_id: self._path_of(each.audio_id)
            for of in greetings.by_extension.values()
            for each in of
        }
        lent = await asyncio.to_thread(self._folder.lend_greetings, sources)
        await asyncio.to_thread(
            self._folder.write_snapshot, await asyncio.to_thread(written, self._now(lent))
        )
        await asyncio.to_thread(self._folder.keep_greetings, lent)

    def _now(self, lent: dict[str, str]) -> Snapshot:
        records, now = self._records, self._clock.now()
        sounds, own, made = self._sounds.voice()
        directory = records.directory()
        return Snapshot(
            directory,
            records.absences,
            records.greetings,
            Voice(directory.site.language, sounds, own, made, lent),
            now,
            ahead_seconds=round((now - SystemClock().now()).total_seconds(), 1),
        )

    async def _write(self) -> bool:
        try:
            await self.write()
        except LedgerError as error:
            if str(error) != self._trouble:
                _log.error("callers would hear old announcements while we are away", reason=str(error))
            self._trouble = str(error)
            return False
        self._trouble = ""
        return True
