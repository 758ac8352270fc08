"""Tells whom one number has called again and again: one summary, when it is quiet again."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from sqlalchemy.orm import Session

from ari_absence.app.books import Books
from ari_absence.core.admission import Admission, Flood
from ari_absence.errors import LedgerError
from ari_absence.ledger.deliveries import Notice, queue_notice

LOOK_SECONDS = 15.0

log = structlog.get_logger()


class Floods:
    """Looks now and then whether a flood has ended."""

    def __init__(self, admission: Admission, books: Books) -> None:
        self._admission = admission
        self._books = books

    async def run(self) -> None:
        """Tell every flood that ends, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.tell(asyncio.get_running_loop().time())

    async def tell(self, now_seconds: float) -> None:
        """Mail one summary of each flood that has ended to everybody it was for."""
        for flood in self._admission.over(now_seconds):
            log.warning("calls.too_often", calls=flood.calls, extensions=" ".join(flood.extensions))
            try:
                await self._books.thread.write(partial(self._queue, flood))
            except LedgerError as error:
                log.error("that a number called too often could not be told", reason=str(error))
            self._books.outbox.wake()

    def _queue(self, flood: Flood, session: Session) -> None:
        for extension in flood.extensions:
            facts = {"extension": extension, "number": flood.number, "calls": flood.calls}
            to = self._books.addressees.of(extension)
            queue_notice(session.connection(), Notice.CALLED_TOO_OFTEN, facts, to, self._books.clock.now())
