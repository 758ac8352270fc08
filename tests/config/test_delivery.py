"""Hooks and rules of delivery: what may be written, what each mistake is told as, and what stays secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import indent

import pytest

from ari_absence.app.channels import channels_of, hooks_of, notifiers_of
from ari_absence.clock import SystemClock
from ari_absence.config.loader import load
from ari_absence.config.settings import Configuration, HookSettings
from ari_absence.core.delivery_rules import NO_RULES, DeliveryRules, Rule, Telling, WorkHours
from ari_absence.core.people import Source
from ari_absence.delivery.hooks import HookKind
from tests.config.folder import PEOPLE, SITE, mistakes, person, write

URL, TOKEN = "https://chat.example.com/services/T0/secret-path", "open-sesame"
HOOKS = (
    "hooks: {sales_chat: {kind: slack}, ops: {kind: matrix, room: '!abc:example.org'}, crm: {kind: json}}\n"
)
SECRETS = {
    "HOOK_SALES_CHAT_URL": URL,
    "HOOK_OPS_URL": URL,
    "HOOK_OPS_SECRET": TOKEN,
    "HOOK_CRM_URL": URL,
    "HOOK_CRM_SECRET": TOKEN,
}
RULES = """\
rules:
  - for: [message]
    urgent: true
    then: [{by: [email, display]}, {after: 15min, by: [sales_chat]}, {after: 1h, by: [phone]}]
  - {hours: outside, between: ["22:00-06:00"], by: [ops]}
  - {by: [email]}
quiet: ["22:00-07:00"]
"""


def site(delivery: str) -> str:
    """An absence.yaml whose delivery holds from line 8 on what is given."""
    return SITE + "delivery:\n" + indent(delivery, "  ")


def loaded(
    folder: Path, delivery: str, people: str = PEOPLE, secrets: dict[str, str] = SECRETS
) -> Configuration:
    return load(write(folder, site(delivery), people), secrets)


def test_what_is_written_is_what_the_core_goes_by(tmp_path: Path) -> None:
    found = loaded(tmp_path, HOOKS + RULES)

    assert found.directory.delivery == DeliveryRules(
        (
            Rule(
                (
                    Telling(("email", "display")),
                    Telling(("sales_chat",), timedelta(minutes=15)),
                    Telling(("phone",), timedelta(hours=1)),
                ),
                frozenset({"message"}),
                urgent=True,
                source=Source("absence.yaml", 10),
            ),
            Rule(
                (Telling(("ops",)),),
                hours=WorkHours.OUTSIDE,
                between=((1320, 1800),),
                source=Source("absence.yaml", 13),
            ),
            Rule((Telling(("email",)),), source=Source("absence.yaml", 14)),
        ),
        ((1320, 1860),),
    )
    assert found.delivery.hooks[1] == HookSettings("ops", "matrix", "!abc:example.org")
    assert not [warning for warning in found.warnings if "HOOK" in warning]


def test_a_person_has_rules_and_quiet_hours_of_their_own(tmp_path: Path) -> None:
    people = person('delivery: {rules: [{for: [missed], by: [sales_chat]}], quiet: ["12:00-13:00"]}')
    found = loaded(tmp_path, HOOKS, people).directory.people

    assert found["101"].delivery.rules[0].about == {"missed"}
    assert found["101"].delivery.quiet == ((720, 780),)
    assert found["102"].delivery == NO_RULES


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (
            "rules: [{by: [sales_chat]}]",
            '8:17: the channel "sales_chat" is not known; add it to delivery.hooks',
        ),
        (
            f"{HOOKS}rules: [{{by: [sales_caht]}}]",
            '9:17: the channel "sales_caht" is not known; write sales_chat',
        ),
        ("rules: [{by: [email, lamp]}]", "8:24: the lamp shows what there is by itself"),
        ("rules: [{by: ['E-Mail']}]", '8:17: "E-Mail" is not the name of a channel; write email'),
        ("rules: [{by: []}]", "8:16: this list is empty"),
        ("rules: [{urgent: true}]", "8:11: a rule says by: or then:"),
        ("rules: [{by: [email], then: [{by: [email]}]}]", "8:11: a rule says by: or then:"),
        ("rules: [{for: [mesage], by: [email]}]", '8:18: "mesage" is nothing that is told; write message'),
        (
            "rules: [{by: [email]}, {by: [email]}]",
            "8:26: this is never reached: the rule of line 8 fits everything",
        ),
        (
            "rules: [{then: [{by: [email]}, {by: [phone]}]}]",
            "8:34: this step is not after the one before it",
        ),
        (
            "rules: [{then: [{by: [email]}, {after: 25h, by: [phone]}]}]",
            "8:42: a step comes within 24 hours",
        ),
        ("rules: [{hours: always, by: [email]}]", '8:19: "always" is not possible here'),
        ('quiet: ["07:00-19:00", "19:00-07:00"]', "8:10: the whole day is quiet"),
        ("hooks: {ops: {kind: matrix}}", "8:16: a Matrix hook needs its room"),
        ("hooks: {ops: {kind: slack, room: '!a:b'}}", "8:30: room goes with kind: matrix"),
        ("hooks: {ops: {kind: matrix, room: '#a:b'}}", "8:37: this is not the id of a room"),
        ("hooks: {ops: {kind: slak}}", '8:23: "slak" is not possible here; write slack'),
        ("hooks: {ops: {}}", '8:16: "kind" is missing here'),
        ("hooks: {phone: {kind: slack}}", "8:11: phone is a channel of its own"),
        ("hooks: {Sales: {kind: slack}}", '8:11: "Sales" can\'t be the name of a hook'),
        ("hooks: {ops: {kind: slack, url: 'https://x'}}", '8:30: "url" is not known'),
        (
            "hooks: {ops: {kind: slack, secret: 'x'}}",
            '8:30: "secret" does not belong here; secrets stand in .env',
        ),
    ],
)
def test_a_mistake_is_a_sentence_at_its_place(tmp_path: Path, delivery: str, expected: str) -> None:
    (found,) = mistakes(tmp_path, site(delivery))

    assert found.startswith(f"absence.yaml:{expected}")


def test_a_persons_channel_is_checked_by_the_hooks_of_the_site(tmp_path: Path) -> None:
    people = person("delivery: {rules: [{by: [sales_chat]}]}")

    (found,) = mistakes(tmp_path, SITE, people)
    assert found.startswith('people.yaml:4:30: the channel "sales_chat" is not known')
    assert mistakes(tmp_path, site(HOOKS), people) == []


def test_a_hook_written_wrong_is_one_mistake_and_not_one_for_every_rule_that_names_it(tmp_path: Path) -> None:
    delivery = "hooks: {sales_chat: {kind: slak}}\nrules: [{by: [sales_chat]}]"

    assert len(mistakes(tmp_path, site(delivery), person("delivery: {rules: [{by: [sales_chat]}]}"))) == 1


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"HOOK_SALES_CHAT_URL": ""}, "HOOK_SALES_CHAT_URL is not set"),
        ({"HOOK_SALES_CHAT_URL": "chat.example.com/secret-path"}, "HOOK_SALES_CHAT_URL is not an address"),
        (
            {"HOOK_SALES_CHAT_URL": "http://chat.example.com/secret-path"},
            "HOOK_SALES_CHAT_URL begins with http:",
        ),
        ({"HOOK_OPS_SECRET": ""}, "HOOK_OPS_SECRET is not set; write the access token"),
        ({"HOOK_CRM_SECRET": ""}, "HOOK_CRM_SECRET is not set; write the secret that signs"),
    ],
)
def test_check_warns_of_what_is_missing_in_env_and_repeats_no_secret(
    tmp_path: Path, changed: dict[str, str], warning: str
) -> None:
    found = loaded(tmp_path, HOOKS, secrets={**SECRETS, **changed})

    (told,) = [each for each in found.warnings if "HOOK" in each]
    assert told.startswith(warning)
    assert "secret-path" not in f"{found.warnings}{found!r}"


def test_a_hook_without_an_address_is_no_channel_and_a_program_is_no_chat(tmp_path: Path) -> None:
    found = loaded(tmp_path, HOOKS, secrets={**SECRETS, "HOOK_OPS_URL": ""})

    assert [(hook.name, hook.kind) for hook in hooks_of(found)] == [
        ("sales_chat", HookKind.SLACK),
        ("crm", HookKind.JSON),
    ]
    assert [each.channel for each in notifiers_of(found, SystemClock())] == ["sales_chat", "crm"]
    assert channels_of(found).usable == {"email", "sales_chat", "crm"}
    assert channels_of(found).chats == ("sales_chat",)
