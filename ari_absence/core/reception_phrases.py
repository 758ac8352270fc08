"""What a receptionist, or a colleague who transfers, hears: of absent people, and of their own waiting callers.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from enum import StrEnum, auto

from ari_absence.core.phrases import Fixed, Whereabouts


class ReceptionPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    STAYS_WITH_YOU = auto()  # your caller stays with you

    STILL_ON_HOLD = auto()  # your caller is still on hold; press resume


ReceptionUtterance = ReceptionPhrase | Fixed | Whereabouts
"""Everything that is said in these conversations."""
