"""A call that is owed: what may be done with it, and how repeat callers merge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.owed import Deed, OwedState, OwedWish, Promise, after, caller_key, merged
from ari_absence.core.people import Caller

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
_MOMENTS = st.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    at = draw(_MOMENTS)
    due = draw(st.none() | _MOMENTS)
    return Promise(draw(st.sampled_from(OwedWish)), draw(st.booleans()), due, at, at)


@given(st.lists(st.sampled_from(Deed), max_size=12))
def test_what_is_over_stays_over_whatever_is_done(deeds: list[Deed]) -> None:
    state, over = OwedState.OPEN, False
    for deed in deeds:
        reached = after(state, deed)
        assert not (over and reached)
        state = reached or state
        over = not state.live


@given(st.sampled_from(OwedState), st.sampled_from(Deed))
def test_whatever_is_owed_can_always_be_settled_or_expire_and_only_a_claim_be_released(
    state: OwedState, deed: Deed
) -> None:
    reached = after(state, deed)
    if deed in (Deed.SETTLE, Deed.EXPIRE):
        assert (reached is not None) is state.live
    if deed is Deed.RELEASE:
        assert (reached is not None) is (state is OwedState.CLAIMED)


@given(st.lists(promises(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_calls_merge_to_the_same_in_whatever_order_they_are_written_down(
    calls: list[Promise], chance: object
) -> None:
    shuffled = list(calls)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _all(shuffled) == _all(calls)


@given(st.lists(promises(), min_size=1, max_size=6))
def test_a_repeat_caller_is_called_back_by_the_earliest_time_promised(calls: list[Promise]) -> None:
    whole = _all(calls)
    dues = [each.due for each in calls if each.due]
    assert whole.due == min(dues, default=None)
    assert whole.times == len(calls)
    assert whole.urgent is any(each.urgent for each in calls)
    assert whole.first_at == min(each.first_at for each in calls)


@given(st.text("0123456789+ -().", max_size=24), st.sampled_from(["JP", "DE", ""]))
def test_key_of_a_caller_is_the_same_when_it_is_read_again(number: str, country: str) -> None:
    key = caller_key(Caller(number), country)
    assert key is None if not number else caller_key(Caller(key), country) == key


def test_a_number_is_the_same_caller_however_it_is_written() -> None:
    written = ("0312345678", "03-1234-5678", "+81 3 1234 5678", "+81312345678", "010 81 3 1234 5678")
    assert {caller_key(Caller(each), "JP") for each in written} == {"+81312345678"}


def test_a_colleague_is_told_by_extension_whatever_number_a_phone_sends() -> None:
    assert caller_key(Caller("0312345678", "Kenji", "102"), "JP") == "ext:102"
    assert caller_key(Caller(None, extension="102"), "JP") == "ext:102"


def test_what_is_no_number_of_the_country_stands_for_itself_and_a_withheld_one_for_nobody() -> None:
    assert caller_key(Caller("0312345678"), "DE") == caller_key(Caller("0312345678"), "") == "0312345678"
    assert caller_key(Caller(None), "JP") is None


def _all(calls: list[Promise]) -> Promise:
    whole = calls[0]
    for again in calls[1:]:
        whole = merged(whole, again)
    return whole
