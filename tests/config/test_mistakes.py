"""All mistakes are told at once, none twice, and none tells what is private."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.config.folder import PEOPLE, SITE, mistakes, person

EVERY_KIND = (
    dedent("""\
        site:
          compnay: Example Trading
          timezone: Asia/Tokio
          country: XX
          operator: "199"
        hours:
          mon-thu: ["09:00-12:00", "11:00-13:00"]
          fri: ["17:30-13:00", "08:00-09:00"]
          sat: [9:00]
        dialing: {outside: [YY], per_hour: many}
        handling: {meetin: {ring: true}, away: {rnig: true}}
        holidays: {days: [{from: 2026-12-29, until: 2026-12-01, name: ""}]}
        limits: {hops: 0, messages_warning: 200}
        keys: {message: "2"}
        """),
    dedent("""\
        people:
          "101":
            name: Alice
            phonse: [PJSIP/101]
            timezone: Asia/Tokio
            country: YY
            manager: "198"
            delegates: ["102", "197", 101, slaes]
            hours: {mon: ["09:00-12:00", 13:00-17:00, "11:00-12:30", "12:00-11:00"]}
            absences:
              - {kind: metting, from: 2026-11-25, until: 2026-11-24, delegate: "196"}
              - {kind: out, every: mon, from: 22:30, until: "23:00", delegate: "195"}
              - {kind: out, from: 2026-12-01}
              - {kind: awey, from: 2026-12-01, until: 2026-12-03}
              - {kind: away, from: 2026-12-05, nots: ""}
          "102": {name: "", delegates: ["101"], phones: [PJSIP/1, PJSIP/1+], mobile: "12"}
          "103": {name: Carl, phones: [PJSIP/1], email: }
          "10 4": {name: Dora, holidays: no}
        teams:
          sales: {name: Sales, members: ["102", "194"], rnig: all}
        """),
)
EVERY_KIND_TOLD = [  # up to the remedies, which have tests of their own
    'absence.yaml:2:3: "compnay" is not known',
    'absence.yaml:3:13: the zone "Asia/Tokio" is not known',
    'absence.yaml:4:12: the country "XX" is not known',
    'absence.yaml:5:13: the operator "199" is not known',
    'absence.yaml:7:28: "11:00-13:00" overlaps "09:00-12:00" of line 7 on mon, tue, wed, thu',
    "absence.yaml:8:9: 13:00 is before 17:30",
    "absence.yaml:9:9: 9:00 is not quoted, and YAML reads it as the number 540",
    'absence.yaml:10:21: the country "YY" is not known',
    'absence.yaml:10:36: "many" is not a number',
    'absence.yaml:11:12: the kind "meetin" is not known',
    'absence.yaml:11:41: "rnig" is not known',
    'absence.yaml:12:45: "until" is before the "from" of line 12',
    "absence.yaml:12:63: a name can't be empty or begin or end with a space",
    "absence.yaml:13:16: 0 is too small",
    "absence.yaml:13:37: messages_warning is above messages_per_person",
    'absence.yaml:14:17: key "2" would mean both message and callback',
    'people.yaml:4:5: "phonse" is not known',
    'people.yaml:5:15: the zone "Asia/Tokio" is not known',
    "people.yaml:6:14: no public holidays are known for YY",
    'people.yaml:7:14: the manager "198" is not known',
    "people.yaml:8:17: the delegates go round in a circle: 101 -> 102 -> 101 (lines 8, 16)",
    'people.yaml:8:24: the delegate "197" is not known',
    "people.yaml:8:31: 101 is not quoted, and YAML reads it as a number",
    'people.yaml:8:36: the delegate "slaes" is not known',
    'people.yaml:9:47: "11:00-12:30" overlaps "09:00-12:00" of line 9 on mon',
    "people.yaml:9:62: 11:00 is before 12:00",
    'people.yaml:11:16: the kind "metting" is not known',
    'people.yaml:11:50: "until" is not after the "from" of line 11',
    'people.yaml:11:72: the delegate "196" is not known',
    "people.yaml:12:39: 22:30 is not quoted, and YAML reads it as the number 1350",
    'people.yaml:12:72: the delegate "195" is not known',
    "people.yaml:14:9: this absence begins together with the one of line 13, so which one counts can't be told",
    'people.yaml:14:16: the kind "awey" is not known',
    'people.yaml:15:40: "nots" is not known',
    "people.yaml:16:17: a name can't be empty or begin or end with a space",
    'people.yaml:16:59: "PJSIP/1+" is not a phone',
    "people.yaml:17:32: PJSIP/1 is a phone of 102 already (line 16)",
    'people.yaml:17:42: "email" has no value',
    'people.yaml:18:3: "10 4" holds " "',
    "people.yaml:18:34: no is neither true nor false here",
    'people.yaml:20:41: the member "194" is not known',
    'people.yaml:20:49: "rnig" is not known',
]


@pytest.mark.fault("F51", "P6")
def test_all_mistakes_of_both_files_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    site = SITE.replace("Asia/Tokyo", "Asia/Tokio") + "limits: {hops: 0}\n"
    people = dedent("""\
        people:
          "101": {name: Alice, delegates: ["109"], colour: red}
          "102": {name: Kenji, delegates: ["109"]}
    """)
    assert [line.partition(";")[0] for line in mistakes(tmp_path, site, people)] == [
        'absence.yaml:3:13: the zone "Asia/Tokio" is not known',
        "absence.yaml:7:16: 0 is too small",
        'people.yaml:2:36: the delegate "109" is not known',
        'people.yaml:2:44: "colour" is not known',
        'people.yaml:3:36: the delegate "109" is not known',
    ]


def test_people_who_could_not_be_read_are_not_called_unknown(tmp_path: Path) -> None:
    people = 'people:\n  "101": {name: Alice, delegates: ["102"]}\n  "102": {name: Kenji\n'
    assert [line[:16] for line in mistakes(tmp_path, SITE, people)] == ["people.yaml:4:1:"]


def test_whoever_has_a_mistake_is_still_known_to_the_others(tmp_path: Path) -> None:
    people = 'people:\n  "101": {name: Alice, delegates: ["102"]}\n  "102": {nam: Kenji}\n'
    assert mistakes(tmp_path, SITE, people) == ['people.yaml:3:11: "nam" is not known; write name']


def test_whoever_lacks_their_quotes_is_still_known_to_the_others(tmp_path: Path) -> None:
    people = 'people:\n  "101": {name: Alice, delegates: ["0102"]}\n  0102: {name: Kenji, phonse: []}\n'
    assert [line.partition(";")[0] for line in mistakes(tmp_path, SITE, people)] == [
        "people.yaml:3:3: 0102 is not quoted, and YAML reads it as the number 66",
        'people.yaml:3:23: "phonse" is not known',
    ]


def test_one_mistake_of_every_kind_is_told_in_one_run_each_once(tmp_path: Path) -> None:
    """What is wrong with a value hides nothing that is wrong with the values around it."""
    assert [line.partition(";")[0] for line in mistakes(tmp_path, *EVERY_KIND)] == EVERY_KIND_TOLD


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (
            SITE.replace("JP", "XX"),
            'absence.yaml:4:12: the country "XX" is not known; write the two letters of a country, such as JP',
        ),
        (
            SITE.replace("country: JP", "region: BY"),
            'absence.yaml:2:3: "country" is missing here; add it',
        ),
        (
            SITE.replace("13:00-17:30", "11:00-17:30").replace("mon-fri", "mon-thu"),
            (
                'absence.yaml:6:28: "11:00-17:30" overlaps "09:00-12:00" of line 6 on mon, tue, wed, thu;'
                " let one end where the other begins"
            ),
        ),
        (
            SITE + 'limits: {messages_per_person: "300", messages_warning: 200}\n',
            'absence.yaml:7:31: "300" is not a number; write a number without quotes',
        ),
        (
            SITE + 'keys: {message: 2, callback: "1"}\n',
            'absence.yaml:7:17: 2 is not quoted, and YAML reads it as a number; write "2"',
        ),
        (SITE + "limits:\n", 'absence.yaml:7:1: "limits" has no value; write one or remove the key'),
        (
            SITE + "answers: [{titel: Hours, text: From nine.}]\n",
            'absence.yaml:7:12: "titel" is not known; write title',
        ),
    ],
)
def test_a_mistake_in_the_site_has_no_followers(tmp_path: Path, site: str, expected: str) -> None:
    people = 'people:\n  "101": {name: Alice, mobile: "090 1234 5678"}\n  "102": {name: Bob, region: ZZ}\n'
    people = people if "country: JP" not in site else PEOPLE
    assert mistakes(tmp_path, site, people) == [expected]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("people: []", '1:9: "people" holds nobody; write them indented below, each as "extension":'),
        (
            "people: [1, 2]",
            (
                '1:9: "people" is a list here; write what each is called by instead of a dash, '
                'and its keys indented below: "101":, and below it name:'
            ),
        ),
        ("people: {}", '1:9: "people" holds nobody; write them indented below, each as "extension":'),
        ("people:", '1:8: "people" holds nobody; write them indented below, each as "extension":'),
        ("poeple: {}", '1:1: "poeple" is not known; write people'),
        (
            'people:\n  "101": {name: A, delegates: [us]}\nteams: []',
            '3:8: "teams" holds nobody; write them indented below, each as "extension":',
        ),
        (
            'people:\n  "101": {name: A, delegates: [us]}\nteams:\n  us: {name: Us, members: ["101", 102]}',
            '4:35: 102 is not quoted, and YAML reads it as a number; write "102"',
        ),
        (
            'people:\n  "101": {name: A, manager: us}\nteams:\n  us: {name: Us, members: ["101"]}',
            '2:29: the manager "us" is a team; write the extension of one person',
        ),
    ],
)
def test_a_mistake_in_who_is_there_has_no_followers(tmp_path: Path, people: str, expected: str) -> None:
    site = SITE.replace("country: JP", 'country: JP\n  operator: "101"')
    assert mistakes(tmp_path, site, people + "\n") == [f"people.yaml:{expected}"]


@pytest.mark.parametrize(
    ("absence", "expected"),
    [
        ("{kind: out, from: 2026-11-25 10:00, untill: open}", '5:45: "untill" is not known; write until'),
        ("{kind: out, from: , until: open}", '5:21: "from" has no value; write one or remove the key'),
        (
            '{kind: out, every: monday, from: "10:00", until: "11:00"}',
            (
                '5:28: "monday" is not a weekday;'
                " write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri"
            ),
        ),
        (
            "{kind: out, every: month, day: 32}",
            '5:40: "32" is not a day of a month; write such as 15, last day, second tue or last fri',
        ),
        (
            "{kind: out, every: other fri, starting: }",
            '5:39: "starting" has no value; write one or remove the key',
        ),
    ],
)
def test_a_mistake_in_an_absence_has_no_followers(tmp_path: Path, absence: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE, person(f"absences:\n  - {absence}")) == [f"people.yaml:{expected}"]


def test_covering_for_each_other_at_different_times_is_no_circle(tmp_path: Path) -> None:
    people = """\
people:
  "101": {name: A, absences: [{kind: vacation, from: 2026-08-01, until: 2026-08-14, delegate: "102"}]}
  "102": {name: B, absences: [{kind: vacation, from: 2026-08-15, until: 2026-08-31, delegate: "101"}]}
"""
    assert mistakes(tmp_path, SITE, people) == []


@pytest.mark.fault("F35")
def test_covering_for_each_other_at_the_same_time_is_a_circle(tmp_path: Path) -> None:
    people = """\
people:
  "101": {name: A, absences: [{kind: vacation, from: 2026-08-01, until: 2026-08-15, delegate: "102"}]}
  "102": {name: B, absences: [{kind: vacation, from: 2026-08-15, until: 2026-08-31, delegate: "101"}]}
"""
    assert len(mistakes(tmp_path, SITE, people)) == 1


def test_a_member_may_name_the_own_team_as_delegate(tmp_path: Path) -> None:
    people = """\
people:
  "101": {name: A, delegates: [us]}
  "102": {name: B, delegates: [us]}
teams:
  us: {name: Us, members: ["101", "102"]}
"""
    assert mistakes(tmp_path, SITE, people) == []


@pytest.mark.parametrize("wrong", ['"+81 90 1234 567"', "09012345678", "[09012345678]", "{a: 09012345678}"])
def test_no_sentence_tells_a_private_number(tmp_path: Path, wrong: str) -> None:
    found = mistakes(tmp_path, SITE, person(f"mobile: {wrong}"))
    assert len(found) == 1
    assert not re.search(r"1234|0901", found[0].replace("+81 90 ...", ""))


def test_a_file_of_rubbish_does_not_fill_the_log(tmp_path: Path) -> None:
    people = "people:\n" + "".join(f'  "{number}": {{}}\n' for number in range(1000, 2000))
    found = mistakes(tmp_path, SITE, people)
    assert len(found) == 201
    assert found[-1] == "and 800 more; mend these first"
