"""Asking a caller's name, where it helps: colleagues are known by their phone."""

from __future__ import annotations

from ari_absence.attendant.notebook import KeptAudio
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Phrase
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

NAME_MIN_SECONDS = 0.4  # "Ito" is a name


async def record_name(talk: Talk) -> KeptAudio | None:
    """The caller's spoken name, or None if there is none to keep.

    A caller who hangs up here has said what they want already: that is written down before leaving.
    """
    if talk.call.caller.inside:
        return None
    try:
        await talk.say(Phrase.NAME_AFTER_TONE)
        recording = await talk.call.record(talk.name_terms())
        kept = await talk.notebook.keep(recording, NAME_MIN_SECONDS)
        return kept if isinstance(kept, KeptAudio) else None
    except CallerGone:
        return None  # what was wished for is written down without the name; the next word finds them gone
    except (EffectFailed, LedgerError):
        return None  # a call noted without a name is worth more than an apology
