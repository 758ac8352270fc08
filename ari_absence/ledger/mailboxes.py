"""How full a mailbox is: places are reserved before a recording begins, and everybody is told in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ari_absence.core.people import Limits
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.model import MailboxRow, MessageRow, PlaceRow, table_of

TOLD_AGAIN_AFTER = timedelta(days=1)

_mailboxes, _messages, _places = table_of(MailboxRow), table_of(MessageRow), table_of(PlaceRow)
_TAKEN = select(
    select(func.count())
    .select_from(_messages)
    .where(_messages.c.extension == bindparam("of"), _messages.c.deleted_at.is_(None))
    .scalar_subquery()
    + select(func.count())
    .select_from(_places)
    .where(_places.c.extension == bindparam("of"))
    .scalar_subquery()
)
_HAS_PLACE = select(_places.c.call_id).where(_places.c.call_id == bindparam("of"))
_TAKE_PLACE = insert(_places)
_FREE_PLACE = delete(_places).where(_places.c.call_id == bindparam("of"))
_FREE_ALL_PLACES = delete(_places)
_LOCK = (
    select(_mailboxes.c.warned_at, _mailboxes.c.full_told_at)
    .where(_mailboxes.c.extension == bindparam("of"))
    .with_for_update()
)
_NEW_MAILBOX = insert(_mailboxes)
_WARNED = (
    update(_mailboxes).where(_mailboxes.c.extension == bindparam("of")).values(warned_at=bindparam("at"))
)
_FULL_TOLD = (
    update(_mailboxes).where(_mailboxes.c.extension == bindparam("of")).values(full_told_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Told:
    """When the owner of a mailbox was last told that it fills up, and that it is full."""

    warned_at: datetime | None = None
    full_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailboxKeeper:
    """Counts places. ``limits`` are the site's, ``addressees`` say who is told."""

    limits: Limits
    addressees: Addressees

    def is_full(self, connection: Connection, extension: str) -> bool:
        """Whether not one more message has a place."""
        return self.taken(connection, extension) >= self.limits.messages_per_person

    def taken(self, connection: Connection, extension: str) -> int:
        """How many places are taken: by messages, and by calls in which one is being recorded."""
        return _taken(connection, extension)

    def reserve(self, connection: Connection, call_id: str, extension: str, now: datetime) -> bool:
        """Keep a place for the call; False when there is none. Asking twice takes one place.

        Two callers at once queue for the mailbox's own row, so the last place is given once.
        """
        told = _locked(connection, extension)
        if connection.scalar(_HAS_PLACE, {"of": call_id}) is not None:
            return True
        if self.is_full(connection, extension):
            self._tell_full(connection, extension, told, now)
            return False
        place = {"call_id": call_id, "extension": extension, "reserved_at": now}
        connection.execute(_TAKE_PLACE, place)
        return True

    def warn_if_filling(self, connection: Connection, extension: str, now: datetime) -> int:
        """Tell the owner, once a day, that the mailbox is filling up; gives how many deliveries that took."""
        taken = _taken(connection, extension)
        if taken < self.limits.messages_warning or _lately(_locked(connection, extension).warned_at, now):
            return 0
        connection.execute(_WARNED, {"of": extension, "at": now})
        destinations = self.addressees.of(extension)
        facts = self._facts(extension, taken)
        return queue_notice(connection, Notice.MAILBOX_FILLING, facts, destinations, now)

    def take(self, connection: Connection, extension: str) -> bool:
        """Whether a message that is there already has a place in this mailbox, too; until the transaction ends
        nobody else is given it."""
        _locked(connection, extension)
        return not self.is_full(connection, extension)

    def _tell_full(self, connection: Connection, extension: str, told: Told, now: datetime) -> None:
        if _lately(told.full_at, now):
            return
        connection.execute(_FULL_TOLD, {"of": extension, "at": now})
        destinations = (*self.addressees.of(extension), *self.addressees.operator())
        facts = self._facts(extension, self.limits.messages_per_person)
        queue_notice(connection, Notice.MAILBOX_FULL, facts, destinations, now)

    def _facts(self, extension: str, taken: int) -> dict[str, str | int]:
        return {"extension": extension, "taken": taken, "places": self.limits.messages_per_person}


def free_place(connection: Connection, call_id: str) -> None:
    """Give back the place of the call, if it has one."""
    connection.execute(_FREE_PLACE, {"of": call_id})


def free_all_places(connection: Connection) -> None:
    """Give back every place: for the start of the service, when no call can be recording."""
    connection.execute(_FREE_ALL_PLACES)


def _taken(connection: Connection, extension: str) -> int:
    return int(connection.scalar(_TAKEN, {"of": extension}) or 0)


def _locked(connection: Connection, extension: str) -> Told:
    """The mailbox's row, locked until the transaction ends (SQLite has locked the whole file already)."""
    mailbox = connection.execute(_LOCK, {"of": extension}).first()
    if mailbox is None:
        connection.execute(_NEW_MAILBOX, {"extension": extension})
        return Told()
    return Told(mailbox.warned_at, mailbox.full_told_at)


def _lately(told_at: datetime | None, now: datetime) -> bool:
    return told_at is not None and now - told_at < TOLD_AGAIN_AFTER
