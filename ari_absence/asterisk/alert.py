"""Ringing people without any caller: an urgent message that nobody has heard yet looks for an ear."""

from __future__ import annotations

from collections.abc import Sequence

from ari_absence.asterisk.hunting import Cause, Hunting
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Ring


async def alert(tools: Tools, call_id: str, rings: Sequence[Ring], ring_seconds: float) -> Hunt:
    """Ring all at once and talk with each who answers; the first who takes it is talked with on, the others let go."""
    hunting = Hunting(tools, Cause(call_id), rings, ring_seconds)
    at_once = True
    try:
        hunting.begin()
        end = await hunting.decided()
        hunting.dismiss_the_rest(caller_left=False)
        if end is HuntEnd.TALKED and hunting.taker is not None:
            hunting.taker.end = LegEnd.TALKED
            await hunting.taker.attend()
        at_once = False
    finally:
        await hunting.end(at_once=at_once)
    return hunting.result(end)
