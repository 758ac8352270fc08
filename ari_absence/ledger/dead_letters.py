"""Deliveries that nobody will try by themselves any more: which they are, who is told, and trying them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ari_absence.ledger.deliveries import Notice, Topic
from ari_absence.ledger.model import NOT_OWED, WAITING, DeliveryRow, DeliveryState

TOLD_AGAIN_AFTER = timedelta(hours=1)  # what refuses everything is told once, not fifty times


def retry(session: Session, delivery_id: str, now: datetime) -> bool:
    """Try a dead or waiting delivery again from ``now`` on, with a fresh count and a fresh time limit."""
    row = session.get(DeliveryRow, delivery_id)
    if row is None or row.state not in (*WAITING, DeliveryState.DEAD):
        return False
    row.state = DeliveryState.PENDING.value
    row.attempts = 0
    row.queued_at = row.not_before = now
    return True


def retry_all_dead(session: Session, now: datetime) -> int:
    """Try everything again from ``now`` on that was given up; gives how many that are."""
    dead = select(DeliveryRow.id).where(DeliveryRow.state == DeliveryState.DEAD.value)
    return sum(retry(session, each, now) for each in session.scalars(dead).all())


def told_again_at(session: Session, channel: str, at: datetime) -> datetime | None:
    """When the operator is told of one more that died of ``channel``: at once, or an hour after the last; None if
    that is to come already."""
    is_such = DeliveryRow.notice["about"].as_string() == Notice.DELIVERY_DEAD.value
    of_channel = DeliveryRow.notice["channel"].as_string() == channel
    such = select(func.max(DeliveryRow.not_before)).where(
        DeliveryRow.topic == Topic.NOTICE.value, DeliveryRow.queued_at > at - 2 * TOLD_AGAIN_AFTER
    )
    last = session.scalar(such.where(is_such, of_channel))
    if last is not None and last > at:
        return None
    return at if last is None else max(at, last + TOLD_AGAIN_AFTER)


def stranded(channels: Collection[str], before: datetime) -> Select[Any]:
    """The ids of what was to go out before ``before`` by a channel that is none of ``channels``."""
    owed = DeliveryRow.state.not_in(NOT_OWED) & (DeliveryRow.queued_at <= before)
    return (
        select(DeliveryRow.id)
        .where(owed, DeliveryRow.not_before <= before)
        .where(DeliveryRow.channel.not_in(channels))
    )
