"""What is done at the start and once a day, and what a process that died has left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from ari_absence.app.books import Books
from ari_absence.app.mailbox_desk import GreetingLoans
from ari_absence.app.records import Records
from ari_absence.asterisk import ids
from ari_absence.errors import LedgerError
from ari_absence.ledger.aways import forget_aways
from ari_absence.ledger.backups import KEPT_FOR, forget_old_backups
from ari_absence.ledger.expiring import Expiring, waited_for
from ari_absence.ledger.forward_log import changes_not_logged
from ari_absence.ledger.forward_watch import LedgerForwards
from ari_absence.ledger.mailbox_purge import purge_mailboxes
from ari_absence.ledger.orphans import Orphans
from ari_absence.ledger.owed_purge import expire_owed
from ari_absence.ledger.settling import purge
from ari_absence.ledger.store import FILE_NAME

FORGET_EVERY_SECONDS = 24 * 3600.0
KEEP_AGAIN_SECONDS = 10.0  # after a disk was full: who has made room wants to see that it helps

log = structlog.get_logger()


class Housekeeping:
    """Keeps the ledger tidy. ``on_messages_changed`` is told when messages have come or gone by it."""

    def __init__(
        self,
        records: Records,
        books: Books,
        greeting_loans: GreetingLoans,
        on_messages_changed: Callable[[], None],
    ) -> None:
        self._records = records
        self._books = books
        self._greeting_loans = greeting_loans
        self._on_messages_changed = on_messages_changed
        self._adopting = asyncio.Lock()
        self._watching = asyncio.Lock()

    async def run(self) -> None:
        """At the start and once a day: tell changed forwards, forget what was settled longer ago than is kept."""
        await self._log_forwards()
        while True:
            # before what has ended is forgotten, so that its end is known as one
            await self.watch_forwards()
            try:
                await self._expire_owed()
                await self._forget_old()
            except LedgerError as error:
                log.error("old entries could not be forgotten", reason=str(error))
            await asyncio.sleep(FORGET_EVERY_SECONDS)

    async def keep_again(self) -> None:
        """For ever: what could not be kept, for the disk was full or slow, becomes a message when it is not."""
        while True:
            await asyncio.sleep(KEEP_AGAIN_SECONDS)
            if names := self._books.notebook.take_unkept():
                await self.adopt(names)
            with suppress(LedgerError):  # it was logged when it first failed
                await self._books.notebook.close_again()

    async def watch_forwards(self) -> None:
        """Tell everybody whose calls go elsewhere than they did when we last looked."""
        books = self._books
        try:
            async with self._watching:  # two looks, by two configurations, would tell the change to and fro
                await LedgerForwards(books.thread).watch(self._records.directory(), books.clock.now())
        except LedgerError as error:
            log.error("changes of forwards could not be looked for", reason=str(error))
        books.outbox.wake()

    async def _log_forwards(self) -> None:
        """What commands changed while we did not run; what they change from now on they tell us."""
        try:
            changes = await self._books.thread.write(changes_not_logged)
        except LedgerError as error:
            log.error("changes of forwards could not be looked for", reason=str(error))
            return
        for each in changes:
            log.info(
                "forwards.changed",
                extension=each.extension,
                what=each.what,
                occasion=each.occasion,
                by=each.by,
                at=each.at.isoformat(timespec="seconds"),
            )

    async def adopt(self, names: list[str]) -> None:
        """Recordings of ours that no living call owns: a process of ours died while they were made."""
        books = self._books
        country = self._records.directory().site.country
        orphans = Orphans(
            books.notebook, books.thread, books.addressees, self._records.limits, books.clock, country
        )
        for name in names:
            try:
                async with self._adopting:  # the reconciliation and a late event may name the same one
                    await orphans.adopt(name, ids.owner(name))
            except LedgerError as error:
                log.error("a recording could not be taken in", recording=name, reason=str(error))
        books.outbox.wake()
        self._on_messages_changed()
        await books.notebook.clear_leftovers()

    async def _expire_owed(self) -> None:
        """Give up calls that were owed for long; that is logged and told, and stands in the history of each."""
        thread, now = self._books.thread, self._books.clock.now()
        days = self._records.limits().callback_expires_days
        directory, absences = self._records.directory(), self._records.absences
        since = now - timedelta(days=days)
        waits_for = await thread.read(lambda session: waited_for(session, directory, absences, since, now))
        telling = Expiring(directory, self._books.addressees, now)
        expire = partial(expire_owed, days=days, now=now, waits_for=waits_for, tell=telling.tell)
        while expired := await thread.write(expire):
            log.warning("callbacks.expired", callbacks=expired)
            self._books.outbox.wake()

    async def _forget_old(self) -> None:
        books, storage = self._books, self._records.configuration.storage
        before = books.clock.now() - timedelta(days=storage.keep_days)
        while gone := await books.thread.write(partial(purge, before=before)):
            log.info("old entries forgotten", rows=gone)
            self._on_messages_changed()
        await books.thread.write(partial(forget_aways, before=before))
        await self._forget_backups(storage.folder / FILE_NAME, timedelta(days=storage.keep_days))
        await self._forget_deleted(before, timedelta(hours=storage.deleted_keep_hours))
        await books.notebook.clear_leftovers()

    async def _forget_backups(self, file: Path, keep: timedelta) -> None:
        """What is gone from the ledger must not live on in its copies."""
        before = self._books.clock.now() - min(keep, KEPT_FOR)
        gone = await self._books.thread.do(partial(forget_old_backups, file, before))
        if gone:
            log.info("copies from before an upgrade removed", files=[each.name for each in gone])

    async def _forget_deleted(self, before: datetime, grace: timedelta) -> None:
        """What owners have deleted, after its hours of grace; nothing of it stays in the database's journal either."""
        thread = self._books.thread
        forget = partial(purge_mailboxes, deleted_before=self._books.clock.now() - grace, before=before)
        while gone := await thread.write(forget):
            log.info("deleted messages forgotten", rows=gone)
        await self._greeting_loans.refresh()
        await thread.clear_journal()
