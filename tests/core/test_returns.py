"""A return typed in four digits: a time, a date, or both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.people import Kind, Person
from ari_absence.core.recurrence import Weekly
from ari_absence.core.returns import (
    BY_DATE,
    DAYS_AHEAD_MAX,
    UNKNOWN,
    Reading,
    Return,
    ReturnFlaw,
    day_begins,
    next_working_day,
    planned_end,
    read_return,
    read_stay,
)
from ari_absence.core.schedule import DatedAbsence, RecurringAbsence, WeeklyHours, back_at, state_at
from tests.core.test_schedule import ALWAYS, BERLIN, HOLIDAYS, NIGHTS, alice, berlin, dated

ALICE = alice()
WEDNESDAY = "2026-11-25T10:00"
NOW = berlin("2026-11-28T10:00")


def time_at(text: str) -> Return:
    return Return(Reading(berlin(text)))


def day_at(text: str) -> Return:
    return Return(Reading(berlin(text), day_only=True))


def both(first: Return, second: Return) -> Return:
    return Return(first.meant, second.meant)


@pytest.mark.parametrize("kind", [Kind.AWAY, Kind.OUT])
def test_time_after_midnight_is_ahead_in_a_shift_that_goes_on_until_then(kind: Kind) -> None:
    nightly = alice(hours=NIGHTS)
    back = read_return("0130", kind, nightly, berlin("2026-11-25T23:30"))
    assert isinstance(back, Return)
    assert back.meant == Reading(berlin("2026-11-26T01:30"))
    assert state_at(nightly, berlin("2026-11-26T01:30")).present


@pytest.mark.parametrize(
    ("typed", "kind", "at", "back"),
    [
        ("1530", Kind.OUT, WEDNESDAY, time_at("2026-11-25T15:30")),
        ("930", Kind.OUT, "2026-11-25T08:00", time_at("2026-11-25T09:30")),  # not ten months
        ("0915", Kind.OUT, WEDNESDAY, ReturnFlaw.TIME_PAST),
        ("", Kind.OUT, WEDNESDAY, UNKNOWN),
        (
            "1224",
            Kind.OUT,
            WEDNESDAY,
            both(time_at("2026-11-25T12:24"), day_at("2026-12-24T09:00")),
        ),
        (
            "1224",
            Kind.BUSINESS_TRIP,
            WEDNESDAY,
            both(day_at("2026-12-24T09:00"), time_at("2026-11-25T12:24")),
        ),
        ("1224", Kind.OUT, "2026-11-25T13:00", day_at("2026-12-24T09:00")),
        ("1128", Kind.DAY_OFF, "2026-11-25T13:00", day_at("2026-11-28T00:00")),  # a Saturday
        ("0104", Kind.OUT, WEDNESDAY, day_at("2027-01-04T09:00")),
        ("1130", Kind.MEETING, "2026-11-25T11:45", ReturnFlaw.TIME_PAST),  # nobody means Monday
        ("0115", Kind.AWAY, "2026-11-25T13:00", ReturnFlaw.TIME_PAST),  # nor January
        ("1530", Kind.BUSINESS_TRIP, WEDNESDAY, time_at("2026-11-25T15:30")),
        ("1332", Kind.OUT, "2026-11-25T14:00", ReturnFlaw.TIME_PAST),
        ("1332", Kind.BUSINESS_TRIP, "2026-11-25T14:00", ReturnFlaw.NOT_A_DATE),
        ("1120", Kind.BUSINESS_TRIP, "2026-11-25T14:00", ReturnFlaw.DATE_PAST),
        ("1125", Kind.BUSINESS_TRIP, "2026-11-25T14:00", ReturnFlaw.DATE_TODAY),
        ("2460", Kind.OUT, WEDNESDAY, ReturnFlaw.NOT_A_TIME),
        ("2400", Kind.BUSINESS_TRIP, WEDNESDAY, ReturnFlaw.NOT_A_DATE),
        ("15", Kind.OUT, WEDNESDAY, ReturnFlaw.NOT_A_TIME),
        ("15301", Kind.OUT, WEDNESDAY, ReturnFlaw.NOT_A_TIME),
        ("0229", Kind.LEAVE, WEDNESDAY, ReturnFlaw.NOT_A_DATE),  # neither 2026 nor 2027
        ("0229", Kind.LEAVE, "2027-06-01T10:00", day_at("2028-02-29T09:00")),
        ("0230", Kind.OUT, "2026-03-29T01:00", time_at("2026-03-29T02:30")),  # it is 3:30 summer time
        ("0230", Kind.OUT, "2026-10-25T01:00", time_at("2026-10-25T02:30")),  # the first of the two
    ],
)
def test_what_was_typed_means(typed: str, kind: Kind, at: str, back: Return | ReturnFlaw) -> None:
    assert read_return(typed, kind, ALICE, berlin(at)) == back


@pytest.mark.fault("F44")
def test_the_hour_the_clocks_jump_over_is_the_one_after_it() -> None:
    back = read_return("0230", Kind.OUT, ALICE, berlin("2026-03-29T01:00"))
    assert back == Return(Reading(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)))


instants = st.integers(1_767_225_600, 1_861_920_000).map(lambda at: datetime.fromtimestamp(at, UTC))
zones = st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo", "Pacific/Apia", "UTC"]).map(
    ZoneInfo
)
hours = st.sampled_from([alice().hours, NIGHTS, ALWAYS, WeeklyHours(((),) * 7)])


@st.composite
def people(draw: st.DrawFn) -> Person:
    return Person("101", "Alice", (), draw(zones), draw(hours), HOLIDAYS)


@given(st.text("0123456789", max_size=6), st.sampled_from(sorted(Kind)), people(), instants)
def test_every_string_of_digits_is_a_return_ahead_or_is_refused(
    typed: str, kind: Kind, person: Person, at: datetime
) -> None:
    back = read_return(typed, kind, person, at)
    if isinstance(back, ReturnFlaw):
        return
    readings = [each for each in (back.meant, back.other) if each is not None]
    assert readings or not typed
    for each in readings:
        local, today = each.at.astimezone(person.zone), at.astimezone(person.zone).date()
        assert each.at > at
        if each.day_only:
            assert 0 < (local.date() - today).days <= DAYS_AHEAD_MAX
            assert f"{local:%m%d}" == typed.zfill(4)
        else:
            tonight = local.date() == today + timedelta(days=1) and each.at - at < timedelta(days=1)
            assert local.date() == today or (tonight and state_at(person, at).present)
    if back.other is not None:
        assert back.meant is not None
        assert back.meant.day_only == (kind in BY_DATE) != back.other.day_only


@given(people(), instants)
def test_the_next_working_day_begins_later_and_not_after_a_break(person: Person, at: datetime) -> None:
    start = next_working_day(person, at)
    assert at < start
    if not person.hours.never and person.hours is not ALWAYS:
        assert state_at(person, start).present
        assert not state_at(person, start - timedelta(seconds=1)).present


@given(people(), st.dates(date(2026, 1, 2), date(2028, 1, 1)))
def test_a_day_begins_on_that_day(person: Person, day: date) -> None:
    begin = day_begins(person, day).astimezone(person.zone)
    assert begin.date() == day or begin.date() == day + timedelta(days=1)  # a day that a zone left out


# -- here outside one's hours


@pytest.mark.parametrize(
    ("typed", "at", "until"),
    [
        ("1400", "2026-11-28T10:00", "2026-11-28T14:00"),  # a Saturday
        ("930", "2026-11-28T08:00", "2026-11-28T09:30"),
        ("1000", "2026-11-25T07:00", "2026-11-25T09:00"),  # from then on it's their hours
        ("", "2026-11-25T07:00", "2026-11-25T09:00"),
        ("", "2026-11-25T20:00", "2026-11-26T00:00"),
        ("1900", "2026-11-25T12:30", "2026-11-25T19:00"),  # the end of a break is not where it ends
        ("1000", "2026-11-28T10:00", ReturnFlaw.TIME_PAST),
        ("0100", "2026-11-28T23:30", ReturnFlaw.TIME_PAST),
        ("2460", "2026-11-28T10:00", ReturnFlaw.NOT_A_TIME),
        ("14", "2026-11-28T10:00", ReturnFlaw.NOT_A_TIME),
    ],
)
def test_until_when_somebody_is_here(typed: str, at: str, until: str | ReturnFlaw) -> None:
    assert read_stay(typed, ALICE, berlin(at)) == (until if isinstance(until, ReturnFlaw) else berlin(until))


@given(st.text("0123456789", max_size=5), people(), instants)
def test_nobody_is_here_beyond_the_day_or_into_their_hours(typed: str, person: Person, at: datetime) -> None:
    until = read_stay(typed, person, at)
    if isinstance(until, ReturnFlaw):
        return
    assert at < until <= next_working_day(person, at)
    last = (until - timedelta(seconds=1)).astimezone(person.zone).date()
    assert last == at.astimezone(person.zone).date()
    here = DatedAbsence(Kind.HERE, at, until, set_at=at)
    state = state_at(person, at, [here])
    assert (state.present, state.kind, state.absence) == (True, None, here)
    assert state_at(person, until, [here]) == state_at(person, until)


def test_who_is_here_is_present_over_leave_holiday_and_night_and_over_nothing_set_later() -> None:
    vacation = dated(Kind.VACATION, "2026-11-23", "2026-11-30")
    here = DatedAbsence(Kind.HERE, berlin("2026-11-28T10:00"), berlin("2026-11-28T14:00"), set_at=NOW)
    out = dated(Kind.OUT, "2026-11-28T11:00", "2026-11-28T12:00", set_at="2026-11-28T11:00")
    person = alice(vacation)
    assert state_at(person, berlin("2026-11-28T13:59"), [here]).present
    assert back_at(person, berlin("2026-11-28T11:30"), [here, out]) == berlin("2026-11-28T12:00")
    assert state_at(person, berlin("2026-11-28T14:00"), [here]).kind is Kind.VACATION


def test_who_leaves_before_a_break_is_back_the_next_day() -> None:
    assert next_working_day(ALICE, berlin("2026-11-25T11:00")) == berlin("2026-11-26T09:00")
    assert next_working_day(ALICE, berlin("2026-11-25T12:30")) == berlin("2026-11-26T09:00")
    assert next_working_day(ALICE, berlin("2026-11-27T16:00")) == berlin("2026-11-30T09:00")
    assert next_working_day(alice(hours=NIGHTS), berlin("2026-11-25T02:00")) == berlin("2026-11-25T22:00")


def test_what_was_planned_would_have_ended() -> None:
    trip = dated(Kind.BUSINESS_TRIP, "2026-11-25", "2026-11-27")
    lunch = RecurringAbsence(Kind.AWAY, Weekly(frozenset(range(7))), BERLIN, 600, 690)
    assert planned_end(trip, berlin(WEDNESDAY)) == berlin("2026-11-27")
    assert planned_end(dated(Kind.LEAVE, "2026-11-25", None), berlin(WEDNESDAY)) is None
    assert planned_end(lunch, berlin(WEDNESDAY)) == berlin("2026-11-25T11:30")


def test_who_came_back_early_works_by_their_hours_until_the_absence_would_have_ended() -> None:
    vacation = dated(Kind.VACATION, "2026-11-23", "2026-11-28")
    early = DatedAbsence(Kind.PRESENT, berlin(WEDNESDAY), berlin("2026-11-28"), set_at=berlin(WEDNESDAY))
    person = alice(vacation)
    state = state_at(person, berlin("2026-11-25T11:00"), [early])
    assert (state.present, state.kind, state.absence) == (True, None, early)
    assert state_at(person, berlin("2026-11-25T12:30"), [early]).kind is Kind.CLOSED
    assert state_at(person, berlin("2026-11-25T20:00"), [early]).kind is Kind.CLOSED
    assert back_at(person, berlin("2026-11-25T20:00"), [early]) == berlin("2026-11-26T09:00")
    assert state_at(person, berlin("2026-11-24T11:00"), [early]).kind is Kind.VACATION


def test_an_absence_set_after_an_early_return_holds() -> None:
    vacation = dated(Kind.VACATION, "2026-11-23", "2026-11-28")
    early = DatedAbsence(Kind.PRESENT, berlin(WEDNESDAY), berlin("2026-11-28"), set_at=berlin(WEDNESDAY))
    out = dated(Kind.OUT, "2026-11-25T11:00", "2026-11-25T15:00", set_at="2026-11-25T11:00")
    person = alice(vacation)
    assert state_at(person, berlin("2026-11-25T14:00"), [early, out]).kind is Kind.OUT
    assert state_at(person, berlin("2026-11-25T15:30"), [early, out]).present
