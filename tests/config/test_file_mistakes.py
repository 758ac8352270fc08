"""Every mistake in a file as a whole, and in who names whom, is a sentence at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.folder import SITE, mistakes

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
        [
            (
                'people.yaml:1:9: "people" is a list here; write what each is called by instead of a dash, '
                'and its keys indented below: "101":, and below it name:'
            )
        ],
    ),
    (
        "two who cover for each other",
        'people:\n  "101": {name: A, delegates: ["102"]}\n  "102": {name: B, delegates: ["101"]}\n',
        [
            (
                "people.yaml:2:32: the delegates go round in a circle: 101 -> 102 -> 101 (lines 2, 3);"
                " remove one of them"
            )
        ],
    ),
    (
        "three who cover for each other",
        (
            'people:\n  "1": {name: A, delegates: ["2"]}\n  "2": {name: B, delegates: ["3"]}\n'
            '  "3": {name: C, absences: [{kind: out, from: 2026-11-25, delegate: "1"}]}\n'
            '  "4": {name: D, delegates: ["1"]}\n'
        ),
        [
            (
                "people.yaml:2:30: the delegates go round in a circle: 1 -> 2 -> 3 -> 1 (lines 2, 3, 4);"
                " remove one of them"
            )
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
            (
                'people.yaml:4:33: the member "9" is not known;'
                " add it to people.yaml or name somebody who is there"
            )
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
            (
                "people.yaml:3:1: this is not YAML (did not find expected ',' or '}');"
                " check the indentation, brackets and quotes here and just above"
            )
        ],
    ),
    (
        "a line that is out of line",
        'people:\n  "101":\n    name: Alice\n   phones: []\n',
        [
            "people.yaml:4:4: this line does not fit the lines above it; check its indentation, colons and quotes"
        ],
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


@pytest.mark.fault("F52")
@pytest.mark.parametrize(
    ("people", "expected"), [case[1:] for case in WHOLE_FILES], ids=[case[0] for case in WHOLE_FILES]
)
def test_a_mistake_in_the_file_is_a_sentence_at_its_place(
    tmp_path: Path, people: str, expected: list[str]
) -> None:
    assert mistakes(tmp_path, SITE, people) == expected
