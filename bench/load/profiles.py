"""How an office is called: by day, all at once, in a storm, and in a long night in which everything is restarted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Disturbance(Enum):
    """What happens to the service or to Asterisk while there are calls."""

    SERVICE_RESTARTED = "the service is restarted"
    SERVICE_KILLED = "the service is killed, and away for 5 s"
    SERVICE_STALLED = "the service stands still for 2 s"
    ASTERISK_RESTARTED = "Asterisk is restarted"
    ASTERISK_KILLED = "Asterisk is killed"


@dataclass(frozen=True, slots=True)
class Profile:
    """``calls`` calls, so many a second. ``disturbances`` come at their seconds after the first call.

    ``hesitates_s``: so much longer callers take to press a key, and to speak.
    ``every_call_leaves_a_message``: as nothing goes wrong; else a call may also end as one that is owed.
    """

    name: str
    title: str
    calls: int
    calls_per_s: float
    hesitates_s: float = 0.0
    disturbances: Sequence[tuple[float, Disturbance]] = ()
    every_call_leaves_a_message: bool = True
    voicemail_calls: int = 0
    numbers_begin: str = "0312"

    @property
    def seconds(self) -> float:
        """From the first call to the last."""
        return self.calls / self.calls_per_s

    def for_voicemail(self) -> Profile:
        """The same callers on app_voicemail, undisturbed."""
        return replace(self, calls=self.voicemail_calls, disturbances=())


OFFICE = Profile("office", "2 calls a second for ten minutes", 1200, 2.0, voicemail_calls=240)
BURST = Profile("burst", "20 calls a second for five seconds", 100, 20.0, voicemail_calls=100)
STORM = Profile(
    "storm",
    "100 calls a second",
    150,
    100.0,
    hesitates_s=4.0,
    every_call_leaves_a_message=False,
    voicemail_calls=150,
)
SMOKE = Profile(
    "smoke",
    "20 calls, one stall of two seconds",
    20,
    10.0,
    disturbances=((4.0, Disturbance.SERVICE_STALLED),),
)

_ROUND = (
    (0.1, Disturbance.SERVICE_RESTARTED),
    (0.3, Disturbance.SERVICE_STALLED),
    (0.45, Disturbance.SERVICE_KILLED),
    (0.7, Disturbance.ASTERISK_RESTARTED),
    (0.85, Disturbance.ASTERISK_KILLED),
)


def night(hours: float, rounds: int, calls_per_s: float) -> Profile:
    """A night in which service and Asterisk are restarted, stopped and killed, ``rounds`` times over."""
    seconds = hours * 3600
    each = seconds / rounds
    happens = [(each * (number + share), what) for number in range(rounds) for share, what in _ROUND]
    calls = round(seconds * calls_per_s)
    length = f"{hours:g} hours" if hours >= 1 else f"{hours * 60:g} minutes"
    return Profile(
        "night",
        f"a night of {length}, {calls_per_s:g} calls a second, {len(happens)} disturbances",
        calls,
        calls_per_s,
        disturbances=tuple(happens),
        every_call_leaves_a_message=False,
    )


SHORT_NIGHT = night(3 / 60, 1, 0.7)
FULL_NIGHT = night(8, 16, 0.2)
