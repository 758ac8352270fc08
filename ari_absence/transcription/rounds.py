"""Whoever has messages transcribed, one after the other, as long as the service runs. Nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.transcript import understood
from ari_absence.errors import LedgerError, TranscriptFailed
from ari_absence.transcription.ports import Choice, Claim, Queue
from ari_absence.transcription.process import clear, limit_seconds, listen

AGAIN_AFTER = timedelta(minutes=10)  # what a busy moment has spoilt
LEASE_MARGIN_SECONDS = 120.0  # to copy the audio, and to write down what was heard
RECHECK_SECONDS_MAX = 300.0
LEDGER_PAUSE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class Transcribing:
    """Runs until it is cancelled. ``choice`` gives the engine of the moment, None: transcription is off.

    ``on_queued`` is called on the event loop when there is something to deliver.
    """

    def __init__(
        self,
        queue: Queue,
        choice: Callable[[], Choice | None],
        data_folder: Path,
        clock: Clock,
        on_queued: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._choice = choice
        self._data_folder = data_folder
        self._clock = clock
        self._on_queued = on_queued
        self._bell = asyncio.Event()

    def wake(self) -> None:
        """There may be a message, or another choice. Call it on the event loop."""
        self._bell.set()

    async def run(self) -> None:
        """Transcribe what is waiting, sleep until something is, and so on. A fault never ends it."""
        await asyncio.to_thread(clear, self._data_folder)
        released = False
        while True:
            self._bell.clear()
            try:
                if not released:
                    await self._queue.release_all()
                    released = True
                pause_seconds = await self.work_off()
            except LedgerError as fault:
                _log.error("transcripts_unusable", why=str(fault))
                pause_seconds = LEDGER_PAUSE_SECONDS
            await wait_at_most(pause_seconds, self._bell)

    async def work_off(self) -> float:
        """Transcribe everything that is waiting; gives the seconds until there may be more.

        Raises:
            LedgerError: the queue can't be used.
        """
        while (choice := self._choice()) is not None:
            now = self._clock.now()
            claim = await self._queue.claim(now, lambda seconds: _lease(choice, seconds))
            if claim is None:
                return await self._pause_seconds()
            await self._transcribe(claim, choice)
        return RECHECK_SECONDS_MAX

    async def _pause_seconds(self) -> float:
        now = self._clock.now()
        due = await self._queue.next_due(now)
        if due is None:
            return RECHECK_SECONDS_MAX
        return min(max((due - now).total_seconds(), 1.0), RECHECK_SECONDS_MAX)

    async def _transcribe(self, claim: Claim, choice: Choice) -> None:
        began = self._clock.monotonic()
        try:
            text = understood(await listen(choice, claim.audio, claim.seconds, self._data_folder))
        except asyncio.CancelledError:
            await self._queue.put_back(claim)
            raise
        except TranscriptFailed as fault:
            await self._failed(claim, choice, str(fault), again=True)
        except Exception as poison:  # noqa: BLE001 -- whatever one message contains, the others are transcribed
            await self._failed(claim, choice, f"it can't be prepared: {type(poison).__name__}", again=True)
        else:
            await self._settle(claim, choice, text, self._clock.monotonic() - began)

    async def _settle(self, claim: Claim, choice: Choice, text: str | None, took_seconds: float) -> None:
        if text is None:
            await self._failed(claim, choice, "nothing was understood", again=False)
            return
        queued = await self._queue.done(claim, text, choice.engine, self._clock.now())
        _log.info(
            "transcript_made", message=claim.message_id, engine=choice.engine, seconds=round(took_seconds, 1)
        )
        if queued:
            self._on_queued()

    async def _failed(self, claim: Claim, choice: Choice, why: str, *, again: bool) -> None:
        now = self._clock.now()
        await self._queue.failed(claim, why, now, now + AGAIN_AFTER if again else None)
        _log.warning("no_transcript", message=claim.message_id, engine=choice.engine, why=why)


def _lease(choice: Choice, audio_seconds: float) -> timedelta:
    return timedelta(seconds=limit_seconds(choice, audio_seconds) + LEASE_MARGIN_SECONDS)
