"""All mistakes are told at once, none twice, and none tells what is private."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.config.folder import SITE, mistakes, person


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
        'people.yaml:2:44: "colour" is not known',
        'people.yaml:3:36: the delegate "109" is not known',
    ]


def test_people_who_could_not_be_read_are_not_called_unknown(tmp_path: Path) -> None:
    people = 'people:\n  "101": {name: Alice, delegates: ["102"]}\n  "102": {name: Kenji\n'
    assert [line[:16] for line in mistakes(tmp_path, SITE, people)] == ["people.yaml:4:1:"]


def test_whoever_has_a_mistake_is_still_known_to_the_others(tmp_path: Path) -> None:
    people = 'people:\n  "101": {name: Alice, delegates: ["102"]}\n  "102": {nam: Kenji}\n'
    assert [line.partition(" ")[0] for line in mistakes(tmp_path, SITE, people)] == [
        "people.yaml:3:10:",
        "people.yaml:3:11:",
    ]


def test_covering_for_each_other_at_different_times_is_no_circle(tmp_path: Path) -> None:
    people = """\
people:
  "101": {name: A, absences: [{kind: vacation, from: 2026-08-01, until: 2026-08-14, delegate: "102"}]}
  "102": {name: B, absences: [{kind: vacation, from: 2026-08-15, until: 2026-08-31, delegate: "101"}]}
"""
    assert mistakes(tmp_path, SITE, people) == []


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
