"""``ari-absence outbox``, ``retry`` and ``delete``: where deliveries stand, another try, and making room."""

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

    from ari_absence.ledger.reading import Delivery


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(outbox)
    app.command()(retry)
    app.command()(delete)


def outbox(
    settled_too: Annotated[bool, typer.Option("--all", help="Delivered ones, too.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List what is still to be delivered; what was given up stands first."""
    from ari_absence.ledger import reading

    configuration = load(config)
    zone = configuration.directory.site.zone
    with reading_ledger(configuration) as session:
        found = reading.outbox(session, settled_too=settled_too)
    if as_json:
        print_json([as_json_value(asdict(each), zone) for each in found])
        return
    columns = ("id", "of", "by", "to", "state", "tries", "next try", "last error")
    print_table("Outbox", columns, (_row(each, zone) for each in found), "Everything has been delivered.")


def _row(delivery: Delivery, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        delivery.id,
        delivery.item_id or "",
        delivery.channel,
        delivery.recipient,
        delivery.state,
        str(delivery.attempts),
        "" if delivery.delivered_at else readable(delivery.not_before, zone),
        for_terminal(delivery.last_error, 200),
    )


def retry(
    delivery: Annotated[str, typer.Argument(help="Its id, as `ari-absence outbox` shows it.", metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Try a delivery again that was given up, or that waits for its next try."""
    from ari_absence.ledger.outbox import retry as retry_delivery

    configuration = load(config)
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
