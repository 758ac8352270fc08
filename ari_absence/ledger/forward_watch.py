"""Every change of where somebody's calls go is told to that person, whoever made it: a configuration, a command.

Compared is a keyed hash of all that could be rung for a person. The new hash and the mail are one transaction:
a change is told once, and is told by the next start if the process dies before that.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import EMAIL
from ari_absence.core.people import DEFAULT_HANDLING, Directory, Person, SetForwards
from ari_absence.ledger.addressees import Destination, MailAddressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.forwards import set_forwards
from ari_absence.ledger.model import ForwardDigestRow, MetaRow
from ari_absence.ledger.set_steps import SetSteps, mark_of_what_holds, set_steps
from ari_absence.ledger.targets import Targets
from ari_absence.ledger.thread import LedgerThread

SLICE = 100  # people in one transaction, for which a call may have to wait: 30 ms, 120 if all are to be told
_KEY_NAME = "forward_digest_key"
_SEEN_NAME = "forwards_seen"
_KEY_BYTES = 32

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose forwards have changed, and how many mails were queued: wake the outbox if there are any."""

    changed: tuple[str, ...] = ()
    queued: int = 0

    def __add__(self, more: Watched) -> Watched:
        return Watched(self.changed + more.changed, self.queued + more.queued)


class LedgerForwards:
    """The forwards that were set, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread) -> None:
        self._thread = thread

    async def all(self, now: datetime) -> SetForwards:
        """Everything set that holds at ``now``."""
        return await self._thread.read(lambda session: set_forwards(session, now))

    async def watch(self, directory: Directory, now: datetime) -> Watched:
        """As :func:`watch`, of everybody: at the start, once a day, and when the configuration was loaded again.

        In slices, between which calls have their turn. Nothing is looked at if neither the configuration nor what
        was set has changed since the last look that came to its end.
        """
        mark = await self._thread.read(lambda session: _mark(session, directory, now))
        if directory.digest and mark == await self._thread.read(_mark_seen):
            return Watched()
        found = Watched()
        for extensions in _slices(directory):
            found += await self._thread.write(
                partial(watch, directory=directory, now=now, extensions=extensions)
            )
        await self._thread.write(lambda session: session.merge(MetaRow(key=_SEEN_NAME, value=mark)))
        return found


def watch(
    session: Session, directory: Directory, now: datetime, extensions: Collection[str] | None = None
) -> Watched:
    """Compare forward targets, those of all or of ``extensions``, with the last time; who has others is sent a mail.

    Call it in the same transaction as a command that sets or removes a forward. Whoever is seen for the first
    time is only remembered, unless a forward was set already.
    """
    looks = list(_looks(session, directory, now, directory.people if extensions is None else extensions))
    changed = [look for look in looks if look.must_be_told]
    queued = sum(_tell(session, look) for look in changed)
    for look in looks:
        _remember(session, look)
    return Watched(tuple(look.person.extension for look in changed), queued)


def _slices(directory: Directory) -> Iterator[tuple[str, ...]]:
    extensions = iter(directory.people)
    while some := tuple(islice(extensions, SLICE)):
        yield some


def _mark(session: Session, directory: Directory, now: datetime) -> str:
    """The same as long as everybody's targets are: of the configuration, what was set, and our own defaults."""
    parts = (directory.digest, mark_of_what_holds(session, now), repr(DEFAULT_HANDLING))
    return sha256("\n".join(parts).encode()).hexdigest()


def _mark_seen(session: Session) -> str | None:
    row = session.get(MetaRow, _SEEN_NAME)
    return None if row is None else row.value


@dataclass(frozen=True, slots=True)
class _Look:
    """One person's forward targets at ``at``, and what was remembered of them."""

    directory: Directory
    person: Person
    settings: Sequence[SetSteps]
    known: ForwardDigestRow | None
    key: bytes
    at: datetime
    targets: Targets
    digest: str

    @property
    def must_be_told(self) -> bool:
        """Whether it changed. A forward that ended as its owner was told it would is no news."""
        if self.known is None:
            return any(each.holds(self.at) for each in self.settings)
        if self.known.digest == self.digest:
            return False
        return bool(self.commands) or self.known.digest != self._digest_of_then(self.known.at)

    def _digest_of_then(self, at: datetime) -> str:
        """By today's configuration, and by what was set and held at ``at``."""
        return Targets.of(self.person, self.directory, self.settings, at).digest(self.key)

    @property
    def commands(self) -> list[tuple[datetime, str, str]]:
        """(when, by whom, what) was set or removed since the last change, in order."""
        set_ = [(each.set_at, each.set_by, "set") for each in self.settings]
        removed = [(each.ended_at, each.ended_by or "", "removed") for each in self.settings if each.ended_at]
        return sorted(each for each in (*removed, *set_) if self.known is None or each[0] > self.known.at)

    @property
    def other_address(self) -> str | None:
        """The owner's mail address when they were last told, if it is another one now."""
        known = self.known.address if self.known is not None else None
        return known if known != self.person.email else None


def _looks(
    session: Session, directory: Directory, now: datetime, extensions: Collection[str]
) -> Iterator[_Look]:
    # The owners' rows are locked, so that the service and a command do not both tell the same change.
    rows = select(ForwardDigestRow).where(ForwardDigestRow.extension.in_(extensions))
    known = {row.extension: row for row in session.scalars(rows.with_for_update())}
    key, settings = _key(session), set_steps(session, extensions)
    for extension in extensions:
        person, own, row = directory.people[extension], settings.get(extension, ()), known.get(extension)
        # A command may have looked after ``now``, while the service looked at others.
        at = now if row is None else max(now, row.at)
        targets = Targets.of(person, directory, own, at)
        yield _Look(directory, person, own, row, key, at, targets, targets.digest(key))


def _remember(session: Session, look: _Look) -> None:
    """Only what has changed is written; the address only when it was told to."""
    person, known = look.person, look.known
    if known is None:
        row = ForwardDigestRow(
            extension=person.extension, digest=look.digest, at=look.at, address=person.email
        )
        session.add(row)
    elif known.digest != look.digest or look.commands:
        if look.must_be_told:
            known.address = person.email
        known.digest, known.at = look.digest, look.at


def _tell(session: Session, look: _Look) -> int:
    """Queue the mails. Numbers go to the owner's own address only.

    Whoever changes the address to be told of the forward themself does not stay unseen: the old address and the
    operator are told, too.
    """
    addressees, person = MailAddressees(lambda: look.directory), look.person
    _log.warning("forward_changed", **_logged(look))
    owner = addressees.of(person.extension)
    queued = _queue(session, look, owner, to_owner=bool(person.email))
    if look.other_address is None:
        return queued
    others = dict.fromkeys((Destination(EMAIL, look.other_address), *addressees.operator()))
    return queued + _queue(session, look, [each for each in others if each not in owner], to_owner=False)


def _queue(session: Session, look: _Look, to: Sequence[Destination], *, to_owner: bool) -> int:
    person = look.person
    facts: dict[str, Any] = {
        "extension": person.extension,
        "person": person.name,
        "zone": person.zone.key,
        "to_owner": to_owner,
        "address_changed": look.other_address is not None,
        "operator": look.directory.site.operator or "",
        "rules": look.targets.told(look.directory, to_owner=to_owner),
        "command": _last_command(look),
    }
    return queue_notice(session.connection(), Notice.FORWARD_CHANGED, facts, to, look.at)


def _logged(look: _Look) -> dict[str, Any]:
    facts: dict[str, Any] = {"extension": look.person.extension}
    facts["by"] = _last_command(look).get("by", "configuration")
    return facts | ({"address_changed": True} if look.other_address is not None else {})


def _last_command(look: _Look) -> dict[str, str]:
    if not look.commands:
        return {}
    at, by, what = look.commands[-1]
    return {"at": at.isoformat(), "by": by, "what": what}


def _key(session: Session) -> bytes:
    """Made once; whoever reads a digest without it can't try all the numbers there are."""
    row = session.get(MetaRow, _KEY_NAME)
    if row is None:
        row = MetaRow(key=_KEY_NAME, value=secrets.token_hex(_KEY_BYTES))
        session.add(row)
    return bytes.fromhex(row.value)
