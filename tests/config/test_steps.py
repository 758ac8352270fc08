"""Steps as they are written in YAML and typed at a command, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ari_absence.config.steps_of import typed_step
from ari_absence.core.people import DEFAULT_HANDLING, Kind, PrivateNumber
from ari_absence.core.steps import Situation, Step, Way
from tests.config.folder import PEOPLE, SITE, loaded, mistakes, person, written
from tests.hostile import HOSTILE

WAY_OUT = 'dialing: {outside: [JP], trunk: "PJSIP/{number}@trunk"}\n'
PREMIUM, FOREIGN, FREE = "+81 990 123 456", "+44 20 7946 0958", "+81 120 123 456"


def test_every_form_of_a_step_arrives(tmp_path: Path) -> None:
    keys = """\
mobile: "+81 90 1234 5678"
manager: "102"
handling:
  no_answer:
    ask: false
    reach:
      - desk
      - {ring: [desk, mobile, "102"], seconds: 12}
      - sales
      - "+81 3 1234 5678"
      - {ring: [delegate]}
      - manager
      - message
    urgent: []
"""
    handling = loaded(tmp_path, SITE + WAY_OUT, person(keys)).directory.people["101"].handling
    told = handling[Situation.NO_ANSWER]
    assert written(told.reach) == [
        "desk", "desk + mobile + 102:12", "sales", "number", "delegate", "manager", "message",
    ]  # fmt: skip
    assert told.reach[3].destinations[0].number == PrivateNumber("+81312345678")
    assert (told.ask, told.urgent) == (False, ())
    assert (str(told.reach_source), str(told.urgent_source)) == ("people.yaml:9", "people.yaml:17")


def test_what_a_person_does_not_say_is_as_in_the_site_with_the_line_of_the_site(tmp_path: Path) -> None:
    site = SITE + WAY_OUT + "handling:\n  busy:\n    ask: false\n    reach: [delegate]\n"
    people = person("handling: {busy: {urgent: [sales]}, out: {ring: true}}")
    directory = loaded(tmp_path, site, people).directory
    busy = directory.people["101"].handling[Situation.BUSY]
    assert (written(busy.reach), busy.ask, str(busy.reach_source)) == (["delegate"], False, "absence.yaml:11")
    assert str(busy.urgent_source) == "people.yaml:4"
    assert directory.people["101"].handling[Kind.OUT].reach == DEFAULT_HANDLING[Kind.OUT].reach


@pytest.mark.parametrize("word", [*(kind for kind in Kind if not kind.is_presence), *Situation])
def test_every_kind_and_situation_may_be_handled(tmp_path: Path, word: Kind | Situation) -> None:
    directory = loaded(tmp_path, SITE + f"handling: {{{word.value}: {{reach: [message]}}}}\n").directory
    assert written(directory.handling[word].reach) == ["message"]


def test_an_absence_may_have_its_own_steps(tmp_path: Path) -> None:
    keys = """\
absences:
  - {kind: out, from: 2026-11-25, reach: [{ring: ["102"], seconds: 5}, message]}
  - {kind: meeting, every: mon, reach: []}
  - {kind: remote, every: tue}
"""
    absences = loaded(tmp_path, SITE, person(keys)).directory.people["101"].absences
    assert [None if each.reach is None else written(each.reach) for each in absences] == [
        ["102:5", "message"], [], None,
    ]  # fmt: skip


WRONG = [  # what is wrong, the steps (from 4:30 on), the mistakes
    ("an unknown extension", '"107"', '30: the step "107" is not known; add it to people.yaml or'),
    ("a misspelt team", "slaes", '30: the step "slaes" is not known; write "sales"'),
    ("a misspelt word", "delegat", '30: the step "delegat" is not known; write "delegate"'),
    ("an unquoted extension", "102", '30: 102 is not quoted, and YAML reads it as a number; write "102"'),
    (
        "oneself",
        '"101"',
        "30: 101 can't reach themself by extension; write desk, or name somebody else",
    ),
    (
        "what is behind message",
        'message, "102"',
        "39: this is never reached: the steps end with message; move message to the end or remove this",
    ),
    (
        "something together with message",
        "{ring: [message, desk]}",
        "30: message rings nobody, and nothing can ring together with it; make it a step of its own",
    ),
    ("no time", "{ring: [desk], seconds: 0}", "54: 0 is too small; write 1 or more"),
    ("too long", "{ring: [desk], seconds: 121}", "54: 121 is too large; write 120 or less"),
    ("nothing that rings", "{seconds: 5}", '30: "ring" is missing here; add it'),
    ("an empty list", "{ring: []}", "37: this list is empty; name at least one"),
    ("an unknown key", "{ring: [desk], second: 5}", '45: "second" is not known; write seconds'),
    ("an unknown name among several", '{ring: [desk, "107"]}', '44: the step "107" is not known'),
    (
        "a list in the list",
        "[desk, mobile]",
        "30: a list stands where a step is expected; write {ring: [...]} for what rings at the same time",
    ),
    (
        "a number that does not exist",
        '"+81 3 12"',
        '30: this is not a telephone number that exists; write it with its country code, such as "+81 90 ..."',
    ),
    (
        "a dial string",
        '"PJSIP/102&PJSIP/103"',
        '30: "PJSIP/102&PJSIP/103" holds "/"; an extension is made of 0-9 * # A-Z a-z _ - only',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_mistake_in_a_step_is_a_sentence_at_its_place(tmp_path: Path, steps: str, expected: str) -> None:
    [found] = mistakes(tmp_path, SITE, person(f"handling: {{out: {{reach: [{steps}]}}}}"))
    assert found.startswith(f"people.yaml:4:{expected}")


@pytest.mark.parametrize(
    "where", ["handling: {{out: {{urgent: [{}]}}}}", "absences: [{{kind: out, every: mon, reach: [{}]}}]"]
)
def test_steps_are_checked_wherever_they_stand(tmp_path: Path, where: str) -> None:
    [found] = mistakes(tmp_path, SITE, person(where.format('"107"')))
    assert 'the step "107" is not known' in found


def test_steps_of_the_site_are_checked_too(tmp_path: Path) -> None:
    [found] = mistakes(tmp_path, SITE + 'handling: {out: {reach: [desk, "107"]}}\n', PEOPLE)
    assert found.startswith('absence.yaml:7:32: the step "107" is not known')


REFUSED = [
    (PREMIUM, "calls to premium numbers are not allowed"),
    (FOREIGN, "calls to GB are not allowed (dialing: outside)"),
    (FREE, "calls to toll-free numbers are not allowed"),
]


@pytest.mark.fault("F42")
@pytest.mark.parametrize(("number", "why"), REFUSED)
@pytest.mark.parametrize(
    "keys",
    [
        'mobile: "{}"',
        'handling: {{out: {{reach: ["{}"]}}}}',
        'absences: [{{kind: out, every: mon, reach: [{{ring: ["{}"]}}]}}]',
    ],
)
def test_number_that_will_not_be_dialled_is_refused_at_its_place_and_never_repeated(
    tmp_path: Path, keys: str, number: str, why: str
) -> None:
    text = keys.format(number)
    column = 5 + text.index('"')
    assert mistakes(tmp_path, SITE + WAY_OUT, person(text)) == [
        f"people.yaml:4:{column}: this number is not dialled: {why}; write another"
    ]


def test_number_in_a_step_of_the_site_is_judged_too(tmp_path: Path) -> None:
    [found] = mistakes(tmp_path, SITE + WAY_OUT + f'handling: {{out: {{reach: ["{FREE}"]}}}}\n')
    assert found.startswith("absence.yaml:8:26: this number is not dialled")


def test_numbers_are_not_judged_by_a_policy_that_is_wrong_itself(tmp_path: Path) -> None:
    site = SITE + 'dialing: {outside: [JP, gb], trunk: "PJSIP/{number}@trunk"}\n'
    [found] = mistakes(tmp_path, site, person(f'mobile: "{FOREIGN}"'))
    assert found.startswith("absence.yaml:7:25:")


@pytest.mark.parametrize(
    "step", ['"09012345678"', '"090-1234-5678"', '"090 1234 5678"', "09012345678", "9012345678", '"+819012345678x"',
             "{ring: [9012345678]}", '"\u0660\u0669\u0660\u0661\u0662\u0663\u0664\u0665"', '"PJSIP/09012345678@trunk"']
)  # fmt: skip
def test_number_that_is_written_wrong_is_never_repeated(tmp_path: Path, step: str) -> None:
    [found] = mistakes(tmp_path, SITE, person(f"handling: {{out: {{reach: [{step}]}}}}"))
    sentence = found.replace("+81 3 1234 5678", "")
    assert "1234" not in sentence
    assert "\u0661" not in sentence
    assert "outside number" in sentence


TAILS = ["/x", "/55", ",5", ";ext=12", " x12", " ext. 12", ";phone-context=+81", "&PJSIP/1", "\uff15"]
NO_NUMBER = (
    "this is not an outside number; write it with + and its country code, in double quotes, such as"
    ' "+81 3 1234 5678"'
)


@pytest.mark.parametrize(
    "written",
    [*("+81 90 1234 5678" + tail for tail in TAILS), *("090 1234 5678" + tail for tail in TAILS),
     "tel:+81-90-1234-5678", "+\uff18\uff11 90 1234 5678", "\uff10\uff19\uff10 1234 5678", "+81 9O12 345 678"],
)  # fmt: skip
def test_mobile_with_more_than_a_number_is_refused_as_a_step_is(tmp_path: Path, written: str) -> None:
    site = SITE + WAY_OUT
    for keys in ('mobile: "{}"', 'handling: {{out: {{reach: ["{}"]}}}}'):
        [found] = mistakes(tmp_path, site, person(keys.format(written)))
        assert found.endswith(f": {NO_NUMBER}")


@pytest.mark.parametrize("written", ["+81 (90) 1234-5678", "090 1234 5678", "(090) 1234.5678", "09012345678"])
def test_mobile_is_written_as_people_write_it(tmp_path: Path, written: str) -> None:
    site = SITE + WAY_OUT
    mobile = loaded(tmp_path, site, person(f'mobile: "{written}"')).directory.people["101"].mobile
    assert mobile is not None
    assert mobile.digits_for_dialling() == "+819012345678"


def test_step_that_can_reach_nobody_is_a_warning_at_its_place(tmp_path: Path) -> None:
    site = SITE + "handling: {out: {reach: [mobile, operator]}}\n"
    warnings = loaded(tmp_path, site, person("handling: {out: {reach: [mobile, manager]}}")).warnings
    assert [each.partition(";")[0] for each in warnings if ".yaml:" in each] == [
        "absence.yaml:7:26: no outside calls are configured, and this number is never dialled",
        "absence.yaml:7:34: the site names no operator, and this step reaches nobody",
        "people.yaml:4:30: Alice has no mobile, and this step reaches nobody",
        "people.yaml:4:38: Alice has no manager, and this step reaches nobody",
    ]


def test_mobile_of_everybody_is_no_mistake_of_whoever_has_none(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, SITE + WAY_OUT + "handling: {out: {reach: [mobile]}}\n")
    assert [each for each in configuration.warnings if ".yaml:" in each] == []


TYPED = [
    ("mobile", "mobile"),
    ("102", "102"),
    ("mobile+desk:12", "mobile + desk:12"),
    ("+81 3 1234 5678", "number"),
    ("+81312345678:20", "number:20"),
    ("mobile++81312345678+102:5", "mobile + number + 102:5"),
    ("+81312345678+desk", "number + desk"),
]


@pytest.mark.parametrize(("text", "meant"), TYPED)
def test_step_may_be_typed(text: str, meant: str) -> None:
    assert written([typed_step(text)]) == [meant]


def test_number_of_a_typed_step_is_the_one_that_was_typed() -> None:
    step = typed_step("mobile++81 3-1234-5678+102")
    assert [each.way for each in step.destinations] == [Way.MOBILE, Way.NUMBER, Way.NAMED]
    assert step.destinations[1].number == PrivateNumber("+81312345678")
    assert isinstance(step, Step)


def _typed(text: str) -> tuple[Step, str]:
    """The step, or one that rings nothing and the sentence that refuses it."""
    try:
        return typed_step(text), ""
    except ValueError as error:
        return Step(()), str(error)


@pytest.mark.fault("A1")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("around", ["{}", "mobile+{}", "102{}", "+81312345678{}"])
def test_nothing_hostile_becomes_a_step_that_dials_it(text: str, around: str) -> None:
    step, sentence = _typed(around.format(text))
    assert "1234" not in sentence.replace("+81 3 1234 5678", "")
    for each in step.destinations:
        assert each.number in (None, PrivateNumber("+81312345678"))
        assert re.fullmatch(r"[0-9*#A-Za-z_-]{0,32}", each.key, re.ASCII)


@pytest.mark.parametrize(
    "text",
    ["", "+", "mobile+", "mobile++desk", "mobile:0", "mobile:121", ":12", "message+desk", "PJSIP/1@x", "a&b", "102,103",
     "${EXTEN}", "102|103", "desk\n", "+81 3 12", "\u0661\u0660\u0661", "1" * 200, "+" + "8" * 200],
)  # fmt: skip
def test_what_is_no_step_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ .*\w+"):
        typed_step(text)


@pytest.mark.parametrize("word", ["desk", "mobile", "delegate", "manager", "operator", "message"])
def test_nobody_goes_by_a_word_for_a_step(tmp_path: Path, word: str) -> None:
    team = f"teams:\n  {word}: {{name: Us, members: ['101']}}\n"
    sentence = f"{word} is a word for a step, and nobody else can be named so; write another"
    assert mistakes(tmp_path, people=PEOPLE + team) == [f"people.yaml:8:3: {sentence}"]
    assert mistakes(tmp_path, people=f"people:\n  {word}: {{name: Alice}}\n") == [
        f"people.yaml:2:3: {sentence}"
    ]


@pytest.mark.parametrize(
    ("word", "lack"),
    [("delegate", "Alice has no delegates"), ("operator", "Alice is the operator")],
)
def test_step_that_reaches_nobody_of_this_person_is_a_warning(tmp_path: Path, word: str, lack: str) -> None:
    site = SITE.replace("  country: JP\n", '  country: JP\n  operator: "101"\n')
    found = loaded(tmp_path, site, person(f"handling: {{no_answer: {{reach: [{word}]}}}}")).warnings

    assert [each for each in found if lack in each and "this step reaches nobody" in each]


CIRCLE = """\
people:
  "101": {{name: Alice Tanaka, handling: {{at_once: {{reach: [{first}]}}}}}}
  "102": {{name: Kenji Ito, delegates: ["101"], handling: {{at_once: {{reach: [delegate]}}}}}}
"""


@pytest.mark.fault("F35")
def test_people_who_pass_on_their_calls_to_each_other_are_refused_with_the_path(tmp_path: Path) -> None:
    assert mistakes(tmp_path, SITE, CIRCLE.format(first='"102"')) == [
        "people.yaml:2:1: calls passed on at once go round in a circle: 101 -> 102 -> 101; change one of them"
    ]


def test_who_is_rung_at_the_desk_among_others_is_in_no_circle(tmp_path: Path) -> None:
    loaded(tmp_path, SITE, CIRCLE.format(first='{ring: [desk, "102"]}'))
