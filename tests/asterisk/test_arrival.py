"""What the dialplan may say of whom it gives us, and that nothing else begins a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.asterisk.arrival import mistake_in

extension_of = {"PJSIP/110": "110"}.get


@pytest.mark.parametrize(
    "args",
    [
        ("absent", "101"),
        ("noanswer", "101", "reason=cfu;counter=1"),
        ("busy", "101", "", "PJSIP/110-0000001a"),
        ("code", "*33*1530"),
        ("parked", "PJSIP/110", "701"),
        ("astray", "PJSIP/110-0000001a"),
    ],
)
def test_what_our_dialplan_says_is_understood(args: tuple[str, ...]) -> None:
    assert mistake_in(args, extension_of) is None


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("absent",),
        ("away", "101"),
        ("absent", "101&PJSIP/0900"),
        ("absent", "101", "", "", ""),
        ("code", "${SHELL(ls)}"),
        ("code", "*33", "more"),
        ("parked", "PJSIP/trunk", "701"),
        ("parked", "PJSIP/110", "70x"),
        ("astray",),
    ],
)
def test_anything_else_is_refused_with_a_sentence(args: tuple[str, ...]) -> None:
    assert " " in (mistake_in(args, extension_of) or "")


@given(st.lists(st.text(max_size=8), max_size=6).map(tuple))
def test_no_arguments_do_any_harm(args: tuple[str, ...]) -> None:
    mistake_in(args, extension_of)
