"""What is taken for our own call that comes back, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.asterisk.returned import AFTERGLOW_SECONDS, Outside, diverted_too_often


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("number", ["0441112233", "+41441112233", "0041441112233"])
def test_a_call_with_the_number_we_showed_for_the_same_extension_may_be_ours(number: str) -> None:
    outside = Outside()
    with outside.rung("101", "0441112233"):
        assert outside.suspects("101", number)


@pytest.mark.parametrize(
    ("extension", "number"), [("102", "0441112233"), ("101", "0441112234"), ("101", None)]
)
def test_another_number_or_extension_is_another_call(extension: str, number: str | None) -> None:
    outside = Outside()
    with outside.rung("101", "0441112233"):
        assert not outside.suspects(extension, number)


@pytest.mark.parametrize("extension", ["101", "110"])
def test_a_number_of_ours_is_shown_by_nobody_else_to_whomever(extension: str) -> None:
    outside = Outside()
    with outside.rung("101", "+41441230101", ours=True):
        assert outside.suspects(extension, "0441230101")
        assert not outside.suspects(extension, None)


def test_short_numbers_must_be_the_same_to_the_digit() -> None:
    outside = Outside()
    with outside.rung("101", "103"):
        assert outside.suspects("101", "103")
        assert not outside.suspects("101", "0441112103")


@pytest.mark.parametrize("extension", ["101", "110"])
def test_any_call_without_a_number_may_be_the_one_that_we_sent_without_a_number(extension: str) -> None:
    outside = Outside()
    assert not outside.suspects(extension, None)
    with outside.rung("101", None):
        assert outside.suspects(extension, None)
        assert not outside.suspects(extension, "0441112233")


def test_a_suspicion_is_over_a_moment_after_the_phone_stopped_ringing() -> None:
    clock = Hand()
    outside = Outside(clock)
    with outside.rung("101", "0441112233"):
        suspicion = outside.suspects("101", "0441112233")
        assert suspicion
        clock.now += 30
        assert not suspicion.is_over()
    assert not suspicion.is_over()
    assert outside.suspects("101", "0441112233")
    clock.now += AFTERGLOW_SECONDS + 0.1
    assert suspicion.is_over()
    assert not outside.suspects("101", "0441112233")


def test_a_phone_that_is_rung_later_keeps_nobody_waiting() -> None:
    clock = Hand()
    outside = Outside(clock)
    with outside.rung("101", "0441112233"):
        suspicion = outside.suspects("101", "0441112233")
    clock.now += AFTERGLOW_SECONDS
    with outside.rung("101", "0441112233"):
        assert suspicion
        assert suspicion.is_over()


@pytest.mark.fault("F37")
@pytest.mark.parametrize(
    ("ours", "up", "confirmed"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_a_call_that_ends_while_the_phone_rings_is_ours_only_if_nobody_else_can_have_made_it(
    ours: bool, up: bool, confirmed: bool
) -> None:
    outside = Outside()
    with outside.rung("101", "0441112233", ours=ours, up=lambda: up):
        suspicion = outside.suspects("101", "0441112233")
        assert suspicion
        assert suspicion.is_confirmed() is confirmed
    assert suspicion.is_confirmed()


@pytest.mark.parametrize(
    ("parameters", "too_often"),
    [
        ("", False),
        ("reason=unconditional", False),
        ("reason=unconditional;counter=5;privacy=off", False),
        ("counter=6", True),
        ("counter=3;x=1;counter=3", True),
        ("limit=9;counter=1", False),
        ("counter=9999999", True),
        ("counter=", False),
        ("counter=-7", False),
    ],
)
def test_diversions_are_counted(parameters: str, too_often: bool) -> None:
    assert diverted_too_often(parameters) is too_often


@pytest.mark.fault("A12")
@given(st.text())
def test_no_text_makes_the_count_fail(text: str) -> None:
    diverted_too_often(text)
