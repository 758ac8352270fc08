"""Every change of where somebody's calls go is told to that person, whoever made it: a configuration, a command.

Compared is a keyed hash of all that could be rung for a person. The new hash and the mail are one transaction:
a change is told once, and is told by the next start if the process dies before that.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.people import Directory, Person, SetForwards
from ari_absence.errors import LedgerError
from ari_absence.ledger.addressees import MailAddressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.forwards import set_forwards
from ari_absence.ledger.model import ForwardDigestRow, ForwardRow, MetaRow
from ari_absence.ledger.steps import from_json
from ari_absence.ledger.targets import Targets
from ari_absence.ledger.thread import LedgerThread

_KEY_NAME = "forward_digest_key"
_KEY_BYTES = 32

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose forwards have changed, and how many mails were queued: wake the outbox if there are any."""

    changed: tuple[str, ...] = ()
    queued: int = 0


class LedgerForwards:
    """The forwards that were set, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread) -> None:
        self._thread = thread

    async def all(self, now: datetime) -> SetForwards:
        """Everything set that holds at ``now``."""
        return await self._thread.read(lambda session: set_forwards(session, now))

    async def watch(self, directory: Directory, now: datetime) -> Watched:
        """As :func:`watch`: at the start, and whenever the configuration was loaded again."""
        return await self._thread.write(lambda session: watch(session, directory, now))


def watch(session: Session, directory: Directory, now: datetime) -> Watched:
    """Compare everybody's forward targets with the last time; who has others now is sent a mail.

    Call it when the service starts, after the configuration was loaded again, and in the same transaction as
    a command that sets or removes a forward. Whoever is seen for the first time is only remembered, unless a
    forward was set already.
    """
    # The owners' rows are locked, so that the service and a command do not both tell the same change.
    known = {row.extension: row for row in session.scalars(select(ForwardDigestRow).with_for_update())}
    key, rows = _key(session), _rows(session)
    looks = [
        _Look(directory, person, rows.get(person.extension, ()), known.get(person.extension), key, now)
        for person in directory.people.values()
    ]
    changed = [look for look in looks if look.must_be_told]
    queued = sum(_tell(session, look) for look in changed)
    for look in looks:
        session.merge(ForwardDigestRow(extension=look.person.extension, digest=look.digest, at=now))
    return Watched(tuple(look.person.extension for look in changed), queued)


@dataclass(frozen=True, slots=True)
class _Look:
    """One person's forward targets now, and what was remembered of them."""

    directory: Directory
    person: Person
    rows: Sequence[ForwardRow]
    known: ForwardDigestRow | None
    key: bytes
    now: datetime

    def targets(self, at: datetime) -> Targets:
        """By today's configuration, and by what was set and held at ``at``."""
        return Targets.of(self.person, self.directory, [row for row in self.rows if _holds(row, at)])

    @property
    def digest(self) -> str:
        """Of the targets now."""
        return self.targets(self.now).digest(self.key)

    @property
    def must_be_told(self) -> bool:
        """Whether it changed. A forward that ended as its owner was told it would is no news."""
        if self.known is None:
            return any(_holds(row, self.now) for row in self.rows)
        if self.known.digest == self.digest:
            return False
        return bool(self.commands) or self.known.digest != self.targets(self.known.at).digest(self.key)

    @property
    def commands(self) -> list[tuple[datetime, str, str]]:
        """(when, by whom, what) was set or removed since the last look, in order."""
        set_ = [(row.set_at, row.set_by, "set") for row in self.rows]
        removed = [(row.ended_at, row.ended_by or "", "removed") for row in self.rows if row.ended_at]
        return sorted(each for each in (*removed, *set_) if self.known is None or each[0] > self.known.at)


def _tell(session: Session, look: _Look) -> int:
    """Queue the mail; without the numbers if it goes to the operator, because the owner has no address."""
    person, to_owner = look.person, bool(look.person.email)
    facts: dict[str, Any] = {
        "extension": person.extension,
        "person": person.name,
        "zone": person.zone.key,
        "to_owner": to_owner,
        "operator": look.directory.site.operator or "",
        "rules": look.targets(look.now).told(look.directory, to_owner=to_owner),
        "command": _last_command(look),
    }
    _log.warning(
        "forward_changed", extension=person.extension, by=facts["command"].get("by", "configuration")
    )
    destinations = MailAddressees(lambda: look.directory).of(person.extension)
    return queue_notice(session.connection(), Notice.FORWARD_CHANGED, facts, destinations, look.now)


def _last_command(look: _Look) -> dict[str, str]:
    if not look.commands:
        return {}
    at, by, what = look.commands[-1]
    return {"at": at.isoformat(), "by": by, "what": what}


def _rows(session: Session) -> dict[str, list[ForwardRow]]:
    """What was ever set, by extension, the oldest first; what can't be read counts for nothing here and there."""
    found: dict[str, list[ForwardRow]] = {}
    for row in session.scalars(select(ForwardRow).order_by(ForwardRow.set_at, ForwardRow.id)):
        try:
            from_json(row.steps)
        except LedgerError as fault:
            _log.error("forward_unreadable", forward=row.id, why=str(fault))
            continue
        found.setdefault(row.extension, []).append(row)
    return found


def _holds(row: ForwardRow, at: datetime) -> bool:
    return not any(end is not None and end <= at for end in (row.ended_at, row.until))


def _key(session: Session) -> bytes:
    """Made once; whoever reads a digest without it can't try all the numbers there are."""
    row = session.get(MetaRow, _KEY_NAME)
    if row is None:
        row = MetaRow(key=_KEY_NAME, value=secrets.token_hex(_KEY_BYTES))
        session.add(row)
    return bytes.fromhex(row.value)
