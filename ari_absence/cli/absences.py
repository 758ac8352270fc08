"""``ari-absence away`` and ``back``: set and end an absence without touching YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ari_absence.cli.options import (
    AT_START,
    DEFAULT_CONFIG,
    ConfigOption,
    command_user,
    console,
    end_of_absence,
    load,
    person_of,
    quoted,
    readable,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.cli.typed_steps import steps_in_words, typed_steps
from ari_absence.clock import SystemClock
from ari_absence.core.people import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from ari_absence.config.settings import Configuration
    from ari_absence.core.people import Person
    from ari_absence.core.steps import Step
    from ari_absence.ledger.absences import NewAbsence

SETTABLE = ", ".join(kind.value for kind in Kind if kind.can_be_set)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(away)
    app.command()(back)


def away(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    kind: Annotated[str, typer.Argument(help=f"One of: {SETTABLE}.", metavar="KIND")],
    steps: Annotated[
        list[str] | None,
        typer.Argument(
            help="With --reach: the steps, as `ari-absence forward` takes them.", metavar="[STEP]..."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="15:30 today, 2026-11-27 (that day included) or 2026-11-27T09:00; unknown if left out."
        ),
    ] = None,
    reach: Annotated[
        bool,
        typer.Option(
            "--reach", help="Calls during this absence go on as follows: `--reach mobile 102 message`."
        ),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Set an absence that begins now. It beats the YAML until it ends or `back` ends it."""
    from ari_absence.ledger.absences import NewAbsence

    configuration = load(config)
    person = person_of(configuration, extension)
    if kind not in [each.value for each in Kind if each.can_be_set]:
        refuse(f"{quoted(kind, 'that')} is no kind of absence; choose one of {SETTABLE}")
    meant = _reach(configuration, person, steps or [], wanted=reach)
    now = SystemClock().now()
    end = end_of_absence(until, person.zone, now) if until else None
    absence = NewAbsence(extension, Kind(kind), now, end, command_user(), reach=meant)
    _set(configuration, absence, now)
    console.print(_confirmation(person, absence), markup=False)


def _reach(
    configuration: Configuration, person: Person, words: list[str], *, wanted: bool
) -> tuple[Step, ...] | None:
    """The steps of this one absence; None: as its kind says."""
    if wanted and not words:
        refuse("--reach names no step; write such as --reach mobile 102, or --reach message for nobody")
    if words and not wanted:
        refuse("something stands behind the kind; if these are steps, write --reach before them")
    return typed_steps(words, person, configuration.directory) if wanted else None


def _set(configuration: Configuration, absence: NewAbsence, now: datetime) -> None:
    from ari_absence.ledger.absences import set_absence
    from ari_absence.ledger.forward_watch import watch

    with writing_ledger(configuration) as session:
        set_absence(session, absence, now)
        watch(session, configuration.directory, now, [absence.extension])
    calls = "" if absence.reach is None else "go on by steps of its own"
    _tell_service(configuration, absence.extension, f"set {absence.kind.value}", calls)


def _tell_service(configuration: Configuration, extension: str, what: str, calls: str = "") -> None:
    """What the running service logs of it: never a step, which may be a number."""
    facts = {"what": what, "calls": calls, "by": command_user()}
    tell_service(configuration, "absences-changed", otherwise=AT_START, extension=extension, **facts)


def _confirmation(person: Person, absence: NewAbsence) -> str:
    end = absence.until
    until = f"until {readable(end, person.zone)}" if end else "until ended with `ari-absence back`"
    steps = "" if absence.reach is None else f"; calls go on to {steps_in_words(absence.reach)}"
    return f"{person.name}: {absence.kind.value}, {until}{steps}."


def back(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    planned: Annotated[
        bool, typer.Option("--planned", help="End what the YAML says now, too: it no longer counts.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """End the absence that was set with `away`; the YAML holds again, or, with --planned, is ended, too."""
    configuration = load(config)
    person = person_of(configuration, extension)
    ended, early = _end(configuration, person, planned=planned)
    what = "ended" if ended else ""
    _tell_service(configuration, extension, what if early is None else f"set {early.kind.value}")
    console.print(_welcome(person, early, ended=bool(ended)), markup=False)


def _end(configuration: Configuration, person: Person, *, planned: bool) -> tuple[int, NewAbsence | None]:
    """End what was set, and with ``planned`` what is planned; gives how many were set, and what stands for presence."""
    from ari_absence.ledger.absences import end_absences, set_absence
    from ari_absence.ledger.forward_watch import watch

    now = SystemClock().now()
    early = _early_return(person, now) if planned else None
    with writing_ledger(configuration) as session:
        ended = end_absences(session, person.extension, command_user(), now)
        if early is not None:
            set_absence(session, early, now)
        watch(session, configuration.directory, now, [person.extension])
    return ended, early


def _early_return(person: Person, now: datetime) -> NewAbsence | None:
    """What stands for presence as long as what is planned now would have lasted; None: nothing keeps them away."""
    from ari_absence.core.absences import NewAbsence
    from ari_absence.core.returns import planned_end
    from ari_absence.core.schedule import state_at

    absence = state_at(person, now).absence
    if absence is None:
        return None
    return NewAbsence(person.extension, Kind.PRESENT, now, planned_end(absence, now), command_user())


def _welcome(person: Person, early: NewAbsence | None, *, ended: bool) -> str:
    if early is not None:
        until = f" until {readable(early.until, person.zone)}" if early.until else ""
        return f"{person.name} is back; what the YAML says does not count{until}."
    return (
        f"{person.name} is back."
        if ended
        else f"Nothing was set for {person.name}; what the YAML says holds."
    )
