"""Promises are ones the schedule can keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.people import Kind, Person
from ari_absence.core.promise import COARSE_FROM_SECONDS, DEFAULT_SECONDS, due_at
from ari_absence.core.schedule import Absence, WeeklyHours, presence, state_at
from ari_absence.core.wording import spoken_moment
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
        ("2026-11-26T10:00:20", HOUR, "2026-11-26T11:05"),  # five minutes, never too early
        ("2026-11-26T09:11", 2 * HOUR, "2026-11-26T11:30"),  # of hours: half an hour
        ("2026-11-26T15:03", 2 * HOUR, "2026-11-26T17:05"),  # not half past, when they have left
        ("2026-11-26T16:28", HOUR, "2026-11-26T17:28"),  # nor five minutes
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


# -- what an assistant would say

ZONES = st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
PEOPLE = st.builds(
    lambda zone, hours: Person(
        "101", "Alice", (), ZoneInfo(zone), hours, HOLIDAYS, absences=(MONDAY_MEETING,)
    ),
    ZONES,
    st.sampled_from([alice().hours, HALF_DAYS, NIGHTS, ALWAYS]),
)
CALLED = st.integers(1_767_225_600, 1_861_920_000).map(lambda at: datetime.fromtimestamp(at, UTC))
PROMISED = st.none() | st.integers(0, 12 * HOUR)


def worked_seconds(person: Person, begin: datetime, end: datetime) -> int:
    """For how long the person is present in between."""
    first, last = int(begin.timestamp()), int(end.timestamp())
    return sum(max(0, min(to, last) - since) for since, to in presence(person, first) if since < last)


@given(PEOPLE, CALLED, st.integers(0, 12 * HOUR))
def test_nobody_is_promised_to_be_called_before_that_much_work(
    person: Person, at: datetime, seconds: int
) -> None:
    due = due_at(person, (), at, seconds)
    assert due is not None
    assert worked_seconds(person, at, due) >= seconds
    assert state_at(person, due).present


@given(PEOPLE, CALLED, PROMISED)
def test_promise_is_a_round_time_unless_they_leave_before_it(
    person: Person, at: datetime, seconds: int | None
) -> None:
    due = due_at(person, (), at, seconds)
    assert due is not None
    step = 30 if seconds is None or seconds >= COARSE_FROM_SECONDS else 5
    local = due.astimezone(person.zone)
    assert local.second == 0
    for each in (step, 5):
        over = local.minute % each
        assert not over or not state_at(person, due + timedelta(minutes=each - over)).present


@given(PEOPLE, CALLED, PROMISED)
def test_rounding_puts_nobody_off_by_more_than_one_step(
    person: Person, at: datetime, seconds: int | None
) -> None:
    due = due_at(person, (), at, seconds)
    assert due is not None
    asked = DEFAULT_SECONDS if seconds is None else seconds
    step = 30 if asked >= COARSE_FROM_SECONDS else 5
    assert worked_seconds(person, at, due) < asked + step * 60 + 60


@given(PEOPLE, CALLED, PROMISED)
def test_what_is_said_is_what_is_noted(person: Person, at: datetime, seconds: int | None) -> None:
    due = due_at(person, (), at, seconds)
    assert due is not None
    local, said = due.astimezone(person.zone), spoken_moment(at, due, person.zone)
    assert (said.day, said.hour, said.minute) == (local.date(), local.hour, local.minute)
