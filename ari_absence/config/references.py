"""Who names whom: unknown names and cycles of delegates, found when everybody is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from ari_absence.config.checks import STEP_WORDS, may_be_private, nearest
from ari_absence.config.mistakes import Mistakes, line_of, place
from ari_absence.core.circles import circle_from
from ari_absence.core.people import Person
from ari_absence.core.steps import Situation

DELEGATE = "delegate"
STEP = "step"
WATCHED = "watched mailbox"
_TEAMS_TOO = (DELEGATE, STEP, WATCHED)
_STEPS_SHOWN = 10
ALWAYS = (-(1 << 62), 1 << 62)
NEVER = (
    0,
    0,
)  # of an absence whose times are wrong: it is in no circle, and its delegate is checked all the same


class Reference(NamedTuple):
    """``owner`` names ``target`` as their ``role``; a delegate counts from ``begin`` until ``end``, UTC seconds."""

    file: str
    at: int
    owner: str
    target: str
    role: str
    begin: int = ALWAYS[0]
    end: int = ALWAYS[1]


def note_unknown(
    references: Sequence[Reference],
    people: Set[str],
    teams: Set[str],
    mistakes: Mistakes,
) -> None:
    """Note every reference to somebody who does not exist, and people who name themselves."""
    for reference in references:
        known = reference.target in people or (reference.role in _TEAMS_TOO and reference.target in teams)
        if not known:
            mistakes.add(reference.file, reference.at, _unknown(reference, people, teams))
        elif reference.target == reference.owner and reference.role != "operator":
            mistakes.add(reference.file, reference.at, _oneself(reference))


def _oneself(reference: Reference) -> str:
    if reference.role == STEP:
        return f"{reference.owner} can't reach themself by extension; write desk, or name somebody else"
    return f"{reference.owner} can't be their own {reference.role}; name somebody else or remove it"


def _unknown(reference: Reference, people: Set[str], teams: Set[str]) -> str:
    target, role = reference.target, reference.role
    if target in teams:
        return f'the {role} "{target}" is a team; write the extension of one person'
    if role == STEP and may_be_private(target):
        return "this step is neither a known extension nor a team; write an outside number with + and its country code"
    known = sorted(people | teams if role in _TEAMS_TOO else people)
    known += STEP_WORDS if role == STEP else ()
    like = "" if target.isdigit() else nearest(target, known)  # 107 is no misspelling of 101
    remedy = f'write "{like}"' if like else "add it to people.yaml or name somebody who is there"
    return f'the {role} "{target}" is not known; {remedy}'


def note_empty_teams(
    references: Sequence[Reference], members: Mapping[str, Sequence[str]], mistakes: Mistakes
) -> None:
    """Note teams that cover for their only member."""
    for reference in references:
        if reference.role == "delegate" and list(members.get(reference.target, ())) == [reference.owner]:
            mistakes.add(
                reference.file,
                reference.at,
                f'the team "{reference.target}" is {reference.owner} alone; name somebody else or add a member',
            )


def note_cycles(references: Sequence[Reference], people: Set[str], mistakes: Mistakes) -> None:
    """Note cycles of delegates that can hold at one and the same time, one for each person at most.

    A team ends a chain: its members are rung, their own delegates are not asked.
    """
    edges: dict[str, list[Reference]] = {}
    for reference in references:
        if (
            reference.role == "delegate"
            and reference.target in people
            and reference.target != reference.owner
        ):
            edges.setdefault(reference.owner, []).append(reference)
    told: set[str] = set()
    for owner, steps in _without_ends(_without_ends(edges, backwards=False), backwards=True).items():
        if owner in told:
            continue
        path = next((path for step in steps if (path := _way_back(step, edges))), [])
        if path:
            told.update(step.owner for step in path)
            _note_cycle(path, mistakes)


def note_forward_circles(
    people: Mapping[str, Person], operator: str | None, file: str, mistakes: Mistakes
) -> None:
    """Note people who pass all calls to each other at once, as it is written in ``file``; each circle once."""
    written = {
        extension: handling
        for extension, person in people.items()
        if (handling := person.handling.get(Situation.AT_ONCE)) and handling.reach_source.where == file
    }
    told: set[str] = set()
    for extension, handling in written.items():
        path = circle_from(extension, people, operator, lambda of: written[of].reach if of in written else ())
        if path and extension not in told:
            told.update(path)
            sentence = (
                f"calls passed on at once go round in a circle: {' -> '.join(path)}; change one of them"
            )
            mistakes.add(file, place(handling.reach_source.line, 1), sentence)


def _without_ends(edges: Mapping[str, list[Reference]], *, backwards: bool) -> dict[str, list[Reference]]:
    """``edges`` without those that lead, backwards or not, to where no chain goes on: they are in no cycle."""
    ends = [(step.target, step.owner) if backwards else (step.owner, step.target) for step in _all(edges)]
    goes_on: dict[str, int] = {}
    before: dict[str, list[str]] = {}
    for start, end in ends:
        goes_on[start] = goes_on.get(start, 0) + 1
        before.setdefault(end, []).append(start)
    dead = [end for end in before if end not in goes_on]
    for end in dead:
        for start in before.get(end, ()):
            goes_on[start] -= 1
            if not goes_on[start]:
                dead.append(start)
    gone = set(dead)
    kept = {
        owner: [step for step in steps if step.target not in gone]
        for owner, steps in edges.items()
        if owner not in gone
    }
    return {owner: steps for owner, steps in kept.items() if steps}


def _all(edges: Mapping[str, list[Reference]]) -> Iterator[Reference]:
    return (step for steps in edges.values() for step in steps)


def _way_back(first: Reference, edges: Mapping[str, list[Reference]]) -> list[Reference]:
    """The shortest way from ``first`` back to its owner whose steps all hold at one time, or []."""
    came_by: dict[str, Reference] = {first.target: first}
    waiting = [(first.target, first.begin, first.end)]
    for person, begin, end in waiting:
        for step in edges.get(person, ()):
            common_begin, common_end = max(begin, step.begin), min(end, step.end)
            if step.target in came_by or common_begin >= common_end:
                continue
            came_by[step.target] = step
            if step.target == first.owner:
                return _retraced(first, came_by)
            waiting.append((step.target, common_begin, common_end))
    return []


def _retraced(first: Reference, came_by: Mapping[str, Reference]) -> list[Reference]:
    path = [came_by[first.owner]]
    while path[-1] is not first:
        path.append(came_by[path[-1].owner])
    return path[::-1]


def _note_cycle(path: list[Reference], mistakes: Mistakes) -> None:
    names = " -> ".join([*(step.owner for step in path[:_STEPS_SHOWN]), path[0].owner])
    if len(path) > _STEPS_SHOWN:
        names = f"{' -> '.join(step.owner for step in path[:_STEPS_SHOWN])} -> ... -> {path[0].owner}"
    lines = ", ".join(str(line_of(step.at)) for step in path[:_STEPS_SHOWN])
    mistakes.add(
        path[0].file,
        path[0].at,
        f"the delegates go round in a circle: {names} (lines {lines}); remove one of them",
    )
