"""Asking a caller's name, where it helps: colleagues are known by their phone."""

from __future__ import annotations

from contextlib import suppress

from ari_absence.attendant.notebook import KeptAudio
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Phrase
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

NAME_MIN_SECONDS = 0.4  # "Ito" is a name


async def record_name(talk: Talk) -> None:
    """Ask the caller's name, once in a call; colleagues are known. The name is kept in ``talk``, if there is one.

    A caller who hangs up here has said what they want already: that is written down before leaving.
    """
    with suppress(CallerGone):  # the next word finds them gone
        await know_name(talk)


async def know_name(talk: Talk) -> None:
    """As :func:`record_name`, for those who will be rung: raises CallerGone when there is nobody to ring for."""
    if talk.call.caller.inside or talk.name_asked:
        return
    talk.name_asked = True
    with suppress(EffectFailed, LedgerError):  # a call without a name is worth more than an apology
        await _ask_name(talk)


async def forget_name(talk: Talk) -> None:
    """Nothing needs the recorded name any more: the caller got through, or left their own words."""
    if talk.name_said is not None:
        await talk.notebook.discard(talk.name_said, talk.name_audio)
        talk.name_said = talk.name_audio = None


async def _ask_name(talk: Talk) -> None:
    await talk.say(Phrase.NAME_AFTER_TONE)
    recording = await talk.call.record(talk.name_terms())
    kept = await talk.notebook.keep(recording, NAME_MIN_SECONDS)
    if isinstance(kept, KeptAudio):
        talk.name_said, talk.name_audio = recording, kept
