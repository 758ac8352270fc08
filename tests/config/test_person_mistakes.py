"""Every mistake in what is said of a person is a sentence at its place that says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.folder import SITE, mistakes, person

PERSON = [  # what is wrong, the keys below "101" (which begin on line 4), the mistakes
    ("an unknown key", "phonse: [PJSIP/101]", '4:5: "phonse" is not known; write phones'),
    (
        "an unknown key like no other",
        "colour: red",
        (
            '4:5: "colour" is not known; known here are name, phones, mobile, email, manager, delegates, watches,'
            " absences, hours, timezone, country, region, holidays, may, rights, disclosure, handling, delivery"
        ),
    ),
    (
        "a merge key",
        "<<: {email: a@example.com}",
        "4:5: merge keys (<<) are not accepted; write the keys out",
    ),
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
        (
            "4:14: no public holidays are known for XX;"
            " write the two letters of a country, or holidays: {public: false}"
        ),
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
        (
            "5:16: closed follows from hours and holidays and can't be set; write one of away, meeting, out,"
            " business_trip, left, day_off, vacation, leave, remote, dnd"
        ),
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
        '4:34: the step "mobil" is not known; write "mobile"',
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
        "an unknown mailbox to watch",
        'watches: ["107"]',
        '4:15: the watched mailbox "107" is not known; add it to people.yaml or name somebody who is there',
    ),
    (
        "one's own mailbox to watch",
        'watches: ["101"]',
        "4:15: 101 can't be their own watched mailbox; name somebody else or remove it",
    ),
    (
        "oneself as delegate",
        'delegates: ["101"]',
        "4:17: 101 can't be their own delegate; name somebody else or remove it",
    ),
    (
        "a number that does not exist",
        'mobile: "12"',
        (
            "4:13: this is not a telephone number that exists;"
            ' write it with its country code, such as "+81 90 ..."'
        ),
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
        (
            '5:27: "tomorrow" is neither a date nor a date with a time;'
            " write such as 2026-11-25 or 2026-11-25 14:00"
        ),
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
        (
            "6:9: this absence begins together with the one of line 5, so which one counts can't be told;"
            " let one begin later, or keep one"
        ),
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


@pytest.mark.fault("F49", "F50", "F52")
@pytest.mark.parametrize(
    ("keys", "expected"), [case[1:] for case in PERSON], ids=[case[0] for case in PERSON]
)
def test_a_mistake_in_a_person_is_a_sentence_at_its_place(tmp_path: Path, keys: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE, person(keys)) == [f"people.yaml:{expected}"]
