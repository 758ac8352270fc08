"""Everything that could be rung for one person: to be compared with last time, and to be told to its owner."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from ari_absence.core.people import DEFAULT_HANDLING, Directory, Person
from ari_absence.core.steps import Destination, Step, Way
from ari_absence.ledger.model import ForwardRow
from ari_absence.ledger.steps import as_json, from_json


@dataclass(frozen=True, slots=True)
class Rule:
    """What is rung on one occasion. ``calls``: ``all``, ``urgent``, or ``dated`` for one absence only.

    ``row`` is there when it was set by phone or command.
    """

    calls: str
    occasion: str
    steps: tuple[Step, ...]
    row: ForwardRow | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that could be rung for ``person``; what rings nothing is left out, and for how long it rings."""

    person: Person
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, person: Person, directory: Directory, rows: Iterable[ForwardRow]) -> Targets:
        """By the configuration, and by what was set: ``rows``, of which the last for an occasion holds."""
        by_occasion = {row.occasion: row for row in rows}
        return cls(person, tuple(rule for rule in _rules(person, directory, by_occasion) if rule.steps))

    def digest(self, key: bytes) -> str:
        """The same for the same targets, and for nobody without the key to be guessed from."""
        mobile = as_json(_resolved((Step((Destination(Way.MOBILE),)),), self.person))
        content = json.dumps(
            [mobile, *([rule.calls, rule.occasion, as_json(rule.steps)] for rule in self.rules)]
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


def _rules(person: Person, directory: Directory, set_rows: Mapping[str, ForwardRow]) -> Iterator[Rule]:
    for occasion in DEFAULT_HANDLING:
        handling, row = directory.handling_of(person, occasion), set_rows.get(occasion.value)
        reach = handling.reach if row is None else from_json(row.steps)
        yield Rule("all", occasion.value, _resolved(reach, person), row)
        yield Rule("urgent", occasion.value, _resolved(handling.urgent, person))
    for absence in person.absences:
        yield Rule("dated", absence.kind.value, _resolved(absence.reach or (), person))


def _resolved(steps: Iterable[Step], person: Person) -> tuple[Step, ...]:
    """With the person's own number and people in the place of ``mobile``, ``delegate`` and ``manager``."""
    found = (Step(tuple(_destinations(step, person))) for step in steps)
    return tuple(step for step in found if step.destinations)


def _destinations(step: Step, person: Person) -> Iterator[Destination]:
    for destination in step.destinations:
        match destination.way:
            case Way.MOBILE if person.mobile:
                yield replace(destination, number=person.mobile)
            case Way.DELEGATE:
                yield from (replace(destination, key=each) for each in person.delegates)
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
    if rule.row is None:
        return told
    until = rule.row.until.isoformat() if rule.row.until else ""
    return told | {"set_by": rule.row.set_by, "set_at": rule.row.set_at.isoformat(), "until": until}


def _told_ring(ring: Mapping[str, str], directory: Directory, *, to_owner: bool) -> dict[str, str]:
    number = ring.get("number", "") if to_owner else ""
    return {"way": ring["way"], "name": _name(ring.get("key", ""), directory), "number": number}


def _name(key: str, directory: Directory) -> str:
    if key in directory.people:
        return f"{directory.people[key].name} ({key})"
    return directory.teams[key].name if key in directory.teams else key
