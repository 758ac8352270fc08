"""One phone that is rung for a hunt, from its first ring until it is let go."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from ari_absence.asterisk import ids
from ari_absence.asterisk.line import Line, through
from ari_absence.asterisk.presenting import Presentation
from ari_absence.asterisk.protocol import ChannelDestroyed
from ari_absence.asterisk.speaking import Speaking
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import LegEnd, Ring, Verdict
from ari_absence.core.desk_phrases import RungUtterance
from ari_absence.core.phrases import CalleeUtterance
from ari_absence.errors import AlreadyGone, AsteriskError, CalleeGone, CallError, RequestRefused

RING_MARGIN_SECONDS = 3
"""How much longer Asterisk lets a phone ring than we do: it ends what we can't, being dead or cut off."""

GUARD = "TIMEOUT(absolute)"
"""What ends a leg that nobody of ours looks after: set before it rings, and for the screening; cleared for the talk."""

SCREENING_SECONDS_MAX = 180.0
"""Longest talk with somebody who was rung; three rounds of everything there is to say take half of it."""

HEARING_SECONDS_MAX = 540.0
"""Longest talk with who has taken a message: below the lease of an escalation, in which others are not told of it."""

FAREWELL_SECONDS_MAX = 8.0
"""Longest word to somebody whose decision is no longer needed."""

ANSWERED_ELSEWHERE = 26
"""Hang-up reason for the phones that lost: they log no missed call."""

DISPLAYED = "CONNECTEDLINE(all,i)"
"""Whom the phone that is rung displays: a caller ID."""

DISPLAYED_ANEW = "CONNECTEDLINE(all)"
"""The same for a phone that is rung already, which is told."""

_UNREACHABLE = 20
_BUSY = 17
_DECLINED = 21


class Callee(Speaking[RungUtterance]):
    """The port ``attendant.call.Callee`` on a real channel."""


class Party:
    """One phone, and whoever answers it. Its methods may be called by one task only, one at a time."""

    def __init__(self, tools: Tools, line: Line, ring: Ring, presentation: Presentation) -> None:
        self.line = line
        self.ring = ring
        self.end: LegEnd | None = None
        self._tools = tools
        self._client = tools.client
        self.presentation = presentation
        self.callee = Callee(tools.client, line, tools.callee_media)
        self._dialling: asyncio.Task[None] | None = None
        self._log = structlog.get_logger().bind(call=line.call_id, leg=line.leg)

    def dial(self, ring_seconds: float, originator: str | None) -> None:
        """Have Asterisk ring the phone. That it refused becomes known as the end of the line."""
        self._dialling = asyncio.create_task(self._create(ring_seconds, originator))

    async def reach(self, ring_seconds: float) -> LegEnd | None:
        """Wait for somebody to answer, and for their verdict. None: they take the call."""
        if not await self._is_answered(ring_seconds):
            return self._why_unanswered()
        self._log.info("leg.answered")
        return await self._hear_out()

    async def attend(self) -> None:
        """The talk with who has taken what has no caller; whatever becomes of it, they have taken it."""
        if self.ring.afterwards is None:
            return
        try:
            async with asyncio.timeout(HEARING_SECONDS_MAX):
                await self._guard_for(HEARING_SECONDS_MAX + RING_MARGIN_SECONDS)
                await self.ring.afterwards(self.callee)
        except (CallError, TimeoutError) as error:
            self._log.info("leg.hearing_over", error=type(error).__name__)

    async def let_go(self, words: Sequence[CalleeUtterance] = ()) -> None:
        """Stop ringing; who has answered and was still deciding hears ``words`` first."""
        try:
            if words and self.line.up:
                await self._part_with(words)
        finally:
            await through(self.hang_up(ANSWERED_ELSEWHERE))

    async def show(self, caller_id: str) -> None:
        """Have the phone display another caller: one that has answered shows it at once, one that rings may not."""
        if self.line.entered and not self.line.gone:
            await self._quietly(self._client.set_variable(self.line.channel.id, DISPLAYED_ANEW, caller_id))

    async def hang_up(self, reason_code: int | None = None) -> None:
        """End the leg. Nothing is wrong with one that has ended."""
        if self._dialling is not None:
            await asyncio.wait([self._dialling])  # a phone that Asterisk is just about to ring would ring on
        self.line.read()
        if not self.line.ended:
            await self._quietly(self._client.hang_up(self.line.channel.id, reason_code=reason_code))
            self.line.gone = self.line.ended = True

    # -- ringing

    async def _create(self, ring_seconds: float, originator: str | None) -> None:
        # created and dialled, not originated: an originate goes on to whatever a phone forwards to by itself (302)
        shown = self.presentation
        guard = str(math.ceil(ring_seconds) + RING_MARGIN_SECONDS)
        try:
            await self._client.create(
                self.ring.target.endpoint,
                self.line.channel.id,
                self._tools.app,
                app_args=f"leg,{self.line.call_id}",
                originator=originator,
                variables={DISPLAYED: shown.caller_id, **shown.variables, GUARD: guard},
            )
            self.line.placed = True
        except RequestRefused as error:
            self._note_refusal(error)
        except AsteriskError:
            self._log.warning("leg.unanswered_request")  # it may ring all the same

    def _note_refusal(self, error: RequestRefused) -> None:
        # only the status: what Asterisk says about it may repeat the number
        self._log.info("leg.refused", status=error.status)
        if error.status == 409:  # an earlier request of ours got through after all
            self.line.placed = True
        else:
            self.line.inbox.put(ChannelDestroyed(self.line.channel.id, _UNREACHABLE))

    async def _is_answered(self, ring_seconds: float) -> bool:
        line, loop = self.line, asyncio.get_running_loop()
        deadline = loop.time() + ring_seconds
        await line.until(lambda: line.entered or line.ended, ring_seconds)
        if line.entered and not (line.up or line.ended) and not await self._is_dialled():
            return False
        # the end itself, not the hang-up that announces it: only the end has the cause
        await line.until(lambda: line.up or line.ended, deadline - loop.time())
        return line.up and not line.gone

    async def _is_dialled(self) -> bool:
        """Have the phone ring; False if it never will."""
        try:
            await through(self._client.dial(self.line.channel.id))
        except AlreadyGone:
            pass  # why is told a moment later
        except RequestRefused as error:
            self._log.info("leg.refused", status=error.status)
            return False
        except AsteriskError:
            self._log.warning("leg.unanswered_request")  # it may ring all the same
        return True

    def _why_unanswered(self) -> LegEnd:
        if self.line.up:
            return LegEnd.DECLINED  # picked up and put down
        if self.line.cause == _BUSY:
            return LegEnd.BUSY
        if self.line.cause == _DECLINED:
            return LegEnd.DECLINED
        return LegEnd.NO_ANSWER if self.line.rang else LegEnd.UNREACHABLE

    # -- screening

    async def _hear_out(self) -> LegEnd | None:
        try:
            async with asyncio.timeout(SCREENING_SECONDS_MAX):
                verdict = await self._ask_verdict()
                if verdict is Verdict.TAKE and self.ring.afterwards is None:
                    await self._guard_for(0)  # they may talk for hours, and go on talking without us
        except TimeoutError:
            return LegEnd.UNDECIDED
        except CalleeGone:
            return LegEnd.DECLINED
        except CallError as error:
            self._log.warning("leg.not_screened", error=str(error))
            return LegEnd.UNDECIDED
        return _END_BY[verdict]

    async def _ask_verdict(self) -> Verdict | None:
        if self.ring.screening is None:
            return Verdict.TAKE
        await self._guard_for(SCREENING_SECONDS_MAX + FAREWELL_SECONDS_MAX + RING_MARGIN_SECONDS)
        await self._set_apart()
        return await self.ring.screening(self.callee)

    async def _guard_for(self, seconds: float) -> None:
        guard = str(math.ceil(seconds))
        await self.line.effect(self._client.set_variable(self.line.channel.id, GUARD, guard))

    async def _set_apart(self) -> None:
        """Out of the hidden bridge in which Asterisk keeps all that it dials: from there a phone could transfer."""
        line, client = self.line, self._client
        bridge_id = ids.of_bridge(line.name, line.next_count())
        try:
            await line.effect(client.create_bridge(bridge_id, self._tools.app))
            await line.effect(client.add_channels(bridge_id, [line.channel.id], keep_displays=True))
            await line.effect(client.remove_channel(bridge_id, line.channel.id))
        finally:
            await through(self._quietly(client.destroy_bridge(bridge_id)))

    async def _part_with(self, words: Sequence[CalleeUtterance]) -> None:
        with contextlib.suppress(CallError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS_MAX):
                await self.callee.fall_silent()
                await self.callee.say(*words)

    async def _quietly(self, request: Coroutine[Any, Any, None]) -> None:
        """Carry out a request of the tidying: what is gone already is fine, and nothing stops the rest."""
        try:
            await request
        except AlreadyGone:
            pass
        except AsteriskError as error:
            self._log.warning("leg.not_tidied", error=str(error))


_END_BY: dict[Verdict | None, LegEnd | None] = {
    Verdict.TAKE: None,
    Verdict.NOT_ME: LegEnd.DECLINED,
    Verdict.TO_MESSAGE: LegEnd.TO_MESSAGE,
    None: LegEnd.UNDECIDED,
}
