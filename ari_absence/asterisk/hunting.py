"""Ringing several phones at once until it is decided who takes the call, and that nothing of it stays behind.

A hunt knows nothing of the caller: ``joining`` lays the caller's side beside it, ``alert`` has no caller at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import structlog

from ari_absence.asterisk.line import through
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.presenting import Identity, present
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Ring
from ari_absence.core.people import Caller
from ari_absence.core.phrases import CalleeUtterance


@dataclass(frozen=True, slots=True)
class Cause:
    """For which call phones are rung. ``first_leg`` is the number of the first; ``originator`` the caller's channel."""

    call_id: str
    first_leg: int = 1
    called: Identity | None = None
    caller: Caller | None = None
    originator: str | None = None


class Hunting:
    """One hunt. Use once: ``begin``, ``decided``, and always ``end`` afterwards."""

    def __init__(self, tools: Tools, cause: Cause, rings: Sequence[Ring], ring_seconds: float) -> None:
        self.taker: Party | None = None
        self._tools = tools
        self._cause = cause
        self._ring_seconds = ring_seconds
        self._parties = [self._party(number, ring) for number, ring in enumerate(rings, cause.first_leg)]
        self._pursuits: dict[Party, asyncio.Task[None]] = {}
        self._farewells: list[asyncio.Task[None]] = []
        self._decision: asyncio.Future[HuntEnd] = asyncio.get_running_loop().create_future()
        self._log = structlog.get_logger().bind(call=cause.call_id)

    def begin(self) -> None:
        """Ring every phone."""
        for party in self._parties:
            party.dial(self._ring_seconds, self._cause.originator)
            self._pursuits[party] = asyncio.create_task(self._pursue(party))
        if not self._parties:
            self.decide(HuntEnd.UNREACHABLE)

    async def decided(self) -> HuntEnd:
        """Wait until somebody takes it, nobody can any more, or the caller's side has decided."""
        return await asyncio.shield(self._decision)

    def decide(self, end: HuntEnd) -> bool:
        """Decide how the hunt ends; False if that is decided already: the first in the order of events counts."""
        if self._decision.done():
            return False
        self._decision.set_result(end)
        return True

    def dismiss_the_rest(self, *, caller_left: bool) -> None:
        """Let go of everybody but the taker, in the background.

        Who is still deciding hears that the caller has left, that somebody took the call, or at least a thank-you.
        """
        for party in self._parties:
            if party.end is None and party is not self.taker:
                self.dismiss(party, self._last_words(party.ring, caller_left=caller_left))

    def _last_words(self, ring: Ring, *, caller_left: bool) -> Sequence[CalleeUtterance]:
        if caller_left:
            return ring.left
        if self.taker is None:
            return ring.not_needed
        return ring.too_late if ring.screening else ()

    def dismiss(self, party: Party, words: Sequence[CalleeUtterance]) -> None:
        """Let go of one party with these words, in the background."""
        party.end = LegEnd.CANCELLED
        self._farewells.append(asyncio.create_task(self._part(party, words)))

    async def show_anew(self, caller: Caller) -> None:
        """A transfer has put ``caller`` into the place of who called: the phones inside show that."""
        for party in self._parties:
            ring = party.ring
            if party.end is None and ring.anew is not None and ring.target.trunk is None:
                shown = present(replace(ring, shown=ring.anew()), caller, self._cause.called)
                await party.show(shown.caller_id)

    async def end(self, *, at_once: bool) -> None:
        """Hang up whatever is left, ``at_once`` also those who still hear their word. Not to be interrupted."""
        await through(self._tidy(at_once=at_once))

    def result(self, end: HuntEnd) -> Hunt:
        """The account of the hunt."""
        taken_by = None
        if end is HuntEnd.TALKED and self.taker is not None:
            taken_by = self._parties.index(self.taker)
        legs = tuple(party.end or LegEnd.CANCELLED for party in self._parties)
        self._log.info("hunt.over", end=end.value, legs=[leg.value for leg in legs])
        return Hunt(end, taken_by, legs)

    def _party(self, number: int, ring: Ring) -> Party:
        line = self._tools.switchboard.new_leg(self._cause.call_id, number)
        return Party(self._tools, line, ring, present(ring, self._cause.caller, self._cause.called))

    # -- each phone

    async def _pursue(self, party: Party) -> None:
        with self._rung_outside(party):
            end = await self._reached(party)
        if end is None:
            self._take(party)
            return
        party.end = end
        self._log.info("leg.over", leg=party.line.leg, end=end.value)
        if end is LegEnd.TO_MESSAGE:
            self.decide(HuntEnd.TO_MESSAGE)
        elif all(each.end for each in self._parties):
            self.decide(unanswered([each.end for each in self._parties]))
        await party.hang_up()

    async def _reached(self, party: Party) -> LegEnd | None:
        try:
            return await party.reach(self._ring_seconds)
        except Exception:  # noqa: BLE001 - the attendant's own conversation
            # a mistake in one screening is no reason to lose the others
            self._log.exception("leg.failed", leg=party.line.leg)
            return LegEnd.UNDECIDED

    def _take(self, party: Party) -> None:
        if self.decide(HuntEnd.TALKED):  # who comes second is let go with the rest
            self.taker = party

    def _rung_outside(self, party: Party) -> AbstractContextManager[None]:
        called, ring, trunk = self._cause.called, party.ring, party.ring.target.trunk
        if trunk is None:
            return nullcontext()
        return self._tools.outside.rung(
            called.number if called else ring.shown.number,
            party.presentation.number,
            ours=party.presentation.ours,
            up=lambda: party.line.up,
        )

    # -- the end

    async def _part(self, party: Party, words: Sequence[CalleeUtterance]) -> None:
        await self._stop_pursuing(party)
        await party.let_go(words)

    async def _stop_pursuing(self, party: Party) -> None:
        pursuit = self._pursuits[party]
        if pursuit is not asyncio.current_task():
            pursuit.cancel()
            await asyncio.wait([pursuit])

    async def _tidy(self, *, at_once: bool) -> None:
        if at_once:
            for farewell in self._farewells:
                farewell.cancel()
        if self._farewells:
            await asyncio.wait(self._farewells)
        await asyncio.gather(*(self._release(party) for party in self._parties))

    async def _release(self, party: Party) -> None:
        if party in self._pursuits:
            await self._stop_pursuing(party)
        await party.hang_up()
        self._tools.switchboard.remove(party.line)


def unanswered(legs: Sequence[LegEnd | None]) -> HuntEnd:
    """How a hunt ended that nobody took: a phone that rang outweighs a refusal, that a busy one."""
    if LegEnd.NO_ANSWER in legs or LegEnd.UNDECIDED in legs:
        return HuntEnd.NO_ANSWER
    if LegEnd.DECLINED in legs:
        return HuntEnd.DECLINED
    return HuntEnd.BUSY if LegEnd.BUSY in legs else HuntEnd.UNREACHABLE
