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
    readable,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.clock import SystemClock
from ari_absence.core.people import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from ari_absence.core.people import Person

SETTABLE = ", ".join(kind.value for kind in Kind if kind.can_be_set)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(away)
    app.command()(back)


def away(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    kind: Annotated[str, typer.Argument(help=f"One of: {SETTABLE}.", metavar="KIND")],
    until: Annotated[
        str | None,
        typer.Option(
            help="15:30 today, 2026-11-27 (that day included) or 2026-11-27T09:00; unknown if left out."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Set an absence that begins now. It beats the YAML until it ends or `back` ends it."""
    from ari_absence.ledger.absences import NewAbsence, set_absence

    configuration = load(config)
    person = person_of(configuration, extension)
    if kind not in [each.value for each in Kind if each.can_be_set]:
        refuse(f"{kind!r} is no kind of absence; choose one of {SETTABLE}")
    now = SystemClock().now()
    end = end_of_absence(until, person.zone, now) if until else None
    absence = NewAbsence(extension, Kind(kind), now, end, command_user())
    with writing_ledger(configuration) as session:
        set_absence(session, absence, now)
    tell_service(configuration, "absences-changed", otherwise=AT_START, extension=extension)
    console.print(_confirmation(person, kind, end))


def _confirmation(person: Person, kind: str, end: datetime | None) -> str:
    until = f"until {readable(end, person.zone)}" if end else "until ended with `ari-absence back`"
    return f"{person.name}: {kind}, {until}."


def back(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """End the absence that was set with `away`; the YAML holds again."""
    from ari_absence.ledger.absences import end_absences

    configuration = load(config)
    person = person_of(configuration, extension)
    with writing_ledger(configuration) as session:
        ended = end_absences(session, extension, command_user(), SystemClock().now())
    tell_service(configuration, "absences-changed", otherwise=AT_START, extension=extension)
    if ended:
        console.print(f"{person.name} is back.")
    else:
        console.print(f"Nothing was set for {person.name}; what the YAML says holds.")
