"""``ari-absence outbox``, ``retry`` and ``delete``: where deliveries stand, another try, and making room.

``outbox retry`` is ``retry``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    as_json_value,
    console,
    load,
    print_json,
    print_table,
    quoted,
    readable,
    reading_ledger,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.clock import SystemClock
from ari_absence.core.text import for_terminal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ari_absence.config.settings import Configuration
    from ari_absence.ledger.reading import Delivery


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(invoke_without_command=True, help=outbox.__doc__)
    group.callback()(outbox)
    group.command()(retry)
    app.add_typer(group, name="outbox")
    app.command()(retry)
    app.command()(delete)


def outbox(
    context: typer.Context,
    settled_too: Annotated[bool, typer.Option("--all", help="Delivered ones, too.")] = False,
    dead_only: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List what is still to be delivered; what was given up stands first."""
    from ari_absence.ledger import reading

    if context.invoked_subcommand is not None:
        return
    configuration = load(config)
    zone = configuration.directory.site.zone
    with reading_ledger(configuration) as session:
        found = reading.outbox(session, settled_too=settled_too, dead_only=dead_only)
    if as_json:
        print_json([as_json_value(asdict(each), zone) for each in found])
        return
    columns = ("id", "of", "by", "to", "state", "tries", "next try", "last error")
    empty = "Nothing was given up." if dead_only else "Everything has been delivered."
    print_table("Outbox", columns, (_row(each, zone) for each in found), empty)


def _row(delivery: Delivery, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        delivery.id,
        delivery.item_id or "",
        delivery.channel,
        delivery.recipient,
        delivery.state,
        str(delivery.attempts),
        "" if delivery.state in ("delivered", "dead", "withdrawn") else readable(delivery.not_before, zone),
        for_terminal(delivery.last_error, 200),
    )


def retry(
    delivery: Annotated[
        str,
        typer.Argument(help="Its id, as `ari-absence outbox` shows it.", metavar="ID", show_default=False),
    ] = "",
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Everything that was given up.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Try a delivery again that was given up, or that waits for its next try."""
    if bool(delivery) == all_dead:
        refuse("say what to try again: the id of one delivery, or --all-dead for all that were given up")
    if all_dead:
        _retry_all_dead(load(config))
    else:
        _retry_one(delivery, load(config))


def _retry_all_dead(configuration: Configuration) -> None:
    from ari_absence.ledger.dead_letters import retry_all_dead

    with writing_ledger(configuration) as session:
        count = retry_all_dead(session, SystemClock().now())
    tell_service(configuration, "deliver", otherwise="They are tried when the service starts.")
    console.print(f"Tried again: {count}.")


def _retry_one(delivery: str, configuration: Configuration) -> None:
    from ari_absence.ledger.dead_letters import retry as retry_delivery

    with writing_ledger(configuration) as session:
        found = retry_delivery(session, delivery, SystemClock().now())
    if not found:
        which = quoted(delivery, "no such delivery", "no delivery {!r}")
        refuse(f"there is {which} that could be tried again; `ari-absence outbox` lists them")
    tell_service(configuration, "deliver", otherwise="It is tried when the service starts.")
    console.print(f"{delivery} is tried again.")


def delete(
    message: Annotated[str, typer.Argument(help="Its id, as `ari-absence messages` shows it.", metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Delete a message for good, with its audio: it makes room in a full mailbox."""
    from ari_absence.ledger.model import MessageRow
    from ari_absence.ledger.settling import delete_message

    configuration = load(config)
    with writing_ledger(configuration) as session:
        row = session.get(MessageRow, message)
        extension = row.extension if row else None
        delete_message(session, message)
    if extension is None:
        refuse(
            f"there is {quoted(message, 'no such message', 'no message {!r}')}; `ari-absence messages` lists them"
        )
    tell_service(
        configuration, "clear", otherwise="Its audio goes when the service starts.", extension=extension
    )
    console.print(f"{message} is deleted.")
