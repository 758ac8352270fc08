"""How the attempts of a call are shown: whose phones ring, in what order and for how long. Never a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.markup import escape

from ari_absence.core.ladder import Attempt, Help, Leg
from ari_absence.core.schedule import State
from ari_absence.core.steps import Way

_THEIRS = {
    Way.DESK: "the desk phone of {}",
    Way.MOBILE: "the mobile of {}",
    Way.NUMBER: "another number of {}",
    Way.DELEGATE: "{}, who covers",
    Way.MANAGER: "{}, the manager",
    Way.OPERATOR: "{}, the operator",
}


def own_steps(state: State) -> list[str] | None:
    """The steps of this very absence in words; None: as those of its kind."""
    if state.absence is None or state.absence.reach is None:
        return None
    return list(map(str, state.absence.reach))


def attempts_as_json(attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """The attempts for programs, in the order in which they are made."""
    return [
        {
            "ring_seconds": attempt.ring_seconds,
            "source": str(attempt.source),
            "legs": [_leg_as_json(leg) for leg in attempt.legs],
        }
        for attempt in attempts
    ]


def help_as_json(found: Help | None) -> dict[str, Any] | None:
    """Who is offered by name, and how they are reached."""
    return None if found is None else {"name": found.name.text, "attempts": attempts_as_json(found.attempts)}


def _leg_as_json(leg: Leg) -> dict[str, Any]:
    return {
        "way": leg.way.value,
        "extension": leg.extension,
        "name": leg.name.text,
        "screened": leg.screened,
    }


def attempt_lines(attempts: Sequence[Attempt]) -> Iterator[str]:
    """The attempts for people, one a line, with rich's markup."""
    for number, attempt in enumerate(attempts, 1):
        rung = " + ".join(dict.fromkeys(map(_leg_in_words, attempt.legs)))
        yield f"  {number}. {escape(rung)}: {attempt.ring_seconds} s  [dim]{escape(str(attempt.source))}[/]"


def _leg_in_words(leg: Leg) -> str:
    whose = _THEIRS.get(leg.way, "{}").format(f"{leg.name.text} ({leg.extension})")
    return f"{whose}, screened" if leg.screened else whose
