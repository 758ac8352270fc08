"""Promises are ones the schedule can keep."""

from __future__ import annotations

import pytest

from ari_absence.core.people import Kind
from ari_absence.core.promise import due_at
from ari_absence.core.schedule import Absence, WeeklyHours
from tests.core.test_schedule import ALWAYS, HOLIDAYS, MONDAY_MEETING, NIGHTS, TRIP, alice, berlin, dated

HOUR = 3600
HALF_DAYS = WeeklyHours((((540, 720),),) * 5 + ((), ()))


@pytest.mark.parametrize(
    ("called", "seconds", "due"),
    [
        ("2026-11-26T10:00", HOUR, "2026-11-26T11:00"),  # there: counts from now
        (
            "2026-11-30T10:15",
            HOUR,
            "2026-11-30T13:30",
        ),  # in the meeting until 11:30; the break does not count
        ("2026-11-26T11:00", HOUR, "2026-11-26T13:00"),  # over at the very beginning of the break: after it
        ("2026-11-26T17:00", HOUR, "2026-11-27T09:30"),  # the rest tomorrow
        ("2026-11-27T17:00", HOUR, "2026-11-30T09:30"),  # the rest after the weekend
        ("2026-11-26T10:00:20", HOUR, "2026-11-26T11:01"),  # a whole minute, never too early
        ("2026-11-26T17:29:40", 20, "2026-11-27T09:00"),  # the office closes before the minute is over
    ],
)
def test_a_promise_counts_working_time_from_the_return(called: str, seconds: int, due: str) -> None:
    assert due_at(alice(MONDAY_MEETING), (), berlin(called), seconds) == berlin(due)


@pytest.mark.parametrize(
    ("called", "due"),
    [
        ("2026-11-26T09:00", "2026-11-26T14:00"),  # four hours of being there, the break left out
        ("2026-11-26T15:00", "2026-11-27T10:30"),  # today's rest and tomorrow
        ("2026-11-26T18:00", "2026-11-27T14:00"),  # has left: the next working day
        ("2026-11-28T12:00", "2026-11-30T15:30"),  # at the weekend: on Monday, whose meeting takes 90 minutes
    ],
)
def test_the_usual_promise_is_half_a_working_day(called: str, due: str) -> None:
    assert due_at(alice(MONDAY_MEETING), (), berlin(called)) == berlin(due)


def test_the_usual_promise_is_never_later_than_the_same_time_on_the_next_working_day() -> None:
    person = alice(hours=HALF_DAYS)
    assert due_at(person, (), berlin("2026-11-26T09:30")) == berlin("2026-11-27T09:30")
    assert due_at(person, (), berlin("2026-11-27T09:30")) == berlin("2026-11-30T09:30")
    assert due_at(person, (), berlin("2026-11-26T20:00")) == berlin("2026-11-30T09:00")


def test_a_vacation_moves_the_promise_behind_it() -> None:
    assert due_at(alice(TRIP), (), berlin("2026-11-25T10:00"), HOUR) == berlin("2026-11-27T10:00")


def test_a_holiday_is_no_working_time() -> None:
    assert due_at(alice(holidays=HOLIDAYS), (), berlin("2026-11-27T17:00"), HOUR) == berlin(
        "2026-12-01T09:30"
    )


def test_a_promise_given_at_night_to_the_night_desk_is_kept_the_same_night() -> None:
    assert due_at(alice(hours=NIGHTS), (), berlin("2026-11-26T23:00"), 2 * HOUR) == berlin("2026-11-27T01:00")


def test_around_the_clock_a_promise_is_plain_arithmetic() -> None:
    assert due_at(alice(hours=ALWAYS), (), berlin("2026-11-26T23:00")) == berlin("2026-11-27T03:00")


@pytest.mark.parametrize("seconds", [None, HOUR])
def test_nothing_is_promised_when_the_return_is_unknown(seconds: int | None) -> None:
    unknown: tuple[Absence, ...] = (dated(Kind.OUT, "2026-11-26T09:00", None),)
    assert due_at(alice(), unknown, berlin("2026-11-26T10:00"), seconds) is None
    assert due_at(alice(hours=WeeklyHours()), (), berlin("2026-11-26T10:00"), seconds) is None
