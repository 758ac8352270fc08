"""Calls of ours that come back from outside: a phone we rang by a trunk forwards to a number of ours.

Taken as a new call, it would be served like one, ring the same phone again, and so on until every line is busy. What
looks like one may be a genuine caller all the same: so it is neither served nor refused until the phone rings no
longer. A call of ours that came back ends with that; a genuine caller is still there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ari_absence.clock import SystemClock

_CLOCK = SystemClock()

DIVERSIONS_MAX = 5
"""How often a call may have been diverted on its way to us: the hop budget of our own chains."""

AFTERGLOW_SECONDS = 2.0
"""How long after our own leg has ended its echo may still come in by the trunk, or take to end."""

HELD_SECONDS_MAX = 60.0
"""Longest time that a caller is let ring because of a suspicion."""

_SIGNIFICANT_DIGITS = 9
"""Carriers write one number in several ways (0…, +41…, 0041…); the last digits are the same in all of them."""

_COUNTER = re.compile(r"(?:^|;)counter=([0-9]{1,4})", re.ASCII)
_PARAMETER_CHARS_MAX = 500

BUSY = 17
"""The cause that ends a call with too many diversions: what rings our phone learns that nobody is to be had there."""


def _never() -> bool:
    return False


@dataclass(slots=True, eq=False)
class _Leg:
    """What a phone outside was shown while it rings or its owner decides. ``ended_at``: on the monotonic clock.

    ``ours``: it was shown a number of ours, not the caller's. ``up``: whether somebody has answered it.
    """

    extension: str | None
    shown: str | None
    ours: bool
    up: Callable[[], bool]
    ended_at: float | None = None

    def may_return_as(self, extension: str, number: str | None) -> bool:
        """Whether a call for ``extension`` that shows ``number`` (None: withheld) may have come from this phone."""
        if number is None or self.shown is None:
            return number is self.shown
        return (self.ours or extension == self.extension) and _same(self.shown, number)


class Suspicion:
    """Why a new call may be one of ours that came back: phones outside that were shown what it shows."""

    def __init__(self, legs: Sequence[_Leg], monotonic: Callable[[], float]) -> None:
        self._legs = legs
        self._monotonic = monotonic

    def is_over(self) -> bool:
        """Whether none of the phones rings any more, and an echo of them would have ended, too."""
        since = self._monotonic() - AFTERGLOW_SECONDS
        return all(leg.ended_at is not None and leg.ended_at <= since for leg in self._legs)

    def is_confirmed(self) -> bool:
        """Whether the call, which has ended just now, ended with one of them: was answered there, or let ring no more.

        Nobody outside shows our own number but we.
        """
        return any(leg.ours or leg.up() or leg.ended_at is not None for leg in self._legs)


class Outside:
    """The phones outside that are being rung now, as far as a call that returns can be recognised by them."""

    def __init__(self, monotonic: Callable[[], float] = _CLOCK.monotonic) -> None:
        self._legs: list[_Leg] = []
        self._monotonic = monotonic

    @contextmanager
    def rung(
        self, extension: str | None, shown: str | None, *, ours: bool = False, up: Callable[[], bool] = _never
    ) -> Iterator[None]:
        """While a phone outside that is shown this number, None being withheld, is rung for ``extension``."""
        leg = _Leg(extension, shown, ours and shown is not None, up)
        self._legs.append(leg)
        try:
            yield
        finally:
            leg.ended_at = self._monotonic()

    def suspects(self, extension: str, number: str | None) -> Suspicion | None:
        """Why a call from outside with this number, for this extension, may be one of ours that came back."""
        since = self._monotonic() - AFTERGLOW_SECONDS
        self._legs = [leg for leg in self._legs if leg.ended_at is None or leg.ended_at > since]
        legs = [leg for leg in self._legs if leg.may_return_as(extension, number)]
        return Suspicion(legs, self._monotonic) if legs else None


def diverted_too_often(parameters: str) -> bool:
    """Whether the parameters of the ``Diversion`` header, text from outside, count more diversions than the budget.

    >>> diverted_too_often("reason=unconditional;counter=1"), diverted_too_often("counter=6")
    (False, True)
    """
    counters = _COUNTER.findall(parameters[:_PARAMETER_CHARS_MAX])
    return sum(map(int, counters)) > DIVERSIONS_MAX


def _same(one: str, other: str) -> bool:
    one, other = one.lstrip("+"), other.lstrip("+")
    if min(len(one), len(other)) < _SIGNIFICANT_DIGITS:
        return one == other
    return one[-_SIGNIFICANT_DIGITS:] == other[-_SIGNIFICANT_DIGITS:]
