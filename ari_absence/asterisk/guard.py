"""The guard on one call: when Asterisk takes the call back from us by itself, and has the dialplan serve it.

The dialplan sets it short before a call comes to us; our first command sets it long. As long as we go on with the call
it is set anew, in the pauses of the conversation, because a request about a channel waits behind what is playing
there. A service that is killed, or hangs, in the middle of a conversation so keeps nobody in silence for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line
from ari_absence.errors import EffectFailed

GUARD_SECONDS = 600.0
"""How long a call may go on without a word from us, besides what takes longer by itself: a message that is spoken or
listened to. Set anew when half of it is over, it costs an ordinary call no request beyond the first."""

_VARIABLE = "TIMEOUT(absolute)"
_OFF = "0"


class Guard:
    """The guard on the call of ``line``."""

    def __init__(self, line: Line, client: AriClient) -> None:
        self._line = line
        self._client = client
        self._ends_at = 0.0  # by the loop's clock
        self._away = False

    async def prolong(self, seconds: float = 0.0) -> None:
        """See that what begins now and takes ``seconds`` at most is not interrupted. Nothing may be playing."""
        now = asyncio.get_running_loop().time()
        if self._away or self._ends_at - now >= seconds + GUARD_SECONDS / 2:
            return
        try:
            await self._set(str(round(seconds + GUARD_SECONDS)))
        except EffectFailed as error:
            if self._ends_at == 0.0:
                raise  # not even the dialplan's own short one is set aside
            structlog.get_logger().warning("guard.not_prolonged", call=self._line.call_id, error=str(error))
            return
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

    async def _set(self, value: str) -> None:
        await self._line.effect(self._client.set_variable(self._line.channel.id, _VARIABLE, value))
