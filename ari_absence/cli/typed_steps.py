"""Steps as they are typed, checked as ``check`` checks those of the YAML; a bad one exits 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ari_absence.cli.options import refuse
from ari_absence.core.people import OCCASIONS, PrivateNumber
from ari_absence.core.steps import Destination, Step, Way

if TYPE_CHECKING:
    from ari_absence.core.people import Directory, Person


def typed_steps(words: Sequence[str], person: Person, directory: Directory) -> tuple[Step, ...]:
    """The steps that ``words`` mean for ``person``, all of which can reach somebody."""
    from ari_absence.config.checks import BEHIND_MESSAGE
    from ari_absence.config.steps_of import note_after_message

    steps = tuple(map(_step, words))
    for word, step in zip(words, steps, strict=True):
        for destination in step.destinations:
            why = _why_not(destination, person, directory, _part_of(destination.key, word, words))
            if why:
                refuse(why)
    behind = note_after_message(steps)
    if behind is not None:
        refuse(f"step {behind + 1}: {BEHIND_MESSAGE}")
    return steps


def _step(word: str) -> Step:
    from ari_absence.config.steps_of import typed_step

    try:
        return typed_step(word)
    except ValueError as error:
        refuse(str(error))


def _part_of(key: str, word: str, words: Sequence[str]) -> str:
    """What was typed that ``key`` is of: a number may hold a plus, or spaces if it was not quoted."""
    return " ".join(words) if key.isdigit() else word


def _why_not(destination: Destination, person: Person, directory: Directory, typed: str) -> str | None:
    match destination.way:
        case Way.NAMED:
            return _why_not_named(destination.key, person, directory, typed)
        case Way.MOBILE if person.mobile is None:
            return f"{person.name} has no mobile in people.yaml; add it there, or name another step"
        case Way.MANAGER if person.manager is None:
            return f"{person.name} has no manager in people.yaml; add one there, or name another step"
        case Way.DELEGATE if not (person.delegates or any(each.delegate for each in person.absences)):
            return f"{person.name} has no delegates in people.yaml; add some there, or name another step"
        case Way.OPERATOR if directory.site.operator is None:
            return "absence.yaml names no operator; add one there, or name another step"
        case Way.OPERATOR if directory.site.operator == person.extension:
            return f"{person.name} is the operator; write desk, or name another step"
        case Way.MOBILE:
            return _why_not_dialled(person.mobile, directory)
        case _:
            return _why_not_dialled(destination.number, directory)


def _why_not_named(key: str, person: Person, directory: Directory, typed: str) -> str | None:
    from ari_absence.config.checks import STEP_WORDS, may_be_private, nearest

    if key == person.extension:
        return f"{key} is {person.name} themself; write desk, or name somebody else"
    if key in directory.people or key in directory.teams:
        return None
    if may_be_private(typed):
        return "that is neither an extension nor a team; write an outside number with + and its country code"
    like = (
        "" if key.isdigit() else nearest(key, (*STEP_WORDS, *OCCASIONS, *directory.teams, *directory.people))
    )
    remedy = f"write {like}" if like else f"write {', '.join(STEP_WORDS)}, an extension or a team"
    return f"there is no step, extension or team {key!r}; {remedy}"


def _why_not_dialled(number: PrivateNumber | None, directory: Directory) -> str | None:
    from ari_absence.config.outside_numbers import why_not_dialled

    why = None if number is None else why_not_dialled(number, directory.dialing)
    return f"this number is not dialled: {why}; write another" if why else None


def steps_in_words(steps: Sequence[Step]) -> str:
    """The steps as a sentence lists them; a number stays private."""
    return ", then ".join(_in_words(steps)) or "nobody"


def _in_words(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        rung = " + ".join(map(_rung, step.destinations))
        yield f"{rung} for {step.ring_seconds} s" if step.ring_seconds else rung


def _rung(destination: Destination) -> str:
    return "another number" if destination.way is Way.NUMBER else str(destination)
