"""A call that a team owes in the place of the person called: handed over in the transaction that notes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from ari_absence.ledger.addressees import Addressee
from ari_absence.ledger.model import table_of
from ari_absence.ledger.owed_calls import hand_over
from ari_absence.ledger.owed_model import OwedRow

BY_THE_SERVICE = "the service, because nothing can be promised for the one called"

_owed = table_of(OwedRow)
_ROW = select(_owed.c.extension, _owed.c.called, _owed.c.claimed_by)


def cover(
    connection: Connection, owed_id: str, team: str, destinations: Sequence[Addressee], now: datetime
) -> None:
    """Have ``team`` owe the entry, unless somebody has taken it, or the one called does not owe it any more."""
    row = connection.execute(_ROW.where(_owed.c.id == owed_id)).one()
    if row.claimed_by is not None or row.extension != row.called:
        return
    # commits nothing of its own: the transaction is the connection's
    with Session(connection, join_transaction_mode="rollback_only") as session:
        hand_over(session, owed_id, team, BY_THE_SERVICE, destinations, now)
        session.commit()
