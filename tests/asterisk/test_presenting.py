"""What a phone outside is shown, by the trunk it is rung by."""

from __future__ import annotations

import dataclasses

import pytest

from ari_absence.asterisk.presenting import Identity, present
from ari_absence.attendant.call import Display, Ring
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Trunk

ALICE = Identity("101", "Alice")
HANS = Caller("0441112233", "Hans Huber", None)
WITHHELD = Caller(None, None, None)
KENJI = Caller("102", "Kenji Ito", "102")
PLAIN = Trunk("PJSIP/{number}@trunk")
OWN = dataclasses.replace(PLAIN, own_number="+81355550{extension}")
COMPANY = dataclasses.replace(PLAIN, company_number="+81355550000")
BOTH = dataclasses.replace(OWN, company_number="+81355550000")


def shows(trunk: Trunk, whom: str) -> Trunk:
    return dataclasses.replace(trunk, shows=whom)


def rung(trunk: Trunk, extension: str | None = "101") -> Ring:
    """A mobile that is rung for an urgent message to the extension."""
    return Ring(DialTarget("PJSIP/0791239876@trunk", trunk), Display(extension, "urgent for Alice"))


@pytest.mark.parametrize(
    ("trunk", "number"),
    [
        (shows(OWN, "own"), "+81355550101"),
        (shows(PLAIN, "own"), None),
        (shows(COMPANY, "company"), "+81355550000"),
        (shows(PLAIN, "caller"), None),
        (shows(OWN, "caller"), "+81355550101"),
        (shows(COMPANY, "caller"), "+81355550000"),
        (shows(BOTH, "caller"), "+81355550101"),
    ],
)
def test_an_alert_shows_a_whole_number_of_ours_or_none(trunk: Trunk, number: str | None) -> None:
    shown = present(rung(trunk), None, None)
    assert shown.number == number
    assert shown.caller_id == (f'"urgent for Alice" <{number}>' if number else '"anonymous" <anonymous>')
    assert "REDIRECTING(from-num,i)" not in shown.variables  # nobody was diverted


def test_an_alert_for_nobody_shows_no_number_that_is_cut_off() -> None:
    assert present(rung(shows(OWN, "own"), extension=None), None, None).number is None


def test_an_alert_inside_shows_the_extension_it_is_for() -> None:
    ring = Ring(DialTarget("PJSIP/102"), Display("101", "urgent for Alice"))
    assert present(ring, None, None).caller_id == '"urgent for Alice" <101>'


@pytest.mark.parametrize(
    ("trunk", "caller", "number"),
    [
        (shows(BOTH, "caller"), HANS, "0441112233"),
        (shows(BOTH, "caller"), WITHHELD, None),
        (shows(BOTH, "own"), WITHHELD, "+81355550101"),
        (shows(BOTH, "company"), HANS, "+81355550000"),
    ],
)
def test_a_call_shows_what_the_trunk_says(trunk: Trunk, caller: Caller, number: str | None) -> None:
    assert present(rung(trunk), caller, ALICE).number == number


@pytest.mark.parametrize(
    ("trunk", "number"),
    [
        (shows(BOTH, "caller"), "+81355550102"),
        (shows(COMPANY, "caller"), "+81355550000"),
        (shows(PLAIN, "caller"), None),
        (shows(BOTH, "own"), "+81355550101"),
    ],
)
def test_a_colleague_who_calls_never_shows_a_bare_extension_outside(trunk: Trunk, number: str | None) -> None:
    shown = present(rung(trunk), KENJI, ALICE)
    assert shown.number == number
    assert number is None or shown.ours  # so that a call that comes back with it is recognised


@pytest.mark.parametrize("whom", ["caller", "own", "company"])
@pytest.mark.parametrize("caller", [HANS, WITHHELD, KENJI])
def test_every_leg_is_told_something_and_inherits_no_diversion(whom: str, caller: Caller) -> None:
    for trunk in (PLAIN, BOTH):
        shown = present(rung(shows(trunk, whom)), caller, ALICE)
        assert shown.caller_id
        diverted = shown.variables.get("REDIRECTING(from-num,i)", "")
        assert diverted == (shown.number if whom == "own" and shown.number else "")
        assert "REDIRECTING(orig-num,i)" not in shown.variables
        assert ("CONNECTEDLINE(num-pres,i)" in shown.variables) == (shown.number is None)


def test_a_colleague_sees_for_whom_a_withheld_caller_calls() -> None:
    ring = Ring(DialTarget("PJSIP/102"), Display(None, "for Alice: unknown number"))
    assert present(ring, WITHHELD, ALICE).caller_id == '"for Alice: unknown number" <anonymous>'
