"""By which channels something is told, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.delivery_rules import (
    Hour,
    Item,
    ItemKind,
    Rule,
    Spans,
    Telling,
    WorkHours,
    quiet_until,
    tellings,
)
from ari_absence.core.localtime import instant_of_local

BERLIN = ZoneInfo("Europe/Berlin")
AT_WORK, AT_NIGHT = Hour(True, 600), Hour(False, 23 * 60)
MESSAGE, URGENT = Item(ItemKind.MESSAGE), Item(ItemKind.MESSAGE, urgent=True)
BY_MAIL = (Telling(("email",)),)
TO_CHAT = (Telling(("sales_chat",)),)
NIGHT: Spans = ((1320, 1860),)


def told(item: Item, *rules: Rule, hour: Hour = AT_WORK) -> tuple[Telling, ...]:
    return tellings(item, rules, hour, ("sales_chat", "ops"))


def test_without_a_rule_everything_goes_by_mail() -> None:
    assert {told(Item(kind)) for kind in ItemKind} == {BY_MAIL}


def test_without_a_rule_an_urgent_message_is_told_more_widely_as_long_as_nobody_hears_it() -> None:
    assert told(URGENT) == (
        Telling(("email", "display")),
        Telling(("sales_chat", "ops"), timedelta(minutes=15)),
        Telling(("phone",), timedelta(minutes=30)),
    )


def test_the_first_rule_that_fits_counts_and_no_other() -> None:
    assert told(MESSAGE, Rule(TO_CHAT, urgent=True), Rule(BY_MAIL), Rule(TO_CHAT)) == BY_MAIL
    assert told(URGENT, Rule(TO_CHAT, urgent=True), Rule(BY_MAIL)) == TO_CHAT


@pytest.mark.parametrize(
    ("rule", "item", "hour", "fits"),
    [
        (Rule(TO_CHAT, about=frozenset({"message"})), MESSAGE, AT_WORK, True),
        (Rule(TO_CHAT, about=frozenset({"missed"})), MESSAGE, AT_WORK, False),
        (Rule(TO_CHAT, about=frozenset({"notice"})), Item(ItemKind.NOTICE, name="pin_locked"), AT_WORK, True),
        (
            Rule(TO_CHAT, about=frozenset({"pin_locked"})),
            Item(ItemKind.NOTICE, name="pin_locked"),
            AT_WORK,
            True,
        ),
        (
            Rule(TO_CHAT, about=frozenset({"mailbox_full"})),
            Item(ItemKind.NOTICE, name="pin_locked"),
            AT_WORK,
            False,
        ),
        (Rule(TO_CHAT, urgent=False), URGENT, AT_WORK, False),
        (Rule(TO_CHAT, hours=WorkHours.INSIDE), MESSAGE, AT_WORK, True),
        (Rule(TO_CHAT, hours=WorkHours.INSIDE), MESSAGE, AT_NIGHT, False),
        (Rule(TO_CHAT, hours=WorkHours.OUTSIDE), MESSAGE, AT_NIGHT, True),
        (Rule(TO_CHAT, between=NIGHT), MESSAGE, AT_NIGHT, True),
        (Rule(TO_CHAT, between=NIGHT), MESSAGE, Hour(False, 6 * 60 + 59), True),
        (Rule(TO_CHAT, between=NIGHT), MESSAGE, Hour(False, 7 * 60), False),
    ],
)
def test_a_rule_fits_by_kind_urgency_and_hour(rule: Rule, item: Item, hour: Hour, fits: bool) -> None:
    assert rule.fits(item, hour) == fits
    assert told(item, rule, hour=hour) == (
        TO_CHAT if fits else tellings(item, (), hour, ("sales_chat", "ops"))
    )


def test_quiet_hours_end_by_the_owners_clock_also_when_it_changes() -> None:
    before_spring = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)  # 23:00 in Berlin; seven in the morning is 5 UTC

    assert quiet_until(NIGHT, before_spring, BERLIN) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert quiet_until(NIGHT, before_spring.replace(hour=12), BERLIN) == before_spring.replace(hour=12)


def test_quiet_hours_that_adjoin_are_waited_for_as_one() -> None:
    spans: Spans = ((0, 420), (1320, 1440), (420, 480))
    late = instant_of_local(date(2026, 11, 25), 1380, BERLIN)

    assert quiet_until(spans, late, BERLIN) == instant_of_local(date(2026, 11, 26), 480, BERLIN)


def _span(begin: int, minutes: int) -> tuple[int, int]:
    return begin, begin + minutes


spans_of_a_day = st.lists(
    st.builds(_span, st.integers(0, 1439), st.integers(1, 300)), min_size=0, max_size=4
).map(tuple)
instants = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from([BERLIN, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/St_Johns"), ZoneInfo("UTC")])


@given(spans_of_a_day, instants, zones)
def test_quiet_hours_end_never_before_and_in_nobodys_quiet(
    spans: Spans, at: datetime, zone: ZoneInfo
) -> None:
    end = quiet_until(spans, at, zone)

    assert at <= end <= at + timedelta(hours=25)
    assert quiet_until(spans, end, zone) == end
