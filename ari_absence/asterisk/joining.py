"""The caller's side of a hunt: company while phones ring, the bridge with who takes the call, and the end of both."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Protocol

import structlog

from ari_absence.asterisk import ids
from ari_absence.asterisk.guard import RENEWAL_SECONDS, Guard
from ari_absence.asterisk.hunting import Hunting
from ari_absence.asterisk.line import SETTLE_SECONDS, Line, through
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Pastime
from ari_absence.core.people import Caller
from ari_absence.errors import AlreadyGone, AsteriskError, CallerGone, CallerReplaced, EffectFailed

TALK_SECONDS_MIN = 1.0
"""Who takes a call by key and hangs up sooner than that has not talked with the caller, who goes on."""

TALK_SECONDS_MAX = 4 * 3600.0
"""A conversation longer than this is two phones that were not hung up."""


class CallersSide(Protocol):
    """What a hunt needs of the call it is for."""

    line: Line

    @property
    def guard(self) -> Guard:
        """What frees the caller from us, should we say nothing more."""

    @property
    def caller(self) -> Caller:
        """Who is on the line now."""

    @property
    def answered(self) -> bool:
        """Whether the caller has been picked up."""

    async def answer(self) -> None:
        """Pick up."""

    async def quieten(self) -> None:
        """End what is playing or being recorded."""


class Joining:
    """One hunt with its caller. Use once. ``heir``: what who takes the caller's place does while phones still ring."""

    def __init__(
        self, tools: Tools, side: CallersSide, hunting: Hunting, heir: Pastime | None = None
    ) -> None:
        self._heir = heir
        self._passed_on = False
        self._client = tools.client
        self._app = tools.app
        self._side = side
        self._line = side.line
        self._hunting = hunting
        self._log = structlog.get_logger().bind(call=side.line.call_id)

    async def run(self, pastime: Pastime | None) -> Hunt:
        """Ring, keep the caller company, join, wait until they have talked. Leaves nothing behind."""
        self._hunting.begin()
        began_with = self._line.channel.id
        company = asyncio.create_task(self._keep_company(pastime))
        company.add_done_callback(lambda _: self._hunting.decide(HuntEnd.CALLER_CHOSE))
        at_once = True
        try:
            end = await self._attempt(company)
            at_once = end is HuntEnd.TALKED
        except CallerGone:
            at_once = False
            self._tell_the_taker()
            if self._passed_on:  # who has left is not who began: their call is one of its own
                raise CallerReplaced("who took the caller's place has hung up, too") from None
            raise
        finally:
            await through(self._tidy(company, at_once=at_once))
        passed_on = self._passed_on or self._line.channel.id != began_with
        return replace(self._hunting.result(end), passed_on=passed_on, heir_joined=self._passed_on)

    async def _attempt(self, company: asyncio.Task[None]) -> HuntEnd:
        end = await self._hunting.decided()
        self._hunting.dismiss_the_rest(caller_left=end is HuntEnd.CALLER_CHOSE and self._has_left())
        await self._part_from(company)
        taker = self._hunting.taker
        if end is not HuntEnd.TALKED or taker is None:
            return end
        async with self._side.guard.taken_away():
            return await self._talk(taker)

    def _has_left(self) -> bool:
        """Whether it was by leaving that the caller ended the company, which is over now."""
        self._line.read()
        return self._line.gone

    # -- company

    async def _keep_company(self, pastime: Pastime | None) -> None:
        try:
            await (self._let_it_ring() if pastime is None else pastime())
        except CallerReplaced:
            await self._pass_on()
            assert self._heir is not None  # noqa: S101 - else it was raised again
            await self._heir()

    async def _pass_on(self) -> None:
        """The phones ring on for who has taken the caller's place; without an heir, that ends the hunt."""
        if self._heir is None:
            raise CallerReplaced("nobody is to be rung for who has come")
        self._line.accept()
        self._passed_on = True
        self._log.info("hunt.passed_on")
        await self._side.quieten()
        await self._hunting.show_anew(self._side.caller)

    async def _let_it_ring(self) -> None:
        line = self._line
        try:
            await line.effect(self._client.ring(line.channel.id))
            while not line.gone:
                await self._side.guard.prolong()
                await line.until(lambda: line.gone, RENEWAL_SECONDS)
            line.check()
        finally:
            if not line.gone or line.replaced:
                await self._quietly(self._client.stop_ring(line.channel.id))

    async def _part_from(self, company: asyncio.Task[None]) -> None:
        """End the company as at a word; what went wrong with it, or that the caller left, is raised."""
        company.cancel()
        await asyncio.wait([company])
        try:
            if not company.cancelled() and (error := company.exception()) is not None:
                raise error
            await self._side.quieten()
            self._line.catch_up()
        except CallerReplaced:
            await self._pass_on()

    # -- joining

    async def _talk(self, taker: Party) -> HuntEnd:
        bridge_id = await self._bridge()
        if not self._side.answered:
            await self._side.answer()
        for side in (self._line, taker.line):
            side.bridge_id, side.parted = bridge_id, False
        if self._passed_on:  # a phone that rang then could not be told before it was answered
            await self._hunting.show_anew(self._side.caller)
        taker.end = LegEnd.DROPPED
        if not await self._join(bridge_id, taker) or not await self._have_talked(taker):
            return HuntEnd.NO_ANSWER
        taker.end = LegEnd.TALKED
        return HuntEnd.TALKED  # also when it was the caller who hung up: they have talked

    async def _bridge(self) -> str:
        line = self._line
        bridge_id = ids.of_bridge(line.call_id, line.next_count())
        line.bridge_id = (
            bridge_id  # before we ask: a request that is answered too late has made it all the same
        )
        await line.effect(self._client.create_bridge(bridge_id, self._app))
        return bridge_id

    async def _join(self, bridge_id: str, taker: Party) -> bool:
        """Put both into the bridge; False when the one who answered has hung up again."""
        line, channel_id = self._line, self._line.channel.id
        try:
            await through(
                self._client.add_channels(
                    bridge_id,
                    [channel_id, taker.line.channel.id],
                    # a carrier, or a trusted phone, may tell its number at any time, also in the middle of the talk
                    keep_displays=True,
                )
            )
        except AlreadyGone:
            await line.until(lambda: line.gone or line.channel.id != channel_id, SETTLE_SECONDS)
            line.check()
            # a transfer at this very moment put somebody else into the caller's place
            return line.channel.id != channel_id and await self._join(bridge_id, taker)
        except AsteriskError as error:
            raise EffectFailed(str(error)) from error
        return True

    async def _have_talked(self, taker: Party) -> bool:
        """Wait until one of the two leaves; False if that was a callee who had hardly come in."""
        self._log.info("call.connected")
        leg, began_at = taker.line, asyncio.get_running_loop().time()
        await _until_one_leaves(self._line, leg)
        seconds = asyncio.get_running_loop().time() - began_at
        if taker.ring.screening is not None and seconds < TALK_SECONDS_MIN:
            return not await self._only_left(leg)
        if self._line.gone or not leg.gone or leg.parted or seconds > SETTLE_SECONDS:
            return True
        return await leg.until(lambda: leg.parted, SETTLE_SECONDS)

    async def _only_left(self, leg: Line) -> bool:
        """Whether it was the callee who left, and the caller is still there."""
        await leg.until(
            lambda: leg.gone, SETTLE_SECONDS
        )  # that a party left the bridge is told a moment before
        self._line.read()
        return leg.gone and not self._line.gone

    # -- the end

    def _tell_the_taker(self) -> None:
        taker = self._hunting.taker
        if taker is not None and taker.end in (None, LegEnd.DROPPED):
            self._hunting.dismiss(taker, taker.ring.left)

    async def _tidy(self, company: asyncio.Task[None], *, at_once: bool) -> None:
        company.cancel()
        await asyncio.wait([company])
        if not company.cancelled():
            company.exception()  # looked at: what ended the hunt is raised already
        # first the phones, then the bridge: a bridge that goes first overwrites their hang-up cause
        await self._hunting.end(at_once=at_once)
        if self._line.bridge_id is not None:
            await self._quietly(self._client.destroy_bridge(self._line.bridge_id))
            self._line.bridge_id = None

    async def _quietly(self, request: Coroutine[Any, Any, None]) -> None:
        """Carry out a request of the tidying: what is gone already is fine, and nothing stops the rest."""
        try:
            await through(request)
        except AlreadyGone:
            pass
        except AsteriskError as error:
            self._log.warning("hunt.not_tidied", error=str(error))


async def _until_one_leaves(*sides: Line) -> None:
    waiting = [asyncio.create_task(_left(side)) for side in sides]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)


async def _left(side: Line) -> None:
    await side.until(lambda: side.gone or side.parted, TALK_SECONDS_MAX)
