"""What a PIN may be, and how long guessing is locked out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

_DIGITS = frozenset("0123456789")


class PinFlaw(StrEnum):
    """Why a PIN is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    RUN = "run"
    REPEAT = "repeat"
    OWN_EXTENSION = "own_extension"


@dataclass(frozen=True, slots=True)
class PinRules:
    """What a PIN must be, how many wrong ones close it, and for how long at first: each further lock doubles."""

    digits_min: int = 6
    digits_max: int = 12
    tries: int = 3
    lock_seconds: int = 60
    lock_seconds_max: int = 86_400

    def lock_length(self, locks_before: int) -> int:
        """For how many seconds the next lock holds, after so many since the last right PIN."""
        doublings = min(locks_before, self.lock_seconds_max.bit_length())
        return min(self.lock_seconds << doublings, self.lock_seconds_max)


def pin_flaw(pin: str, extension: str, rules: PinRules) -> PinFlaw | None:
    """Why ``pin`` is no PIN for ``extension``, or None if it is a good one."""
    if not _DIGITS.issuperset(pin):
        return PinFlaw.NOT_DIGITS
    if len(pin) < rules.digits_min:
        return PinFlaw.TOO_SHORT
    if len(pin) > rules.digits_max:
        return PinFlaw.TOO_LONG
    if extension in pin:
        return PinFlaw.OWN_EXTENSION
    return _pattern(pin)


def _pattern(pin: str) -> PinFlaw | None:
    """A run up or down, also over nine to nought; one digit, or one group of two or three, again and again."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({1}, {9}):
        return PinFlaw.RUN
    if any(_repeats(pin, width) for width in (1, 2, 3)):
        return PinFlaw.REPEAT
    return None


def _repeats(pin: str, width: int) -> bool:
    return len(pin) > width and all(digit == pin[place % width] for place, digit in enumerate(pin))
