"""One thread for everything that touches the ledger or its audio files.

The event loop never waits for a disk. One thread, because SQLite has one writer anyway, and because work
that is done in the order it was asked for needs no further locks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ari_absence.errors import LedgerError
from ari_absence.ledger.store import Store

LIMIT_SECONDS = 6.0  # a caller hears nothing meanwhile; longer than the store waits for another writer

Result = TypeVar("Result")

Changing = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction that is on the disk when its block has ended."""


class LedgerThread:
    """Runs work on the ledger in its own thread. Everything has a time limit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    async def read(self, work: Callable[[Session], Result], limit_seconds: float = LIMIT_SECONDS) -> Result:
        """What ``work`` gives, run in a reading transaction.

        Raises:
            LedgerError: the ledger refused, or took longer than ``limit_seconds``.
        """

        def transaction(_given_up: threading.Event) -> Result:
            with self._store.reading() as session:
                return work(session)

        return await self._run(transaction, limit_seconds)

    async def write(self, work: Callable[[Session], Result], limit_seconds: float = LIMIT_SECONDS) -> Result:
        """What ``work`` gives, run in a transaction that is on the disk when this returns.

        Raises:
            LedgerError: the ledger refused, or took longer than ``limit_seconds``; nothing was written,
                unless the time ran out during the commit itself.
        """

        def transaction(given_up: threading.Event) -> Result:
            with self._store.writing() as session:
                result = work(session)
                session.flush()
                if given_up.is_set():
                    raise LedgerError("the ledger was too slow; nothing was written")
                return result

        return await self._run(transaction, limit_seconds)

    async def query(
        self, work: Callable[[Connection], Result], limit_seconds: float = LIMIT_SECONDS
    ) -> Result:
        """As :meth:`read`, for statements without objects."""

        def transaction(_given_up: threading.Event) -> Result:
            with self._store.querying() as connection:
                return work(connection)

        return await self._run(transaction, limit_seconds)

    async def change(
        self, work: Callable[[Connection], Result], limit_seconds: float = LIMIT_SECONDS
    ) -> Result:
        """As :meth:`write`, for statements without objects."""

        def job(changing: Changing) -> Result:
            with changing() as connection:
                return work(connection)

        return await self.job(job, limit_seconds)

    async def job(self, work: Callable[[Changing], Result], limit_seconds: float = LIMIT_SECONDS) -> Result:
        """What ``work`` gives: something with files, and a transaction that it begins itself when it is ready.

        One job for both, because each costs two changes of the thread.

        Raises:
            LedgerError: as :meth:`change`.
        """

        def begin(given_up: threading.Event) -> Result:
            return work(lambda: self._changing(given_up))

        return await self._run(begin, limit_seconds)

    @contextmanager
    def _changing(self, given_up: threading.Event) -> Iterator[Connection]:
        with self._store.changing() as connection:
            yield connection
            if given_up.is_set():
                raise LedgerError("the ledger was too slow; nothing was written")

    async def do(self, work: Callable[[], Result], limit_seconds: float = LIMIT_SECONDS) -> Result:
        """What ``work`` gives: something with files that belongs in order with the ledger's transactions.

        Raises:
            LedgerError: it took longer than ``limit_seconds``.
        """
        return await self._run(lambda _given_up: work(), limit_seconds)

    async def clear_journal(self) -> None:
        """Leave nothing of what was deleted in the database's journal.

        Raises:
            LedgerError: the ledger refused, or took too long.
        """
        await self._run(lambda _given_up: self._store.clear_journal(), LIMIT_SECONDS)

    async def close(self) -> None:
        """Finish what was begun and close the store."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=False)
        self._store.close()

    async def _run(self, work: Callable[[threading.Event], Result], limit_seconds: float) -> Result:
        given_up = threading.Event()
        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, work, given_up)
        except RuntimeError as fault:
            raise LedgerError("the ledger is closed") from fault
        try:
            async with asyncio.timeout(limit_seconds):
                return await future
        except TimeoutError as fault:
            raise LedgerError(f"the ledger did not answer within {limit_seconds:g} seconds") from fault
        finally:
            # We left without the result: what is still queued won't begin, what has begun won't be committed.
            if not future.done() or future.cancelled():
                given_up.set()
