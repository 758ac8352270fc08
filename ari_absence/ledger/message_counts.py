"""How many messages wait for whom: what lights a lamp, and what a mailbox opens with."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from ari_absence.core.mailbox import MessageCounts
from ari_absence.ledger.model import MessageRow


def message_counts(session: Session, extensions: Collection[str] | None = None) -> dict[str, MessageCounts]:
    """The counts of each of ``extensions`` (None: of everybody who has a message), by extension."""
    unheard = MessageRow.heard_at.is_(None)
    query = (
        select(MessageRow.extension, _count(unheard), _count(~unheard), _count(unheard & MessageRow.urgent))
        .where(MessageRow.deleted_at.is_(None))
        .group_by(MessageRow.extension)
    )
    if extensions is not None:
        query = query.where(MessageRow.extension.in_(extensions))
    found = {row[0]: MessageCounts(*map(int, row[1:])) for row in session.execute(query)}
    return {extension: MessageCounts() for extension in extensions or ()} | found


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
