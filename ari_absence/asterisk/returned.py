"""Calls of ours that come back from outside: a phone we rang by a trunk forwards to the very number that was called.

Taken as a new call, it would be served like one, ring the same phone again, and so on until every line is busy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

DIVERSIONS_MAX = 5
"""How often a call may have been diverted on its way to us: the hop budget of our own chains."""

AFTERGLOW_SECONDS = 2.0
"""How long after our own leg has ended its echo may still come in by the trunk."""

_SIGNIFICANT_DIGITS = 9
"""Carriers write one number in several ways (0…, +41…, 0041…); the last digits are the same in all of them."""

_COUNTER = re.compile(r"(?:^|;)counter=([0-9]{1,4})", re.ASCII)
_PARAMETER_CHARS_MAX = 500

BUSY = 17
"""The cause that ends a returned call: what rings our phone learns from it that nobody is to be had there."""


@dataclass(slots=True, eq=False)
class _Leg:
    """What a phone outside was shown while it rings or its owner decides. ``ended_at``: on the monotonic clock."""

    extension: str
    shown: str
    ended_at: float | None = None


class Outside:
    """The phones outside that are being rung now, as far as a call that returns can be recognised by them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._legs: list[_Leg] = []
        self._monotonic = monotonic

    @contextmanager
    def rung(self, extension: str, shown: str | None) -> Iterator[None]:
        """While a phone outside that is shown this number is rung for a call to ``extension``."""
        if shown is None:  # an anonymous call that comes back is any anonymous call
            yield
            return
        leg = _Leg(extension, shown)
        self._legs.append(leg)
        try:
            yield
        finally:
            leg.ended_at = self._monotonic()

    def sent(self, extension: str, number: str | None) -> bool:
        """Whether a call from outside with this number, for this extension, is one of ours that came back."""
        since = self._monotonic() - AFTERGLOW_SECONDS
        self._legs = [leg for leg in self._legs if leg.ended_at is None or leg.ended_at > since]
        return number is not None and any(
            leg.extension == extension and _same(leg.shown, number) for leg in self._legs
        )


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
