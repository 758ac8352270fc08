"""Queueing deliveries: rows of the outbox, written in the same transaction as what they deliver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import CallbackRow, DeliveryRow, DeliveryState, MessageRow


class Topic(StrEnum):
    """What a delivery is about."""

    MESSAGE = "message"
    CALLBACK = "callback"
    NOTICE = "notice"


class Notice(StrEnum):
    """What a notice tells."""

    MAILBOX_FILLING = "mailbox_filling"
    MAILBOX_FULL = "mailbox_full"
    DELIVERY_DEAD = "delivery_dead"


def queue_message(
    session: Session, message: MessageRow, destinations: Sequence[Destination], now: datetime
) -> None:
    """One delivery of ``message`` to each destination."""
    for row in _rows(Topic.MESSAGE, message.id, destinations, now):
        row.message_id = message.id
        row.urgent = message.urgent
        session.add(row)


def queue_callback(
    session: Session, callback: CallbackRow, destinations: Sequence[Destination], now: datetime
) -> None:
    """One delivery of ``callback`` to each destination."""
    for row in _rows(Topic.CALLBACK, callback.id, destinations, now):
        row.callback_id = callback.id
        session.add(row)


def queue_notice(
    session: Session,
    notice: Notice,
    facts: Mapping[str, Any],
    destinations: Sequence[Destination],
    now: datetime,
) -> None:
    """One delivery of a notice to each destination. ``facts`` must survive JSON."""
    notice_id = new_id(Prefix.NOTICE, now)
    for row in _rows(Topic.NOTICE, notice_id, destinations, now):
        row.notice = {"id": notice_id, "about": notice.value, "at": now.isoformat(), **facts}
        session.add(row)


def _rows(
    topic: Topic, item_id: str, destinations: Sequence[Destination], now: datetime
) -> list[DeliveryRow]:
    return [
        DeliveryRow(
            id=new_id(Prefix.DELIVERY, now),
            key=_key(item_id, destination.channel, number),
            topic=topic.value,
            channel=destination.channel,
            recipient=destination.recipient,
            state=DeliveryState.PENDING.value,
            queued_at=now,
            not_before=now,
        )
        for number, destination in enumerate(dict.fromkeys(destinations))
    ]


def _key(item_id: str, channel: str, number: int) -> str:
    """What makes a repeated delivery recognisable: the item, the channel, and which recipient of it."""
    return f"{item_id}.{channel}" + (f".{number + 1}" if number else "")
