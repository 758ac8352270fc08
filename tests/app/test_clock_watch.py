"""F47: the clock is set, or the machine slept: that is logged once, and schedules are looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from ari_absence.app.clock_watch import ClockWatch
from tests.ledger.office import NOON


class WallClock:
    """A clock that can be set; what really passes is told apart."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed

    def pass_seconds(self, seconds: float) -> None:
        self.passed += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.mark.fault("F47")
@pytest.mark.parametrize(
    ("hours", "direction"), [(3, "forward"), (-3, "back"), (24 * 400, "forward"), (0.01, "forward")]
)
def test_f47_a_clock_that_is_set_is_logged_once_and_everything_is_looked_at_again(
    hours: float, direction: str
) -> None:
    clock = WallClock()
    woken: list[datetime] = []
    watch = ClockWatch(clock, lambda: woken.append(clock.now()))
    clock.pass_seconds(5)
    clock.wall += timedelta(hours=hours)

    with capture_logs() as logged:
        for _ in range(3):
            watch.look()
            clock.pass_seconds(5)

    (line,) = logged
    assert (line["event"], line["direction"]) == ("clock.jumped", direction)
    assert line["seconds"] == round(abs(hours) * 3600)
    assert line["expected"] == (NOON + timedelta(seconds=5)).isoformat()
    assert len(woken) == 1


@pytest.mark.fault("F47")
def test_f47_a_clock_that_is_slewed_or_looked_at_late_has_not_jumped() -> None:
    clock = WallClock()
    woken: list[datetime] = []
    watch = ClockWatch(clock, lambda: woken.append(clock.now()))

    for late_seconds in (5, 4000, 0):  # an event loop that was held up has not jumped
        clock.pass_seconds(late_seconds)
        clock.wall += timedelta(seconds=1)
        watch.look()

    assert woken == []
