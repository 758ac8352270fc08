"""Who is reminded of a call that is owed: somebody who is there, in order, and never for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.delivery_rules import DeliveryRules, quiet_until
from ari_absence.core.people import Directory, Kind, Person, SetAbsences, Site, Team
from ari_absence.core.reminding import DueCall, NextNotice, ReminderRules, Roster, after_working, next_notice
from ari_absence.core.schedule import Absence, HolidayCalendar, WeeklyHours, state_at
from tests.core.test_schedule import ALWAYS, HOLIDAYS, NIGHTS, alice, berlin, dated

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ALICE, KENJI, MAYA = "101", "102", "103"
DUE = berlin("2026-11-26T14:00")  # a Thursday
MORNING = berlin("2026-11-26T09:00")
NEVER_QUIET = DeliveryRules(quiet=())


def people() -> dict[str, Person]:
    """Alice, whom Kenji covers; Maya manages her."""
    base = alice()
    return {
        ALICE: replace(base, extension=ALICE, delegates=(KENJI,), manager=MAYA, absences=()),
        KENJI: replace(base, extension=KENJI, name="Kenji Ito", delegates=(), manager=MAYA, absences=()),
        MAYA: replace(base, extension=MAYA, name="Maya Mori", delegates=(), manager=None, absences=()),
    }


def roster(
    away: Mapping[str, Absence] | None = None,
    everybody: dict[str, Person] | None = None,
    rules: ReminderRules | None = None,
    teams: dict[str, Team] | None = None,
) -> Roster:
    everybody = everybody or people()
    directory = Directory(Site("Example", everybody[ALICE].zone, "DE"), everybody, teams or {})
    return Roster(
        directory, SetAbsences({key: (each,) for key, each in (away or {}).items()}), rules or ReminderRules()
    )


def told(call: DueCall, at: str, to: Roster) -> tuple[int, str, datetime] | None:
    found = next_notice(call, to, berlin(at))
    return None if found is None else (found.step, found.extension, found.at)


def test_the_owner_is_reminded_half_an_hour_before() -> None:
    assert told(DueCall(ALICE, DUE), "2026-11-26T10:00", roster()) == (0, ALICE, DUE - 30 * MINUTE)


def test_who_has_claimed_it_is_reminded_in_the_owners_place() -> None:
    call = DueCall(ALICE, DUE, claimed_by=KENJI, claimed_at=MORNING)
    assert told(call, "2026-11-26T10:00", roster()) == (0, KENJI, DUE - 30 * MINUTE)


def test_the_delegate_then_the_manager_are_told_when_it_is_overdue() -> None:
    call = DueCall(ALICE, DUE, told=1)
    assert told(call, "2026-11-26T13:45", roster()) == (1, KENJI, DUE + 30 * MINUTE)
    assert told(replace(call, told=2), "2026-11-26T14:30", roster()) == (2, MAYA, DUE + 2 * HOUR)
    assert told(replace(call, told=3), "2026-11-26T16:00", roster()) is None


def test_nothing_is_escalated_to_a_delegate_who_is_absent() -> None:
    away = {KENJI: dated(Kind.MEETING, "2026-11-26T13:00", "2026-11-26T17:00")}
    assert told(DueCall(ALICE, DUE, told=1), "2026-11-26T14:00", roster(away)) == (1, MAYA, DUE + 30 * MINUTE)


def test_the_manager_who_was_told_in_the_delegates_place_is_not_told_again() -> None:
    call = DueCall(ALICE, DUE, told=2, told_late=(MAYA,))
    assert told(call, "2026-11-26T14:30", roster()) is None


def test_when_nobody_is_there_it_waits_for_whoever_is_back_first() -> None:
    away: dict[str, Absence] = {
        KENJI: dated(Kind.BUSINESS_TRIP, "2026-11-26T00:00", "2026-12-04T00:00"),
        MAYA: dated(Kind.DAY_OFF, "2026-11-26T00:00", "2026-11-27T00:00"),
    }
    found = told(DueCall(ALICE, DUE, told=1), "2026-11-26T14:00", roster(away))
    assert found == (1, MAYA, berlin("2026-11-27T09:00"))


def test_an_owner_who_is_away_until_it_is_due_is_not_reminded_and_the_delegate_is_told_instead() -> None:
    away = {ALICE: dated(Kind.VACATION, "2026-11-26T00:00", "2026-12-04T00:00")}
    found = told(DueCall(ALICE, DUE), "2026-11-26T10:00", roster(away))
    assert found == (1, KENJI, DUE + 30 * MINUTE)


def test_who_has_neither_delegate_nor_manager_is_told_themselves() -> None:
    lonely = replace(people()[ALICE], delegates=(), manager=None)
    found = told(DueCall(ALICE, DUE, told=1), "2026-11-26T14:00", roster(everybody={ALICE: lonely}))
    assert found == (1, ALICE, DUE + 30 * MINUTE)


def test_a_call_that_was_put_off_is_not_escalated_before_it_is_offered_again() -> None:
    again = berlin("2026-11-27T09:00")
    found = told(DueCall(ALICE, DUE, told=1, retry_at=again), "2026-11-26T14:00", roster())
    assert found == (1, KENJI, again + 30 * MINUTE)


def test_who_is_calling_them_is_left_in_peace() -> None:
    call = DueCall(ALICE, DUE, told=1, calling_until=DUE + 3 * HOUR)
    found = told(call, "2026-11-26T14:40", roster())
    assert found == (1, KENJI, berlin("2026-11-26T15:25"))


def test_the_time_between_two_steps_counts_in_working_hours() -> None:
    due = berlin("2026-11-27T17:15")  # Friday, the office closes at half past five; Monday is a holiday
    everybody = {key: replace(each, holidays=HOLIDAYS) for key, each in people().items()}
    found = told(DueCall(ALICE, due, told=1), "2026-11-27T17:20", roster(everybody=everybody))
    assert found == (1, KENJI, berlin("2026-12-01T09:15"))


def test_the_clocks_that_go_back_do_not_make_a_night_shift_wait_longer() -> None:
    night = {key: replace(each, hours=ALWAYS) for key, each in people().items()}
    due = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2:45 before the clocks go back to two
    found = next_notice(DueCall(ALICE, due, told=1), roster(everybody=night), due)
    assert found == NextNotice(1, KENJI, due + 30 * MINUTE)


def test_a_team_is_reminded_by_whoever_of_it_is_there_and_has_not_left_it_to_the_others() -> None:
    teams = {"sales": Team("sales", "Sales", (ALICE, KENJI))}
    call = DueCall("team:sales", DUE, declined=(ALICE,))
    assert told(call, "2026-11-26T10:00", roster(teams=teams)) == (0, KENJI, DUE - 30 * MINUTE)


def test_nobody_is_told_in_their_quiet_hours() -> None:
    kenji = replace(people()[KENJI], delivery=DeliveryRules(quiet=((14 * 60, 16 * 60),)))
    found = told(DueCall(ALICE, DUE, told=1), "2026-11-26T14:00", roster(everybody=people() | {KENJI: kenji}))
    assert found == (1, MAYA, DUE + 30 * MINUTE)


# -- what always holds

instants = st.integers(0, 60 * 24 * 60).map(lambda minutes: berlin("2026-10-12T00:00") + minutes * MINUTE)
hours = st.sampled_from([people()[ALICE].hours, ALWAYS, NIGHTS, WeeklyHours()])
spans = st.sampled_from([(), ((0, 8 * 60),), ((22 * 60, 31 * 60),), ((12 * 60, 13 * 60), (13 * 60, 17 * 60))])


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    begin = draw(instants)
    length = draw(st.integers(1, 20 * 24 * 60))
    known_end = draw(st.booleans())
    whole = dated(Kind.OUT, "2026-11-26T09:00", None)
    return replace(whole, start=begin, end=begin + length * MINUTE if known_end else None)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    everybody = {
        key: replace(
            each,
            hours=draw(hours),
            holidays=draw(st.sampled_from([HOLIDAYS, HolidayCalendar()])),
            delivery=DeliveryRules(quiet=draw(spans)),
        )
        for key, each in people().items()
    }
    away = {key: each for key in everybody if (each := draw(st.none() | absences())) is not None}
    return roster(away, everybody)


calls = st.builds(
    DueCall,
    owner=st.sampled_from([ALICE, KENJI, MAYA, "999"]),
    due=instants,
    told=st.integers(0, 3),
    claimed_by=st.none() | st.sampled_from([ALICE, KENJI]),
    claimed_at=st.none() | instants,
    retry_at=st.none() | instants,
    calling_until=st.none() | instants,
)


@given(calls, rosters(), instants)
def test_nobody_is_told_while_absent_or_quiet_or_before_now(call: DueCall, to: Roster, now: datetime) -> None:
    found = next_notice(call, to, now)
    if found is None:
        return
    person = to.directory.people[found.extension]
    assert found.at >= now
    assert state_at(person, found.at, to.absences.of(found.extension)).present
    assert quiet_until(to.quiet_of(person), found.at, person.zone) == found.at
    assert found.step >= call.told
    assert found.overdue == (found.at >= call.due)


@given(calls, rosters(), instants)
def test_telling_comes_to_an_end(call: DueCall, to: Roster, now: datetime) -> None:
    tellings = 0
    while (found := next_notice(call, to, now)) is not None:
        tellings += 1
        call, now = replace(call, told=found.step + 1), found.at
        assert tellings <= 1 + len(to.rules.escalate_after)


@given(calls, rosters(), instants, st.integers(1, 3000))
def test_asking_too_early_changes_nothing(call: DueCall, to: Roster, now: datetime, minutes: int) -> None:
    """Who looks again later, but before the moment, finds it no earlier than it was."""
    first = next_notice(replace(call, calling_until=None), to, now)
    later = now + minutes * MINUTE
    if first is not None and later <= first.at:
        again = next_notice(replace(call, calling_until=None), to, later)
        assert again is not None
        assert again.at >= first.at
        assert again.step >= first.step


@given(instants, st.integers(0, 3000), hours.filter(lambda each: not each.never))
def test_working_time_never_runs_faster_than_the_clock(
    since: datetime, minutes: int, open_hours: WeeklyHours
) -> None:
    person = alice(hours=open_hours)
    assert after_working(person, since, minutes * MINUTE) >= since + minutes * MINUTE - timedelta(seconds=1)


@pytest.mark.parametrize("rules", [ReminderRules(escalate_after=()), ReminderRules(timedelta(0))])
def test_rules_without_steps_tell_nobody_of_what_is_overdue(rules: ReminderRules) -> None:
    found = next_notice(DueCall(ALICE, DUE), roster(rules=rules), DUE + HOUR)
    assert found is None or rules.escalate_after
