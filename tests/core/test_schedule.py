"""Who is where, in single cases that a person would ask about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ari_absence.core.people import Kind, Person, Source
from ari_absence.core.recurrence import LAST, MonthlyByDay, MonthlyByWeekday, Recurrence, Weekly
from ari_absence.core.schedule import (
    Absence,
    DatedAbsence,
    Holiday,
    HolidayCalendar,
    RecurringAbsence,
    State,
    WeeklyHours,
    back_at,
    next_change,
    state_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE_DAY = ((540, 720), (780, 1050))
OFFICE = WeeklyHours((OFFICE_DAY,) * 5 + ((), ()), Source("absence.yaml", 5))
ALWAYS = WeeklyHours((((0, 1440),),) * 7)
NIGHTS = WeeklyHours((((1320, 1800),),) * 7)
NO_HOLIDAYS = HolidayCalendar()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def alice(*absences: Absence, hours: WeeklyHours = OFFICE, holidays: HolidayCalendar = NO_HOLIDAYS) -> Person:
    return Person("101", "Alice", ("PJSIP/101",), BERLIN, hours, holidays, absences=absences)


def dated(kind: Kind, start: str, end: str | None, set_at: str | None = None) -> DatedAbsence:
    return DatedAbsence(
        kind, berlin(start), berlin(end) if end else None, set_at=berlin(set_at) if set_at else None
    )


def weekly(kind: Kind, weekday: int, start: int, end: int) -> RecurringAbsence:
    return RecurringAbsence(kind, Weekly(frozenset({weekday})), BERLIN, start, end)


TRIP = dated(Kind.BUSINESS_TRIP, "2026-11-25", "2026-11-27")
MONDAY_MEETING = weekly(Kind.MEETING, 0, 600, 690)
HOLIDAYS = HolidayCalendar({date(2026, 11, 30): Holiday("Founding day", Source("absence.yaml", 9))})


def kind_at(person: Person, at: str, *set_absences: Absence) -> Kind | None:
    return state_at(person, berlin(at), set_absences).kind


def test_a_state_says_since_when_until_when_and_by_which_line() -> None:
    assert state_at(alice(TRIP), berlin("2026-11-25T10:00")) == State(
        present=False,
        kind=Kind.BUSINESS_TRIP,
        began=berlin("2026-11-25T00:00"),
        until=berlin("2026-11-27T00:00"),
        absence=TRIP,
        detail="",
        source=Source("default"),
    )
    assert state_at(alice(), berlin("2026-11-25T10:00")) == State(
        present=True,
        kind=None,
        began=berlin("2026-11-25T09:00"),
        until=berlin("2026-11-25T12:00"),
        absence=None,
        detail="",
        source=Source("absence.yaml", 5),
    )


def test_between_two_spans_of_a_day_it_is_a_break() -> None:
    state = state_at(alice(), berlin("2026-11-25T12:30"))
    assert (state.kind, state.detail) == (Kind.CLOSED, "break")


# "02:15-03:15" on Sundays, of which nothing is left when the clocks jump from 02:00 to 03:00.
EARLY = (135, 195)


@pytest.mark.parametrize(
    ("spans", "at", "detail"),
    [
        ((EARLY, (360, 480)), "03:20", "break"),
        ((EARLY, (360, 480)), "05:00", "break"),
        ((EARLY, (360, 480)), "01:00", ""),
        ((EARLY, (360, 480)), "08:30", ""),
        (((30, 90), EARLY), "01:45", "break"),
        (((30, 90), EARLY), "03:20", ""),
    ],
)
def test_a_span_that_the_clocks_jump_over_still_stands_at_the_end_of_a_break(
    spans: tuple[tuple[int, int], ...], at: str, detail: str
) -> None:
    sundays = WeeklyHours(((),) * 6 + (spans,))
    for day in ("2026-03-29", "2026-03-22"):
        state = state_at(alice(hours=sundays), berlin(f"{day}T{at}"))
        assert (state.present, state.kind, state.detail) == (False, Kind.CLOSED, detail)


@pytest.mark.parametrize("at", ["2026-11-25T08:59", "2026-11-25T17:30", "2026-11-28T12:30"])
def test_before_and_after_work_and_at_the_weekend_it_is_no_break(at: str) -> None:
    state = state_at(alice(), berlin(at))
    assert (state.kind, state.detail) == (Kind.CLOSED, "")


def test_what_is_set_by_phone_beats_a_dated_absence_beats_a_recurring_one_beats_a_holiday_beats_hours() -> (
    None
):
    at, set_by_phone = "2026-11-30T10:15", dated(Kind.DND, "2026-11-30T10:00", "2026-11-30T11:00")
    out = dated(Kind.OUT, "2026-11-30T09:00", "2026-11-30T12:00")
    assert kind_at(alice(MONDAY_MEETING, out, holidays=HOLIDAYS), at, set_by_phone) is Kind.DND
    assert kind_at(alice(MONDAY_MEETING, out, holidays=HOLIDAYS), at) is Kind.OUT
    assert kind_at(alice(MONDAY_MEETING, holidays=HOLIDAYS), at) is Kind.MEETING
    assert kind_at(alice(holidays=HOLIDAYS), at) is Kind.HOLIDAY
    assert kind_at(alice(), at) is None


def test_among_dated_absences_the_last_to_begin_counts_and_then_the_one_before_it_again() -> None:
    week = dated(Kind.VACATION, "2026-11-23", "2026-11-28")
    morning = dated(Kind.OUT, "2026-11-24T08:00", "2026-11-24T12:00")
    hour = dated(Kind.MEETING, "2026-11-24T09:00", "2026-11-24T10:00")
    person = alice(morning, week, hour)
    kinds = [kind_at(person, f"2026-11-24T{hour:02}:30") for hour in (7, 8, 9, 10, 12)]
    assert kinds == [Kind.VACATION, Kind.OUT, Kind.MEETING, Kind.OUT, Kind.VACATION]


def test_what_ended_below_a_later_absence_does_not_come_back() -> None:
    long = dated(Kind.LEAVE, "2026-11-23T08:00", "2026-11-23T20:00")
    short = dated(Kind.OUT, "2026-11-23T09:00", "2026-11-23T10:00")
    late = dated(Kind.MEETING, "2026-11-23T09:30", "2026-11-23T12:00")
    person = alice(long, short, late)
    kinds = [kind_at(person, f"2026-11-23T{at}") for at in ("09:15", "09:45", "11:00", "12:00")]
    assert kinds == [Kind.OUT, Kind.MEETING, Kind.MEETING, Kind.LEAVE]


def test_of_two_states_set_at_the_same_instant_the_one_set_last_counts() -> None:
    first = dated(Kind.OUT, "2026-11-24T09:00", None, set_at="2026-11-24T09:00")
    second = dated(Kind.MEETING, "2026-11-24T09:00", "2026-11-24T10:00", set_at="2026-11-24T09:01")
    assert kind_at(alice(), "2026-11-24T09:30", second, first) is Kind.MEETING
    assert kind_at(alice(), "2026-11-24T10:30", second, first) is Kind.OUT


def test_an_end_that_is_not_known_gives_no_return_and_no_change() -> None:
    open_end = dated(Kind.OUT, "2026-11-24T09:00", None)
    at = berlin("2026-11-24T10:00")
    assert state_at(alice(), at, [open_end]).until is None
    assert next_change(alice(), at, [open_end]) is None
    assert back_at(alice(), at, [open_end]) is None


def test_back_is_when_nothing_keeps_her_away_any_more() -> None:
    person = alice(
        TRIP, dated(Kind.OUT, "2026-11-27T08:00", "2026-11-27T10:00"), MONDAY_MEETING, holidays=HOLIDAYS
    )
    assert back_at(person, berlin("2026-11-25T10:00")) == berlin("2026-11-27T10:00")
    assert back_at(person, berlin("2026-11-27T18:00")) == berlin("2026-12-01T09:00")


def test_whoever_is_there_is_not_expected_back() -> None:
    assert back_at(alice(), berlin("2026-11-25T10:00")) is None


def test_whoever_never_works_is_never_expected_back() -> None:
    assert back_at(alice(hours=WeeklyHours()), berlin("2026-11-25T10:00")) is None


def test_a_return_in_more_than_two_years_is_as_good_as_unknown() -> None:
    long = dated(Kind.LEAVE, "2026-01-01", "2029-01-01")
    assert back_at(alice(long), berlin("2026-01-02T10:00")) is None


def test_remote_is_presence_during_the_hours_and_changes_nothing_outside_them() -> None:
    remote = dated(Kind.REMOTE, "2026-11-23", "2026-12-05")
    person = alice(remote, holidays=HOLIDAYS)
    there = state_at(person, berlin("2026-11-24T10:00"))
    assert (there.present, there.kind, there.absence) == (True, Kind.REMOTE, remote)
    assert kind_at(person, "2026-11-24T22:00") is Kind.CLOSED
    assert kind_at(person, "2026-11-30T10:00") is Kind.HOLIDAY
    assert back_at(person, berlin("2026-11-24T22:00")) == berlin("2026-11-25T09:00")


def test_a_state_does_not_flicker_where_spans_or_days_meet() -> None:
    around = WeeklyHours((((0, 480), (480, 1440)),) * 7)
    assert next_change(alice(hours=around), berlin("2026-11-25T07:00")) is None
    holidays = HolidayCalendar({date(2026, 11, day): Holiday("Rest", Source("x")) for day in (24, 25, 26)})
    assert next_change(alice(holidays=holidays), berlin("2026-11-24T07:00")) == berlin("2026-11-27T00:00")
    every_day = RecurringAbsence(Kind.OUT, Weekly(frozenset(range(7))), BERLIN)
    assert next_change(alice(every_day), berlin("2026-11-24T07:00")) is None


def test_a_night_shift_goes_on_over_midnight() -> None:
    nights = alice(hours=NIGHTS)
    assert state_at(nights, berlin("2026-11-30T23:00")).until == berlin("2026-12-01T06:00")
    assert state_at(nights, berlin("2026-12-01T05:59")).present
    assert back_at(nights, berlin("2026-12-01T06:00")) == berlin("2026-12-01T22:00")


def test_a_holiday_lasts_the_whole_local_day_even_for_a_night_shift() -> None:
    nights = alice(hours=NIGHTS, holidays=HOLIDAYS)
    assert state_at(nights, berlin("2026-11-29T23:00")).until == berlin("2026-11-30T00:00")
    assert back_at(nights, berlin("2026-11-30T02:00")) == berlin("2026-12-01T00:00")


def test_around_the_clock_nothing_ever_changes() -> None:
    state = state_at(alice(hours=ALWAYS), berlin("2026-11-30T23:00"))
    assert (state.present, state.began, state.until) == (True, None, None)


# The two clock changes (Berlin: 29 March 2026 at 01:00 UTC, 25 October 2026 at 01:00 UTC)


def span(first: int, last: int) -> WeeklyHours:
    return WeeklyHours((((first, last),),) * 7)


@pytest.mark.fault("F44")
def test_a_return_inside_the_spring_gap_is_as_long_after_the_jump() -> None:
    person = alice(hours=span(150, 600))  # 02:30 is 03:30 summer time that day
    assert back_at(person, utc("2026-03-29T00:00")) == utc("2026-03-29T01:30")


def test_a_span_inside_the_spring_gap_keeps_its_length() -> None:
    person = alice(hours=span(135, 165))
    assert back_at(person, utc("2026-03-29T00:00")) == utc("2026-03-29T01:15")
    assert next_change(person, utc("2026-03-29T01:15")) == utc("2026-03-29T01:45")


@pytest.mark.fault("F45")
def test_a_return_inside_the_autumn_overlap_is_its_first_occurrence_and_happens_once() -> None:
    person = alice(hours=span(150, 600))
    assert back_at(person, utc("2026-10-24T23:00")) == utc("2026-10-25T00:30")
    assert state_at(person, utc("2026-10-25T01:15")).present, "the second 02:15 comes after the first 02:30"
    assert next_change(person, utc("2026-10-25T00:30")) == utc("2026-10-25T09:00")


def test_an_end_inside_the_autumn_overlap_is_its_first_occurrence_and_happens_once() -> None:
    person = alice(hours=span(60, 150))
    assert next_change(person, utc("2026-10-24T23:30")) == utc("2026-10-25T00:30")
    assert not state_at(person, utc("2026-10-25T01:15")).present


@pytest.mark.fault("F46")
@pytest.mark.parametrize(("evening", "hours"), [("2026-03-28", 9), ("2026-10-24", 11), ("2026-06-01", 10)])
def test_a_night_shift_over_a_clock_change_is_an_hour_shorter_or_longer(evening: str, hours: int) -> None:
    person = alice(hours=span(1320, 1920))
    begin = berlin(f"{evening}T22:00")
    assert state_at(person, begin).began == begin or state_at(person, begin).present
    end = state_at(person, begin).until
    assert end is not None
    assert end - begin == timedelta(hours=hours)


# Rules, against the calendar of ten years


def by_the_calendar(rule: Recurrence, day: date) -> bool:
    tomorrow = day + timedelta(days=1)
    match rule:
        case Weekly(weekdays, every, first):
            return day.weekday() in weekdays and ((day.toordinal() - 1) // 7 - first) % every == 0
        case MonthlyByDay(number):
            return tomorrow.day == 1 if number == LAST else day.day == number
        case MonthlyByWeekday(nth, weekday):
            in_month = [day.replace(day=n) for n in range(1, days_in(day) + 1)]
            candidates = [each for each in in_month if each.weekday() == weekday]
            wanted = candidates[-1:] if nth == LAST else candidates[nth - 1 : nth]
            return day in wanted


def days_in(day: date) -> int:
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


@pytest.mark.fault("F48")
@pytest.mark.parametrize(
    "rule",
    [
        Weekly(frozenset({0})),
        Weekly(frozenset({0, 6}), 2, 105_600),
        Weekly(frozenset({4}), 2, 105_601),
        MonthlyByDay(1),
        MonthlyByDay(29),
        MonthlyByDay(31),
        MonthlyByDay(LAST),
        MonthlyByWeekday(1, 0),
        MonthlyByWeekday(5, 4),
        MonthlyByWeekday(LAST, 6),
    ],
    ids=repr,
)
def test_a_rule_takes_place_on_the_days_of_the_calendar_for_ten_years(rule: Recurrence) -> None:
    first, last = date(2024, 1, 1).toordinal(), date(2034, 1, 1).toordinal()
    expected = [day for day in range(first, last) if by_the_calendar(rule, date.fromordinal(day))]
    assert [day for day in range(first, last) if rule.holds_on(day)] == expected
    found, day = [], rule.next_from(first)
    while day is not None and day < last:
        found.append(day)
        day = rule.next_from(day + 1)
    assert found == expected


def test_an_exception_a_beginning_and_an_end_of_a_rule_are_kept() -> None:
    fridays = RecurringAbsence(
        Kind.DAY_OFF,
        Weekly(frozenset({4})),
        BERLIN,
        first_day=date(2026, 11, 6).toordinal(),
        last_day=date(2026, 11, 27).toordinal(),
        except_days=frozenset({date(2026, 11, 13).toordinal()}),
    )
    kinds = [
        kind_at(alice(fridays), f"2026-{day}T10:00") for day in ("10-30", "11-06", "11-13", "11-27", "12-04")
    ]
    assert kinds == [None, Kind.DAY_OFF, None, Kind.DAY_OFF, None]
    assert next_change(alice(fridays, hours=ALWAYS), berlin("2026-11-28T10:00")) is None


@pytest.mark.fault("F48")
def test_the_office_is_closed_on_the_29th_of_february_if_it_says_so() -> None:
    holidays = HolidayCalendar({date(2028, 2, 29): Holiday("Leap day", Source("x"))})
    assert state_at(alice(holidays=holidays), berlin("2028-02-29T10:00")).detail == "Leap day"
    assert back_at(alice(holidays=holidays), berlin("2028-02-29T10:00")) == berlin("2028-03-01T09:00")


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/St_Johns", "America/Sao_Paulo", "Africa/Cairo"])
def test_days_that_are_missing_or_change_at_midnight_confuse_nobody(zone: str) -> None:
    person = Person("101", "Alice", (), ZoneInfo(zone), OFFICE, NO_HOLIDAYS)
    for year in (2006, 2011, 2018, 2026):
        at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 7, tzinfo=UTC)
        while at < end:
            following = next_change(person, at)
            assert following is not None
            assert at < following <= at + timedelta(days=4)
            at = following
