"""Forwards set by phone or command, one for each occasion of a person. Each has somebody who set it, and stays known.

Whoever sets or removes one calls :func:`ari_absence.ledger.forward_watch.watch` in the same transaction: the
owner is told of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ari_absence.core.people import OCCASIONS, Occasion, SetForward, SetForwards, Source
from ari_absence.core.steps import Step
from ari_absence.errors import LedgerError
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import ForwardRow
from ari_absence.ledger.pages import FIRST_PAGE, Page
from ari_absence.ledger.steps import as_json, from_json

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewForward:
    """Steps to be set for one occasion; ``until`` (aware) None: until somebody removes them.

    Without steps, nobody is rung on this occasion, whatever the configuration says. ``set_by`` says who and how:
    ``phone 101``, ``command line``.
    """

    extension: str
    occasion: Occasion
    steps: tuple[Step, ...]
    until: datetime | None
    set_by: str


@dataclass(frozen=True, slots=True)
class KeptForward:
    """A forward that was set, for people to read: ``steps`` in words, without any number."""

    id: str
    extension: str
    occasion: str
    steps: tuple[str, ...]
    until: datetime | None
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str | None


def set_forward(session: Session, forward: NewForward, now: datetime) -> str:
    """Set it in the place of what was set for the same occasion; gives its id.

    Raises:
        LedgerError: it is over already.
    """
    if forward.until is not None and forward.until <= now:
        raise LedgerError("a forward that is over already can't be set")
    remove_forward(session, forward.extension, forward.occasion, forward.set_by, now)
    row = ForwardRow(
        id=new_id(Prefix.FORWARD, now),
        extension=forward.extension,
        occasion=forward.occasion.value,
        steps=as_json(forward.steps),
        until=forward.until,
        set_by=forward.set_by,
        set_at=now,
    )
    session.add(row)
    return row.id


def remove_forward(session: Session, extension: str, occasion: Occasion, by: str, now: datetime) -> bool:
    """Let the configuration's own steps hold again; False when nothing was set."""
    running = [row for row in in_force(session, now, extension) if row.occasion == occasion.value]
    for row in running:
        row.ended_at, row.ended_by = now, by
    return bool(running)


def set_forwards(session: Session, now: datetime) -> SetForwards:
    """Everything set that holds at ``now``, as the core knows it. A row that can't be read hinders no other."""
    by_extension: dict[str, dict[Occasion, SetForward]] = {}
    for row in in_force(session, now):
        try:
            by_extension.setdefault(row.extension, {})[occasion_of(row.occasion)] = _as_core(row)
        except LedgerError as fault:
            _log.error("forward_unreadable", forward=row.id, why=str(fault))
    return SetForwards(by_extension)


def forwards(
    session: Session, extension: str | None = None, ended_too: bool = False, page: Page = FIRST_PAGE
) -> list[KeptForward]:
    """Forwards that were set and not removed, newest first; with ``ended_too`` all that ever were."""
    query = select(ForwardRow).order_by(ForwardRow.set_at.desc(), ForwardRow.id.desc())
    if extension is not None:
        query = query.where(ForwardRow.extension == extension)
    if not ended_too:
        query = query.where(ForwardRow.ended_at.is_(None))
    return [_kept(row) for row in session.scalars(page.of(query))]


def in_force(session: Session, at: datetime, extension: str | None = None) -> Sequence[ForwardRow]:
    """The rows that hold at ``at``, oldest first."""
    query = select(ForwardRow).where(
        or_(ForwardRow.ended_at.is_(None), ForwardRow.ended_at > at),
        or_(ForwardRow.until.is_(None), ForwardRow.until > at),
    )
    if extension is not None:
        query = query.where(ForwardRow.extension == extension)
    return session.scalars(query.order_by(ForwardRow.extension, ForwardRow.set_at, ForwardRow.id)).all()


def occasion_of(word: str) -> Occasion:
    """The occasion that is stored as ``word``.

    Raises:
        LedgerError: there is none.
    """
    try:
        return OCCASIONS[word]
    except KeyError as fault:
        raise LedgerError("a forward is for an occasion nobody knows; remove it") from fault


def _as_core(row: ForwardRow) -> SetForward:
    return SetForward(from_json(row.steps), row.until, Source(f"set by {row.set_by}"))


def _kept(row: ForwardRow) -> KeptForward:
    return KeptForward(
        id=row.id,
        extension=row.extension,
        occasion=row.occasion,
        steps=_in_words(row),
        until=row.until,
        set_by=row.set_by,
        set_at=row.set_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _in_words(row: ForwardRow) -> tuple[str, ...]:
    try:
        return tuple(map(str, from_json(row.steps)))
    except LedgerError as fault:
        return (str(fault),)
