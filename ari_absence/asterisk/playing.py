"""Playing sounds to a party, as one playback, until they end, a key interrupts or they are stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from ari_absence.asterisk import ids
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import SETTLE_SECONDS, Line, Playback
from ari_absence.errors import AlreadyGone, AsteriskError, EffectFailed

SOUND_SECONDS_MAX = 90.0
"""Longest single sound of a prompt. A playback without news for longer is stuck and gets stopped."""

LOOK_SECONDS = 5.0
"""Every so often we ask Asterisk whether a playback still exists, and which of its sounds it has come to."""

STOP_SECONDS = 1.0
"""How long a stopped playback may take to say that it has ended; it takes 20 ms."""

STOP_ATTEMPTS = 3
"""A sound that can't be stopped (``number:``) may be followed by one that can."""

_log = structlog.get_logger()


LAST_RESORT = "sound:beep"
"""Asterisk's own, for when it can't find one of ours."""

UNREADABLE = "let pbx.sounds in absence.yaml name the folder of our sounds as Asterisk's user may read it"

_NONE_FOUND = "Asterisk finds none of our sounds"

NOTHING_PLAYED_SECONDS = 0.25
"""A playback that fails sooner has played nothing; the shortest of our sounds takes longer."""


def seconds_at_most(media: Sequence[str]) -> float:
    """How long these sounds can take, of which nothing is known."""
    return len(media) * SOUND_SECONDS_MAX


async def play(
    line: Line,
    client: AriClient,
    media: Sequence[str],
    *,
    interrupted: Callable[[], bool] = lambda: False,
    sound_seconds_max: float = SOUND_SECONDS_MAX,
) -> None:
    """Play ``media`` as one playback, until it is ``interrupted`` by what waits or arrives on the line.

    Returns only after Asterisk has said that the playback is over: until then it would hold up whatever
    is asked of the channel next. A sound that is missing is skipped and logged; the conversation goes on.
    Raises CallerGone or CalleeGone, and EffectFailed also when Asterisk finds none of our sounds: the caller is
    better off with the dialplan's own voice than with beeps.
    """
    if not media or interrupted():
        return
    if line.heard is False:
        raise EffectFailed(_NONE_FOUND)
    began_at = asyncio.get_running_loop().time()
    playback = Playback(ids.of_playback(line.name, line.next_count()), began_at)
    line.playback = playback
    await line.effect(client.play(line.channel.id, media, playback.id))
    line.first_sound_at = line.first_sound_at or asyncio.get_running_loop().time()
    await _follow(line, client, playback, interrupted=interrupted, sound_seconds_max=sound_seconds_max)
    line.check()
    line.playback = None
    await _judge(line, client, media, playback, began_at, interrupted=interrupted)


async def _judge(
    line: Line,
    client: AriClient,
    media: Sequence[str],
    playback: Playback,
    began_at: float,
    *,
    interrupted: Callable[[], bool],
) -> None:
    """What a playback that failed means: one sound is missing, or Asterisk finds none of several."""
    if not playback.failed:
        line.heard = True
        return
    await _explain_failure(line)
    line.heard = line.heard or playback.progress_at - began_at > NOTHING_PLAYED_SECONDS or None
    if not line.heard and len(media) > 1:
        line.heard = False
        _log.error("sounds.unreadable", call=line.call_id, first=media[0], mend=UNREADABLE)
        raise EffectFailed(_NONE_FOUND)
    await _beep_instead(line, client, media, interrupted=interrupted)


async def stop(line: Line, client: AriClient, playback: Playback) -> None:
    """Stop the playback with the rest of its list, and wait until Asterisk says that it has ended."""
    for _ in range(STOP_ATTEMPTS):
        try:
            await client.stop_playback(playback.id)
        except AlreadyGone:
            return
        except AsteriskError as error:
            _log.info("prompt.not_stopped", call=line.call_id, error=str(error))
        if await line.until(lambda: line.gone or playback.finished, STOP_SECONDS):
            return


async def _follow(
    line: Line,
    client: AriClient,
    playback: Playback,
    *,
    interrupted: Callable[[], bool],
    sound_seconds_max: float,
) -> None:
    def settled() -> bool:
        """Whether nothing is to be waited for any more."""
        return line.gone or playback.finished or interrupted()

    while not await line.until(settled, LOOK_SECONDS):
        if not await _exists(client, playback):
            return
        if asyncio.get_running_loop().time() - playback.progress_at > sound_seconds_max:
            _log.warning("prompt.stuck", call=line.call_id)
            break
    if not (line.gone or playback.finished):
        await stop(line, client, playback)


async def _exists(client: AriClient, playback: Playback) -> bool:
    try:
        sound = (await client.playback(playback.id)).get("media_uri")
    except AlreadyGone:
        return False
    except AsteriskError:
        return True  # not known; the limit for one sound ends it in any case
    if sound != playback.sound:
        playback.sound, playback.progress_at = sound, asyncio.get_running_loop().time()
    return True


async def _explain_failure(line: Line) -> None:
    # a hang-up makes every waiting playback fail, shortly before the hang-up itself is reported
    await line.until(lambda: line.gone, SETTLE_SECONDS)
    line.check()
    _log.warning("prompt.failed", call=line.call_id)


async def _beep_instead(
    line: Line, client: AriClient, media: Sequence[str], *, interrupted: Callable[[], bool]
) -> None:
    """A sound Asterisk could not find must not be silence: its own beep says at least that somebody is here."""
    if list(media) != [LAST_RESORT]:
        await play(line, client, [LAST_RESORT], interrupted=interrupted)
