"""What the running service counts: how calls ended, how soon callers heard something, how reloads went."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

FIRST_SOUND_BOUNDS_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Nobody notices a tenth of a second; after one second a caller wonders, after five they hang up."""


class Histogram:
    """How often a measured time was at most so long."""

    def __init__(self, bounds_seconds: Sequence[float]) -> None:
        self._bounds = tuple(bounds_seconds)
        self._counts = [0] * (len(self._bounds) + 1)
        self.sum_seconds = 0.0

    def note(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.sum_seconds += seconds

    @property
    def cumulated(self) -> Iterator[tuple[str, int]]:
        """Each bound with how many were at most that, ``+Inf`` last: as Prometheus has it."""
        return zip((*map(str, self._bounds), "+Inf"), accumulate(self._counts), strict=True)


@dataclass(slots=True)
class Measures:
    """Since the service was started."""

    outcomes: Counter[str] = field(default_factory=Counter)
    first_sound: Histogram = field(default_factory=lambda: Histogram(FIRST_SOUND_BOUNDS_SECONDS))
    reloads_taken: int = 0
    reloads_refused: int = 0

    def call_over(self, outcome: str, first_sound_seconds: float | None) -> None:
        """A call ended; ``first_sound_seconds`` after its beginning something was to be heard, None: never."""
        self.outcomes[outcome] += 1
        if first_sound_seconds is not None:
            self.first_sound.note(first_sound_seconds)
