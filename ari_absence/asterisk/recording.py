"""Recording a caller: Asterisk's own word that it is finished decides, with a limit of ours behind it."""

from __future__ import annotations

import asyncio

import structlog

from ari_absence.asterisk import ids
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import SETTLE_SECONDS, Line, Take
from ari_absence.asterisk.protocol import RecordingFailed
from ari_absence.attendant.call import Recording, RecordingEnd, RecordingTerms
from ari_absence.errors import AlreadyGone, AsteriskError, EffectFailed

MARGIN_SECONDS = 5.0
"""How much longer than its limit a recording may take: the beep, and Asterisk's own rounding."""

STORED_SECONDS = 2.0
"""How long after a hang-up, or after we stopped it, the end of the recording may be reported."""

END_KEY = "#"

_log = structlog.get_logger()


async def record(line: Line, client: AriClient, audio_format: str, terms: RecordingTerms) -> Recording:
    """Record until ``#``, silence, the limit or a hang-up. The audio stays in Asterisk under a new name.

    Raises EffectFailed when there is no recording, CallerGone when the caller left before it began, CallerReplaced
    when somebody else took the caller's place meanwhile and the terms do not keep what was said until then.
    """
    take = Take(ids.of_recording(line.call_id, line.next_count()), keys_before=len(line.keys))
    line.take = take
    started_at = asyncio.get_running_loop().time()
    await line.effect(_start(line, client, take, audio_format, terms))
    await _until_over(line, client, take, terms.max_seconds + MARGIN_SECONDS)
    if line.replaced and not terms.kept_if_replaced:
        await _forget(client, take)
        line.take = None
        line.check()
    elapsed_seconds = asyncio.get_running_loop().time() - started_at
    await _check_stored(line, client, take)
    ended_by = await _ended_by(line, take, terms)
    line.take = None
    told = None if take.end is None or isinstance(take.end, RecordingFailed) else take.end.seconds
    return Recording(take.name, elapsed_seconds if told is None else told, ended_by)


async def stop(client: AriClient, take: Take) -> None:
    """End the recording and keep it; whatever is wrong is logged only."""
    try:
        await client.stop_recording(take.name)
    except AlreadyGone:
        pass
    except AsteriskError as error:
        _log.warning("recording.not_stopped", error=str(error))


async def _forget(client: AriClient, take: Take) -> None:
    try:
        await client.delete_recording(take.name)
    except AlreadyGone:
        pass
    except AsteriskError as error:
        _log.warning("recording.not_forgotten", error=str(error))


async def _start(line: Line, client: AriClient, take: Take, audio_format: str, terms: RecordingTerms) -> None:
    await client.record(
        line.channel.id,
        take.name,
        audio_format,
        max_seconds=terms.max_seconds,
        silence_seconds=terms.silence_seconds,
        beep=terms.beep,
        terminate_on=END_KEY,
    )


async def _until_over(line: Line, client: AriClient, take: Take, seconds: float) -> None:
    def finished() -> bool:
        """Whether Asterisk has told the end of it, good or bad."""
        return take.end is not None

    if not await line.until(lambda: line.gone or finished(), seconds):
        _log.warning("recording.overdue", call=line.call_id)
        await stop(client, take)
    elif line.replaced and not finished():  # it would go on with who has come
        await stop(client, take)
    await line.until(finished, STORED_SECONDS)


async def _check_stored(line: Line, client: AriClient, take: Take) -> None:
    """Raise unless there is a recording, asking Asterisk if its events did not reach us."""
    if isinstance(take.end, RecordingFailed):
        line.check()
        raise EffectFailed("Asterisk could not record the caller")
    if take.end is not None:
        return
    try:
        await client.stored_recording(take.name)
    except AsteriskError as error:
        line.check()
        raise EffectFailed(f"a recording is not there: {error}") from error


async def _ended_by(line: Line, take: Take, terms: RecordingTerms) -> RecordingEnd:
    if _by_itself(take, terms) is None:
        # the key or the hang-up that ended it may be reported after its end
        await line.until(lambda: line.gone or END_KEY in _keys(line, take), SETTLE_SECONDS)
    pressed = END_KEY in _keys(line, take)
    _forget_recorded_keys(line, take)
    if line.gone:
        return RecordingEnd.HANGUP
    # neither key nor hang-up: a phone that sends no sound at all is cut off by Asterisk after 4 s
    return _by_itself(take, terms) or (RecordingEnd.KEY if pressed else RecordingEnd.SILENCE)


def _by_itself(take: Take, terms: RecordingTerms) -> RecordingEnd | None:
    end = take.end
    if end is None or isinstance(end, RecordingFailed) or end.seconds is None:
        return None
    if terms.silence_seconds and end.silence_seconds >= terms.silence_seconds:
        return RecordingEnd.SILENCE
    return RecordingEnd.LIMIT if end.seconds >= terms.max_seconds else None


def _keys(line: Line, take: Take) -> list[str]:
    return list(line.keys)[take.keys_before :]


def _forget_recorded_keys(line: Line, take: Take) -> None:
    """Keys pressed while speaking were no answer to anything; what follows the end key is, of somebody quick."""
    keys = _keys(line, take)
    kept = keys[keys.index(END_KEY) + 1 :] if END_KEY in keys else []
    while len(line.keys) > take.keys_before:
        line.keys.pop()
    line.keys.extend(kept)
