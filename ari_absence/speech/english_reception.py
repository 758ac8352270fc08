"""English for ``core.reception_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.people import Why
from ari_absence.core.reception_phrases import (
    ChoiceOfColleague,
    NoteDigits,
    NoteFrom,
    ReceptionPhrase,
    ReceptionUtterance,
    TransferRecall,
)
from ari_absence.speech.english_parts import dashed, digit_clips, name_clip
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``ReceptionPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "choice_message": "1, transfer to a message.",
    "choice_mobile": "2, the mobile.",
    "choice_ring_me": "8, ring me when they are back.",
    "choice_note": "6, a note.",
    "hang_up_to_stay": "Hang up to stay with your caller.",
    "transfer_now": "Transfer now. Your caller will be asked for a message.",
    "transfer_any_time": "You can transfer your caller at any time.",
    "ringing_for_you": "I am ringing. You can transfer your caller at any time.",
    "not_reached_now": "Nobody could be reached.",
    "will_ring_you": "I will ring you when they are back.",
    "cannot_ring_you": "Sorry, I cannot do that just now.",
    "note_menu": "1, speak a note. Or key in a number, then press pound.",
    "note_after_tone": "Speak your note after the tone, then press pound.",
    "note_kept": "The note goes with your caller.",
    "no_note": "No note was kept.",
    "note_spoken": "There is a spoken note.",
    "recall_wrong_number": "Transfer recall. That number is not for callers.",
    "recall_menu": "1, your caller. 2, have a message taken.",
    "stays_with_you": "Your caller stays with you.",
    # Hold, park and camp-on.
    "still_on_hold": "Your caller is still on hold. Please press resume.",
}

# Parts of sentences with a name or a number in them. A text without a full stop goes on into the next clip.
_PARTS: Mapping[str, str] = {
    "choice-colleague": "4,",
    "choice-colleague-end": "instead.",
    "note-from": "A note from",
    "note-from-end": "is with this call.",
    "note-number": "The number is",
    "recall": "Transfer recall.",
    "recall-noanswer": "does not answer.",
    "recall-busy": "is on another call.",
    "recall-unreachable": "cannot be reached.",
}

CATALOGUE: Mapping[str, str] = {
    **{f"reception-{dashed(phrase)}": text for phrase, text in SENTENCES.items()},
    **{f"reception-{part}": text for part, text in _PARTS.items()},
}
"""Every clip of this room, by id."""

SPOKEN = (ReceptionPhrase, ChoiceOfColleague, NoteFrom, NoteDigits, TransferRecall)
"""The types of utterance that this room has words for."""

_WHY = {Why.BUSY: "recall-busy", Why.UNREACHABLE: "recall-unreachable"}


def clips(utterance: ReceptionUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case ReceptionPhrase():
            yield _clip(dashed(utterance.value))
        case ChoiceOfColleague(who):
            yield _clip("choice-colleague")
            yield name_clip(who, "a-colleague")
            yield _clip("choice-colleague-end")
        case NoteFrom(who):
            yield _clip("note-from")
            yield name_clip(who, "a-colleague")
            yield _clip("note-from-end")
        case NoteDigits(digits):
            yield _clip("note-number")
            yield from digit_clips(digits)
        case TransferRecall(who, why):
            yield _clip("recall")
            yield name_clip(who, "a-colleague")
            yield _clip(_WHY.get(why, "recall-noanswer"))


def simpler(utterance: ReceptionUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    match utterance:
        case ChoiceOfColleague():
            yield CatalogueClip("a-colleague")
            yield CatalogueClip("press-4")
        case TransferRecall():
            yield _clip("recall")
        case NoteFrom() | NoteDigits():
            yield CatalogueClip("cannot-be-played")
        case _:
            yield CatalogueClip("say-sorry-fault")


def _clip(part: str) -> CatalogueClip:
    return CatalogueClip(f"reception-{part}")
