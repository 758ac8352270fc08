"""Ringing a phone so that whoever answers gets somebody who waits in a talk outside our hands.

The last step is the dialplan's, in one go: ``Bridge()`` takes the waiting channel out of its talk and joins it with
the phone. Until that moment nothing has touched who waits, and from it on nothing of ours holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ari_absence.asterisk.hunting import Cause, Hunting
from ari_absence.asterisk.line import through
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import HuntEnd, Ring
from ari_absence.errors import AlreadyGone, AsteriskError

CONTEXT, EXTENSION = "ari-absence-hold", "fetch"
"""The place in the dialplan that joins the phone with the channel named by ``WAITING``."""

WAITING = "ABSENCE_HELD"
STILL_WAITING = "ABSENCE_STILL_HELD"
"""What the dialplan plays when it could not: a sound file, without its type."""

_log = structlog.get_logger()


async def fetch(
    tools: Tools, cause: Cause, rings: Sequence[Ring], ring_seconds: float, waiting: str, sorry: Sequence[str]
) -> bool:
    """Ring all at once; whoever answers first is sent to fetch the channel named ``waiting``. Whether one was.

    ``sorry`` are the media that tell that the party still waits where it was. Nothing that rings outlives this.
    """
    hunting = Hunting(tools, cause, rings, ring_seconds)
    try:
        hunting.begin()
        end = await hunting.decided()
        hunting.dismiss_the_rest(caller_left=False)
        return (
            end is HuntEnd.TALKED
            and hunting.taker is not None
            and await through(_send(tools, hunting.taker, waiting, sorry))
        )
    finally:
        await hunting.end(at_once=True)


async def _send(tools: Tools, party: Party, waiting: str, sorry: Sequence[str]) -> bool:
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
    # from now on the phone may hold the party who waited: it is no longer ours to hang up
    party.line.gone = party.line.ended = True
    _log.info("recall.answered", call=party.line.call_id)
    return True


def _file(media: str) -> str:
    return media.removeprefix("sound:")
