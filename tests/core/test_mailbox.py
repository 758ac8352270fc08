"""The order of a mailbox, how a past moment is named, and greetings that end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.facts import Kind
from ari_absence.core.greetings import (
    Greeting,
    GreetingKind,
    SetGreetings,
    coming_day,
    greeting_kind,
    to_be_reminded_of,
)
from ari_absence.core.mailbox import Folder, Letter, in_order, received, totals
from ari_absence.core.mailbox_phrases import MailboxPhrase, Totals
from ari_absence.core.people import Caller
from ari_absence.core.phrases import DayWord

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis adds it
ZONES = st.sampled_from([TOKYO, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("UTC")])
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
LETTERS = st.lists(
    st.builds(
        Letter,
        message_id=st.uuids().map(str),
        audio_id=st.just("A"),
        at=INSTANTS,
        seconds=st.just(1.0),
        caller=st.just(Caller(None)),
        urgent=st.booleans(),
        heard=st.booleans(),
        saved=st.booleans(),
    )
)


@given(LETTERS)
def test_urgent_new_messages_come_before_all_others_and_each_group_has_the_oldest_first(
    letters: list[Letter],
) -> None:
    ordered = in_order(letters)

    assert sorted(each.message_id for each in ordered) == sorted(each.message_id for each in letters)
    first = [each.urgent and each.folder is Folder.NEW for each in ordered]
    assert first == sorted(first, reverse=True)
    for group in (True, False):
        times = [each.at for each, urgent in zip(ordered, first, strict=True) if urgent is group]
        assert times == sorted(times)


@given(LETTERS)
def test_the_counts_add_up_to_all_messages(letters: list[Letter]) -> None:
    counted = totals(letters)

    if not letters:
        assert counted is MailboxPhrase.MAILBOX_EMPTY
    else:
        assert isinstance(counted, Totals)
        assert counted.new + counted.old + counted.saved == len(letters)
        assert counted.urgent <= counted.new


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=800)), ZONES)
def test_a_past_moment_is_named_by_how_many_days_ago_it_was(
    at: datetime, later: timedelta, zone: ZoneInfo
) -> None:
    now = at + later
    days_ago = (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    said = received(at, now, zone)

    assert said.yesterday is (days_ago == 1)
    assert (said.moment.hour, said.moment.minute) == (at.astimezone(zone).hour, at.astimezone(zone).minute)
    assert (said.moment.day_word is DayWord.TODAY) is (days_ago == 0)
    assert (said.moment.day_word is DayWord.WEEKDAY) is (1 <= days_ago < 7)
    assert said.moment.day_word is not DayWord.TOMORROW


@given(st.text(alphabet="0123456789*#a٣", max_size=6), DAYS)
def test_whatever_is_typed_names_a_day_within_the_year_to_come_or_none(digits: str, today: date) -> None:
    day = coming_day(digits, today)

    if day is not None:
        assert today <= day < today.replace(year=today.year + 2)
        assert f"{day:%m%d}" == digits


@given(DAYS, st.integers(1, 60))
def test_day_that_has_just_passed_is_not_taken_for_one_of_next_year(today: date, days_ago: int) -> None:
    assert coming_day(f"{today - timedelta(days=days_ago):%m%d}", today) is None


@given(DAYS, st.integers(0, 300))
def test_every_day_of_the_ten_months_to_come_can_be_typed(today: date, distance: int) -> None:
    day = today + timedelta(days=distance)

    assert coming_day(f"{day:%m%d}", today) == day


def test_the_29th_of_february_is_none_until_there_is_one_within_a_year() -> None:
    assert coming_day("0229", date(2026, 11, 25)) is None
    assert coming_day("0229", date(2027, 11, 25)) == date(2028, 2, 29)


@given(INSTANTS, st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_no_caller_ever_hears_a_greeting_that_has_expired(at: datetime, until_end: timedelta) -> None:
    greeting = Greeting("A-1", GreetingKind.OUT, at - timedelta(days=50), at + until_end)
    found = SetGreetings({"101": [greeting]}).of("101", Kind.OUT, at)

    assert (found is greeting) is (until_end > timedelta(0))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.can_be_set])
def test_every_kind_that_is_set_by_a_code_has_its_greeting(kind: Kind) -> None:
    assert (greeting_kind(kind) is None) is (kind is Kind.REMOTE)


def test_a_closed_office_and_a_holiday_are_told_in_our_own_words() -> None:
    assert greeting_kind(Kind.CLOSED) is None
    assert greeting_kind(Kind.HOLIDAY) is None


@given(INSTANTS, st.booleans())
def test_nobody_is_reminded_of_a_greeting_that_no_caller_hears(at: datetime, present: bool) -> None:
    over = Greeting("A-1", GreetingKind.OUT, at - timedelta(days=90), at)

    assert to_be_reminded_of([over], at, present=present) == []
