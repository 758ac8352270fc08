"""What a delivery tells of the call that is owed to the caller it is about."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ari_absence.core.owed import TEAM, OwedState
from ari_absence.ledger.owed_model import OwedRow

_THREAD_CHARS = 24


@dataclass(frozen=True, slots=True)
class MemoOfOwed:
    """Implements ``delivery.ports.OwedCall`` by its shape."""

    id: str
    thread: str
    code: str | None
    due: datetime | None
    times: int
    team: str | None = None
    team_name: str | None = None


def memo_of_owed(session: Session, owed_id: str | None) -> MemoOfOwed | None:
    """What is owed; without its code and its time when it is over, or a team owes it. None: nobody can be called."""
    row = session.get(OwedRow, owed_id) if owed_id else None
    if row is None:
        return None
    live = OwedState(row.state).live
    team = row.extension.removeprefix(TEAM) if live and row.extension.startswith(TEAM) else None
    theirs = live and team is None
    return MemoOfOwed(
        id=row.id,
        thread=thread_of(row),
        code=row.code if theirs else None,
        due=row.due if theirs else None,
        times=row.times,
        team=team,
    )


def thread_of(row: OwedRow) -> str:
    """A word for a pair of people, by which mails hang together: a number has no place in a header."""
    return hashlib.sha256(f"{row.called}\n{row.caller}".encode()).hexdigest()[:_THREAD_CHARS]
