"""Absences that were seen to begin and end, and what was told of them when their owner was back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ari_absence.ledger.digest_model import AwayRow, DigestRow

SPOKEN_WITHIN = timedelta(days=14)
"""Whoever has not taken their phone for that long after their return has heard of everything otherwise."""


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that is over: since when, until when (UTC)."""

    away_id: int
    extension: str
    began_at: datetime
    back_at: datetime

    @property
    def lasted(self) -> timedelta:
        """How long it was."""
        return self.back_at - self.began_at


def away_now(session: Session) -> dict[str, datetime]:
    """Who was seen to be away and not yet to be back, by extension: since when."""
    found = session.execute(select(AwayRow.extension, AwayRow.began_at).where(AwayRow.back_at.is_(None)))
    return {row.extension: row.began_at for row in found}


def note_away(session: Session, extension: str, kind: str, began_at: datetime) -> None:
    """Somebody is away; one absence that follows another is the same one."""
    if _open(session, extension) is None:
        session.add(AwayRow(extension=extension, kind=kind, began_at=began_at))


def note_back(session: Session, extension: str, now: datetime) -> Away | None:
    """Somebody is back; None: they were not known to be away."""
    row = _open(session, extension)
    if row is None:
        return None
    row.back_at = now
    session.flush()
    return _away(row)


def note_told(
    session: Session, away_id: int, now: datetime, *, mailed: bool = False, spoken: bool = False
) -> None:
    """They were told, or that was found needless: it is not told again."""
    row = session.get_one(AwayRow, away_id, with_for_update=True)
    row.mailed_at = row.mailed_at or (now if mailed else None)
    row.spoken_at = row.spoken_at or (now if spoken else None)


def note_spoken(session: Session, away_id: int, now: datetime) -> None:
    """They have heard of their latest return, and so of everything before it: none of it is told again."""
    row = session.get_one(AwayRow, away_id)
    so_far = (AwayRow.extension == row.extension, AwayRow.back_at <= row.back_at, AwayRow.spoken_at.is_(None))
    session.execute(update(AwayRow).where(*so_far).values(spoken_at=now))


def unspoken(session: Session, extension: str, now: datetime) -> Away | None:
    """The latest return that nothing was said of yet, with the absence before it."""
    query = select(AwayRow).where(
        AwayRow.extension == extension, AwayRow.spoken_at.is_(None), AwayRow.back_at > now - SPOKEN_WITHIN
    )
    row = session.scalar(query.order_by(AwayRow.back_at.desc()).limit(1))
    return None if row is None else _away(row)


def latest_began(session: Session, extension: str) -> datetime | None:
    """When the absence of somebody began that is on, or was the last; None: none was seen."""
    query = select(AwayRow.began_at).where(AwayRow.extension == extension)
    return session.scalar(query.order_by(AwayRow.began_at.desc()).limit(1))


def forget_aways(session: Session, before: datetime) -> None:
    """Forget returns before ``before``, and that digests were sent then."""
    session.execute(delete(AwayRow).where(AwayRow.back_at < before))
    session.execute(delete(DigestRow).where(DigestRow.sent_at < before))


def _open(session: Session, extension: str) -> AwayRow | None:
    query = select(AwayRow).where(AwayRow.extension == extension, AwayRow.back_at.is_(None))
    return session.scalar(query.with_for_update())


def _away(row: AwayRow) -> Away:
    return Away(row.id, row.extension, row.began_at, row.back_at or row.began_at)
