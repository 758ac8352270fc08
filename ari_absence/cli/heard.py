"""``ari-absence heard``: a message has been heard, and nobody else is told of it any more."""

from __future__ import annotations

from typing import Annotated

import typer

from ari_absence.cli.options import (
    AT_START,
    DEFAULT_CONFIG,
    ConfigOption,
    command_user,
    console,
    load,
    quoted,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.clock import SystemClock


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(heard)


def heard(
    message: Annotated[
        str, typer.Argument(help="Its id, as `ari-absence messages` shows it.", metavar="MESSAGE-ID")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Note that a message has been heard: an urgent one is told to nobody else."""
    from ari_absence.ledger.model import MessageRow
    from ari_absence.ledger.settling import mark_heard

    configuration = load(config)
    with writing_ledger(configuration) as session:
        mark_heard(session, message, SystemClock().now(), command_user())
        row = session.get(MessageRow, message)
        extension = row.extension if row else None
    if extension is None:
        refuse(
            f"there is {quoted(message, 'no such message', 'no message {!r}')}; `ari-absence messages` lists them"
        )
    tell_service(configuration, "messages-changed", otherwise=AT_START, extension=extension)
    console.print(f"{message} has been heard.", markup=False)
