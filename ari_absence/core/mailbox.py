"""A mailbox as its owner finds it: which folder a message lies in, in which order, and what is said before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """How many messages wait in a mailbox: ``new`` ones, of these ``urgent`` ones, and ``old`` ones, saved ones too.

    What its owner has deleted does not count.
    """

    new: int = 0
    old: int = 0
    urgent: int = 0
