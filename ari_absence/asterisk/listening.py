"""Playing a message to its owner, who can skip to and fro and pause, as in app_voicemail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ari_absence.asterisk import ids, playing
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line, Playback
from ari_absence.attendant.call import Listened
from ari_absence.errors import AlreadyGone, AsteriskError, EffectFailed

BACK, AHEAD, PAUSE = "*", "#", "0"
SKIP_SECONDS = 3.0
PAUSE_SECONDS_MAX = 300.0
"""Longest pause: whoever has forgotten it holds a line, and no sound keeps a carrier from cutting it off."""

MARGIN_SECONDS = 10.0
"""How much longer than the message its playing may take before it counts as stuck."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Place:
    """Which second of the message is heard, by the loop's clock: Asterisk does not tell."""

    seconds: float
    since: float
    length_seconds: float
    paused: bool = False

    def at(self, now: float) -> float:
        """The second that is heard at ``now``."""
        run = 0.0 if self.paused else now - self.since
        return min(max(self.seconds + run, 0.0), self.length_seconds)

    def move(self, now: float, by_seconds: float = 0.0) -> None:
        """Note that it goes on from elsewhere."""
        self.seconds = min(max(self.at(now) + by_seconds, 0.0), self.length_seconds)
        self.since = now

    def patience(self, now: float) -> float:
        """How long nothing may happen before something is wrong."""
        return PAUSE_SECONDS_MAX if self.paused else self.length_seconds - self.at(now) + MARGIN_SECONDS


async def listen(
    line: Line, client: AriClient, media: Sequence[str], seconds: float, from_seconds: float
) -> Listened:
    """Play ``media``, which is ``seconds`` long; ``*`` and ``#`` skip, 0 pauses and goes on, other keys end it.

    Raises CallerGone, and EffectFailed when it can't be played.
    """
    now = asyncio.get_running_loop().time()
    playback = Playback(ids.of_playback(line.name, line.next_count()), now)
    line.playback = playback
    offset_ms, skip_ms = round(from_seconds * 1000), round(SKIP_SECONDS * 1000)
    request = client.play_from(line.channel.id, media, playback.id, offset_ms=offset_ms, skip_ms=skip_ms)
    await line.effect(request)
    place = Place(from_seconds, asyncio.get_running_loop().time(), seconds)
    key = await _follow(line, client, playback, place)
    line.check()
    line.playback = None
    ended_at = asyncio.get_running_loop().time()
    if playback.failed and ended_at - now < playing.NOTHING_PLAYED_SECONDS:
        raise EffectFailed("Asterisk can't find or read a message that it was to play")
    return Listened(key, place.at(ended_at))


async def _follow(line: Line, client: AriClient, playback: Playback, place: Place) -> str | None:
    """Obey the keys until the message is over, or one of them means something else; gives that one."""
    loop = asyncio.get_running_loop()
    while await line.until(
        lambda: line.gone or playback.finished or bool(line.keys), place.patience(loop.time())
    ):
        if line.gone or playback.finished:
            return None
        key = line.keys.popleft()
        if key not in (BACK, AHEAD, PAUSE):
            await playing.stop(line, client, playback)
            return key
        await _steer(client, playback, place, key)
    _log.info("message.paused_too_long" if place.paused else "prompt.stuck", call=line.call_id)
    await playing.stop(line, client, playback)
    return None


async def _steer(client: AriClient, playback: Playback, place: Place, key: str) -> None:
    now = asyncio.get_running_loop().time()
    if place.paused or key == PAUSE:
        place.move(now)
        place.paused = not place.paused
        await _control(client, playback, "pause" if place.paused else "unpause")
    if key != PAUSE:
        await _control(client, playback, "forward" if key == AHEAD else "reverse")
        place.move(now, SKIP_SECONDS if key == AHEAD else -SKIP_SECONDS)


async def _control(client: AriClient, playback: Playback, operation: str) -> None:
    try:
        await client.control_playback(playback.id, operation)
    except AlreadyGone:
        pass  # it has just ended
    except AsteriskError as error:
        _log.warning("message.not_steered", error=str(error))
