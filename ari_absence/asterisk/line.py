"""A caller's line as its own call sees it: what has happened so far, and waiting for what is to happen.

Events only ever add facts, and every wait asks for a fact, so the order in which events arrive does not
matter and an event that comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ari_absence.asterisk import protocol
from ari_absence.asterisk.inbox import KEYS_WAITING_MAX, Inbox
from ari_absence.asterisk.protocol import CallEvent, Channel
from ari_absence.errors import AlreadyGone, AsteriskError, CallerGone, EffectFailed

SETTLE_SECONDS = 0.3
"""How long an event may trail behind what it explains: a refused request, the end of a recording."""

T = TypeVar("T")


@dataclass(slots=True)
class Leg:
    """A phone that is rung for the caller, and then maybe talks. ``placed``: Asterisk has accepted it."""

    channel_id: str
    placed: bool = False
    rang: bool = False
    up: bool = False
    over: bool = False
    cause: int | None = None


@dataclass(slots=True)
class Playback:
    """The playback that is under way. ``progress_at`` is the loop's time of its latest sign of life, ``sound``
    what it was found playing when we last asked."""

    id: str
    progress_at: float
    sound: object = None
    finished: bool = False
    failed: bool = False


@dataclass(slots=True)
class Take:
    """The recording that is under way. ``keys_before``: how many keys waited when it began."""

    name: str
    keys_before: int = 0
    end: protocol.RecordingFinished | protocol.RecordingFailed | None = None


@dataclass(slots=True)
class Line:
    """The facts of one caller's channel. Only the call's own task reads and changes them.

    ``gone``: the caller left, by an event or by a request's answer. ``ended``: Asterisk has said so itself.
    ``heard``: whether a sound of ours has reached the caller; None while nothing was played.
    """

    call_id: str
    channel: Channel
    inbox: Inbox = field(default_factory=Inbox)
    gone: bool = False
    ended: bool = False
    keys: deque[str] = field(default_factory=deque)
    legs: list[Leg] = field(default_factory=list)
    answered: list[Leg] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    parted: bool = False
    bridge_id: str | None = None
    playback: Playback | None = None
    take: Take | None = None
    heard: bool | None = None
    count: int = 0

    def next_count(self) -> int:
        """A number for the next id; never the same one twice in a call."""
        self.count += 1
        return self.count

    def leg(self, channel_id: str) -> Leg | None:
        """The leg with that channel, if it is one of this call's."""
        return next((leg for leg in self.legs if leg.channel_id == channel_id), None)

    def catch_up(self) -> None:
        """Note everything that has arrived; raises CallerGone if the caller has left."""
        while (event := self.inbox.take()) is not None:
            self.note(event)
        self.check()

    def check(self) -> None:
        """Raise CallerGone if the caller has left."""
        if self.gone:
            raise CallerGone("the caller has hung up")

    async def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``ready`` holds; False if it does not within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                while not ready():
                    await self._next()
        except TimeoutError:
            return False
        return True

    async def _next(self) -> None:
        while (event := self.inbox.take()) is None:
            await self.inbox.arrival()
        self.note(event)

    async def effect(self, request: Awaitable[T]) -> T:
        """Carry out a request about the caller's own channel; its errors become those of the conversation."""
        try:
            return await request
        except AlreadyGone as error:
            self.gone = True
            raise CallerGone("the caller has hung up") from error
        except AsteriskError as error:
            # a refusal may just be the first sign of a hang-up
            if await self.until(lambda: self.gone, SETTLE_SECONDS):
                raise CallerGone("the caller has hung up") from error
            raise EffectFailed(str(error)) from error

    def note(self, event: CallEvent) -> None:
        """Add what ``event`` says to the facts."""
        match event:
            case protocol.StasisStart():
                self._note_start(event)
            case protocol.PlaybackProgress() | protocol.PlaybackFinished():
                self._note_playback(event)
            case protocol.RecordingFinished() | protocol.RecordingFailed():
                if self.take and event.name == self.take.name and self.take.end is None:
                    self.take.end = event
            case _ if event.channel_id == self.channel.id:
                self._note_own(event)
            case _ if leg := self.leg(event.channel_id):
                self._note_leg(leg, event)

    def _note_start(self, event: protocol.StasisStart) -> None:
        if event.replaced == self.channel.id:
            self.channel = event.channel  # a transfer put somebody else into the caller's place
        elif event.replaced and (leg := self.leg(event.replaced)):
            leg.channel_id = event.channel.id
        elif (leg := self.leg(event.channel.id)) and not leg.up:
            leg.up = True
            self.answered.append(leg)

    def _note_own(self, event: protocol.ChannelEvent) -> None:
        match event:
            case protocol.ChannelDtmfReceived():
                if len(self.keys) < KEYS_WAITING_MAX:
                    self.keys.append(event.digit)
            case protocol.StasisEnd() | protocol.ChannelDestroyed():
                self.gone = self.ended = True
            case protocol.ChannelHangupRequest():
                self.gone = True
            case protocol.ChannelLeftBridge():
                self.parted |= event.bridge_id == self.bridge_id

    def _note_leg(self, leg: Leg, event: protocol.ChannelEvent) -> None:
        match event:
            case protocol.ChannelStateChange():
                leg.rang |= event.state == "Ringing"
            case protocol.Dial():
                leg.rang |= event.status == "RINGING"
                if event.forwarded:
                    self.forwarded.append(event.forwarded)
            case protocol.ChannelDestroyed():
                leg.over, leg.cause = True, event.cause
            case protocol.StasisEnd():
                leg.over = True
            case protocol.ChannelLeftBridge():
                self.parted |= event.bridge_id == self.bridge_id

    def _note_playback(self, event: protocol.PlaybackEvent) -> None:
        playback = self.playback
        if playback is None or event.playback_id != playback.id:
            return
        playback.progress_at = asyncio.get_running_loop().time()
        if isinstance(event, protocol.PlaybackFinished):
            playback.finished, playback.failed = True, event.failed
