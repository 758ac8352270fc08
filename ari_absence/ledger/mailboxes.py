"""How full a mailbox is: places are reserved before a recording begins, and everybody is told in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ari_absence.core.people import Limits
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.model import MailboxRow, MessageRow, PlaceRow

TOLD_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MailboxKeeper:
    """Counts places. ``limits`` are the site's, ``addressees`` say who is told."""

    limits: Limits
    addressees: Addressees

    def is_full(self, session: Session, extension: str) -> bool:
        """Whether not one more message has a place."""
        return _taken(session, extension) >= self.limits.messages_per_person

    def reserve(self, session: Session, call_id: str, extension: str, now: datetime) -> bool:
        """Keep a place for the call; False when there is none. Asking twice takes one place.

        Two callers at once queue for the mailbox's own row, so the last place is given once.
        """
        mailbox = _locked(session, extension)
        if session.get(PlaceRow, call_id) is not None:
            return True
        if self.is_full(session, extension):
            self._tell_full(session, mailbox, now)
            return False
        session.add(PlaceRow(call_id=call_id, extension=extension, reserved_at=now))
        return True

    def warn_if_filling(self, session: Session, extension: str, now: datetime) -> None:
        """Tell the owner, once a day, that the mailbox is filling up."""
        taken = _taken(session, extension)
        mailbox = _locked(session, extension)
        if taken < self.limits.messages_warning or _lately(mailbox.warned_at, now):
            return
        mailbox.warned_at = now
        destinations = self.addressees.of(extension)
        queue_notice(session, Notice.MAILBOX_FILLING, self._facts(extension, taken), destinations, now)

    def _tell_full(self, session: Session, mailbox: MailboxRow, now: datetime) -> None:
        if _lately(mailbox.full_told_at, now):
            return
        mailbox.full_told_at = now
        destinations = (*self.addressees.of(mailbox.extension), *self.addressees.operator())
        facts = self._facts(mailbox.extension, self.limits.messages_per_person)
        queue_notice(session, Notice.MAILBOX_FULL, facts, destinations, now)

    def _facts(self, extension: str, taken: int) -> dict[str, str | int]:
        return {"extension": extension, "taken": taken, "places": self.limits.messages_per_person}


def free_place(session: Session, call_id: str) -> None:
    """Give back the place of the call, if it has one."""
    session.execute(delete(PlaceRow).where(PlaceRow.call_id == call_id))


def free_all_places(session: Session) -> None:
    """Give back every place: for the start of the service, when no call can be recording."""
    session.execute(delete(PlaceRow))


def _taken(session: Session, extension: str) -> int:
    messages = select(func.count()).select_from(MessageRow).where(MessageRow.extension == extension)
    places = select(func.count()).select_from(PlaceRow).where(PlaceRow.extension == extension)
    return (session.scalar(messages) or 0) + (session.scalar(places) or 0)


def _locked(session: Session, extension: str) -> MailboxRow:
    """The mailbox's row, locked until the transaction ends (SQLite has locked the whole file already)."""
    query = select(MailboxRow).where(MailboxRow.extension == extension).with_for_update()
    mailbox = session.scalar(query)
    if mailbox is None:
        mailbox = MailboxRow(extension=extension)
        session.add(mailbox)
        session.flush()
    return mailbox


def _lately(told_at: datetime | None, now: datetime) -> bool:
    return told_at is not None and now - told_at < TOLD_AGAIN_AFTER
