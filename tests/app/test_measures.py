"""What the running service counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ari_absence.app.measures import FIRST_SOUND_BOUNDS_SECONDS, Histogram, Measures


@given(st.lists(st.floats(0, 100)))
def test_each_time_counts_for_every_bound_that_it_keeps(times: list[float]) -> None:
    histogram = Histogram(FIRST_SOUND_BOUNDS_SECONDS)
    for seconds in times:
        histogram.note(seconds)
    for bound, count in histogram.cumulated:
        assert count == sum(seconds <= float(bound) for seconds in times)


def test_a_call_in_which_nothing_was_played_has_no_first_sound() -> None:
    measures = Measures()
    measures.call_over("missed", None)
    measures.call_over("message", 0.08)
    assert measures.outcomes == {"missed": 1, "message": 1}
    assert dict(measures.first_sound.cumulated)["+Inf"] == 1
