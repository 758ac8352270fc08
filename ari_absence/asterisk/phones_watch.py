"""What the phones of our people do in talks that are not in our hands: who puts whom on hold.

Asterisk tells it because we subscribe to the phones after every connect; the calls themselves cost no request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from weakref import WeakValueDictionary

import structlog

from ari_absence.asterisk import protocol
from ari_absence.asterisk.held_channel import HeldChannel
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.tools import Tools
from ari_absence.errors import AlreadyGone, AsteriskError, RequestRefused

SUBSCRIBED_AT_ONCE = 100
"""Phones named in one request: an office of ten thousand takes a hundred requests, a small one a single one."""

ON_HOLD = "CHANNEL(rtp,hold)"
"""Asked of a phone's channel: whether the phone has put the other party on hold."""

OnHold = Callable[[HeldChannel], Coroutine[object, object, None]]
"""What is done about a hold: run once per hold, cancelled when the hold is over."""

_log = structlog.get_logger()


class PhonesWatch:
    """All holds of our people's phones. ``take`` never waits and never raises."""

    def __init__(self, tools: Tools, phones: Callable[[], Iterable[str]], on_hold: OnHold) -> None:
        """``phones`` gives the endpoints to be watched."""
        self._tools = tools
        self._client = tools.client
        self._phones = phones
        self._on_hold = on_hold
        self._holds: dict[str, asyncio.Task[None]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by phone

    @property
    def holds(self) -> int:
        """How many calls are on hold."""
        return len(self._holds)

    def take(self, event: protocol.CallEvent | protocol.PhoneEvent) -> None:
        """Note what an event says of a hold."""
        match event:
            case protocol.ChannelHold():
                self._begin(event.channel)
            case protocol.ChannelUnhold() | protocol.ChannelDestroyed() | protocol.ChannelLeftBridge():
                self._end(event.channel_id)

    async def catch_up(self) -> None:
        """After a connect: subscribe, and see what is on hold now. For how long it was before is not known."""
        await self.subscribe()
        try:
            channels = [protocol.read_channel(each) for each in _oldest_first(await self._client.channels())]
        except AsteriskError as error:
            _log.warning("holds.unknown", error=str(error))
            return
        for gone in self._holds.keys() - {channel.id for channel in channels}:
            self._end(gone)
        for channel in channels:
            if channel.up and self._tools.extension_of(channel.endpoint) is not None:
                await self._look(channel)

    async def subscribe(self) -> None:
        """Have Asterisk tell us of all phones; one that it does not know is left out."""
        for batch in _batches(sorted(set(self._phones()))):
            if not await self._subscribed(batch) and len(batch) > 1:
                for phone in batch:
                    await self._subscribed([phone])

    async def close(self) -> None:
        """Watch no more; who is on hold stays so."""
        tasks = list(self._holds.values())
        for channel_id in list(self._holds):
            self._end(channel_id)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _subscribed(self, phones: list[str]) -> bool:
        try:
            await self._client.subscribe(self._tools.app, phones)
        except RequestRefused:
            if len(phones) == 1:
                _log.warning("phone.unknown", phone=phones[0], mend="Asterisk has no such endpoint")
            return False
        except AsteriskError as error:
            _log.warning("phones.not_subscribed", error=str(error))
        return True

    async def _look(self, channel: Channel) -> None:
        try:
            held = await self._client.variable(channel.id, ON_HOLD) == "1"
        except (AlreadyGone, AsteriskError):
            return  # gone meanwhile, or no channel of chan_pjsip's
        if held:
            self._begin(channel)
        else:
            self._end(channel.id)

    def _begin(self, channel: Channel) -> None:
        extension = self._tools.extension_of(channel.endpoint)
        if extension is None or channel.id in self._holds:
            return
        began_at = asyncio.get_running_loop().time()
        turn = self._turns.setdefault(channel.endpoint, asyncio.Lock())
        held = HeldChannel(self._tools, channel, extension, self._holds.__contains__, began_at, turn)
        _log.info("hold.began", extension=extension)
        self._holds[channel.id] = asyncio.create_task(self._follow(held), name=f"hold {channel.id}")

    def _end(self, channel_id: str) -> None:
        task = self._holds.pop(channel_id, None)
        if task is not None:
            _log.info("hold.over")
            task.cancel()

    async def _follow(self, held: HeldChannel) -> None:
        try:
            await self._on_hold(held)
        except Exception:  # noqa: BLE001 - a mistake in one recall is no reason to lose the others
            _log.exception("hold.failed")


def _oldest_first(channels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which hold is the oldest, nobody can say after a connect; the oldest call is the best guess."""
    return sorted(channels, key=lambda each: str(each.get("creationtime")))


def _batches(phones: list[str]) -> Iterable[list[str]]:
    starts = range(0, len(phones), SUBSCRIBED_AT_ONCE)
    return (phones[start : start + SUBSCRIBED_AT_ONCE] for start in starts)
