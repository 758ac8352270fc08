"""Calls that people pass on at once: who passes them to whom, and whether they come round in a circle.

No call goes round at run time, where whoever passes everything on is skipped; but nobody means it, so it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ari_absence.core.people import Person
from ari_absence.core.steps import Destination, Step, Way

Passes = Callable[[str], Sequence[Step]]
"""The steps by which the calls of an extension go elsewhere at once."""


def circle_from(
    start: str, people: Mapping[str, Person], operator: str | None, passes: Passes
) -> tuple[str, ...]:
    """The shortest way on which calls to ``start`` come back to it, both ends included; empty if there is none."""
    came_from: dict[str, str] = {}
    waiting = [start]
    for extension in waiting:
        for to in _passed_to(people.get(extension), operator, passes(extension)):
            if to == start:
                return _path(came_from, start, extension)
            if to in people and to not in came_from:
                came_from[to] = extension
                waiting.append(to)
    return ()


def _path(came_from: Mapping[str, str], start: str, last: str) -> tuple[str, ...]:
    path = [start, last]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def _passed_to(person: Person | None, operator: str | None, steps: Sequence[Step]) -> Iterator[str]:
    """The people who get the calls; nobody if the desk phone is among those that ring."""
    destinations = [each for step in steps for each in step.destinations]
    if person is None or any(each.way is Way.DESK for each in destinations):
        return
    for each in destinations:
        yield from _meant(each, person, operator)


def _meant(destination: Destination, person: Person, operator: str | None) -> Sequence[str]:
    match destination.way:
        case Way.NAMED:
            return (destination.key,)
        case Way.DELEGATE:
            return person.delegates
        case Way.MANAGER:
            return (person.manager,) if person.manager else ()
        case Way.OPERATOR:
            return (operator,) if operator else ()
        case _:
            return ()
