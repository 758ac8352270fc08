"""One party's line as its own task sees it: what has happened so far, and waiting for what is to happen.

Events only ever add facts, and every wait asks for a fact, so the order in which events arrive does not
matter and an event that comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ari_absence.asterisk import protocol
from ari_absence.asterisk.inbox import KEYS_WAITING_MAX, Inbox
from ari_absence.asterisk.protocol import CallEvent, Channel
from ari_absence.errors import (
    AlreadyGone,
    AsteriskError,
    CalleeGone,
    CallerGone,
    CallerReplaced,
    EffectFailed,
)

SETTLE_SECONDS = 0.3
"""How long an event may trail behind what it explains: a refused request, the end of a recording."""

T = TypeVar("T")

_SIGNS_OF_RINGING = frozenset({"RINGING", "PROGRESS"})  # a carrier may send the tone itself instead of 180


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
    """The facts of one party's channel. One task at a time reads and changes them.

    ``gone``: the party left, by an event or by a request's answer. ``ended``: Asterisk has said so itself.
    ``replaced``: they left by a transfer that put somebody else into a caller's place, who is on ``channel`` now.
    ``heard``: whether a sound of ours has reached the party; None while nothing was played. ``first_sound_at``: the
    loop's time at which Asterisk accepted the first one. ``music``: it is played until something else is.
    ``leg`` is empty for
    the caller; what follows ``placed`` is of use for a phone that we ring (``placed``: Asterisk has accepted it,
    ``entered``: its channel is in our hands and can be dialled).
    """

    call_id: str
    channel: Channel
    leg: str = ""
    inbox: Inbox = field(default_factory=Inbox)
    gone: bool = False
    ended: bool = False
    replaced: bool = False
    keys: deque[str] = field(default_factory=deque)
    parted: bool = False
    bridge_id: str | None = None
    playback: Playback | None = None
    take: Take | None = None
    heard: bool | None = None
    first_sound_at: float | None = None
    count: int = 0
    placed: bool = False
    entered: bool = False
    rang: bool = False
    up: bool = False
    cause: int | None = None
    music: bool = False

    @property
    def name(self) -> str:
        """What the ids of this line's playbacks and recordings begin with."""
        return self.call_id + self.leg

    def next_count(self) -> int:
        """A number for the next id; never the same one twice on a line."""
        self.count += 1
        return self.count

    def reserve_counts(self, number: int) -> int:
        """The first of so many numbers in a row that are given to nothing else."""
        self.count += number
        return self.count - number + 1

    def catch_up(self) -> None:
        """Note everything that has arrived; raises as :meth:`check` does."""
        self.read()
        self.check()

    def read(self) -> None:
        """Note everything that has arrived."""
        while (event := self.inbox.take()) is not None:
            self.note(event)

    def check(self) -> None:
        """Raise CallerGone, CallerReplaced or CalleeGone if the party has left."""
        if self.gone:
            raise self._departure()

    def accept(self) -> None:
        """Go on with who has taken the caller's place."""
        self.gone, self.replaced = self.ended, False

    def _departure(self) -> CallerGone | CallerReplaced | CalleeGone:
        if self.leg:
            return CalleeGone("who was rung has hung up")
        if self.replaced:
            return CallerReplaced("the call was transferred, and somebody else is on the line")
        return CallerGone("the caller has hung up")

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

    async def effect(self, request: Coroutine[Any, Any, T]) -> T:
        """Carry out a request about the party's own channel; its errors become those of the conversation.

        A request once made is waited for, even by a task that is cancelled: else what undoes it could overtake it.
        """
        try:
            return await through(request)
        except AlreadyGone as error:
            if (
                not self.leg
            ):  # a channel is also gone because another has taken its place, as we are told a moment later
                await self.until(lambda: self.ended or self.replaced, SETTLE_SECONDS)
            self.gone = True
            raise self._departure() from error
        except AsteriskError as error:
            # a refusal may just be the first sign of a hang-up
            if await self.until(lambda: self.gone, SETTLE_SECONDS):
                raise self._departure() from error
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
            case protocol.BridgeAttendedTransfer():
                behind = event.behind.get(self.channel.id)
                if behind is not None and behind.caller_number is not None:
                    self.channel = self.channel.shown_as(behind.caller_number, behind.caller_name)
            case _ if event.channel_id == self.channel.id:
                self._note_own(event)

    def _note_start(self, event: protocol.StasisStart) -> None:
        if event.replaced == self.channel.id:
            self.channel = event.channel  # a transfer put somebody else into this party's place
            if not self.leg and self.bridge_id is None:  # two who talk with each other go on talking
                self.replaced = self.gone = True
        elif event.channel.id == self.channel.id:
            self.entered, self.channel = True, event.channel
            self.up |= event.channel.up

    def _note_own(self, event: protocol.ChannelEvent) -> None:
        match event:
            case protocol.ChannelDtmfReceived():
                if len(self.keys) < KEYS_WAITING_MAX:
                    self.keys.append(event.digit)
            case protocol.ChannelDestroyed():
                self.gone = self.ended = True
                self.cause = event.cause
            case protocol.StasisEnd():
                self.gone = True
                # of a leg that rang in vain the end itself is told too, with its cause; any other channel that lives
                # on was taken by somebody at Asterisk's console, and is theirs
                self.ended |= self.up or not self.leg
            case protocol.ChannelHangupRequest():
                self.gone = True
            case protocol.ChannelLeftBridge():
                self.parted |= event.bridge_id == self.bridge_id
            case protocol.ChannelStateChange():
                self.rang |= event.state == "Ringing"
                self.up |= event.state == "Up"
            case protocol.Dial():
                self.rang |= event.status in _SIGNS_OF_RINGING

    def _note_playback(self, event: protocol.PlaybackEvent) -> None:
        playback = self.playback
        if playback is None or event.playback_id != playback.id:
            return
        playback.progress_at = asyncio.get_running_loop().time()
        if isinstance(event, protocol.PlaybackFinished):
            playback.finished, playback.failed = True, event.failed


async def through(work: Coroutine[Any, Any, T]) -> T:
    """Do ``work`` to its end, even if cancelled meanwhile, however often; the cancellation follows then."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        task.cancelled() or task.exception()  # looked at, and less important than the cancellation
        raise asyncio.CancelledError
    return task.result()
