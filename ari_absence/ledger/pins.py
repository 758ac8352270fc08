"""PINs in the ledger: salted scrypt hashes, and the locks that guessing closes.

A try is counted before anybody is told what came of it, one after another: many guesses at once are no more than
three, and a restart forgets none. What costs time is done in a thread, and costs the same for an unknown extension.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from ari_absence.attendant.pins import PinCheck
from ari_absence.core.people import Limits
from ari_absence.core.pins import PinFlaw, PinRules, pin_flaw
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.pin_model import PinRow, PinTriesRow
from ari_absence.ledger.thread import LedgerThread

COST, BLOCK, PARALLEL = 2**14, 8, 1  # 16 MB and a twentieth of a second for each guess
SALT_BYTES = 16
CALLER_TRIES_FACTOR = 2  # a family's or an office's line may well mistype a second person's PIN
CALLER_FORGOTTEN = timedelta(days=1)
HASHED_AT_ONCE = 4  # 64 MB at most, however many call in at once

_SCHEME = "scrypt"
_Result = TypeVar("_Result")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Lock:
    """A lock that was just closed, until an instant (UTC): which one since the last right PIN."""

    until: datetime
    number: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a try came to, and the lock of the extension that it closed."""

    found: PinCheck
    lock: _Lock | None = None


class LedgerPins:
    """The port ``attendant.pins.PinBook``. ``rules`` gives the site's numbers, ``now`` the instant (UTC)."""

    def __init__(
        self,
        thread: LedgerThread,
        rules: Callable[[], PinRules],
        addressees: Addressees,
        now: Callable[[], datetime],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """``told`` is called when mail was queued: wake the outbox."""
        self._thread = thread
        self._rules = rules
        self._addressees = addressees
        self._now = now
        self._told = told
        self._hashing = asyncio.Semaphore(HASHED_AT_ONCE)

    async def check(self, extension: str, pin: str, caller_number: str | None = None) -> PinCheck:
        """Whether ``pin`` is that of ``extension``; see the port."""
        stored = await self._thread.read(lambda session: _stored(session, extension))
        right = await self._hashed(lambda: fits(pin, stored))
        settled = await self._thread.write(
            lambda session: self._settle(
                session, extension, caller_number, known=stored is not None, right=right
            )
        )
        if settled.lock is not None:
            # here, not in the ledger's thread, which knows of no call
            until = settled.lock.until.isoformat()
            _log.warning("pin.locked", extension=extension, until=until, locks=settled.lock.number)
        if settled.found is not PinCheck.RIGHT:
            self._told()
        return settled.found

    def flaw_of(self, extension: str, pin: str) -> PinFlaw | None:
        """Why ``pin`` is too easily guessed to be that of ``extension``; None: it may be."""
        return pin_flaw(pin, extension, self._rules())

    async def change(self, extension: str, pin: str) -> PinFlaw | None:
        """Set a new PIN; None when done, else why it is too easily guessed."""
        flaw = self.flaw_of(extension, pin)
        if flaw is None:
            made = await self._hashed(lambda: hash_of(pin))
            now = self._now()
            await self._thread.write(lambda session: store(session, extension, made, "phone", now))
        return flaw

    async def is_set(self, extension: str) -> bool:
        """Whether there is a PIN to ask for."""
        return await self._thread.read(lambda session: _stored(session, extension)) is not None

    async def _hashed(self, work: Callable[[], _Result]) -> _Result:
        async with self._hashing:
            return await asyncio.to_thread(work)

    def _settle(
        self, session: Session, extension: str, caller_number: str | None, *, known: bool, right: bool
    ) -> _Settled:
        """Count the try, and give what it came to; a lock is closed and its owner told in the same transaction."""
        now, rules = self._now(), self._rules()
        own = _tries(session, f"extension {extension}", now) if known else None
        theirs = None if caller_number is None else _tries(session, f"caller {caller_number}", now)
        if theirs is not None and now - theirs.at > CALLER_FORGOTTEN and not _is_locked(theirs, now):
            _forget(theirs)
        if any(_is_locked(each, now) for each in (own, theirs) if each is not None):
            return _Settled(PinCheck.LOCKED)
        if right and own is not None:
            session.delete(own)
            return _Settled(PinCheck.RIGHT)
        lock = None if own is None else _count(own, rules, rules.tries, now)
        if lock is not None:
            self._tell(session, extension, lock, now)
        if theirs is not None:
            _count(theirs, rules, rules.tries * CALLER_TRIES_FACTOR, now)
        return _Settled(PinCheck.WRONG if known else PinCheck.NOT_SET, lock)

    def _tell(self, session: Session, extension: str, lock: _Lock, now: datetime) -> None:
        facts = {
            "extension": extension,
            "until": lock.until.isoformat(),
            "zone": self._addressees.zone(extension).key,
            "locks": lock.number,
        }
        to = self._addressees.of(extension)
        queue_notice(session.connection(), Notice.PIN_LOCKED, facts, to, now)


def pin_rules(limits: Callable[[], Limits]) -> PinRules:
    """What the site's numbers say of PINs."""
    site = limits()
    return PinRules(digits_min=site.pin_digits, tries=site.pin_tries, lock_seconds=site.pin_lock_seconds)


def hash_of(pin: str) -> str:
    """The salted hash of a PIN, with what it takes to compare one."""
    salt = secrets.token_bytes(SALT_BYTES)
    return (
        f"{_SCHEME}${COST}${BLOCK}${PARALLEL}${salt.hex()}${_digest(pin, salt, COST, BLOCK, PARALLEL).hex()}"
    )


def fits(pin: str, stored: str | None) -> bool:
    """Whether ``pin`` is the one that was hashed; compared in constant time. Without one it takes as long."""
    _, cost, block, parallel, salt, digest = (stored or _NOBODYS).split("$")
    tried = _digest(pin, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(tried, bytes.fromhex(digest)) and stored is not None


def store(session: Session, extension: str, hashed: str, by: str, now: datetime) -> None:
    """Put a PIN in the place of the former one, and open its lock."""
    session.merge(PinRow(extension=extension, hash=hashed, set_at=now, set_by=by))
    unlock(session, extension)


def unlock(session: Session, extension: str) -> bool:
    """Forget wrong tries and the lock; False when there were none."""
    gone = session.execute(delete(PinTriesRow).where(PinTriesRow.subject == f"extension {extension}"))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def is_set(session: Session, extension: str) -> bool:
    """Whether there is a PIN."""
    return _stored(session, extension) is not None


def _digest(pin: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=2 * 128 * cost * block)


_NOBODYS = f"{_SCHEME}${COST}${BLOCK}${PARALLEL}${'00' * SALT_BYTES}${'00' * 64}"


def _stored(session: Session, extension: str) -> str | None:
    row = session.get(PinRow, extension)
    return None if row is None else row.hash


def _tries(session: Session, subject: str, now: datetime) -> PinTriesRow:
    """The count of wrong ones, locked until the transaction ends: tries at the same time queue for it."""
    row = session.get(PinTriesRow, subject[:100], with_for_update=True)
    if row is None:
        row = PinTriesRow(subject=subject[:100], wrong=0, locks=0, locked_until=None, at=now)
        session.add(row)
        session.flush()
    return row


def _is_locked(row: PinTriesRow, now: datetime) -> bool:
    return row.locked_until is not None and now < row.locked_until


def _forget(row: PinTriesRow) -> None:
    row.wrong, row.locks, row.locked_until = 0, 0, None


def _count(row: PinTriesRow, rules: PinRules, tries: int, now: datetime) -> _Lock | None:
    """Count a wrong one; gives the lock that this closed."""
    row.wrong, row.at = row.wrong + 1, now
    if row.wrong < tries:
        return None
    row.locked_until = until = now + timedelta(seconds=rules.lock_length(row.locks))
    row.wrong, row.locks = 0, row.locks + 1
    return _Lock(until, row.locks)
