"""Which call each channel, playback and recording belongs to, and that every call ends well.

One task per call. Events reach the queue of their line by the ids we chose, or by the caller's channel. A channel
that takes another's place takes its place here too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import structlog

from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.alert import alert
from ari_absence.asterisk.arrival import ASTRAY, CODE, PARKED, mistake_in
from ari_absence.asterisk.audio_watch import AudioWatch
from ari_absence.asterisk.channel_call import ChannelCall, DeskChannel
from ari_absence.asterisk.connecting import connect
from ari_absence.asterisk.left_talks import LeftTalks
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import BridgeAttendedTransfer, CallEvent, Channel, StasisStart
from ari_absence.asterisk.returned import (
    AFTERGLOW_SECONDS,
    BUSY,
    HELD_SECONDS_MAX,
    Suspicion,
    diverted_too_often,
)
from ari_absence.asterisk.tools import Tools
from ari_absence.asterisk.transfers import Transfers
from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Ring
from ari_absence.attendant.camp_on import Introduction
from ari_absence.core.admission import Admission
from ari_absence.core.handover import Handover
from ari_absence.core.people import Caller, Why
from ari_absence.errors import AlreadyGone, AsteriskError, CallerGone, CallerReplaced

_REASONS = frozenset(why.value for why in Why)

HAND_OVER_SECONDS = 8.0
"""How long handing everybody to the dialplan may take; two requests that Asterisk does not answer fit."""

OnCall = Callable[[ChannelCall], Coroutine[object, object, None]]
"""The conversation: it is run once per call, as a task of its own."""

OnCode = Callable[[DeskChannel], Coroutine[object, object, None]]
"""The conversation with somebody who dialled one of our codes: the same."""

Conversation = Callable[[], Coroutine[object, object, None]]

OnParked = Callable[[ChannelCall, str], Coroutine[object, object, None]]
"""The conversation with somebody who was parked and not picked up, and their parking slot: the same."""

OnOrphans = Callable[[list[str]], Awaitable[None]]
"""Told the names of stored recordings of ours that belong to no living call."""

T = TypeVar("T")

_log = structlog.get_logger()


class Sessions:
    """All living calls. ``deliver`` never waits and never raises."""

    def __init__(
        self,
        tools: Tools,
        on_call: OnCall,
        on_orphans: OnOrphans,
        on_code: OnCode | None = None,
        on_parked: OnParked | None = None,
    ) -> None:
        self._tools = tools
        self._on_call = on_call
        self._on_code = on_code
        self._on_parked = on_parked
        self._on_orphans = on_orphans
        self._calls: dict[str, ChannelCall | DeskChannel] = {}
        self._switchboard = tools.switchboard
        self._transfers = Transfers(lambda: self._switchboard.lines, self._caller_of)
        self._audio = AudioWatch(tools.client, tools.switchboard)
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self.left_talks = LeftTalks(tools.client)
        self.admission = Admission()
        self.taking_calls = True
        self.counters: Counter[str] = Counter()

    @property
    def calls(self) -> Mapping[str, ChannelCall | DeskChannel]:
        """The living calls, by call id."""
        return self._calls

    @property
    def lines(self) -> list[Line]:
        """The lines of all parties: callers, and phones that are rung for them."""
        return list(self._switchboard.lines)

    def knows_channel(self, channel_id: str) -> bool:
        """Whether the channel is a living call's caller or leg, or talks without us."""
        return self._switchboard.of_channel(channel_id) is not None or self.left_talks.knows_channel(
            channel_id
        )

    def _caller_of(self, call_id: str) -> Caller | None:
        call = self._calls.get(call_id)
        return call.caller if call else None

    def deliver(self, event: CallEvent) -> None:
        """Put the event into the queue of the line it belongs to; start and end calls."""
        if isinstance(event, StasisStart):
            self._started(event)
        elif isinstance(event, BridgeAttendedTransfer):
            self._note_transfer(event)
        elif not self._switchboard.deliver(event):
            self._for_nobody(event)

    async def alert(self, rings: Sequence[Ring], ring_seconds: float) -> Hunt:
        """Ring phones without a caller; who takes it has been told everything by their screening."""
        return await self._call_out(
            lambda call_id: alert(self._tools, call_id, rings, ring_seconds), _unheard(rings)
        )

    async def connect(self, introduction: Introduction) -> HuntEnd:
        """Ring one of the house, ask them, and connect them with another; how that ended."""
        return await self._call_out(
            lambda call_id: connect(self._tools, call_id, introduction), HuntEnd.UNREACHABLE
        )

    def serves(self, call_id: str) -> bool:
        """Whether what carries this id belongs to something that goes on: a call, or phones rung without a caller."""
        return call_id in self._tasks

    async def _call_out(self, work: Callable[[str], Coroutine[object, object, T]], instead: T) -> T:
        """Do what rings phones without a caller, under a call id of its own; ``instead`` when the service stops."""
        if not self.taking_calls:
            return instead
        call_id = ids.new_call_id()
        task = asyncio.create_task(work(call_id), name=f"out {call_id}")
        self._tasks[call_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(call_id, None))
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled() and not _is_being_cancelled():
                return instead  # the service stops
            raise

    async def close(self, grace_seconds: float) -> None:
        """Take no more calls, let those talk on who do, wait ``grace_seconds`` for the others, release the rest.

        Returns within those and eight seconds: a caller who could not be released has the dialplan's own time limit.
        """
        self.taking_calls = False
        self._leave_talks()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=grace_seconds)
        self.release_all()
        await self._audio.close()
        end = asyncio.get_running_loop().time() + HAND_OVER_SECONDS
        while waiting := {*self._tasks.values(), *self._errands}:
            seconds = end - asyncio.get_running_loop().time()
            if seconds <= 0:
                _log.error("calls.not_released", calls=len(self._calls), errands=len(self._errands))
                return
            await asyncio.wait(waiting, timeout=seconds)

    def _leave_talks(self) -> None:
        """For their conversations, who talk have left our hands; their bridge stays, for the next life to see to."""
        for line in self.lines:
            if line.bridge_id is not None:
                line.bridge_id = None
                line.inbox.put(protocol.StasisEnd(line.channel.id))

    def release_all(self) -> None:
        """Interrupt every conversation and hand its caller to the dialplan."""
        for task in self._tasks.values():
            task.cancel()

    # -- events

    def _for_nobody(self, event: CallEvent) -> None:
        if (ended := self.left_talks.ended_by(event)) is not None:
            self._run_errand(self.left_talks.end(ended))
            return
        if isinstance(event, protocol.ChannelEvent) and ids.owner(event.channel_id) is None:
            return  # of a phone that we are only told about, or of a caller who has left
        self.counters["for nobody"] += 1
        if isinstance(event, protocol.RecordingFinished) and ids.owner(event.name):
            self._run_errand(self._on_orphans([event.name]))

    def _note_transfer(self, event: BridgeAttendedTransfer) -> None:
        """Asterisk joins talks by channels without a number; whoever is in one of them is known by it from now on."""
        known = self._transfers.note(event)
        for half in known.behind:
            line = self._switchboard.of_channel(half)
            if line is not None:
                line.inbox.put(known)

    def _started(self, event: StasisStart) -> None:
        event = replace(event, channel=self._transfers.known(event.channel))
        channel_id = event.channel.id
        if event.replaced and self._switchboard.replace(event):
            self._watch_audio(event.channel)
            return
        if event.replaced and self.left_talks.replace(event):
            return
        if ids.owner(channel_id):
            if not self._switchboard.deliver(event):
                self.turn_away(channel_id)  # made for a caller who is no longer there
        elif self._switchboard.of_channel(channel_id):
            self.counters["duplicates"] += 1
        else:
            self._caller_came(event)

    def _watch_audio(self, joined: Channel) -> None:
        """A half has taken somebody's place: those who talk with it may be sent no sound."""
        line = self._switchboard.of_channel(joined.id)
        if line is not None and joined.is_half:
            self._audio.follow(line)

    def _caller_came(self, event: StasisStart) -> None:
        reason = self._cannot_take(event.args)
        refusal = None if reason else self._refusal(event)
        if reason or refusal:
            _log.warning("call.not_taken", reason=reason or refusal)
            self.turn_away(event.channel.id, code=event.args[:1] == (CODE,))
        elif event.args[0] == CODE:
            self._begin_code(event)
        elif event.args[0] == PARKED:
            self._begin_parked(event)
        elif event.args[0] == ASTRAY:
            self._bring_back(event, event.args[1])
        elif self._tools.extension_of(event.channel.endpoint) is not None:
            self._begin(event, None)
        elif diverted_too_often("".join(event.args[2:3])):
            self._note_returned(event.args[1])
            self._hang_up(event.channel.id, BUSY)
        else:
            self._begin(event, self._tools.outside.suspects(event.args[1], event.channel.caller_number))

    def _note_returned(self, extension: str) -> None:
        self.counters["returned forwards"] += 1
        _log.warning("call.returned", extension=extension)

    def _begin(self, event: StasisStart, suspicion: Suspicion | None) -> None:
        line = Line(ids.new_call_id(), event.channel)
        sender = "".join(event.args[3:4])
        sent_by = self._tools.extension_of(_endpoint(sender))
        if sender and self._tools.name_of(event.args[1]) is None:
            self._bring_back(event, sender)
            return
        call = ChannelCall(self._tools, line, event.args[1], Why(event.args[0]), transferred_by=sent_by)
        _log.info("call.began", call=call.call_id, extension=call.extension, why=call.why.value)
        self._serve(call, partial(self._converse, call, suspicion))

    def _bring_back(self, event: StasisStart, sender: str) -> None:
        """A caller was sent on to where no caller is served, by the phone with the channel ``sender``: back there, or,
        if that is nobody's, to the operator."""
        sent_by = self._tools.extension_of(_endpoint(sender))
        to = sent_by or self._tools.operator()
        if to is None:
            self.turn_away(event.channel.id)
            return
        line = Line(ids.new_call_id(), event.channel)
        call = ChannelCall(self._tools, line, to, Why.NOANSWER, transferred_by=sent_by, astray=True)
        _log.info("call.astray", call=call.call_id, extension=to)
        self._serve(call, partial(self._on_call, call))

    def _begin_code(self, event: StasisStart) -> None:
        assert self._on_code is not None  # noqa: S101 - asked before
        desk = DeskChannel(self._tools, Line(ids.new_call_id(), event.channel), event.args[1])
        # of what was dialled only the code itself: digits behind it may be a time, an extension or a PIN
        _log.info("code.began", call=desk.call_id, code=desk.dialled[:3])
        self._serve(desk, partial(self._on_code, desk))

    def _begin_parked(self, event: StasisStart) -> None:
        parker = self._tools.extension_of(event.args[1])
        assert self._on_parked is not None  # noqa: S101 - asked before
        assert parker is not None  # noqa: S101 - asked before
        call = ChannelCall(self._tools, Line(ids.new_call_id(), event.channel), parker, Why.NOANSWER)
        _log.info("parked.began", call=call.call_id, extension=parker, slot=event.args[2])
        self._serve(call, partial(self._on_parked, call, event.args[2]))

    def _serve(self, call: ChannelCall | DeskChannel, conversation: Conversation) -> None:
        self._calls[call.call_id] = call
        self._switchboard.add_caller(call.line)
        task = asyncio.create_task(self._hold(call, conversation), name=f"call {call.call_id}")
        self._tasks[call.call_id] = task
        task.add_done_callback(lambda _: self._forget(call))

    def _cannot_take(self, args: tuple[str, ...]) -> str | None:
        if not self.taking_calls:
            return "no calls are taken now"
        if (args[:1] == (CODE,) and not self._on_code) or (args[:1] == (PARKED,) and not self._on_parked):
            return "nothing can be noted now, and only callers are served"
        return mistake_in(args, self._tools.extension_of)

    def _refusal(self, event: StasisStart) -> str | None:
        """Why there is no room for a call that could be taken otherwise, counted by its reason.

        Only numbers of callers from outside are counted: whoever a colleague sends on, or has parked, was served.
        """
        limits, args = self._tools.limits(), event.args
        counted = args[0] in _REASONS and not "".join(args[3:4])
        outside = self._tools.extension_of(event.channel.endpoint) is None
        refusal = self.admission.judge(
            event.channel.caller_number if counted and outside else None,
            args[1],
            asyncio.get_running_loop().time(),
            held=len(self._calls),
            calls_max=limits.calls_at_once,
            per_minute=limits.calls_per_number_per_minute,
        )
        if refusal is None:
            return None
        self.counters[refusal.name] += 1
        return refusal.value

    # -- the life of a call

    async def _hold(self, call: ChannelCall | DeskChannel, conversation: Conversation) -> None:
        """Run the conversation; however it ends, its caller is not left in silence, nor who took the caller's place."""
        log = _log.bind(call=call.call_id)
        try:
            if await self._is_passed_on(call, conversation):
                await self._begin_afresh(call)
        except asyncio.CancelledError:
            await call.release_to_dialplan()
            raise
        except Exception:
            log.exception("call.failed")
            await call.release_to_dialplan()
        finally:
            log.info("call.over", keys_dropped=call.line.inbox.dropped)

    async def _is_passed_on(self, call: ChannelCall | DeskChannel, conversation: Conversation) -> bool:
        """Hold the conversation; whether it ended because a transfer put somebody else into the caller's place."""
        try:
            await conversation()
        except CallerReplaced:
            return True
        except CallerGone:
            # a request's answer may have told of the end; the next makes sure that it is one, and no transfer
            pass
        await call.hang_up()
        return call.line.replaced

    async def _begin_afresh(self, old: ChannelCall | DeskChannel) -> None:
        """Speak with who took the caller's place as with any caller of that extension; who was transferred into a code
        reaches who dialled it."""
        if isinstance(old, DeskChannel):
            extension, why, handover = old.began_by, Why.NOANSWER, Handover(old.began_by)
        else:
            extension, why, handover = old.extension, old.why, old.to_hand_over
        if extension is None or not self.taking_calls:
            await old.release_to_dialplan()
            return
        channel = self._transfers.known(await old.part(), old.began_at)
        line = Line(ids.new_call_id(), channel)
        line.gone = line.ended = old.line.ended
        call = ChannelCall(self._tools, line, extension, why, handover=handover)
        _log.info("call.passed_on", call=call.call_id, before=old.call_id, by=handover.by)
        self._serve(call, partial(self._converse, call, None))

    async def _converse(self, call: ChannelCall, suspicion: Suspicion | None) -> None:
        if suspicion is not None and await self._has_returned(call, suspicion):
            self._note_returned(call.extension)
        else:
            await self._on_call(call)

    async def _has_returned(self, call: ChannelCall, suspicion: Suspicion) -> bool:
        """Let the call ring, unanswered, until it is clear whether it is one that we sent outside ourselves."""
        _log.info("call.suspected", call=call.call_id)
        try:
            await call.ring_on(suspicion.is_over, HELD_SECONDS_MAX)
        except CallerGone:
            if not suspicion.is_confirmed():
                await asyncio.sleep(
                    AFTERGLOW_SECONDS
                )  # the end of our leg may be told after that of its echo
            return suspicion.is_confirmed()
        return False

    def _forget(self, call: ChannelCall | DeskChannel) -> None:
        self._calls.pop(call.call_id, None)
        self._tasks.pop(call.call_id, None)
        self._switchboard.remove(call.line)
        if not call.over:  # its task was cancelled before it could take a single step
            self.turn_away(call.line.channel.id, code=isinstance(call, DeskChannel))

    # -- channels that belong to no call

    def turn_away(self, channel_id: str, *, code: bool = False) -> None:
        """Hang up a leg that nobody waits for; hand any other channel of ours to the dialplan, which tells by
        itself what is no caller; with ``code`` it is known to be somebody of the house."""
        self._run_errand(self._turn_away(channel_id, code=code))

    def _hang_up(self, channel_id: str, reason_code: int | None) -> None:
        self._run_errand(self._tools.client.hang_up(channel_id, reason_code=reason_code))

    async def _turn_away(self, channel_id: str, *, code: bool) -> None:
        tools = self._tools
        if ids.owner(channel_id):
            await tools.client.hang_up(channel_id)
            return
        place = (tools.fallback_context, tools.fallback_extension)
        context, extension = (tools.code_context, tools.code_extension) if code else place
        await tools.client.continue_in_dialplan(channel_id, context, extension)

    def _run_errand(self, errand: Awaitable[None]) -> None:
        task = asyncio.create_task(_carried_out(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


async def _carried_out(errand: Awaitable[None]) -> None:
    try:
        await errand
    except AlreadyGone:
        pass
    except AsteriskError as error:
        _log.warning("errand.failed", error=str(error))
    except Exception:  # noqa: BLE001 - the app's own callback; it must not end the link
        _log.exception("errand.failed")


def _endpoint(channel_name: str) -> str:
    """``PJSIP/100`` of ``PJSIP/100-0000001a``."""
    return channel_name.rpartition("-")[0]


def _unheard(rings: Sequence[Ring]) -> Hunt:
    return Hunt(HuntEnd.UNREACHABLE, None, tuple(LegEnd.CANCELLED for _ in rings))


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
