"""English for ``core.mailbox_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.mailbox_phrases import MailboxPhrase, MailboxUtterance
from ari_absence.speech.english_parts import dashed
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``MailboxPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "mailbox_empty": "There are no messages.",
}

CATALOGUE: Mapping[str, str] = {f"mailbox-{dashed(phrase)}": text for phrase, text in SENTENCES.items()}
"""Every clip of this room, by id."""

SPOKEN = (MailboxPhrase,)
"""The types of utterance that this room has words for."""


def clips(utterance: MailboxUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case MailboxPhrase():
            yield CatalogueClip(f"mailbox-{dashed(utterance.value)}")


def simpler(utterance: MailboxUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    del utterance
    yield CatalogueClip("say-sorry-fault")
