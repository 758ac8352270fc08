"""``ari-absence away`` and ``back``: set and end an absence without touching YAML."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    console,
    end_of_absence,
    load,
    person_of,
    readable,
    refuse,
)
from ari_absence.clock import SystemClock
from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.core.people import Kind

if TYPE_CHECKING:
    from ari_absence.config.loader import Configuration

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
        typer.Option(help="15:30 today, 2026-11-27 (that day included) or 2026-11-27T09:00; unknown if left out."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Set an absence that begins now. It beats the YAML until it ends or `back` ends it."""
    from ari_absence.ledger.absences import set_absence

    configuration = load(config)
    person = person_of(configuration, extension)
    if kind not in Kind or not Kind(kind).can_be_set:
        refuse(f"{kind!r} is no kind of absence; choose one of {SETTABLE}")
    now = SystemClock().now()
    end = end_of_absence(until, person.zone, now) if until else None
    set_absence(configuration.storage, extension, Kind(kind), now, end, set_by=_who())
    console.print(f"{person.name}: {kind}, {'until ' + readable(end, person.zone) if end else 'return unknown'}.")
    _tell_service(configuration, extension)


def back(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """End the absence that was set with `away`; the YAML holds again."""
    from ari_absence.ledger.absences import end_absence

    configuration = load(config)
    person = person_of(configuration, extension)
    if end_absence(configuration.storage, extension, SystemClock().now(), ended_by=_who()):
        console.print(f"{person.name} is back.")
    else:
        console.print(f"Nothing was set for {person.name}; what the YAML says holds.")
    _tell_service(configuration, extension)


def _who() -> str:
    return f"command ({getpass.getuser()})"


def _tell_service(configuration: Configuration, extension: str) -> None:
    try:
        ask_service(configuration.storage.data_folder, "absences-changed", extension=extension)
    except ServiceNotRunning:
        console.print("[yellow]The service is not running; this takes effect when it starts.[/]")
