"""The numbers of a week, per person, for its report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import LegEnd
from ari_absence.core.owed import OwedState
from ari_absence.core.weekly import WeekCounts
from ari_absence.ledger.model import AttemptRow, CallRow
from ari_absence.ledger.owed_calls import MERGED
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE


def week_counts(session: Session, begin: datetime, end: datetime) -> dict[str, WeekCounts]:
    """What everybody did between ``begin`` and ``end`` (UTC, half-open), and what of it is still owed now.

    Returned in time are promised calls that were over by when they were due, however that came about; what became one
    with another call that is owed counts there.
    """
    taken = _counted(
        session,
        select(AttemptRow.extension, func.count())
        .join(CallRow, CallRow.id == AttemptRow.call_id)
        .where(CallRow.began_at >= begin, CallRow.began_at < end)
        .where(AttemptRow.end == LegEnd.TALKED.value, AttemptRow.extension != CallRow.extension)
        .group_by(AttemptRow.extension),
    )
    settled = select(
        OwedRow.extension, func.sum(case((OwedRow.over_at <= OwedRow.due, 1), else_=0)), func.count()
    )
    settled = settled.where(OwedRow.state == OwedState.SETTLED.value, OwedRow.due.is_not(None))
    settled = settled.where(OwedRow.over_at >= begin, OwedRow.over_at < end, ~_merged())
    settled = settled.group_by(OwedRow.extension)
    returned = {row[0]: (int(row[1] or 0), int(row[2])) for row in session.execute(settled)}
    owed = _counted(
        session,
        select(OwedRow.extension, func.count())
        .where(OwedRow.state.in_(LIVE), OwedRow.first_at < end)
        .group_by(OwedRow.extension),
    )
    return {each: _counts(each, taken, returned, owed) for each in {*taken, *returned, *owed}}


def _merged() -> ColumnElement[bool]:
    written = OwedChangeRow.what.startswith(MERGED, autoescape=True)
    return exists().where(OwedChangeRow.owed_id == OwedRow.id, written)


def _counts(
    extension: str, taken: Counter[str], returned: dict[str, tuple[int, int]], owed: Counter[str]
) -> WeekCounts:
    in_time, of_all = returned.get(extension, (0, 0))
    return WeekCounts(taken[extension], in_time, of_all - in_time, owed[extension])


def _counted(session: Session, query: Select[str, int]) -> Counter[str]:
    return Counter({row[0]: int(row[1]) for row in session.execute(query)})
