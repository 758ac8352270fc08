"""Notices who is away and who is back, and has what came meanwhile ready for them: once for each absence."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from ari_absence.app.records import Records
from ari_absence.attendant.welcome_back import News
from ari_absence.clock import Clock
from ari_absence.core.digests import Tally, is_absence
from ari_absence.core.people import Directory, Person
from ari_absence.core.schedule import State, state_at
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.aways import away_now, note_away, note_spoken, unspoken
from ari_absence.ledger.digests import digest_of, welcome_back
from ari_absence.ledger.thread import LedgerThread

_AT_ONCE = 50  # people looked at before calls have their turn

log = structlog.get_logger()


class Returns:
    """The port ``attendant.welcome_back.ReturnBook``, and what keeps it true.

    Every method may raise :class:`LedgerError`; what was not noted then is noticed at the next look.
    """

    def __init__(self, thread: LedgerThread, records: Records, addressees: Addressees, clock: Clock) -> None:
        self._thread = thread
        self._records = records
        self._addressees = addressees
        self._clock = clock
        self._away: dict[str, datetime] | None = None  # as the ledger has it
        self._look_at: dict[str, datetime | None] = {}

    def forget(self, extensions: Collection[str] | None = None) -> None:
        """Look at these people (None: everybody) again: they have come or gone, or the configuration is another."""
        if extensions is None:
            self._look_at.clear()
        for extension in extensions or ():
            self._look_at.pop(extension, None)

    async def look(self, extensions: Collection[str] | None = None) -> frozenset[str]:
        """Note who has come or gone since the last look (of these people; None: of everybody); gives who."""
        now, directory = self._clock.now(), self._records.directory()
        if self._away is None:
            self._away = await self._thread.read(away_now)
        changed = set()
        people = directory.people.values() if extensions is None else _known(extensions, directory)
        due = [person for person in people if self._is_due(person.extension, now)]
        for count, person in enumerate(due):
            if count % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # thousands go home at the same minute, and calls go on
            if await self._look_at_person(person, now):
                changed.add(person.extension)
        return frozenset(changed)

    def next_at(self) -> datetime | None:
        """When the next of them comes or goes by what is known."""
        return min((at for at in self._look_at.values() if at is not None), default=None)

    async def news(self, extension: str) -> News | None:
        """What is to be said to somebody who is back; None: nothing, or they are still away."""
        self.forget([extension])
        await self.look([extension])
        now = self._clock.now()

        def read(session: Session) -> News | None:
            away = unspoken(session, extension, now)
            return None if away is None else News(away.away_id, digest_of(session, away, now).tally)

        return None if self._is_away(extension) else await self._thread.read(read)

    async def note_said(self, news: News) -> None:
        """It was said, and is not said again."""
        await self._thread.write(partial(note_spoken, away_id=news.away_id, now=self._clock.now()))

    def _is_due(self, extension: str, now: datetime) -> bool:
        at = self._look_at.get(extension, now)
        return at is not None and at <= now

    def _is_away(self, extension: str) -> bool:
        return extension in (self._away or {})

    async def _look_at_person(self, person: Person, now: datetime) -> bool:
        """Note it if they have come or gone."""
        extension = person.extension
        state = state_at(person, now, self._records.absences.of(extension))
        changed = False
        if is_absence(state) and not self._is_away(extension):
            await self._went(extension, state, now)
            changed = True
        elif state.present and self._is_away(extension):
            await self._came(extension, now)
            changed = True
        self._look_at[extension] = state.until
        return changed

    async def _went(self, extension: str, state: State, now: datetime) -> None:
        began_at, kind = state.began or now, state.kind
        word = "" if kind is None else kind.value
        await self._thread.write(lambda session: note_away(session, extension, word, began_at))
        self._all_away()[extension] = began_at

    async def _came(self, extension: str, now: datetime) -> None:
        settings = self._records.configuration.digests
        addressees = self._addressees

        def work(session: Session) -> Tally | None:
            digest = welcome_back(session, extension, settings.least_away, addressees, now)
            return None if digest is None else digest.tally

        tally = await self._thread.write(work)
        self._all_away().pop(extension, None)
        if tally is not None:
            log.info("absence.over", extension=extension, callers=tally.callers, owed=tally.callbacks)

    def _all_away(self) -> dict[str, datetime]:
        if self._away is None:
            self._away = {}
        return self._away


def _known(extensions: Collection[str], directory: Directory) -> list[Person]:
    return [directory.people[each] for each in extensions if each in directory.people]
