"""``ari-absence forward``: where somebody's calls go on to, shown, set and ended without touching YAML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ari_absence.cli.options import (
    AT_START,
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    absences_set,
    command_user,
    console,
    end_of_absence,
    forwards_set,
    load,
    local,
    person_of,
    print_json,
    print_table,
    readable,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.cli.typed_steps import steps_in_words, typed_steps
from ari_absence.clock import SystemClock
from ari_absence.core.people import NOWHERE, OCCASIONS, Caller, Occasion, Why
from ari_absence.core.steps import Situation, Way

if TYPE_CHECKING:
    from datetime import datetime

    from ari_absence.config.settings import Configuration
    from ari_absence.core.people import Person
    from ari_absence.core.steps import Step

_ANYBODY = Caller(None)
_WHEN: dict[Occasion, str] = {
    Situation.AT_ONCE: "at once",
    Situation.BUSY: "when the line is busy",
    Situation.NO_ANSWER: "when nobody answers",
    Situation.UNREACHABLE: "when no phone can be reached",
}
WORDS_HELP = (
    f"On what occasion ({', '.join(OCCASIONS)}; at_once if left out), then the steps, in order: desk, mobile,"
    " delegate, manager, operator, message, an extension, a team, or an outside number such as"
    ' "+81 3 1234 5678". mobile+desk:12 rings both together for 12 seconds.'
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forward)


def forward(
    extension: Annotated[str, typer.Argument(help="Whose calls.", metavar="EXT")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help=WORDS_HELP,
            metavar="[OCCASION] [STEP]...",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="15:30 today, 2026-11-27 (that day included) or 2026-11-27T09:00; until ended if left out."
        ),
    ] = None,
    off: Annotated[
        bool, typer.Option("--off", help="End what was set: for this occasion, or for all if none is given.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show where calls to EXT go on to, or set it. What is set beats the YAML, and its owner is told by mail."""
    configuration = load(config)
    person = person_of(configuration, extension)
    occasion, steps = _parted(words or [])
    if as_json and (off or steps):
        refuse("--json shows where calls go on to and sets nothing; leave out the steps and --off, or --json")
    if off:
        _end(configuration, person, occasion, but=[*steps, *([until] if until else [])])
    elif steps:
        _set(configuration, person, occasion or Situation.AT_ONCE, steps, until)
    elif until is not None:
        refuse("--until says until when, but not what; name the steps, such as mobile")
    else:
        _show(_rows(configuration, person, occasion), person, as_json=as_json)


def _parted(words: list[str]) -> tuple[Occasion | None, list[str]]:
    """The occasion, if the first word is one, and the steps."""
    occasion = OCCASIONS.get(words[0].replace("-", "_")) if words else None
    return occasion, words[1:] if occasion else words


def _when(occasion: Occasion) -> str:
    return _WHEN.get(occasion, f"during {occasion.value}")


def _set(
    configuration: Configuration, person: Person, occasion: Occasion, words: list[str], until: str | None
) -> None:
    from ari_absence.ledger.forward_watch import watch
    from ari_absence.ledger.forwards import NewForward, set_forward

    steps = typed_steps(words, person, configuration.directory)
    now = SystemClock().now()
    if occasion is Situation.AT_ONCE:
        _refuse_circle(configuration, person, steps, now)
    end = end_of_absence(until, person.zone, now) if until else None
    with writing_ledger(configuration) as session:
        set_forward(session, NewForward(person.extension, occasion, steps, end, command_user()), now)
        watch(session, configuration.directory, now, [person.extension])
    _tell_service(configuration, person, "set", [occasion])
    console.print(_confirmation(person, occasion, steps, end), markup=False)


def _refuse_circle(
    configuration: Configuration, person: Person, steps: Sequence[Step], now: datetime
) -> None:
    from ari_absence.core.circles import circle_from

    people, forwards = configuration.directory.people, forwards_set(configuration)

    def passes(extension: str) -> Sequence[Step]:
        if extension == person.extension:
            return steps
        forward = forwards.of(extension, Situation.AT_ONCE, now)
        written = people[extension].handling.get(Situation.AT_ONCE)
        return forward.steps if forward else written.reach if written else ()

    path = circle_from(person.extension, people, configuration.directory.site.operator, passes)
    if path:
        refuse(f"calls would go round in a circle: {' -> '.join(path)}; name somebody else")


def _confirmation(person: Person, occasion: Occasion, steps: Sequence[Step], end: datetime | None) -> str:
    until = f"until {readable(end, person.zone)}" if end else "until ended with `ari-absence forward --off`"
    return f"{person.name}, {_when(occasion)}: {steps_in_words(steps)}, {until}."


def _end(configuration: Configuration, person: Person, occasion: Occasion | None, but: list[str]) -> None:
    from ari_absence.ledger.forward_watch import watch
    from ari_absence.ledger.forwards import remove_forward

    if but:
        refuse("--off ends what was set and takes neither steps nor --until; leave them out")
    now, meant = SystemClock().now(), [occasion] if occasion else list(OCCASIONS.values())
    with writing_ledger(configuration) as session:
        ended = [
            each for each in meant if remove_forward(session, person.extension, each, command_user(), now)
        ]
        watch(session, configuration.directory, now, [person.extension])
    _tell_service(configuration, person, "removed" if ended else "", ended)
    if ended:
        console.print(f"{person.name}: ended what was set {', '.join(map(_when, ended))}.", markup=False)
    else:
        console.print(f"Nothing was set for {person.name}; what the YAML says holds.", markup=False)


def _tell_service(
    configuration: Configuration, person: Person, what: str, occasions: Sequence[Occasion]
) -> None:
    """What the running service logs of it: never a step, which may be a number."""
    facts = {"what": what, "occasion": ",".join(each.value for each in occasions), "by": command_user()}
    tell_service(configuration, "forwards-changed", otherwise=AT_START, extension=person.extension, **facts)


def _rows(configuration: Configuration, person: Person, only: Occasion | None) -> list[dict[str, Any]]:
    """What is in force now, per occasion; without ``only``, occasions of which nothing is written are left out."""
    from ari_absence.core.reachable import Enquiry, case_of, handling_on

    forwards, now = forwards_set(configuration), SystemClock().now()
    enquiry = Enquiry("forward", person.extension, _ANYBODY, Why.ABSENT, now)
    case = case_of(enquiry, configuration.directory, absences_set(configuration), forwards)
    rows = []
    for occasion in [only] if only else OCCASIONS.values():
        handling, own = handling_on(case, occasion), forwards.of(person.extension, occasion, now)
        if only or own or handling.reach or handling.reach_source is not NOWHERE:
            rows.append(
                {
                    "occasion": occasion.value,
                    "steps": handling.reach,
                    "ask": handling.ask,
                    "until": own.until if own else None,
                    "source": str(handling.reach_source),
                }
            )
    return rows


def _show(rows: list[dict[str, Any]], person: Person, *, as_json: bool) -> None:
    if as_json:
        print_json([_as_json(row, person) for row in rows])
        return
    print_table(
        f"Where calls to {person.name} go on to",
        ("on", "rings", "first", "until", "set by"),
        (
            (
                row["occasion"],
                steps_in_words(row["steps"]),
                "others are offered (key 4)" if row["ask"] and _leads_elsewhere(row["steps"]) else "",
                readable(row["until"], person.zone),
                row["source"],
            )
            for row in rows
        ),
        f"Calls to {person.name} go on to nobody.",
    )


def _leads_elsewhere(steps: Sequence[Step]) -> bool:
    return any(
        not each.way.is_own for step in steps for each in step.destinations if each.way is not Way.MESSAGE
    )


def _as_json(row: dict[str, Any], person: Person) -> dict[str, Any]:
    steps = [
        {"ring": [str(each) for each in step.destinations], "seconds": step.ring_seconds}
        for step in row["steps"]
    ]
    return {**row, "steps": steps, "until": local(row["until"], person.zone)}
