"""Everything that could be rung for one person: to be compared with last time, and to be told to its owner."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.people import DEFAULT_HANDLING, Directory, Person
from ari_absence.core.steps import Destination, Step, Way
from ari_absence.ledger.set_steps import SetSteps
from ari_absence.ledger.steps import as_json


@dataclass(frozen=True, slots=True)
class Rule:
    """What is rung on one occasion. ``calls``: ``all``, ``urgent``; of one absence only ``dated``, or ``covered``
    by its own delegate, wherever a step says ``delegate``.

    ``setting`` is there when it was set by phone or command.
    """

    calls: str
    occasion: str
    steps: tuple[Step, ...]
    setting: SetSteps | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that could be rung for ``person``; what rings nothing is left out, and for how long it rings.

    ``teams`` holds who is in the teams that are named.
    """

    person: Person
    rules: tuple[Rule, ...]
    teams: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, person: Person, directory: Directory, settings: Iterable[SetSteps], at: datetime) -> Targets:
        """By the configuration, and by what was set, as far as it was not over at ``at``; the last set holds."""
        holding = [each for each in settings if each.holds(at)]
        rules = tuple(rule for rule in _rules(person, directory, holding, at) if rule.steps)
        named = {each.key for rule in rules for step in rule.steps for each in step.destinations}
        teams = {key: directory.teams[key].members for key in sorted(named & directory.teams.keys())}
        return cls(person, rules, teams)

    def digest(self, key: bytes) -> str:
        """The same for the same targets, and for nobody without the key to be guessed from."""
        mobile = as_json(_resolved((Step((Destination(Way.MOBILE),)),), self.person))
        content = json.dumps(
            [mobile, self.teams, *([rule.calls, rule.occasion, as_json(rule.steps)] for rule in self.rules)]
        )
        return hmac.new(key, content.encode(), sha256).hexdigest()

    def told(self, directory: Directory, *, to_owner: bool) -> list[dict[str, Any]]:
        """The rules as a mail tells them, those that ring the same as one. Numbers are told to their owner only."""
        together: dict[str, dict[str, Any]] = {}
        for rule in self.rules:
            told = _told(rule, directory, to_owner=to_owner)
            like = json.dumps([told, as_json(rule.steps)])
            together.setdefault(like, told | {"occasions": []})["occasions"].append(rule.occasion)
        return list(together.values())


def _rules(
    person: Person, directory: Directory, settings: Sequence[SetSteps], at: datetime
) -> Iterator[Rule]:
    forwards = {each.occasion: each for each in settings if not each.of_absence}
    for occasion in DEFAULT_HANDLING:
        handling, forward = directory.handling_of(person, occasion), forwards.get(occasion.value)
        reach = handling.reach if forward is None else forward.steps or ()
        yield Rule("all", occasion.value, _resolved(reach, person), forward)
        yield Rule("urgent", occasion.value, _resolved(handling.urgent, person))
    yield from _absence_rules(person, settings, at)


def _absence_rules(person: Person, settings: Sequence[SetSteps], at: datetime) -> Iterator[Rule]:
    """An absence that is over moves no calls: that it ends, or is removed from the file then, is no news."""
    for absence in person.absences:
        if not (isinstance(absence, DatedAbsence) and absence.end is not None and absence.end <= at):
            yield from _one_absence(person, absence.kind.value, absence.reach, absence.delegate)
    for each in settings:
        if each.of_absence:
            yield from _one_absence(person, each.occasion, each.steps, each.delegate, each)


def _one_absence(
    person: Person,
    kind: str,
    reach: tuple[Step, ...] | None,
    delegate: str | None,
    setting: SetSteps | None = None,
) -> Iterator[Rule]:
    yield Rule("dated", kind, _resolved(reach or (), person, delegate), setting)
    if delegate is not None:
        yield Rule("covered", kind, (Step((Destination(Way.DELEGATE, delegate),)),), setting)


def _resolved(steps: Iterable[Step], person: Person, delegate: str | None = None) -> tuple[Step, ...]:
    """With the person's own number and people in the place of ``mobile``, ``delegate`` and ``manager``."""
    found = (Step(tuple(_destinations(step, person, delegate))) for step in steps)
    return tuple(step for step in found if step.destinations)


def _destinations(step: Step, person: Person, delegate: str | None) -> Iterator[Destination]:
    for destination in step.destinations:
        match destination.way:
            case Way.MOBILE if person.mobile:
                yield replace(destination, number=person.mobile)
            case Way.DELEGATE:
                covering = dict.fromkeys((*((delegate,) if delegate else ()), *person.delegates))
                yield from (replace(destination, key=each) for each in covering)
            case Way.MANAGER if person.manager:
                yield replace(destination, key=person.manager)
            case Way.MOBILE | Way.MANAGER:
                continue
            case _:
                yield destination


def _told(rule: Rule, directory: Directory, *, to_owner: bool) -> dict[str, Any]:
    steps = [
        [_told_ring(ring, directory, to_owner=to_owner) for ring in step["rings"]]
        for step in as_json(rule.steps)
    ]
    told: dict[str, Any] = {"calls": rule.calls, "steps": steps}
    setting = rule.setting
    if setting is None:
        return told
    until = setting.until.isoformat() if setting.until else ""
    return told | {"set_by": setting.set_by, "set_at": setting.set_at.isoformat(), "until": until}


def _told_ring(ring: Mapping[str, str], directory: Directory, *, to_owner: bool) -> dict[str, str]:
    number = ring.get("number", "") if to_owner else ""
    return {"way": ring["way"], "name": _name(ring.get("key", ""), directory), "number": number}


def _name(key: str, directory: Directory) -> str:
    if key in directory.people:
        return f"{directory.people[key].name} ({key})"
    return directory.teams[key].name if key in directory.teams else key
