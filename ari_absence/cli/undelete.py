"""``ari-absence messages undelete``: a message that its owner has deleted is in the mailbox again."""

from __future__ import annotations

from typing import Annotated

import typer

from ari_absence.cli.options import (
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

LAMP_LATER = "The message lamp shows it when it starts."


def undelete(
    context: typer.Context,
    message: Annotated[
        str,
        typer.Argument(help="Its id, as `ari-absence messages --deleted` shows it.", metavar="MESSAGE-ID"),
    ],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Get a deleted message back, as key 7 of the mailbox does, until the daily purge removes it."""
    from ari_absence.ledger.mailbox_changes import is_deleted, restore_deleted

    configuration = load(context.obj if config == DEFAULT_CONFIG else config)
    with writing_ledger(configuration) as session:
        deleted = is_deleted(session, message)
        extension = restore_deleted(session, message, command_user(), SystemClock().now())
    if extension is None:
        which = quoted(message, "no such message", "no message {!r}")
        refuse(
            f"there is {which}, or it is purged already; `ari-absence messages --deleted` lists those to be had back"
        )
    if not deleted:
        console.print(f"{message} was not deleted; it is in the mailbox of {extension}.", markup=False)
        return
    tell_service(configuration, "messages-changed", otherwise=LAMP_LATER, extension=extension)
    console.print(f"{message} is in the mailbox of {extension} again.", markup=False)
