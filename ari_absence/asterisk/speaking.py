"""Saying and asking on one party's line: the same for a caller and for who is rung for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from ari_absence.asterisk import playing
from ari_absence.asterisk import recording as taking
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.guard import RENEWAL_SECONDS, Guard
from ari_absence.asterisk.line import Line

Sayable = TypeVar("Sayable", contravariant=True)

POUND_SECONDS = 1.2
"""How long a ``#`` behind the last digit is waited for: as long as a finger takes to the next key."""


class Speaking(Generic[Sayable]):
    """Half of the ports ``Call`` and ``Callee``. Its methods may be called by one task only, one at a time.

    ``guard`` is kept while it speaks and waits; who is rung has one of another kind. ``seconds_of`` tells how long
    sounds take, for the guard: at least as long as they really do.
    """

    def __init__(
        self,
        client: AriClient,
        line: Line,
        media: Callable[[Sequence[Sayable]], Sequence[str]],
        guard: Guard | None = None,
        seconds_of: Callable[[Sequence[str]], float] = playing.seconds_at_most,
    ) -> None:
        self.line = line
        self._client = client
        self._media = media
        self._guard = guard
        self._seconds_of = seconds_of

    async def say(self, *utterances: Sayable, skip: str = "") -> None:
        """Say it to the end, or until the key ``skip``. Keys pressed meanwhile are dropped."""
        self.line.catch_up()
        keys, kept = self.line.keys, len(self.line.keys)
        await self._play(utterances, lambda: skip in keys)
        while len(keys) > kept:
            keys.pop()
        if skip in keys:  # pressed before it was asked for, by somebody quick
            keys.remove(skip)

    async def ask(self, utterances: Sequence[Sayable], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait ``patience_seconds`` for a key; None is silence."""
        self.line.catch_up()
        await self._play(utterances, self._is_key_waiting)
        return await self._key(patience_seconds)

    async def ask_digits(
        self, utterances: Sequence[Sayable], digits_max: int, patience_seconds: float
    ) -> str:
        """Say it, unless a key interrupts, and collect keys up to ``#``, ``digits_max`` or silence.

        A ``#`` right behind the last of ``digits_max`` belongs to them: many end every number so.
        """
        self.line.catch_up()
        await self._play(utterances, self._is_key_waiting)
        digits = ""
        while len(digits) < digits_max:
            key = await self._key(patience_seconds)
            if key is None or key == "#":
                break
            digits += key
        else:
            await self._drop_pound()
        return digits

    async def _drop_pound(self) -> None:
        await self.line.until(lambda: self.line.gone or bool(self.line.keys), POUND_SECONDS)
        if self.line.keys and self.line.keys[0] == "#":
            self.line.keys.popleft()

    async def fall_silent(self) -> None:
        """End what is playing, and wait until it has ended: whatever is asked of the channel next waits behind it."""
        if self.line.playback is not None:
            await playing.stop(self.line, self._client, self.line.playback)
            self.line.playback = None

    async def quieten(self) -> None:
        """End what is playing or being recorded: whatever is asked of the channel next would wait for it. A request
        that was not answered in time may have been carried out all the same."""
        await self.fall_silent()
        if self.line.take is not None:
            await taking.stop(self._client, self.line.take)
            self.line.take = None

    def _is_key_waiting(self) -> bool:
        return bool(self.line.keys)

    async def _play(self, utterances: Sequence[Sayable], interrupted: Callable[[], bool]) -> None:
        media = self._media(utterances)
        if utterances and not media:
            structlog.get_logger().warning("prompt.without_sounds", call=self.line.call_id)
        if media:
            await self.quieten()
            await self._keep_guard(self._seconds_of(media))
        await playing.play(self.line, self._client, media, interrupted=interrupted)

    async def _key(self, patience_seconds: float) -> str | None:
        line, loop = self.line, asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        while not (line.gone or line.keys) and (left := deadline - loop.time()) > 0:
            await self._keep_guard()
            await line.until(lambda: line.gone or bool(line.keys), min(RENEWAL_SECONDS, left))
        line.check()
        return line.keys.popleft() if line.keys else None

    async def _keep_guard(self, seconds: float = 0.0) -> None:
        if self._guard is not None:
            await self._guard.prolong(seconds)
