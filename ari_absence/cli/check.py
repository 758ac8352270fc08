"""``ari-absence check``: every mistake in the configuration at once, and whether the ledger can be used."""

from __future__ import annotations

import typer

from ari_absence.cli.options import DEFAULT_CONFIG, ConfigOption, console, examine_ledger, load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Read the configuration; print every mistake with its place and remedy, and exit 1 if there is one.

    A ledger that is there already must be usable, too: else callers hear announcements only.
    """
    configuration = load(config)
    for warning in configuration.warnings:
        console.print(f"[yellow]warning[/] {warning}")
    people, teams = len(configuration.directory.people), len(configuration.directory.teams)
    counted = f"{_counted(people, 'person', 'people')}, {_counted(teams, 'team', 'teams')}"
    console.print(f"[green]The configuration is good:[/] {counted}.")
    examine_ledger(configuration)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
