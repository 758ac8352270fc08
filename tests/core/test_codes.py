"""Codes: every string of keys means one thing or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.codes import KINDS, Act, Codes, Command, kind_of_digit
from ari_absence.core.people import Kind

CODES = Codes()
strings = st.one_of(
    st.text("0123456789*#", max_size=14),
    st.tuples(st.sampled_from([code for _, code in CODES.named()]), st.text("0123456789*#", max_size=8)).map(
        "".join
    ),
)
few = st.sampled_from(["*3", "*30", "*31", "*310", "*31*", "*9", "*93", "30", "31"])


@pytest.mark.parametrize(
    ("dialled", "command"),
    [
        ("*30", Command(Act.BACK)),
        ("*30*1400", Command(Act.BACK, typed="1400")),
        ("*30*1400#", Command(Act.BACK, typed="1400")),
        ("*30*#", Command(Act.BACK, typed="")),
        ("*30*", Command(Act.BACK)),
        ("*31", Command(Act.SET, Kind.AWAY)),
        ("*37", Command(Act.SET, Kind.DND)),
        ("*33*1530", Command(Act.SET, Kind.OUT, "1530")),
        ("*33*1530#", Command(Act.SET, Kind.OUT, "1530")),
        ("*33*#", Command(Act.SET, Kind.OUT, "")),
        ("*33*", Command(Act.SET, Kind.OUT)),
        ("*38", Command(Act.NEXT_CALLBACK)),
        ("*38*0471", Command(Act.NEXT_CALLBACK, owed="0471")),
        ("*38*0471#", Command(Act.NEXT_CALLBACK, owed="0471")),
        ("*39", Command(Act.OWN_STATE)),
        ("*39101", Command(Act.TOGGLE, extension="101")),
        ("*930101", Command(Act.OTHER_STATE, extension="101")),
        ("*97", Command(Act.OWN_MAILBOX)),
        ("*98", Command(Act.ANY_MAILBOX)),
        ("*33*15*30", None),
        ("*331530", None),
        ("*930", None),
        ("*301", None),
        ("", None),
    ],
)
def test_a_code_means_what_the_plan_of_keys_says(dialled: str, command: Command | None) -> None:
    assert CODES.parse(dialled) == command


@given(strings)
def test_no_string_of_keys_means_two_things(dialled: str) -> None:
    assert len(list(CODES._readings(dialled))) <= 1


def test_the_usual_codes_do_not_clash() -> None:
    assert list(CODES.clashes()) == []


@given(few, few, few, st.text("0123456789*#", max_size=8))
def test_whatever_means_two_things_was_told_to_clash(toggle: str, out: str, back: str, dialled: str) -> None:
    codes = Codes(toggle=toggle, out=out, back=back)
    if len(list(codes._readings(dialled))) > 1:
        assert list(codes.clashes()) != []


@given(st.text("0123456789", max_size=4))
def test_a_return_is_handed_on_as_it_was_typed(typed: str) -> None:
    command = CODES.parse(f"*33*{typed}#")
    assert command == Command(Act.SET, Kind.OUT, typed)


def test_the_digits_of_a_menu_are_those_of_the_codes() -> None:
    for name, code in CODES.named():
        if name in KINDS:
            assert kind_of_digit(code[-1]) is KINDS[name]
    assert kind_of_digit("0") is kind_of_digit("8") is kind_of_digit("") is None
