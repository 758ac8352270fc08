"""What the people of the house hear from the star codes: their own state, and that of others.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from enum import StrEnum, auto

from ari_absence.core.phrases import Fixed, Whereabouts


class StatusPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    STATE_KEPT = auto()  # your state is as it was

    ENTER_EXTENSION = auto()  # login: the extension, then pound
    ENTER_PIN = auto()
    NO_SUCH_PAIR = auto()  # tells neither which of the two was wrong, nor of a lock
    PIN_WRONG = auto()
    PIN_LOCKED = auto()
    NO_PIN_SET = auto()
    TOO_MANY_TRIES = auto()


StatusUtterance = StatusPhrase | Fixed | Whereabouts
"""Everything that is said in these conversations."""
