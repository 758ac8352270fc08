"""What is owed already to somebody who calls: one question, asked before each call is answered."""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, bindparam, case, func, select

from ari_absence.core.known import Known
from ari_absence.core.numbers import international
from ari_absence.core.owed import OwedWish, caller_key
from ari_absence.core.people import Caller
from ari_absence.ledger.model import table_of
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE

RUNG_IN_VAIN = ("tried to call back: no_answer", "tried to call back: busy")
"""The attempts at which the caller's own phone was called; of the others nobody can say so."""

_owed, _changes = table_of(OwedRow), table_of(OwedChangeRow)
_OF: BindParameter[str] = bindparam("of")
_TRIED_AT = (
    select(func.max(_changes.c.at))
    .where(_changes.c.owed_id == _owed.c.id, _changes.c.what.in_(RUNG_IN_VAIN))
    .scalar_subquery()
)
_KNOWN = (
    select(_owed.c.wish, _owed.c.due, _owed.c.extension, _owed.c.claimed_by, _TRIED_AT.label("tried_at"))
    .where(_owed.c.caller == bindparam("caller"), _owed.c.called == _OF, _owed.c.state.in_(LIVE))
    .order_by(case((_owed.c.extension == _OF, 0), else_=1), _owed.c.id)
    .limit(1)
)


def known_of(connection: Connection, caller: Caller, extension: str, country: str) -> Known | None:
    """The live entry for ``caller``, who calls ``extension`` now as they did then; None: none, or nobody knows who.

    Who calls is known by a phone of the house, or by a number that is one by the plan of ``country``: what a trunk
    shows instead of numbers is shared by many.
    """
    if caller.extension is None and not (caller.number and international(caller.number, country)):
        return None
    key = caller_key(caller, country)
    row = connection.execute(_KNOWN, {"caller": (key or "")[:64], "of": extension}).first()
    if row is None:
        return None
    taken = row.extension != extension or row.claimed_by not in (None, extension)
    return Known(OwedWish(row.wish), row.due, taken, row.tried_at)
