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
def test_a_call_with_the_number_we_showed_for_the_same_extension_is_ours(number: str) -> None:
    outside = Outside()
    with outside.rung("101", "0441112233"):
        assert outside.sent("101", number)


@pytest.mark.parametrize(
    ("extension", "number"), [("102", "0441112233"), ("101", "0441112234"), ("101", None)]
)
def test_another_number_or_extension_is_another_call(extension: str, number: str | None) -> None:
    outside = Outside()
    with outside.rung("101", "0441112233"):
        assert not outside.sent(extension, number)


def test_short_numbers_must_be_the_same_to_the_digit() -> None:
    outside = Outside()
    with outside.rung("101", "103"):
        assert outside.sent("101", "103")
        assert not outside.sent("101", "0441112103")


def test_a_call_that_was_anonymous_is_not_known_again() -> None:
    outside = Outside()
    with outside.rung("101", None):
        assert not outside.sent("101", None)


def test_the_same_caller_is_welcome_again_a_moment_after_the_phone_stopped_ringing() -> None:
    clock = Hand()
    outside = Outside(clock)
    with outside.rung("101", "0441112233"):
        pass
    assert outside.sent("101", "0441112233")
    clock.now += AFTERGLOW_SECONDS + 0.1
    assert not outside.sent("101", "0441112233")


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


@given(st.text())
def test_no_text_makes_the_count_fail(text: str) -> None:
    diverted_too_often(text)
