"""English for ``core.status_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.status_phrases import StatusPhrase, StatusUtterance
from ari_absence.speech.english_parts import dashed
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``StatusPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "state_kept": "Your state stays as it is.",
    "enter_extension": "Please enter your extension, then press pound.",
    "enter_pin": "Please enter the PIN, then press pound.",
    "no_such_pair": "The extension and the PIN do not match, or they are locked for a while.",
    "pin_wrong": "That is not the right PIN.",
    "pin_locked": "This PIN is locked for a while, after too many wrong ones.",
    "no_pin_set": "There is no PIN yet for that extension. Please ask whoever looks after the telephones.",
    "too_many_tries": "That was not right three times. Goodbye.",
}

CATALOGUE: Mapping[str, str] = {f"status-{dashed(phrase)}": text for phrase, text in SENTENCES.items()}
"""Every clip of this room, by id."""

SPOKEN = (StatusPhrase,)
"""The types of utterance that this room has words for."""


def clips(utterance: StatusUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case StatusPhrase():
            yield CatalogueClip(f"status-{dashed(utterance.value)}")


def simpler(utterance: StatusUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    del utterance
    yield CatalogueClip("say-sorry-fault")
