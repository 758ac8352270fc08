"""A word that one party of a talk hears, and nobody else: through a channel that snoops on theirs."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ari_absence.asterisk import ids, playing
from ari_absence.asterisk.line import Line, through
from ari_absence.asterisk.tools import Tools
from ari_absence.errors import AlreadyGone, AsteriskError, CallError

ARRIVAL_SECONDS = 2.0
"""How long the snooping channel may take to come to us; it takes a few milliseconds."""

SOUND_SECONDS_MAX = 20.0
"""Longest word; the channel below may have no sound running that carries it."""


async def whisper(tools: Tools, channel_id: str, media: Sequence[str]) -> None:
    """Play ``media`` to the party of any channel, also one that is not in our hands. Leaves nothing behind.

    What can't be whispered is not: a party that is gone is no error, a refusal is logged.
    """
    line = tools.switchboard.new_leg(ids.new_call_id(), 1)
    try:
        await through(tools.client.whisper(channel_id, line.channel.id, tools.app))
        line.placed = True
        if await line.until(lambda: line.up or line.gone, ARRIVAL_SECONDS):
            await playing.play(line, tools.client, media, sound_seconds_max=SOUND_SECONDS_MAX)
    except AlreadyGone:
        return
    except (AsteriskError, CallError) as error:
        if not line.gone:
            structlog.get_logger().warning("whisper.failed", error=str(error))
    finally:
        await through(_let_go(tools, line))


async def _let_go(tools: Tools, line: Line) -> None:
    line.read()
    if not line.ended:
        try:
            await tools.client.hang_up(line.channel.id)
        except AlreadyGone:
            pass
        except AsteriskError as error:
            structlog.get_logger().warning("whisper.not_tidied", error=str(error))
    tools.switchboard.remove(line)
