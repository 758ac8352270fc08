"""Connecting two of the house who have not called: one is rung and asked, then the other is rung and joined."""

from __future__ import annotations

import structlog

from ari_absence.asterisk.guard import Guard
from ari_absence.asterisk.hunting import Cause, Hunting
from ari_absence.asterisk.joining import Joining
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.presenting import Identity
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import HuntEnd
from ari_absence.attendant.camp_on import Introduction
from ari_absence.core.people import Caller
from ari_absence.errors import CallError


class Asked:
    """Who was rung first, and now waits for the other as a caller does."""

    def __init__(self, tools: Tools, party: Party) -> None:
        self._party = party
        self.line: Line = party.line
        self.guard = Guard(party.line, tools.client)

    @property
    def caller(self) -> Caller:
        """Who they are, as their phone shows it."""
        channel = self.line.channel
        return Caller(channel.caller_number, channel.caller_name)

    @property
    def answered(self) -> bool:
        """Whether they have picked up: before they could be asked."""
        return True

    async def answer(self) -> None:
        """They have."""

    async def quieten(self) -> None:
        """End what they are played."""
        await self._party.callee.fall_silent()


async def connect(tools: Tools, call_id: str, introduction: Introduction) -> HuntEnd:
    """Ring and ask the one, then ring the other, join them, return when they have talked. Leaves nothing behind."""
    asking = Hunting(tools, Cause(call_id), introduction.asker, introduction.ring_seconds)
    try:
        asking.begin()
        end = await asking.decided()
        asking.dismiss_the_rest(caller_left=False)
        if end is HuntEnd.TALKED and asking.taker is not None:
            return await _put_through(tools, asking.taker, introduction)
        return end
    finally:
        await asking.end(at_once=True)


async def _put_through(tools: Tools, asker: Party, introduction: Introduction) -> HuntEnd:
    called, shown = introduction.called, introduction.wanted[0].shown
    cause = Cause(
        asker.line.call_id,
        first_leg=len(introduction.asker) + 1,
        called=Identity(called.number or "", called.name),
        caller=Caller(shown.number, shown.name),
        originator=asker.line.channel.id,
    )
    hunting = Hunting(tools, cause, introduction.wanted, introduction.ring_seconds)
    try:
        hunt = await Joining(tools, Asked(tools, asker), hunting).run(None)
        if hunt.end is not HuntEnd.TALKED:
            await asker.callee.say(*introduction.sorry)
    except CallError as error:
        structlog.get_logger().info("connection.ended", call=asker.line.call_id, reason=str(error))
        return HuntEnd.UNREACHABLE
    return hunt.end
