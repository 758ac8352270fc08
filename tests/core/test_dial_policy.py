"""What may be dialled: nothing but ordinary numbers of allowed countries, by a trunk that serves them."""

from __future__ import annotations

import pickle

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.numbers import DialPolicy, DialTarget, Refusal, _nature
from ari_absence.core.people import Dialing, PrivateNumber, Trunk
from tests.hostile import HOSTILE

DIAL_STRINGS = (
    "&PJSIP/200", "/900", "@elsewhere", ",60,tT", "|60", "${SHELL(id)}", "${EXTEN}", "\n", "\r\n900", " ", "\0",
    "\u0661\u0662\u0663", "\uff11\uff12\uff13", "1" * 200, ";ob", "%30", "p900", "w900", "*", "#", "+", "-1", "x5",
)  # fmt: skip
WORLD = frozenset({"JP", "DE", "GB", "US", "CH", "FR", "NL", "IT", "ES", "AT"})
OPEN = DialPolicy(Dialing(WORLD, (Trunk("PJSIP/{number}@trunk"),), frozenset({"fixed", "mobile", "voip"})))


@pytest.mark.parametrize(
    "number",
    ["+819012345678", "+81312345678", "+4915112345678", "+493012345678", "+12025550123", "+815012345678"],
)
def test_ordinary_number_of_an_allowed_country_is_dialled(number: str) -> None:
    target = OPEN.outside(PrivateNumber(number))

    assert isinstance(target, DialTarget)
    assert target.endpoint == f"PJSIP/{number}@trunk"
    assert target.outside


@pytest.mark.fault("F42", "A13", "P5")
@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+4990012345678", "premium or unknown"),
        ("+491805123456", "shared-cost"),
        ("+447012345678", "personal"),
        ("+449098790000", "premium"),
        ("+81990123456", "premium"),
        ("+81570123456", "company-wide or shared"),
        ("+881612345678", "satellite: Iridium"),
        ("+870773123456", "satellite: Inmarsat"),
        ("+883510012345", "international networks"),
        ("+979123456789", "international premium"),
        ("+80012345678", "international freephone"),
        ("+81110", "police"),
        ("+49112", "emergency"),
        ("+1911", "emergency"),
        ("+4411", "short"),
        ("112", "no country code"),
        ("110", "no country code"),
        ("0031201234567", "not E.164"),
        ("", "nothing"),
    ],
)
def test_what_costs_more_than_a_call_or_is_no_number_is_refused(number: str, why: str) -> None:
    assert isinstance(OPEN.outside(PrivateNumber(number)), Refusal), why


def test_what_was_judged_is_what_is_dialled() -> None:
    target = OPEN.outside(PrivateNumber("+49015129998887"))

    assert isinstance(target, DialTarget)
    assert target.endpoint == "PJSIP/+4915129998887@trunk"


@pytest.mark.parametrize(("number", "country"), [("+96899990413", "OM"), ("+992101705740", "TJ")])
def test_mobile_that_begins_like_an_emergency_number_is_dialled_with_its_country_code_only(
    number: str, country: str
) -> None:
    by_number, by_digits, by_national = (
        DialPolicy(Dialing(frozenset({country}), (Trunk(dial),), home=country)).outside(PrivateNumber(number))
        for dial in ("PJSIP/{number}@trunk", "PJSIP/00{digits}@trunk", "PJSIP/{national}@trunk")
    )

    assert isinstance(by_number, DialTarget)
    assert by_number.endpoint == f"PJSIP/{number}@trunk"
    assert isinstance(by_digits, DialTarget)
    assert by_national == Refusal(
        "dialled without its country code, as its trunk does ({national}), it begins with an emergency number"
    )


@pytest.mark.fault("F42", "P5")
@pytest.mark.parametrize("emergency", ["9012345678", "09012345678"])
def test_emergency_number_is_refused_even_if_the_plan_holds_it_for_a_mobile(
    emergency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phonenumbers, "is_emergency_number", lambda number, _: number == emergency)
    _nature.cache_clear()
    try:
        assert OPEN.outside(PrivateNumber("+819012345678")) == Refusal("it is an emergency number of JP")
    finally:
        _nature.cache_clear()


def test_other_country_is_refused_by_name_and_without_the_number() -> None:
    policy = DialPolicy(Dialing(frozenset({"JP"}), (Trunk("PJSIP/{number}@trunk"),)))
    refusal = policy.outside(PrivateNumber("+4915112345678"))

    assert refusal == Refusal("calls to DE are not allowed (dialing: outside)")


def test_country_that_shares_its_code_with_a_larger_one_is_told_from_it() -> None:
    policy = DialPolicy(Dialing(frozenset({"GB"}), (Trunk("PJSIP/{number}@trunk"),)))

    assert policy.outside(PrivateNumber("+447911123456")) == Refusal(
        "calls to GG (which shares +44 with GB) are not allowed (dialing: outside)"
    )


def test_type_that_the_site_does_not_allow_is_refused() -> None:
    policy = DialPolicy(Dialing(WORLD, (Trunk("PJSIP/{number}@trunk"),), frozenset({"fixed"})))

    assert isinstance(policy.outside(PrivateNumber("+4915112345678")), Refusal)
    assert isinstance(policy.outside(PrivateNumber("+493012345678")), DialTarget)


@pytest.mark.fault("F42", "A13")
def test_premium_stays_refused_when_a_site_lists_it() -> None:
    policy = DialPolicy(Dialing(WORLD, (Trunk("PJSIP/{number}@trunk"),), frozenset({"premium", "personal"})))

    assert isinstance(policy.outside(PrivateNumber("+449098790000")), Refusal)


def test_without_a_trunk_or_a_country_nothing_is_dialled() -> None:
    for dialing in (Dialing(), Dialing(WORLD), Dialing(frozenset(), (Trunk("PJSIP/{number}@t"),))):
        assert isinstance(DialPolicy(dialing).outside(PrivateNumber("+819012345678")), Refusal)


def test_first_trunk_that_serves_the_country_is_the_way_out() -> None:
    trunks = (
        Trunk("PJSIP/{national}@home", frozenset({"JP"})),
        Trunk("PJSIP/00{digits}@abroad"),
    )
    policy = DialPolicy(Dialing(WORLD, trunks, home="JP"))
    home, abroad = (
        policy.outside(PrivateNumber("+819012345678")),
        policy.outside(PrivateNumber("+493012345678")),
    )

    assert isinstance(home, DialTarget)
    assert isinstance(abroad, DialTarget)
    assert home.endpoint == "PJSIP/09012345678@home"
    assert abroad.endpoint == "PJSIP/00493012345678@abroad"


@pytest.mark.parametrize("home", ["DE", ""])
def test_number_of_another_country_is_not_dialled_without_its_country_code(home: str) -> None:
    policy = DialPolicy(Dialing(frozenset({"DE", "GB"}), (Trunk("PJSIP/{national}@trunk"),), home=home))

    # in Germany 01803 292292 is a shared-cost number
    assert policy.outside(PrivateNumber("+441803292292")) == Refusal(
        "its trunk would dial a number of GB as one of here ({national})"
    )
    assert isinstance(policy.outside(PrivateNumber("+493012345678")), DialTarget) == bool(home)


@pytest.mark.fault("A1", "P5")
@pytest.mark.parametrize("text", [text for text in (*DIAL_STRINGS, *HOSTILE) if text])
def test_hostile_text_reaches_no_dial_string(text: str) -> None:
    for number in (text, "+81" + text, text + "+819012345678", "+819012345678" + text):
        assert isinstance(OPEN.outside(PrivateNumber(number)), Refusal), number


@pytest.mark.fault("A1", "P5")
@given(st.text(max_size=220))
def test_whatever_is_dialled_consists_of_the_trunk_and_digits(text: str) -> None:
    target = OPEN.outside(PrivateNumber(text))

    if isinstance(target, DialTarget):
        digits = target.endpoint.removeprefix("PJSIP/+").removesuffix("@trunk")
        assert digits.isascii()
        assert digits.isdigit()
        assert len(digits) <= 15


def test_outside_target_prints_no_number_and_does_not_pickle_by_accident() -> None:
    target = OPEN.outside(PrivateNumber("+819012345678"))

    assert "90" not in f"{target!r} {target}"
    with pytest.raises(TypeError):
        pickle.dumps(target)
