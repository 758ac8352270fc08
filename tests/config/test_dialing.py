"""What may be dialled outside, from YAML to the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.core.people import Dialing, Trunk
from tests.config.folder import SITE, loaded, mistakes

EVERYTHING = """\
dialing:
  outside: [JP, DE]
  types: [mobile, toll-free]
  per_hour: 5
  per_day: 50
  trunks:
    - {dial: "PJSIP/0{national}@tokyo", countries: [JP], shows: own, own_number: "+81 3 5555 {extension}"}
    - {dial: "PJSIP/{digits}@world", shows: company, company_number: "+81 3-5555-0000"}
"""


def test_every_key_arrives(tmp_path: Path) -> None:
    assert loaded(tmp_path, SITE + EVERYTHING).directory.dialing == Dialing(
        outside=frozenset({"JP", "DE"}),
        trunks=(
            Trunk("PJSIP/0{national}@tokyo", frozenset({"JP"}), "own", own_number="+8135555{extension}"),
            Trunk("PJSIP/{digits}@world", shows="company", company_number="+81355550000"),
        ),
        types=frozenset({"mobile", "toll-free"}),
        per_hour=5,
        per_day=50,
        home="JP",
    )


def test_nothing_goes_out_unless_somebody_says_so(tmp_path: Path) -> None:
    assert loaded(tmp_path).directory.dialing == Dialing(home="JP")


def test_one_trunk_may_be_written_short(tmp_path: Path) -> None:
    site = SITE + 'dialing: {outside: [JP], trunk: "PJSIP/{number}@trunk"}\n'
    assert loaded(tmp_path, site).directory.dialing.trunks == (Trunk("PJSIP/{number}@trunk"),)


WRONG = [  # what is wrong, the keys in dialing (from 7:11 on), the mistakes
    (
        "two ways of saying it",
        'trunk: "PJSIP/{number}@a", trunks: [{dial: "PJSIP/{number}@b"}]',
        '11: "trunk" is short for one of "trunks", and both are given; move it there',
    ),
    (
        "a trunk without a number",
        "trunks: [{dial: PJSIP/trunk}]",
        '27: "PJSIP/trunk" does not say how to dial; write such as PJSIP/{number}@trunk',
    ),
    (
        "an own number that is missing",
        'trunks: [{dial: "PJSIP/{number}@a", shows: own}]',
        '54: "own_number" is missing here; add it, or write shows: caller',
    ),
    (
        "a company's number that is missing",
        'trunks: [{dial: "PJSIP/{number}@a", shows: company}]',
        '54: "company_number" is missing here; add it, or write shows: caller',
    ),
    (
        "a company's number for each",
        'trunks: [{dial: "PJSIP/{number}@a", company_number: "+81{extension}"}]',
        "63: the company's number is the same for everybody; write it without {extension}",
    ),
    (
        "an own number that is none",
        'trunks: [{dial: "PJSIP/{number}@a", own_number: "${CALLERID}"}]',
        '59: "${CALLERID}" is not a number that can be shown; write such as "+81 3 5555 {extension}"',
    ),
    (
        "a country that is none",
        'trunks: [{dial: "PJSIP/{number}@a", countries: [XX]}]',
        '59: the country "XX" is not known; write the two letters of a country, such as JP',
    ),
    (
        "a national number of two countries",
        'outside: [JP, GB], trunks: [{dial: "PJSIP/{national}@a"}]',
        (
            "46: {national} leaves out the country code, and this trunk serves GB;"
            " write {number} or {digits} instead, or countries: [JP]"
        ),
    ),
    (
        "a national number of another country",
        'outside: [GB], trunk: "PJSIP/0{national}@a"',
        (
            "33: {national} leaves out the country code, and this trunk serves GB;"
            " write {number} or {digits} instead"
        ),
    ),
    (
        "a national number by a trunk of another country",
        'outside: [JP, GB], trunks: [{dial: "PJSIP/{national}@a", countries: [GB]}]',
        (
            "46: {national} leaves out the country code, and this trunk serves GB;"
            " write {number} or {digits} instead, or countries: [JP]"
        ),
    ),
    (
        "a type that is never dialled",
        "types: [premium]",
        '19: "premium" is not possible here; write one of fixed, mobile, voip, toll-free',
    ),
]


@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_mistake_in_the_policy_is_a_sentence_at_its_place(tmp_path: Path, keys: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE + f"dialing: {{{keys}}}\n") == [f"absence.yaml:7:{expected}"]


def test_country_that_no_trunk_serves_is_a_warning(tmp_path: Path) -> None:
    site = SITE + 'dialing: {outside: [JP, DE], trunks: [{dial: "PJSIP/{number}@a", countries: [JP]}]}\n'
    [warning] = [each for each in loaded(tmp_path, site).warnings if ".yaml:" in each]
    assert warning.startswith("absence.yaml:7:25: no trunk serves DE")


@pytest.mark.parametrize(
    ("patterns", "warned"),
    [
        ('["1XX"]', []),
        ('["10Z"]', []),
        ('["XN1", "102"]', ["101"]),
        ('["1ZX", "1XXX"]', ["101", "102"]),
        ("[]", []),
    ],
)
def test_extension_that_fits_no_pattern_of_ours_is_a_warning(
    tmp_path: Path, patterns: str, warned: list[str]
) -> None:
    found = loaded(tmp_path, SITE + f"dialing: {{internal: {patterns}}}\n").warnings

    sentence = "no pattern of dialing.internal fits {}; add one, or correct the extension"
    assert [each.split(": ", 1)[1] for each in found if "internal" in each] == [
        sentence.format(each) for each in warned
    ]


def test_pattern_permits_nobody_who_is_not_in_the_file(tmp_path: Path) -> None:
    site = SITE + 'dialing: {internal: ["1XX"]}\nhandling: {out: {reach: ["107"]}}\n'
    [found] = mistakes(tmp_path, site)
    assert 'the step "107" is not known' in found


def test_limits_of_reaching_arrive(tmp_path: Path) -> None:
    site = SITE + "limits: {urgent_again_minutes: [5, 10, 20], screen_rounds: 2}\nkeys: {wait: '9'}\n"
    found = loaded(tmp_path, site).directory.site
    assert (found.limits.urgent_again_minutes, found.limits.screen_rounds) == ((5, 10, 20), 2)
    assert found.keys["wait"] == "9"


def test_caller_who_waits_is_not_left_without_a_word(tmp_path: Path) -> None:
    [found] = mistakes(tmp_path, SITE + "limits: {word_every_seconds: 21}\n")
    assert found == "absence.yaml:7:30: 21 is too large; write 20 or less"
