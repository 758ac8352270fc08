"""Which call each channel, playback and recording belongs to, and that every call ends well.

One task per call. Events reach a call's queue by the ids we chose, which carry the id of the call, or by
the caller's channel. A channel that takes another's place takes its place here too.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping

import structlog

from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.channel_call import ChannelCall, Tools
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import CallEvent, StasisStart
from ari_absence.core.people import Why
from ari_absence.errors import AlreadyGone, AsteriskError, CallerGone

CALLS_MAX = 100
"""Calls held at once; beyond it callers go straight to the dialplan's fallback. Ten times a busy office."""

OnCall = Callable[[ChannelCall], Coroutine[object, object, None]]
"""The conversation: it is run once per call, as a task of its own."""

OnOrphans = Callable[[list[str]], Awaitable[None]]
"""Told the names of stored recordings of ours that belong to no living call."""

_EXTENSION = re.compile(r"[0-9*#A-Za-z_-]{1,64}", re.ASCII)  # what people.yaml accepts

_log = structlog.get_logger()


class Sessions:
    """All living calls. ``deliver`` never waits and never raises."""

    def __init__(self, tools: Tools, on_call: OnCall, on_orphans: OnOrphans) -> None:
        self._tools = tools
        self._on_call = on_call
        self._on_orphans = on_orphans
        self._calls: dict[str, ChannelCall] = {}
        self._by_channel: dict[str, str] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self.taking_calls = True
        self.counters: Counter[str] = Counter()

    @property
    def calls(self) -> Mapping[str, ChannelCall]:
        """The living calls, by call id."""
        return self._calls

    def knows_channel(self, channel_id: str) -> bool:
        """Whether the channel is a living call's caller or leg."""
        return self._of_channel(channel_id) is not None

    def deliver(self, event: CallEvent) -> None:
        """Put the event into the queue of the call it belongs to; start and end calls."""
        match event:
            case StasisStart():
                self._started(event)
            case protocol.PlaybackProgress() | protocol.PlaybackFinished():
                self._hand_over(self._owner(event.playback_id), event)
            case protocol.RecordingFinished() | protocol.RecordingFailed():
                self._recorded(event)
            case _:
                self._hand_over(self._of_channel(event.channel_id), event)

    async def close(self, grace_seconds: float) -> None:
        """Take no more calls, wait ``grace_seconds`` for those that live, release the rest."""
        self.taking_calls = False
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=grace_seconds)
        self.release_all()
        while waiting := {*self._tasks.values(), *self._errands}:
            await asyncio.wait(waiting)

    def release_all(self) -> None:
        """Interrupt every conversation and hand its caller to the dialplan."""
        for task in self._tasks.values():
            task.cancel()

    # -- events

    def _owner(self, thing_id: str) -> ChannelCall | None:
        return self._calls.get(ids.owner(thing_id) or "")

    def _of_channel(self, channel_id: str) -> ChannelCall | None:
        call_id = self._by_channel.get(channel_id) or ids.owner(channel_id)
        return self._calls.get(call_id or "")

    def _hand_over(self, call: ChannelCall | None, event: CallEvent) -> None:
        if call is None:
            self.counters["for nobody"] += 1
        else:
            call.line.inbox.put(event)

    def _recorded(self, event: protocol.RecordingEvent) -> None:
        call = self._owner(event.name)
        if call is None and ids.owner(event.name) and isinstance(event, protocol.RecordingFinished):
            self._run_errand(self._on_orphans([event.name]))
        self._hand_over(call, event)

    def _started(self, event: StasisStart) -> None:
        channel_id = event.channel.id
        if event.replaced and (call := self._of_channel(event.replaced)):
            self._by_channel.pop(event.replaced, None)
            self._by_channel[channel_id] = call.call_id
            self._hand_over(call, event)
        elif ids.owner(channel_id):
            self._leg_up(event)
        elif channel_id in self._by_channel:
            self.counters["duplicates"] += 1
        else:
            self._caller_came(event)

    def _leg_up(self, event: StasisStart) -> None:
        call = self._owner(event.channel.id)
        if call is None or call.line.leg(event.channel.id) is None:
            self.turn_away(event.channel.id)  # answered for a caller who is no longer there
        else:
            self._hand_over(call, event)

    def _caller_came(self, event: StasisStart) -> None:
        reason = self._cannot_take(event.args)
        if reason:
            _log.warning("call.not_taken", reason=reason)
            self.turn_away(event.channel.id)
            return
        line = Line(ids.new_call_id(), event.channel)
        call = ChannelCall(self._tools, line, extension=event.args[1], why=Why(event.args[0]))
        self._calls[call.call_id] = call
        self._by_channel[event.channel.id] = call.call_id
        task = asyncio.create_task(self._hold(call), name=f"call {call.call_id}")
        self._tasks[call.call_id] = task
        task.add_done_callback(lambda _: self._forget(call))

    def _cannot_take(self, args: tuple[str, ...]) -> str | None:
        if not self.taking_calls:
            return "no calls are taken now"
        if len(self._calls) >= CALLS_MAX:
            return f"{CALLS_MAX} calls are being held already"
        if len(args) != 2 or args[0] not in set(Why) or not _EXTENSION.fullmatch(args[1]):
            return "the dialplan must say Stasis(<app>,absent|noanswer|busy|unreachable,<extension>)"
        return None

    # -- the life of a call

    async def _hold(self, call: ChannelCall) -> None:
        """Run the conversation; however it ends, its caller is not left in silence."""
        log = _log.bind(call=call.call_id)
        log.info("call.began", extension=call.extension, why=call.why.value)
        try:
            await self._on_call(call)
            await call.hang_up()
        except CallerGone:
            # a request's answer may have told of the end; this makes sure that it is one
            await call.hang_up()
        except asyncio.CancelledError:
            await call.release_to_dialplan()
            raise
        except Exception:
            log.exception("call.failed")
            await call.release_to_dialplan()
        finally:
            log.info("call.over", keys_dropped=call.line.inbox.dropped)

    def _forget(self, call: ChannelCall) -> None:
        self._calls.pop(call.call_id, None)
        self._tasks.pop(call.call_id, None)
        for channel_id in [key for key, owner in self._by_channel.items() if owner == call.call_id]:
            del self._by_channel[channel_id]
        if not call.over:  # its task was cancelled before it could take a single step
            self.turn_away(call.line.channel.id)

    # -- channels that belong to no call

    def turn_away(self, channel_id: str) -> None:
        """Hang up a leg that nobody waits for; hand any other channel of ours to the dialplan."""
        self._run_errand(self._turn_away(channel_id))

    async def _turn_away(self, channel_id: str) -> None:
        tools = self._tools
        if ids.owner(channel_id):
            await tools.client.hang_up(channel_id)
            return
        await tools.client.continue_in_dialplan(channel_id, tools.fallback_context, tools.fallback_extension)

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
