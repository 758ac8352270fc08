"""Everything that the people of the house can hear at their own phones, besides what callers hear."""

from __future__ import annotations

from ari_absence.core.mailbox_phrases import MailboxUtterance
from ari_absence.core.phrases import CalleeUtterance
from ari_absence.core.reception_phrases import ReceptionUtterance
from ari_absence.core.status_phrases import StatusUtterance

DeskUtterance = StatusUtterance | MailboxUtterance | ReceptionUtterance
"""What is said to somebody known by their phone or their PIN. None of it has a way into ``Utterance``."""

RungUtterance = CalleeUtterance | DeskUtterance
"""What is said to somebody who was rung: for a caller, or for one of the house."""
