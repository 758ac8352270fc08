"""How the ledger's work stands, for whoever watches the service: what waits to be delivered, what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from ari_absence.ledger.model import DeliveryRow, DeliveryState, table_of
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE

_outbox, _owed = table_of(DeliveryRow), table_of(OwedRow)
_OWED_STATES = (DeliveryState.PENDING.value, DeliveryState.CLAIMED.value, DeliveryState.RETRY.value)


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """``oldest_seconds``: how long ago the oldest delivery was queued that is due or was tried in vain; 0.0: none."""

    deliveries_waiting: int = 0
    deliveries_given_up: int = 0
    oldest_seconds: float = 0.0
    callbacks_owed: int = 0
    callbacks_overdue: int = 0


def vital_signs(connection: Connection, now: datetime) -> VitalSigns:
    """How it stands at ``now`` (UTC). A later step of a cascade that nobody has come to is no delay."""
    counted = connection.execute(select(_outbox.c.state, func.count()).group_by(_outbox.c.state))
    states: dict[str, int] = {state: count for state, count in counted}  # noqa: C416 - rows are no pairs for dict()
    is_late = or_(_outbox.c.not_before <= now, _outbox.c.attempts > 0)
    oldest = connection.scalar(
        select(func.min(_outbox.c.queued_at)).where(_outbox.c.state.in_(_OWED_STATES), is_late)
    )
    owed, overdue = connection.execute(
        select(func.count(), func.count().filter(_owed.c.due < now)).where(_owed.c.state.in_(LIVE))
    ).one()
    return VitalSigns(
        deliveries_waiting=sum(states.get(each, 0) for each in _OWED_STATES),
        deliveries_given_up=states.get(DeliveryState.DEAD.value, 0),
        oldest_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        callbacks_owed=owed,
        callbacks_overdue=overdue,
    )
