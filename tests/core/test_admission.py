"""How many calls are served, of all and of one number, and what is told of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.admission import NUMBERS_MAX, WINDOW_SECONDS, Admission, Flood, Refusal


def judged(
    admission: Admission, number: str | None, now: float, *, held: int = 0, extension: str = "101"
) -> Refusal | None:
    return admission.judge(number, extension, now, held=held, calls_max=5, per_minute=3)


@pytest.mark.fault("F30", "P8")
@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), st.floats(0, 30)), max_size=60))
def test_no_minute_serves_a_number_more_often_than_it_may_and_none_is_refused_without_cause(
    calls: list[tuple[str, float]],
) -> None:
    admission, now = Admission(), 0.0
    served: dict[str, list[float]] = {"1": [], "2": []}
    for number, pause in calls:
        now += pause
        lately = [at for at in served[number] if now - at < WINDOW_SECONDS]
        refusal = judged(admission, number, now)
        assert (refusal is Refusal.TOO_OFTEN) is (len(lately) >= 3)
        if refusal is None:
            served[number].append(now)


def test_beyond_the_calls_at_once_nobody_is_served_whoever_they_are() -> None:
    assert judged(Admission(), None, 0.0, held=4) is None
    assert judged(Admission(), None, 0.0, held=5) is Refusal.TOO_MANY_CALLS
    assert judged(Admission(), "1", 0.0, held=5) is Refusal.TOO_MANY_CALLS


def test_withheld_numbers_are_not_taken_for_one_caller() -> None:
    admission = Admission()

    assert {judged(admission, None, 0.0) for _ in range(50)} == {None}


@pytest.mark.fault("F30")
def test_fifty_calls_in_a_minute_are_told_once_when_it_is_quiet_again() -> None:
    admission = Admission()
    for call in range(50):
        judged(admission, "0441112233", float(call), extension="101" if call < 40 else "102")

    assert admission.flooded
    assert admission.over(49.0 + WINDOW_SECONDS - 1) == []
    assert admission.over(49.0 + WINDOW_SECONDS) == [Flood("0441112233", ("101", "102"), 47)]
    assert admission.over(1000.0) == []
    assert not admission.flooded


def test_invented_numbers_fill_no_memory_and_a_flood_among_them_is_still_told() -> None:
    admission = Admission()
    for _ in range(10):
        judged(admission, "flood", 0.0)
    for number in range(3 * NUMBERS_MAX):
        judged(admission, str(number), 1.0)

    assert len(admission._numbers) <= NUMBERS_MAX
    assert [flood.calls for flood in admission.over(100.0)] == [7]
