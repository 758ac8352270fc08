"""What the people of the house hear in a mailbox.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from enum import StrEnum, auto

from ari_absence.core.phrases import Fixed, Whereabouts


class MailboxPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    MAILBOX_EMPTY = auto()  # there are no messages


MailboxUtterance = MailboxPhrase | Fixed | Whereabouts
"""Everything that is said in these conversations."""
