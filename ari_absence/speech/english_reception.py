"""English for ``core.reception_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.reception_phrases import ReceptionPhrase, ReceptionUtterance
from ari_absence.speech.english_parts import dashed
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``ReceptionPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "stays_with_you": "Your caller stays with you.",
    # Hold, park and camp-on.
    "still_on_hold": "Your caller is still on hold. Please press resume.",
}

CATALOGUE: Mapping[str, str] = {f"reception-{dashed(phrase)}": text for phrase, text in SENTENCES.items()}
"""Every clip of this room, by id."""

SPOKEN = (ReceptionPhrase,)
"""The types of utterance that this room has words for."""


def clips(utterance: ReceptionUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case ReceptionPhrase():
            yield CatalogueClip(f"reception-{dashed(utterance.value)}")


def simpler(utterance: ReceptionUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    del utterance
    yield CatalogueClip("say-sorry-fault")
