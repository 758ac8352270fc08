"""Ringing a phone so that whoever answers gets somebody who is on hold.

In a talk outside our hands the last step is the dialplan's, in one go: ``Bridge()`` takes the waiting channel out of
its talk and joins it with the phone. Until that moment nothing has touched who waits, and from it on nothing of ours
holds the two together. In a talk that we have joined ourselves, the phone takes the holder's place, as by a transfer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence

import structlog

from ari_absence.asterisk.hunting import Cause, Hunting
from ari_absence.asterisk.line import through
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.protocol import StasisStart
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import HuntEnd, Ring
from ari_absence.errors import AlreadyGone, AsteriskError

CONTEXT, EXTENSION = "ari-absence-hold", "fetch"
"""The place in the dialplan that joins the phone with the channel named by ``WAITING``."""

WAITING = "ABSENCE_HELD"
STILL_WAITING = "ABSENCE_STILL_HELD"
"""What the dialplan plays when it could not: a sound file, without its type."""

Join = Callable[[Party], Coroutine[object, object, bool]]
"""Joins who has answered with who waits; whether that could be begun. It is not interrupted."""

_log = structlog.get_logger()


async def fetch(tools: Tools, cause: Cause, rings: Sequence[Ring], ring_seconds: float, join: Join) -> bool:
    """Ring all at once; whoever answers first is joined. Whether one was. Nothing that rings outlives this."""
    hunting = Hunting(tools, cause, rings, ring_seconds)
    try:
        hunting.begin()
        end = await hunting.decided()
        hunting.dismiss_the_rest(caller_left=False)
        return end is HuntEnd.TALKED and hunting.taker is not None and await through(join(hunting.taker))
    finally:
        await hunting.end(at_once=True)


async def send_to_fetch(tools: Tools, party: Party, waiting: str, sorry: Sequence[str]) -> bool:
    """Have the dialplan join ``party`` with the channel named ``waiting``; ``sorry`` tells them that it could not."""
    client, channel_id = tools.client, party.line.channel.id
    try:
        await client.set_variable(channel_id, WAITING, waiting)
        await client.set_variable(channel_id, STILL_WAITING, "&".join(map(_file, sorry)))
        await client.continue_in_dialplan(channel_id, CONTEXT, EXTENSION)
    except AlreadyGone:
        return False
    except AsteriskError as error:
        _log.warning("recall.not_joined", call=party.line.call_id, error=str(error))
        return False
    _let_go(party)
    return True


async def put_in_place(tools: Tools, party: Party, holder: str, bridge_id: str) -> bool:
    """Have ``party`` take the place of the channel ``holder`` in a talk of ours, which then goes on with them."""
    client, channel = tools.client, party.line.channel
    try:
        await client.add_channels(bridge_id, [channel.id], keep_displays=True)
        if not tools.switchboard.replace(StasisStart(channel, (), replaced=holder)):
            return False
        _let_go(party)
        await client.hang_up(holder)
    except AlreadyGone:
        pass
    except AsteriskError as error:
        _log.warning("recall.not_joined", call=party.line.call_id, error=str(error))
    return party.line.ended


def _let_go(party: Party) -> None:
    # from now on the phone may have the party who waited: it is no longer ours to hang up
    party.line.gone = party.line.ended = True
    _log.info("recall.answered", call=party.line.call_id)


def _file(media: str) -> str:
    return media.removeprefix("sound:")
