"""Ids of what the ledger holds: readable, sortable by time, and not to be guessed."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from enum import StrEnum

_RANDOM_BYTES = 3  # sixteen million values within one second: nobody guesses a neighbour's id
_RANDOM_BYTES_OF_MANY = 6  # a new rule of the office is told to ten thousand people at the same second


class Prefix(StrEnum):
    """What an id stands for."""

    MESSAGE = "M"
    CALLBACK = "C"
    AUDIO = "A"
    DELIVERY = "D"
    NOTICE = "N"
    ABSENCE = "V"
    FORWARD = "F"
    GREETING = "G"
    OWED = "R"
    """A return call that is owed."""


_MANY = (Prefix.DELIVERY, Prefix.NOTICE)


def new_id(prefix: Prefix, at: datetime) -> str:
    """A new id such as ``M-20261125-100203-7f3a9c``; the time in it is UTC.

    Raises:
        ValueError: ``at`` does not say its UTC offset.
    """
    if at.tzinfo is None:
        raise ValueError("an id needs an instant with its UTC offset")
    random = secrets.token_hex(_RANDOM_BYTES_OF_MANY if prefix in _MANY else _RANDOM_BYTES)
    return f"{prefix}-{at.astimezone(UTC):%Y%m%d-%H%M%S}-{random}"
