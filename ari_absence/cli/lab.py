"""``ari-absence lab``: a private Asterisk on this machine, to try things with one's own softphone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Where it lives; a folder of its own in your cache if left out.", metavar="DIR"
    ),
]
DialplanOption = Annotated[
    Path | None,
    typer.Option(
        "--dialplan", help="The dialplan to include, such as dialplan/ari_absence.conf.", metavar="FILE"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    lab = typer.Typer(help="A private real Asterisk on this machine's loopback.", no_args_is_help=True)
    for command in (up, down, status, fetch):
        lab.command()(command)
    lab.command("try")(try_it)
    app.add_typer(lab, name="lab")


def up(folder: FolderOption = None, dialplan: DialplanOption = None) -> None:
    """Start it, and say how to point a softphone at it."""
    from ari_absence.lab import command

    command.up(folder, dialplan=dialplan.absolute() if dialplan else None)


def down(folder: FolderOption = None) -> None:
    """End it and remove its folder."""
    from ari_absence.lab import command

    command.down(folder)


def status(folder: FolderOption = None) -> None:
    """Say whether it runs, since when, and how to reach it. Exits 1 when it does not run."""
    from ari_absence.lab import command

    if command.status(folder) is None:
        raise typer.Exit(1)


def fetch() -> None:
    """Unpack Asterisk and the phones into your cache, if this machine has none, so that `up` is quick."""
    from ari_absence.lab import command

    command.fetch()


def try_it() -> None:
    """Start Asterisk and the service together, for a softphone of your own, until Ctrl-C."""
    import asyncio

    from ari_absence.lab.demo.by_hand import stay

    asyncio.run(stay())
