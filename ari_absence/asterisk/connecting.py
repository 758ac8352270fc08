"""Connecting a caller with a phone: ring several at once, join the first who answers, always tidy up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import structlog

from ari_absence.asterisk import ids
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import SETTLE_SECONDS, Leg, Line
from ari_absence.attendant.call import Connection
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller
from ari_absence.errors import AlreadyGone, AsteriskError, EffectFailed, RequestRefused

RING_MARGIN_SECONDS = 3.0
"""How much longer than the ringing we wait for Asterisk to say that nobody answered."""

TALK_SECONDS_MAX = 4 * 3600.0
"""A conversation longer than this is two phones that were not hung up."""

ANSWERED_ELSEWHERE = 26
"""Hang-up reason for the phones that lost: they log no missed call."""

_CAUSE_BUSY = 17
_CAUSES_BUSY = frozenset({_CAUSE_BUSY, 21})  # 21: declined without ringing, as with do-not-disturb

_CALLER_ID_SIGNS = frozenset('"\\<>')  # the signs that have a meaning in `"name" <number>`


@dataclass(frozen=True, slots=True)
class Identity:
    """What the caller's display may show while connected: who was called, never the phone's own number."""

    number: str
    name: str


class Connecting:
    """One attempt to connect ``line``'s caller. Use once."""

    def __init__(self, client: AriClient, app: str, line: Line, caller: Caller, shown: Identity) -> None:
        self._client = client
        self._app = app
        self._line = line
        self._caller = caller
        self._shown = shown
        self._ringing = False
        self._log = structlog.get_logger().bind(call=line.call_id)

    async def run(self, targets: Sequence[DialTarget], ring_seconds: float) -> Connection:
        """Ring, join, wait until they have talked. Leaves nothing behind, however it ends."""
        if not targets:
            return Connection.UNREACHABLE
        try:
            return await self._attempt(targets, ring_seconds)
        finally:
            await self._tidy()

    async def _attempt(self, targets: Sequence[DialTarget], ring_seconds: float) -> Connection:
        line = self._line
        await line.effect(self._client.ring(line.channel.id))
        self._ringing = True
        await asyncio.gather(*(self._dial(target, ring_seconds) for target in targets))
        winner = await self._first_to_answer(ring_seconds + RING_MARGIN_SECONDS)
        if winner is None:
            return verdict(line.legs)
        return await self._talk(winner)

    async def _dial(self, target: DialTarget, ring_seconds: float) -> None:
        leg = Leg(ids.of_leg(self._line.call_id, self._line.next_count()))
        self._line.legs.append(leg)
        try:
            await self._client.originate(
                target.endpoint,
                leg.channel_id,
                self._app,
                app_args=f"leg,{self._line.call_id}",
                caller_id=caller_id(self._caller),
                ring_seconds=max(1, round(ring_seconds)),
                originator=self._line.channel.id,
                # without these the caller's own display would show the number of the phone that answers
                variables={"CALLERID(num)": self._shown.number, "CALLERID(name)": self._shown.name},
            )
            leg.placed = True
        except RequestRefused as error:
            leg.over = error.status != 409  # 409: an earlier request of ours got through after all
            self._log.info("leg.refused", status=error.status)
        except AsteriskError as error:
            self._log.warning("leg.unanswered_request", error=str(error))

    async def _first_to_answer(self, seconds: float) -> Leg | None:
        line = self._line
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            left = deadline - asyncio.get_running_loop().time()
            await line.until(lambda: line.gone or bool(line.forwarded) or self._decided(), max(0.0, left))
            line.check()
            if not line.forwarded:
                return next((leg for leg in line.answered if not leg.over), None)
            await self._forbid_forwarding()

    def _decided(self) -> bool:
        legs = self._line.legs
        return any(leg.up and not leg.over for leg in legs) or all(leg.over for leg in legs)

    async def _forbid_forwarding(self) -> None:
        # a phone's own call forwarding dials a number that nobody has allowed, and shows no caller there
        while self._line.forwarded:
            self._log.warning("leg.forwarded")
            await self._hang_up(self._line.forwarded.pop())

    async def _release_others(self, winner: Leg) -> None:
        losers = [leg for leg in self._line.legs if leg is not winner and not leg.over]
        await asyncio.gather(*(self._hang_up(leg.channel_id, ANSWERED_ELSEWHERE) for leg in losers))
        self._line.legs[:] = [winner]

    async def _talk(self, leg: Leg) -> Connection:
        line = self._line
        bridge_id = ids.of_bridge(line.call_id, line.next_count())
        await self._stop_ringing()
        await line.effect(self._client.create_bridge(bridge_id, self._app))
        line.bridge_id, line.parted = bridge_id, False
        joined = await self._join(bridge_id, leg)
        await self._release_others(leg)
        if not joined:
            return Connection.NO_ANSWER
        self._log.info("call.connected")
        await line.until(lambda: line.gone or line.parted or leg.over, TALK_SECONDS_MAX)
        line.check()
        return Connection.TALKED

    async def _join(self, bridge_id: str, leg: Leg) -> bool:
        """Put both into the bridge; False when the one who answered has hung up again."""
        line = self._line
        try:
            await self._client.add_channels(bridge_id, [line.channel.id, leg.channel_id])
        except AlreadyGone:
            await line.until(lambda: line.gone or leg.over, SETTLE_SECONDS)
            line.check()
            return False
        except AsteriskError as error:
            raise EffectFailed(str(error)) from error
        return True

    async def _tidy(self) -> None:
        line = self._line
        # first the phones, then the bridge: a bridge that goes first overwrites their hang-up cause
        await asyncio.gather(*(self._hang_up(leg.channel_id) for leg in line.legs if not leg.over))
        await self._forbid_forwarding()
        if line.bridge_id is not None:
            await self._quietly(self._client.destroy_bridge(line.bridge_id))
        if not line.gone:
            await self._stop_ringing()
        line.legs.clear()
        line.answered.clear()
        line.bridge_id = None

    async def _stop_ringing(self) -> None:
        if self._ringing:
            self._ringing = False
            await self._quietly(self._client.stop_ring(self._line.channel.id))

    async def _hang_up(self, channel_id: str, reason_code: int | None = None) -> None:
        await self._quietly(self._client.hang_up(channel_id, reason_code=reason_code))

    async def _quietly(self, request: Awaitable[None]) -> None:
        """Carry out a request of the tidying: what is gone already is fine, and nothing stops the rest."""
        try:
            await request
        except AlreadyGone:
            pass
        except AsteriskError as error:
            self._log.warning("connecting.not_tidied", error=str(error))


def caller_id(caller: Caller) -> str | None:
    """The caller as the rung phone shows them: ``"name" <number>``; None, shown as anonymous, if withheld."""
    if caller.withheld:
        return None
    name = "".join(sign for sign in caller.name or "" if sign not in _CALLER_ID_SIGNS)
    return f'"{name}" <{caller.number}>'


def verdict(legs: Sequence[Leg]) -> Connection:
    """How the attempt ended for the caller when nobody took it: a phone that rang outweighs a busy one."""
    if any(leg.rang and leg.cause != _CAUSE_BUSY for leg in legs):
        return Connection.NO_ANSWER
    if any(leg.cause in _CAUSES_BUSY for leg in legs):
        return Connection.BUSY
    return Connection.UNREACHABLE
