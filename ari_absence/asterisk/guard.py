"""The guard on one call: when Asterisk takes the call back from us by itself, and has the dialplan serve it.

The dialplan sets it short before a call comes to us. We set it anew before each sound, to end ten seconds after that
sound does, and every few seconds while nothing is played: a request about a channel waits behind what is playing
there. A service that is killed, or hangs, in the middle of a conversation so leaves nobody in silence for longer.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line
from ari_absence.errors import EffectFailed

GUARD_SECONDS = 10.0
"""How long a caller may hear nothing from a service that is dead."""

RENEWAL_SECONDS = 4.0
"""How often the guard is looked after while a caller waits for a key, for a phone or with music."""

_SLACK_SECONDS = 3.0
"""While a caller waits, a guard that ends so much sooner than is wanted is left alone: to set it costs a request."""

_OVERHANG_SECONDS = 0.5
"""So much later than is wanted it may always end; every second more is one more of silence."""

_VARIABLE = "TIMEOUT(absolute)"
_OFF = "0"


class Guard:
    """The guard on the call of ``line``."""

    def __init__(self, line: Line, client: AriClient) -> None:
        self._line = line
        self._client = client
        self._ends_at = 0.0  # by the loop's clock
        self._channel_id = ""
        self._away = False
        self._begun = False

    async def prolong(self, seconds: float = 0.0) -> None:
        """See that what begins now and is heard for ``seconds`` at most is not interrupted, and that the caller is
        freed soon after it, should we say nothing more. Nothing may be playing."""
        now = asyncio.get_running_loop().time()
        if self._away or self._is_right(seconds, self._ends_at - now):
            return
        try:
            await self._set(str(math.ceil(seconds + GUARD_SECONDS)))
        except EffectFailed as error:
            if not self._begun:
                raise  # not even the dialplan's own short one is set aside
            structlog.get_logger().warning("guard.not_prolonged", call=self._line.call_id, error=str(error))
            return
        self._begun, self._channel_id = True, self._line.channel.id
        self._ends_at = now + seconds + GUARD_SECONDS

    @asynccontextmanager
    async def taken_away(self) -> AsyncIterator[None]:
        """No guard: two people may talk for hours, and go on talking without us."""
        await self._set(_OFF)
        self._away, self._ends_at = True, 0.0
        try:
            yield
        finally:
            self._away = False

    def _is_right(self, seconds: float, left_seconds: float) -> bool:
        """Whether what is left of it fits: neither too short for what begins nor long after it."""
        if self._channel_id != self._line.channel.id:
            return False  # who takes a caller's place by a transfer comes without one
        wanted = seconds + GUARD_SECONDS
        shortest = wanted if seconds else GUARD_SECONDS - _SLACK_SECONDS
        return shortest <= left_seconds <= wanted + _OVERHANG_SECONDS

    async def _set(self, value: str) -> None:
        await self._line.effect(self._client.set_variable(self._line.channel.id, _VARIABLE, value))
