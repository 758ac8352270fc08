"""Whom a call that is owed waits for, and who is told when it has expired all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import ItemKind
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory, SetAbsences
from ari_absence.core.schedule import state_at
from ari_absence.ledger.addressees import Addressees, team_of
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.digest_model import AwayRow
from ari_absence.ledger.owed_memos import thread_of
from ari_absence.ledger.owed_model import OwedRow

LONG = timedelta(days=3)
"""Absences that are shorter, as lunches, evenings and weekends, take no days from anybody."""


def waited_for(
    session: Session, directory: Directory, absences: SetAbsences, since: datetime, now: datetime
) -> frozenset[str]:
    """Who is away for long, or was until after ``since`` (UTC): what they owe does not expire yet."""
    rows = session.scalars(select(AwayRow).where(or_(AwayRow.back_at.is_(None), AwayRow.back_at > since)))
    seen = {row.extension for row in rows if (row.back_at or now) - row.began_at >= LONG}
    away = {
        extension for extension in directory.people if _is_away_for_long(extension, directory, absences, now)
    }
    return frozenset(away | seen & directory.people.keys())


def _is_away_for_long(extension: str, directory: Directory, absences: SetAbsences, now: datetime) -> bool:
    state = state_at(directory.people[extension], now, absences.of(extension))
    if state.present or state.absence is None:
        return False
    return state.until is None or state.until - now >= LONG


@dataclass(frozen=True, slots=True)
class Expiring:
    """Tells those who owed a call, and their managers, that it has expired at ``now`` (UTC)."""

    directory: Directory
    addressees: Addressees
    now: datetime

    def tell(self, session: Session, row: OwedRow) -> None:
        """Queue it in the transaction in which it expires."""
        to = [each for extension in self._whom(row.extension) for each in self.addressees.of(extension)]
        first = row.extension if row.extension in self.directory.people else row.called
        facts = {
            "extension": first,
            "zone": str(self.addressees.zone(first)),
            "owner": row.extension.removeprefix(TEAM),
            "owner_name": self._name_of(row.extension),
            "callback": row.id,
            "thread": thread_of(row),
            "number": row.number,
            "wish": row.wish,
            "caller_name": row.caller_name or "",
            "times": row.times,
            "last_at": row.last_at.isoformat(),
            "due": "" if row.due is None else row.due.isoformat(),
        }
        queue_notice(session.connection(), Notice.CALLBACK_EXPIRED, facts, to, self.now, ItemKind.REMINDER)

    def _whom(self, owner: str) -> Iterator[str]:
        people, team = self.directory.people, team_of(owner, self.directory)
        members = [each for each in (team.members if team else (owner,)) if each in people]
        yield owner
        yield from dict.fromkeys(manager for each in members if (manager := people[each].manager))

    def _name_of(self, owner: str) -> str:
        known = team_of(owner, self.directory) or self.directory.people.get(owner)
        return known.name if known else ""
