"""Every mistake is a sentence at its place that says what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.config.folder import PEOPLE, SITE, mistakes

PERSON = [  # what is wrong, the keys below "101" (which begin on line 4), the mistakes
    ("an unknown key", "phonse: [PJSIP/101]", '4:5: "phonse" is not known; write phones'),
    (
        "an unknown key like no other",
        "colour: red",
        '4:5: "colour" is not known; known here are name, phones, mobile, email, manager, delegates, absences,'
        " hours, timezone, country, region, holidays, may, rights, disclosure, handling",
    ),
    ("a merge key", "<<: {email: a@example.com}", "4:5: merge keys (<<) are not accepted; write the keys out"),
    (
        "a secret",
        "voicemail_password: 1234",
        '4:5: "voicemail_password" does not belong here; secrets stand in .env only',
    ),
    ("a key given twice", "name: Bob", '4:5: "name" is given twice, first on line 3; keep one of the two'),
    (
        "an unquoted extension",
        "delegates: [102]",
        '4:17: 102 is not quoted, and YAML reads it as a number; write "102"',
    ),
    (
        "an extension YAML takes for octal",
        "manager: 0123",
        '4:14: 0123 is not quoted, and YAML reads it as the number 83; write "0123"',
    ),
    (
        "an unquoted time",
        "hours:\n  mon: [22:30]",
        '5:13: 22:30 is not quoted, and YAML reads it as the number 1350; write "22:30"',
    ),
    (
        "an unquoted time of an absence",
        'absences:\n  - {kind: meeting, every: mon, from: 9:05, until: "10:00"}',
        '5:43: 9:05 is not quoted, and YAML reads it as the number 545; write "9:05"',
    ),
    (
        "a word YAML takes for false",
        "delegates: [no]",
        '4:17: no is not quoted, and YAML reads it as false; write "no", or false if that is meant',
    ),
    ("a word YAML takes for true", "holidays: yes", "4:15: yes is neither true nor false here; write true"),
    (
        "true where a text belongs",
        "email: true",
        '4:12: true is not quoted, and YAML reads it as true or false; write "true"',
    ),
    (
        "a number with an underscore",
        "manager: 1_01",
        '4:14: 1_01 is not quoted, and YAML reads it as a number; write "1_01"',
    ),
    ("nothing", "email:", '4:5: "email" has no value; write one or remove the key'),
    ("a tilde", "email: ~", '4:5: "email" has no value; write one or remove the key'),
    (
        "a text where a list belongs",
        "phones: PJSIP/101",
        '4:13: "PJSIP/101" is not a list; write it in brackets: ["PJSIP/101"]',
    ),
    (
        "a mapping where a list belongs",
        "absences: {kind: out}",
        "4:15: a list is expected here; begin every entry with a dash",
    ),
    (
        "a list where a text belongs",
        "email: [a@example.com]",
        "4:12: a list stands where a text is expected; write one text",
    ),
    (
        "a text where keys belong",
        "hours: always",
        "4:12: keys and values are expected here; write them indented below, each as key: value",
    ),
    ("a phone that is none", "phones: [101x]", '4:14: "101x" is not a phone; write such as PJSIP/101'),
    (
        "a dial string",
        'phones: ["PJSIP/101&PJSIP/102"]',
        '4:14: "PJSIP/101&PJSIP/102" is not a phone; write such as PJSIP/101',
    ),
    (
        "an address that is none",
        "email: alice",
        '4:12: "alice" is not a mail address; write such as alice@example.com',
    ),
    (
        "an unknown zone",
        "timezone: Asia/Tokio",
        '4:15: the zone "Asia/Tokio" is not known; write Asia/Tokyo',
    ),
    (
        "a zone that is a path",
        "timezone: ../../etc/passwd",
        '4:15: the zone "../../etc/passwd" is not known; write such as Europe/Berlin',
    ),
    (
        "an unknown country",
        "country: XX",
        "4:14: no public holidays are known for XX;"
        " write the two letters of a country, or holidays: {public: false}",
    ),
    (
        "a region of a country without",
        "region: ZZ",
        "4:13: JP has no regions with holidays of their own; remove the key",
    ),
    (
        "an unknown kind",
        "absences:\n  - {kind: metting, from: 2026-11-25}",
        '5:16: the kind "metting" is not known; write meeting',
    ),
    (
        "a kind nobody can set",
        "absences:\n  - {kind: closed, from: 2026-11-25}",
        "5:16: closed follows from hours and holidays and can't be set; write one of away, meeting, out,"
        " business_trip, left, day_off, vacation, leave, remote, dnd",
    ),
    (
        "an unknown right",
        "rights: [set_other]",
        '4:14: "set_other" is not possible here; write set_others',
    ),
    (
        "an unknown choice",
        "disclosure: none",
        '4:17: "none" is not possible here; write one of class, unavailable',
    ),
    (
        "an unknown kind to handle",
        "handling: {meetin: {ring: true}}",
        '4:16: the kind "meetin" is not known; write meeting',
    ),
    (
        "an unknown person to reach",
        "handling: {meeting: {reach: [mobil]}}",
        '4:34: "mobil" is not possible here; write mobile',
    ),
    (
        "a promise without a unit",
        'handling: {meeting: {promise: "60"}}',
        '4:35: "60" is not a length of time; write such as 30min or 2h',
    ),
    (
        "an unknown delegate",
        'delegates: ["107"]',
        '4:17: the delegate "107" is not known; add it to people.yaml or name somebody who is there',
    ),
    (
        "a misspelt team",
        "delegates: [slaes]",
        '4:17: the delegate "slaes" is not known; write "sales"',
    ),
    (
        "a team as manager",
        "manager: sales",
        '4:14: the manager "sales" is a team; write the extension of one person',
    ),
    (
        "oneself as delegate",
        'delegates: ["101"]',
        "4:17: 101 can't be their own delegate; name somebody else or remove it",
    ),
    (
        "a number that does not exist",
        'mobile: "12"',
        "4:13: this is not a telephone number that exists;"
        ' write it with its country code, such as "+81 90 ..."',
    ),
    (
        "an unquoted number",
        "mobile: 09012345678",
        "4:13: the value of mobile is not quoted text; put it in double quotes",
    ),
    (
        "a note that is a number",
        "may: 5",
        "4:10: the value of may is not quoted text; put it in double quotes",
    ),
    (
        "spans that overlap",
        'hours:\n  mon-fri: ["09:00-12:00"]\n  wed: ["11:00-13:00"]',
        '6:13: "11:00-13:00" overlaps "09:00-12:00" of line 5 on wed; let one end where the other begins',
    ),
    (
        "a night that overlaps the next morning",
        'hours:\n  sun: ["22:00-06:00"]\n  mon: ["05:00-12:00"]',
        '6:13: "05:00-12:00" overlaps "22:00-06:00" of line 5 on mon; let one end where the other begins',
    ),
    (
        "a reversed span",
        'hours: {mon: ["17:30-13:00"]}',
        "4:19: 13:00 is before 17:30; write the earlier time first",
    ),
    (
        "a span of no time",
        'hours: {mon: ["09:00-09:00"]}',
        '4:19: from 09:00 until 09:00 is no time; write "00:00" and "24:00" for a whole day',
    ),
    (
        "an hour that does not exist",
        'hours: {mon: ["09:00-25:00"]}',
        '4:19: "25:00" is not a time; write hours and minutes, such as "09:30" or "24:00"',
    ),
    (
        "a day of the week that does not exist",
        'hours: {monday: ["09:00-12:00"]}',
        '4:13: "monday" is not a weekday; write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri',
    ),
    (
        "a date that does not exist",
        "absences:\n  - {kind: out, from: 2026-02-30}",
        "5:27: 2026-02-30 is not in the calendar; write a date that exists",
    ),
    (
        "a year typed wrong",
        "absences:\n  - {kind: out, from: 2206-02-20}",
        "5:27: 2206-02-20 is out of range; write a year from 2000 to 2199",
    ),
    (
        "a word for a date",
        "absences:\n  - {kind: out, from: tomorrow}",
        '5:27: "tomorrow" is neither a date nor a date with a time;'
        " write such as 2026-11-25 or 2026-11-25 14:00",
    ),
    (
        "an absence without a beginning",
        "absences:\n  - kind: out",
        '5:9: "from" is missing here; add a date, such as from: 2026-11-25',
    ),
    (
        "a moment without an end",
        "absences:\n  - {kind: out, from: 2026-11-25 10:00}",
        '5:27: "until" is missing; add it, or write until: open if the end is not known',
    ),
    (
        "an absence that ends before it begins",
        "absences:\n  - kind: out\n    from: 2026-11-26\n    until: 2026-11-25",
        '7:16: "until" is not after the "from" of line 6; write a later one',
    ),
    (
        "two absences that begin together",
        "absences:\n  - {kind: out, from: 2026-11-25}\n  - {kind: meeting, from: 2026-11-25}",
        "6:9: this absence begins together with the one of line 5, so which one counts can't be told;"
        " let one begin later, or keep one",
    ),
    (
        "every other week, of which nobody knows which",
        "absences:\n  - {kind: meeting, every: other mon}",
        "5:32: which of the two weeks? add starting: with a day of the first week",
    ),
    (
        "every month, on no day",
        "absences:\n  - {kind: meeting, every: month}",
        "5:32: which day of the month? add such as day: 15 or day: last fri",
    ),
    (
        "a day no month has",
        "absences:\n  - {kind: meeting, every: month, day: 32}",
        '5:44: "32" is not a day of a month; write such as 15, last day, second tue or last fri',
    ),
    (
        "a day of the month on a weekly absence",
        "absences:\n  - {kind: meeting, every: mon, day: 3}",
        '5:37: "day" goes with every: month only; remove it',
    ),
    (
        "an exception from something that happens once",
        "absences:\n  - {kind: out, from: 2026-11-25, except: [2026-11-25]}",
        '5:39: "except" goes with "every" only; add "every" or remove it',
    ),
    (
        "a rule that ends before it starts",
        "absences:\n  - {kind: out, every: mon, starting: 2026-11-25, ending: 2026-11-01}",
        '5:63: "ending" is before the "starting" of line 5; write a later day',
    ),
    (
        "a meeting that ends before it begins",
        'absences:\n  - {kind: meeting, every: mon, from: "11:30", until: "10:00"}',
        "5:59: 10:00 is before 11:30; write the earlier time first",
    ),
]

SITES = [  # what is wrong, the keys after SITE (which begin on line 7), the mistakes
    ("an unknown key", "delivry: {}", '7:1: "delivry" is not known; write delivery'),
    ("a limit too small", "limits: {hops: 0}", "7:16: 0 is too small; write 1 or more"),
    ("a limit too large", "limits: {hops: 21}", "7:16: 21 is too large; write 20 or less"),
    (
        "a limit that is a text",
        'limits: {hops: "5"}',
        '7:16: "5" is not a number; write a number without quotes',
    ),
    (
        "limits in the wrong order",
        "limits: {messages_warning: 200}",
        "7:28: messages_warning is above messages_per_person; make it smaller",
    ),
    (
        "one key for two things",
        'keys: {message: "2"}',
        '7:17: key "2" would mean both message and callback; choose another key',
    ),
    (
        "a key no telephone has",
        'keys: {message: "10"}',
        '7:17: "10" is not a key of a telephone; write one of "0" to "9", "*", "#"',
    ),
    (
        "an address that is none",
        "pbx: {ari_url: asterisk}",
        "7:16: this is not an address of a web server; write such as http://127.0.0.1:8088",
    ),
    (
        "a password in an address",
        "pbx: {ari_url: 'http://u:p@127.0.0.1:8088'}",
        "7:16: user names and passwords do not belong here;"
        " write them to .env (ARI_USERNAME, ARI_PASSWORD)",
    ),
    (
        "a host without a port",
        "pbx: {ami: 127.0.0.1}",
        '7:12: "127.0.0.1" is not a host with a port; write such as 127.0.0.1:25',
    ),
    (
        "days off that end before they begin",
        "holidays: {days: [{from: 2026-12-29, until: 2026-12-01, name: Rest}]}",
        '7:45: "until" is before the "from" of line 7; write a later day',
    ),
    (
        "days off that overlap",
        "holidays:\n  days:\n    - {from: 2026-12-29, until: 2027-01-03, name: Rest}\n"
        "    - {from: 2027-01-01, name: New year}",
        "10:7: 2027-01-01 is in the days of line 9, too; let one end before the other",
    ),
    (
        "a country that is none",
        "dialing: {outside: [XX]}",
        '7:21: the country "XX" is not known; write the two letters of a country, such as JP',
    ),
    (
        "a pattern with everything in it",
        'dialing: {internal: ["_X."]}',
        '7:22: "_X." is not a pattern; write digits and X (0-9), Z (1-9), N (2-9), such as "1XX"',
    ),
    (
        "a trunk without a number",
        "dialing: {trunk: PJSIP/trunk}",
        '7:18: "PJSIP/trunk" does not say how to dial; write such as PJSIP/{number}@trunk',
    ),
    ("an answer without a text", "answers: [{title: opening hours}]", '7:11: "text" is missing here; add it'),
    (
        "a sender that is none",
        "delivery: {email: {smtp: 127.0.0.1:25, from: phone}}",
        '7:46: "phone" is not a mail address; write such as alice@example.com',
    ),
]


def person(keys: str) -> str:
    return (
        'people:\n  "101":\n    name: Alice\n'
        + indent(keys, "    ")
        + '\n  "102":\n    name: Kenji\nteams:\n  sales: {name: Sales, members: ["102"]}\n'
    )


@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in PERSON], ids=[case[0] for case in PERSON])
def test_a_mistake_in_a_person_is_a_sentence_at_its_place(tmp_path: Path, keys: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE, person(keys)) == [f"people.yaml:{expected}"]


@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in SITES], ids=[case[0] for case in SITES])
def test_a_mistake_in_the_site_is_a_sentence_at_its_place(tmp_path: Path, keys: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE + keys + "\n", PEOPLE) == [f"absence.yaml:{expected}"]


WHOLE_FILES = [
    (
        "an extension without quotes",
        "people:\n  101:\n    name: Alice\n",
        ['people.yaml:2:3: 101 is not quoted, and YAML does not read it as text; write "101"'],
    ),
    (
        "an extension YAML reads as another",
        "people:\n  0101:\n    name: Alice\n",
        ['people.yaml:2:3: 0101 is not quoted, and YAML reads it as the number 65; write "0101"'],
    ),
    (
        "an extension with other characters",
        'people:\n  "10 1":\n    name: Alice\n',
        [
            'people.yaml:2:3: "10 1" holds " "; an extension is made of 0-9 * # A-Z a-z _ - only',
        ],
    ),
    (
        "an extension with a dialplan in it",
        'people:\n  "101,1,System(x)":\n    name: Alice\n',
        ['people.yaml:2:3: "101,1,System(x)" holds ","; an extension is made of 0-9 * # A-Z a-z _ - only'],
    ),
    (
        "somebody twice",
        'people:\n  "101": {name: Alice}\n  "101": {name: Bob}\n',
        ['people.yaml:3:3: "101" is given twice, first on line 2; keep one of the two'],
    ),
    (
        "a team called like somebody",
        'people:\n  "101": {name: Alice}\nteams:\n  "101": {name: Sales, members: ["101"]}\n',
        ['people.yaml:4:3: "101" is taken by line 2; give one of them another name'],
    ),
    (
        "a phone with two owners",
        'people:\n  "101": {name: Alice, phones: [PJSIP/101]}\n  "102": {name: Bob, phones: [PJSIP/101]}\n',
        ["people.yaml:3:31: PJSIP/101 is a phone of 101 already (line 2); a phone has one owner"],
    ),
    (
        "somebody without keys",
        'people:\n  "101":\n',
        ['people.yaml:2:3: "101" says nothing; write its keys indented below, at least name:'],
    ),
    (
        "nobody at all",
        "teams: {}\n",
        ['people.yaml:1:1: "people" is missing here; add it, with everybody below it'],
    ),
    (
        "people as a list",
        "people: [Alice]\n",
        ['people.yaml:1:9: "people" holds nobody; write them indented below, each as "extension":'],
    ),
    (
        "two who cover for each other",
        'people:\n  "101": {name: A, delegates: ["102"]}\n  "102": {name: B, delegates: ["101"]}\n',
        [
            "people.yaml:2:32: the delegates go round in a circle: 101 -> 102 -> 101 (lines 2, 3);"
            " remove one of them"
        ],
    ),
    (
        "three who cover for each other",
        'people:\n  "1": {name: A, delegates: ["2"]}\n  "2": {name: B, delegates: ["3"]}\n'
        '  "3": {name: C, absences: [{kind: out, from: 2026-11-25, delegate: "1"}]}\n'
        '  "4": {name: D, delegates: ["1"]}\n',
        [
            "people.yaml:2:30: the delegates go round in a circle: 1 -> 2 -> 3 -> 1 (lines 2, 3, 4);"
            " remove one of them"
        ],
    ),
    (
        "a team of one who covers for themself",
        'people:\n  "1": {name: A, delegates: [us]}\nteams:\n  us: {name: Us, members: ["1"]}\n',
        ['people.yaml:2:30: the team "us" is 1 alone; name somebody else or add a member'],
    ),
    (
        "a team with a stranger in it",
        'people:\n  "1": {name: A}\nteams:\n  us: {name: Us, members: ["1", "9"]}\n',
        [
            'people.yaml:4:33: the member "9" is not known;'
            " add it to people.yaml or name somebody who is there"
        ],
    ),
    (
        "a tab",
        'people:\n\t"101": {name: Alice}\n',
        ["people.yaml:2:1: a tab stands here; indent with spaces"],
    ),
    (
        "a bracket that never closes",
        'people:\n  "101": {name: Alice\n',
        [
            "people.yaml:3:1: this is not YAML (did not find expected ',' or '}');"
            " check the indentation, brackets and quotes here and just above"
        ],
    ),
    (
        "a line that is out of line",
        'people:\n  "101":\n    name: Alice\n   phones: []\n',
        ["people.yaml:4:4: this line does not fit the lines above it; check its indentation, colons and quotes"],
    ),
    (
        "two documents",
        'people:\n  "101": {name: Alice}\n---\npeople: {}\n',
        ["people.yaml:3:1: a second document begins here; keep one in each file"],
    ),
    (
        "a directive",
        '%YAML 1.1\n---\npeople:\n  "101": {name: Alice}\n',
        ["people.yaml:1:1: directives (%) are not accepted; remove the line"],
    ),
    (
        "a tag that runs a program",
        'people: !!python/object/apply:os.system ["true"]\n',
        ["people.yaml:1:9: tags (!) are not accepted; remove the tag, or quote the text"],
    ),
    (
        "an alias to nothing",
        "people: *nobody\n",
        ["people.yaml:1:9: *nobody is nowhere defined; write the value out"],
    ),
    (
        "an alias to itself",
        'people:\n  "101": &loop {name: Alice, absences: [*loop]}\n',
        ["people.yaml:2:41: *loop repeats itself without end; write the value out"],
    ),
    (
        "a list instead of a file of keys",
        "- people\n",
        ['people.yaml:1:1: the file must begin with a key, such as "people:" or "site:"'],
    ),
    (
        "an empty file",
        "",
        ["people.yaml:1:1: the file is empty; start from the commented example of the same name"],
    ),
    (
        "nothing but a comment",
        "# people\n",
        ["people.yaml:1:1: the file is empty; start from the commented example of the same name"],
    ),
    (
        "a control character",
        'people:\n  "101": {name: "\x07"}\n',
        ["people.yaml:2:18: there is a control character here; remove it"],
    ),
]


@pytest.mark.parametrize(
    ("people", "expected"), [case[1:] for case in WHOLE_FILES], ids=[case[0] for case in WHOLE_FILES]
)
def test_a_mistake_in_the_file_is_a_sentence_at_its_place(
    tmp_path: Path, people: str, expected: list[str]
) -> None:
    assert mistakes(tmp_path, SITE, people) == expected


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
