"""What a receptionist, or a colleague who transfers, hears: of absent people, and of their own waiting callers.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, auto

from ari_absence.core.people import Why
from ari_absence.core.phrases import Fixed, Name, Recorded, Whereabouts


class ReceptionPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    # the consultation and the recall of a transfer
    CHOICE_MESSAGE = auto()  # 1, transfer to a message
    CHOICE_MOBILE = auto()  # 2, the mobile
    CHOICE_RING_ME = auto()  # 8, ring me when they are back
    CHOICE_NOTE = auto()  # 6, a note
    HANG_UP_TO_STAY = auto()  # hang up to stay with your caller
    TRANSFER_NOW = auto()  # transfer now; your caller will be asked for a message
    TRANSFER_ANY_TIME = auto()  # you can transfer your caller at any time
    RINGING_FOR_YOU = auto()  # I am ringing; you can transfer your caller at any time
    NOT_REACHED_NOW = auto()  # nobody could be reached
    WILL_RING_YOU = auto()  # I will ring you when they are back
    CANNOT_RING_YOU = auto()  # sorry, I can't do that just now
    NOTE_MENU = auto()  # 1, speak a note; or key in a number, then pound
    NOTE_AFTER_TONE = auto()  # speak your note after the tone, then pound
    NOTE_KEPT = auto()  # the note goes with your caller
    NO_NOTE = auto()  # no note was kept
    NOTE_SPOKEN = auto()  # to who is rung: with this note (a recording follows)
    RECALL_WRONG_NUMBER = auto()  # a transfer comes back: that number is not for callers
    RECALL_MENU = auto()  # 1, your caller; 2, have a message taken

    STAYS_WITH_YOU = auto()  # your caller stays with you

    STILL_ON_HOLD = auto()  # your caller is still on hold; press resume


@dataclass(frozen=True, slots=True)
class ChoiceOfColleague:
    """4, <who>."""

    who: Name


@dataclass(frozen=True, slots=True)
class NoteFrom:
    """A note from <who>. Said to who is rung; the note follows."""

    who: Name


@dataclass(frozen=True, slots=True)
class NoteDigits:
    """A number that was typed as a note, read aloud to who is rung."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TransferRecall:
    """Transfer recall: <who> does not answer, is busy, or can't be reached."""

    who: Name
    why: Why


ReceptionUtterance = (
    ReceptionPhrase
    | ChoiceOfColleague
    | NoteFrom
    | NoteDigits
    | TransferRecall
    | Recorded
    | Fixed
    | Whereabouts
)
"""Everything that is said in these conversations."""
