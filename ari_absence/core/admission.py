"""Who is served when too many call: so many calls at once, and so many of one number in a minute. Pure.

Whoever is not served is the dialplan's, whose fallback takes their message as well: nobody is turned off the line.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum

WINDOW_SECONDS = 60.0
NUMBERS_MAX = 1000  # numbers remembered at once; of more, those that have been silent longest are forgotten


class Refusal(Enum):
    """Why a caller is not served."""

    TOO_MANY_CALLS = "as many calls as may be are being held already"
    TOO_OFTEN = "this number has called as often as it may in a minute"


@dataclass(frozen=True, slots=True)
class Flood:
    """One number that called too often: how many calls of it were sent on, and to whom, until it was quiet again."""

    number: str
    extensions: tuple[str, ...]
    calls: int


@dataclass(slots=True)
class _Record:
    """When a number was served last, and what was refused to it since it began to call too often."""

    served: deque[float]
    refused: int
    refused_at: float
    extensions: list[str]


class Admission:
    """Counts calls. Times are seconds of a clock that nobody sets."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[str, _Record] = OrderedDict()

    def judge(
        self, number: str | None, extension: str, now: float, *, held: int, calls_max: int, per_minute: int
    ) -> Refusal | None:
        """Whether a call of ``number`` for ``extension`` is not served while ``held`` others are, and why.

        None for a ``number`` that is withheld or of somebody who is not counted.
        """
        if held >= calls_max:
            return Refusal.TOO_MANY_CALLS
        if number is None:
            return None
        record = self._record(number)
        while record.served and now - record.served[0] >= WINDOW_SECONDS:
            record.served.popleft()
        if len(record.served) < per_minute:
            record.served.append(now)
            return None
        record.refused += 1
        record.refused_at = now
        if extension not in record.extensions:
            record.extensions.append(extension)
        return Refusal.TOO_OFTEN

    def over(self, now: float) -> list[Flood]:
        """The floods that have ended, each told once: nothing was refused to their number for a minute."""
        ended = [
            number
            for number, record in self._numbers.items()
            if record.refused and now - record.refused_at >= WINDOW_SECONDS
        ]
        floods = []
        for number in ended:
            record = self._numbers.pop(number)
            floods.append(Flood(number, tuple(record.extensions), record.refused))
        return floods

    @property
    def flooded(self) -> bool:
        """Whether there is a flood that has not been told."""
        return any(record.refused for record in self._numbers.values())

    def _record(self, number: str) -> _Record:
        record = self._numbers.pop(number, None) or _Record(deque(), 0, 0.0, [])
        self._numbers[number] = record  # whoever calls goes to the end
        self._forget_the_silent()
        return record

    def _forget_the_silent(self) -> None:
        """Forget whoever has been silent longest, first those of whom there is nothing to be told."""
        if len(self._numbers) > NUMBERS_MAX:
            quiet = (number for number, record in self._numbers.items() if not record.refused)
            del self._numbers[next(quiet, next(iter(self._numbers)))]
