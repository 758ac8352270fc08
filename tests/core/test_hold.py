"""What is due when, while somebody is on hold."""

from __future__ import annotations

from itertools import accumulate, islice

from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.hold import (
    LATER_SECONDS,
    RECALLS_BEFORE_OPERATOR,
    Whom,
    clock_text,
    held_label,
    parked_label,
    recalls,
)
from ari_absence.core.people import Limits

reminders = st.floats(min_value=1, max_value=3600)


def limits(reminder_seconds: float) -> Limits:
    return Limits(hold_reminder_seconds=reminder_seconds)


@given(reminders, st.booleans())
def test_holder_is_reminded_twice_before_anybody_else(reminder_seconds: float, operator: bool) -> None:
    first = list(islice(recalls(limits(reminder_seconds), operator=operator), RECALLS_BEFORE_OPERATOR))

    assert [each.whom for each in first] == [Whom.HOLDER] * 2
    assert [each.wait_seconds for each in first] == [reminder_seconds] * 2


@given(reminders)
def test_operator_is_rung_once_and_at_once_after_the_second(reminder_seconds: float) -> None:
    plan = list(islice(recalls(limits(reminder_seconds), operator=True), 50))

    assert [number for number, each in enumerate(plan) if each.whom is Whom.OPERATOR] == [2]
    assert plan[2].wait_seconds == 0


@given(reminders)
def test_without_an_operator_only_the_holder_is_rung(reminder_seconds: float) -> None:
    plan = islice(recalls(limits(reminder_seconds), operator=False), 50)

    assert {each.whom for each in plan} == {Whom.HOLDER}


@given(reminders, st.booleans(), st.integers(min_value=1, max_value=200))
def test_nobody_on_hold_is_forgotten_nor_rung_for_more_often_than_every_minute(
    reminder_seconds: float, operator: bool, number: int
) -> None:
    plan = list(islice(recalls(limits(reminder_seconds), operator=operator), number + 5))
    moments = list(accumulate(each.wait_seconds for each in plan))

    assert all(each.wait_seconds >= LATER_SECONDS for each in plan[RECALLS_BEFORE_OPERATOR + operator :])
    assert moments[-1] >= LATER_SECONDS * number


@given(st.floats(min_value=0, max_value=1e6))
def test_how_long_somebody_waits_reads_back_as_the_seconds(seconds: float) -> None:
    parts = [int(part) for part in clock_text(seconds).split(":")]
    read = sum(part * 60**place for place, part in enumerate(reversed(parts)))

    assert read == int(seconds)
    assert all(part < 60 for part in parts[1:])


def test_displays_show_who_waits_where_and_for_whom() -> None:
    assert held_label(80, "Hans Huber") == "On hold 1:20 Hans Huber"
    assert held_label(200, "0441112233", "Mori") == "On hold 3:20 0441112233, for Mori"
    assert held_label(5, "") == "On hold 0:05"
    assert parked_label("701", "Hans Huber", "Mori") == "Parked 701 Hans Huber, for Mori"
