"""Every mistake in what is said of the office is a sentence at its place that says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.folder import PEOPLE, SITE, mistakes

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
        "7:16: user names and passwords do not belong here; write them to .env (ARI_USERNAME, ARI_PASSWORD)",
    ),
    (
        "a host without a port",
        "pbx: {ami: 127.0.0.1}",
        '7:12: "127.0.0.1" is not a host with a port; write such as 127.0.0.1:25',
    ),
    (
        "message lamps by a manager without an address",
        "pbx: {message_lamp: ami}",
        "7:21: message_lamp: ami needs the manager's address; write ami: 127.0.0.1:5038",
    ),
    (
        "days off that end before they begin",
        "holidays: {days: [{from: 2026-12-29, until: 2026-12-01, name: Rest}]}",
        '7:45: "until" is before the "from" of line 7; write a later day',
    ),
    (
        "days off that overlap",
        (
            "holidays:\n  days:\n    - {from: 2026-12-29, until: 2027-01-03, name: Rest}\n"
            "    - {from: 2027-01-01, name: New year}"
        ),
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
        "an outside line that nobody can dial",
        'dialing: {outside_line: "nine"}',
        '7:25: "nine" is not what a phone dials for an outside line; write up to 4 of 0-9, * and #, such as "0"',
    ),
    (
        "a talk of no seconds",
        "limits: {settles_after_seconds: 0}",
        "7:33: 0 is too small; write 1 or more",
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


@pytest.mark.fault("F50")
@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in SITES], ids=[case[0] for case in SITES])
def test_a_mistake_in_the_site_is_a_sentence_at_its_place(tmp_path: Path, keys: str, expected: str) -> None:
    assert mistakes(tmp_path, SITE + keys + "\n", PEOPLE) == [f"absence.yaml:{expected}"]
