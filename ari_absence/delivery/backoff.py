"""How long a failed delivery waits. Computed from the number of failures, so it survives a restart."""

from __future__ import annotations

from datetime import timedelta

GIVE_UP_AFTER = timedelta(hours=72)  # a weekend and a day: the server's administrator has been back
_STEPS_SECONDS = (10, 30, 120, 600)  # a hiccup, a restart, greylisting, an upgrade
_STEADY_SECONDS = 1800
_JITTER = 0.1  # of the steady step, so that several services do not return in step


def delay(failures: int, jitter: float) -> timedelta:
    """How long to wait after the ``failures``-th failure (from 1). ``jitter`` is a number from 0 to 1.

    >>> [delay(n, 0.5).total_seconds() for n in (1, 2, 3, 4, 5, 99)]
    [10.0, 30.0, 120.0, 600.0, 1800.0, 1800.0]
    """
    if failures <= len(_STEPS_SECONDS):
        return timedelta(seconds=_STEPS_SECONDS[max(failures, 1) - 1])
    return timedelta(seconds=_STEADY_SECONDS * (1 + _JITTER * (2 * jitter - 1)))
