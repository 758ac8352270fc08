"""The bounded queue of one call: whatever floods in, it stays small, and no end of anything is lost."""

from __future__ import annotations

import asyncio
from collections import deque

from ari_absence.asterisk.protocol import (
    CallEvent,
    ChannelDtmfReceived,
    ChannelStateChange,
    Dial,
    PlaybackProgress,
)

KEYS_WAITING_MAX = 32
"""Keys that wait to be looked at; the longest thing a caller keys in is a number of 20 digits."""

EVENTS_WAITING_MAX = 256
"""Events that wait; a call has about 30 in all. Beyond it, what merely shows progress is dropped."""

_EXPENDABLE = (ChannelDtmfReceived, ChannelStateChange, Dial, PlaybackProgress)


class Inbox:
    """Events of one call in the order they came. One reader at a time."""

    def __init__(self) -> None:
        self._waiting: deque[CallEvent] = deque()
        self._arrived = asyncio.Event()
        self._keys = 0
        self.dropped = 0

    def put(self, event: CallEvent) -> None:
        """Add an event; surplus keys and surplus progress are dropped and counted. Never waits."""
        if self._is_surplus(event):
            self.dropped += 1
            return
        self._keys += isinstance(event, ChannelDtmfReceived)
        self._waiting.append(event)
        self._arrived.set()

    def take(self) -> CallEvent | None:
        """The next event, if one is waiting."""
        if not self._waiting:
            self._arrived.clear()
            return None
        event = self._waiting.popleft()
        self._keys -= isinstance(event, ChannelDtmfReceived)
        return event

    async def arrival(self) -> None:
        """Return when an event is waiting."""
        await self._arrived.wait()

    def _is_surplus(self, event: CallEvent) -> bool:
        if isinstance(event, ChannelDtmfReceived) and self._keys >= KEYS_WAITING_MAX:
            return True
        return len(self._waiting) >= EVENTS_WAITING_MAX and isinstance(event, _EXPENDABLE)
