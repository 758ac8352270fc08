"""``ari-absence sounds``: build the spoken phrases, and verify them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from ari_absence.cli.options import console
from ari_absence.installed import folder

SoundsOption = Annotated[
    Path | None,
    typer.Option("--sounds", help="The folder that holds en/; the installed one if left out.", metavar="DIR"),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sounds = typer.Typer(
        help="The spoken phrases: build them from text, verify what is there.", no_args_is_help=True
    )
    sounds.command()(build)
    sounds.command()(verify)
    app.add_typer(sounds, name="sounds")


def build(
    engine: Annotated[
        str | None,
        typer.Option(
            help="NAME or NAME:VOICE of a speech engine, or recordings:/folder of your own recordings."
        ),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Build every phrase, not only what changed.")] = False,
    sounds: SoundsOption = None,
) -> None:
    """Build the catalogue of phrases into sound files."""
    from ari_absence.speech import command
    from ari_absence.speech.engines import DEFAULT_ENGINE

    with Progress(console=console) as progress:
        task = progress.add_task("building phrases", total=None)
        built = command.build(
            sounds or folder("sounds"),
            engine=engine or DEFAULT_ENGINE,
            progress=lambda done, total, _: progress.update(task, completed=done, total=total),
            anew=anew,
        )
    console.print(f"{built.made} phrases built, {built.kept} were up to date.")
    for failure in built.failures:
        console.print(failure, markup=False)
    if built.failures:
        raise typer.Exit(1)


def verify(sounds: SoundsOption = None) -> None:
    """Verify every sound file against the manifest; exit 1 and name what is wrong."""
    from ari_absence.speech import command

    faults = command.verify(sounds or folder("sounds"))
    for fault in faults:
        console.print(fault, markup=False)
    if faults:
        raise typer.Exit(1)
    console.print("[green]Every phrase is there and as it was built.[/]")
