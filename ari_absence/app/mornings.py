"""What managers and the operator get when their working day begins, and once a week the report: each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from ari_absence.app.records import Records
from ari_absence.clock import Clock
from ari_absence.core.digests import (
    away_today,
    is_morning,
    next_morning,
    people_of,
    readers_of,
    week_of,
)
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory, Person
from ari_absence.core.schedule import back_at, state_at
from ari_absence.core.weekly import as_facts, report_of, week_bounds
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.day_digest import AwayToday, Reader, day_facts
from ari_absence.ledger.deliveries import Notice
from ari_absence.ledger.digests import DigestKind, Sending, send_once, was_sent
from ari_absence.ledger.thread import LedgerThread
from ari_absence.ledger.week_reading import week_counts

_LATE_LOOK = timedelta(minutes=5)


class Mornings:
    """Sends the digests of the morning. Methods may raise :class:`LedgerError`; nothing was sent then."""

    def __init__(self, thread: LedgerThread, records: Records, addressees: Addressees, clock: Clock) -> None:
        self._thread = thread
        self._records = records
        self._addressees = addressees
        self._clock = clock
        self._look_at: datetime | None = None
        self._seen: set[tuple[str, str]] = (
            set()
        )  # whose morning needs no other look; the ledger knows what was sent

    def forget(self) -> None:
        """The configuration is another: look again whose morning comes next."""
        self._look_at = None

    async def send(self) -> bool:
        """Queue what is due now; says whether anything was. Usually nothing is, and nothing is looked at."""
        now, sent = self._clock.now(), False
        if self._look_at is not None and now < self._look_at:
            return False
        for reader in self._whose_morning(now):
            morning = (reader.extension, _day_of(reader, now))
            if morning not in self._seen:
                sent = await self._thread.write(partial(self._send_to, person=reader, now=now)) or sent
                self._seen.add(morning)
        self._look_at = self._next_look(now)
        return sent

    def next_at(self) -> datetime | None:
        """When it is to be looked again; None: nobody gets a digest."""
        return self._look_at if self._wanted() else None

    def _next_look(self, now: datetime) -> datetime:
        """When the next working day of a reader begins; soon, while one is late for theirs."""
        directory = self._records.directory()
        readers = [directory.people[each] for each in readers_of(directory)]
        if any(is_morning(each, True, now) and not self._is_there(each, now) for each in readers):
            return now + _LATE_LOOK
        return min((next_morning(each, now) for each in readers), default=now + timedelta(days=1))

    def _is_there(self, person: Person, now: datetime) -> bool:
        return state_at(person, now, self._records.absences.of(person.extension)).present

    def _wanted(self) -> bool:
        digests = self._records.configuration.digests
        return digests.morning or digests.weekly

    def _whose_morning(self, now: datetime) -> Iterator[Person]:
        directory = self._records.directory()
        for extension in readers_of(directory) if self._wanted() else ():
            person = directory.people[extension]
            if is_morning(person, self._is_there(person, now), now):
                yield person

    def _send_to(self, session: Session, person: Person, now: datetime) -> bool:
        digests = self._records.configuration.digests
        sent = digests.morning and self._send_day(session, person, _day_of(person, now), now)
        last_week = week_of(now - timedelta(days=7), person.zone)
        return (digests.weekly and self._send_week(session, person, last_week, now)) or sent

    def _send_day(self, session: Session, person: Person, day: str, now: datetime) -> bool:
        if was_sent(session, DigestKind.MORNING, person.extension, day):
            return False
        facts = day_facts(session, self._reader(person, now), now)
        if facts is None:
            return False
        sending = Sending(DigestKind.MORNING, person.extension, day, Notice.DAY_BEGINS, facts)
        return send_once(session, sending, self._addressees, now)

    def _send_week(self, session: Session, person: Person, week: str, now: datetime) -> bool:
        if was_sent(session, DigestKind.WEEK, person.extension, week):
            return False
        counts = week_counts(session, *week_bounds(week, person.zone))
        report = report_of(week, counts, names_for(person, self._records.directory()))
        facts = {
            "extension": person.extension,
            "zone": person.zone.key,
            "week": week,
            "lines": as_facts(report),
        }
        sending = Sending(DigestKind.WEEK, person.extension, week, Notice.WEEK_REPORT, facts)
        return bool(report.lines) and send_once(session, sending, self._addressees, now)

    def _reader(self, person: Person, now: datetime) -> Reader:
        directory = self._records.directory()
        whole_house = person.extension == directory.site.operator
        away = tuple(self._away(now)) if whole_house else ()
        names = names_for(person, directory)
        return Reader(person.extension, person.zone.key, tuple(names.items()), away, whole_house)

    def _away(self, now: datetime) -> Iterator[AwayToday]:
        absences = self._records.absences
        for person, _state in away_today(self._records.directory(), absences, now):
            back = back_at(person, now, absences.of(person.extension))
            yield AwayToday(person.name, person.extension, back)


def _day_of(person: Person, now: datetime) -> str:
    return now.astimezone(person.zone).date().isoformat()


def names_for(person: Person, directory: Directory) -> dict[str, str]:
    """Whose numbers ``person`` gets, by extension: a manager their people's, the operator's are all."""
    if person.extension != directory.site.operator:
        return {each: directory.people[each].name for each in people_of(person.extension, directory)}
    names = {each.extension: each.name for each in directory.people.values()}
    return names | {TEAM + key: team.name for key, team in directory.teams.items()}
