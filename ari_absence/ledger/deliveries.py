"""Queueing deliveries: rows of the outbox, written in the same transaction as what they deliver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert

from ari_absence.core.delivery_rules import Item, ItemKind
from ari_absence.ledger.addressees import Addressee, Destination
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import DeliveryRow, DeliveryState, table_of

_deliveries = table_of(DeliveryRow)
_INSERT = insert(_deliveries)
_WITHDRAW = delete(_deliveries).where(
    _deliveries.c.callback_id == bindparam("of"),
    _deliveries.c.state.in_((DeliveryState.PENDING.value, DeliveryState.RETRY.value)),
)


class Topic(StrEnum):
    """What a delivery is about."""

    MESSAGE = "message"
    CALLBACK = "callback"
    NOTICE = "notice"
    TRANSCRIPT = "transcript"
    ACKNOWLEDGEMENT = "acknowledgement"
    """A text message to the caller: ``ledger.acknowledgements``."""


class Notice(StrEnum):
    """What a notice tells."""

    MAILBOX_FILLING = "mailbox_filling"
    MAILBOX_FULL = "mailbox_full"
    DISK_FULL = "disk_full"
    DELIVERY_DEAD = "delivery_dead"
    FORWARD_CHANGED = "forward_changed"
    PIN_LOCKED = "pin_locked"
    CALLED_TOO_OFTEN = "called_too_often"
    CALLBACK_HANDED_OVER = "callback_handed_over"
    CALLBACK_DUE = "callback_due"
    CALLBACK_OVERDUE = "callback_overdue"
    CALLBACK_EXPIRED = "callback_expired"
    WELCOME_BACK = "welcome_back"
    DAY_BEGINS = "day_begins"
    WEEK_REPORT = "week_report"


def queue_message(
    connection: Connection,
    message_id: str,
    to: Sequence[Addressee],
    now: datetime,
    *,
    urgent: bool,
) -> int:
    """The deliveries of the message to everybody in ``to``; gives how many."""
    about = {"message_id": message_id, "urgent": urgent}
    there = routed(to, Item(ItemKind.MESSAGE, urgent), now)
    return _queue(connection, Topic.MESSAGE, message_id, about, there, now)


def queue_callback(
    connection: Connection,
    callback_id: str,
    to: Sequence[Addressee],
    now: datetime,
    not_before: datetime | None = None,
    kind: ItemKind = ItemKind.CALLBACK,
    *,
    urgent: bool = False,
) -> int:
    """The deliveries of the callback to everybody in ``to``, from ``not_before`` (or now) on; gives how many."""
    there = routed(to, Item(kind, urgent), now)
    about = {"callback_id": callback_id, "urgent": urgent}
    return _queue(connection, Topic.CALLBACK, callback_id, about, there, now, not_before)


def withdraw_callback(connection: Connection, callback_id: str) -> int:
    """Forget what nobody has been told of the callback yet, and need not be any more; gives how many."""
    return connection.execute(_WITHDRAW, {"of": callback_id}).rowcount


def queue_notice(
    connection: Connection,
    notice: Notice,
    facts: Mapping[str, Any],
    to: Sequence[Addressee],
    now: datetime,
    kind: ItemKind = ItemKind.NOTICE,
) -> int:
    """The deliveries of a notice to everybody in ``to``; gives how many. ``facts`` must survive JSON.

    Nobody hears or settles a notice: of a cascade only the first step is queued.
    """
    notice_id = new_id(Prefix.NOTICE, now)
    told = {"id": notice_id, "about": notice.value, "at": now.isoformat(), **facts}
    there = [each for each in routed(to, Item(kind, name=notice.value), now) if each.step == 0]
    return _queue(connection, Topic.NOTICE, notice_id, {"notice": told}, there, now)


def routed(to: Sequence[Addressee], item: Item, at: datetime) -> list[Destination]:
    """Where ``item``, left at ``at``, goes if everybody in ``to`` is told: everywhere once in each step."""
    found = {
        (there.channel, there.recipient, there.step): there
        for addressee in reversed(to)
        for there in reversed(addressee.destinations(item, at))
    }
    return list(reversed(found.values()))


def _queue(
    connection: Connection,
    topic: Topic,
    item_id: str,
    about: Mapping[str, Any],
    destinations: Sequence[Destination],
    now: datetime,
    not_before: datetime | None = None,
) -> int:
    rows = [
        {
            "id": new_id(Prefix.DELIVERY, now),
            "key": _key(item_id, destination.channel, number),
            "topic": topic.value,
            "channel": destination.channel,
            "recipient": destination.recipient,
            "state": DeliveryState.PENDING.value,
            "step": destination.step,
            "queued_at": now,
            "not_before": max(destination.not_before or now, not_before or now),
            **about,
        }
        for number, destination in enumerate(destinations)
    ]
    if rows:
        connection.execute(_INSERT, rows)
    return len(rows)


def _key(item_id: str, channel: str, number: int) -> str:
    """What makes a repeated delivery recognisable: the item, the channel, and which recipient of it."""
    return f"{item_id}.{channel}" + (f".{number + 1}" if number else "")
