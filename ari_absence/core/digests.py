"""What is summed up for somebody who was away, for a manager and for the operator. Pure; instants are in UTC.

A digest holds numbers and names of callers; no note, no place, nobody's private number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ari_absence.core.people import Directory, Person, SetAbsences
from ari_absence.core.returns import day_begins, next_working_day
from ari_absence.core.schedule import State, state_at

LONG = timedelta(hours=12)
"""Whoever was away for longer is welcomed even if nothing has come."""

MORNING_LASTS = timedelta(hours=3)
"""Whoever is not there by then needs no digest of the morning any more."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came while somebody was away: how many people called, and what waits for their owner now."""

    callers: int = 0
    messages: int = 0
    callbacks: int = 0
    overdue: int = 0
    taken: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any((self.callers, self.messages, self.callbacks))


def is_absence(state: State) -> bool:
    """Whether somebody is away for a reason of their own: nights, breaks and holidays are no absences."""
    return not state.present and state.absence is not None


def worth_speaking(tally: Tally, away: timedelta, least: timedelta) -> bool:
    """Whether whoever comes back after ``away`` is told at their phone; lunch is shorter than ``least``."""
    return away >= least and (tally.anything or away >= LONG)


def worth_mailing(tally: Tally, away: timedelta, least: timedelta) -> bool:
    """Whether they are mailed: an empty digest is a mail too many."""
    return away >= least and tally.anything


def people_of(manager: str, directory: Directory) -> tuple[str, ...]:
    """The extensions of those whom ``manager`` manages."""
    return tuple(each.extension for each in directory.people.values() if each.manager == manager)


def readers_of(directory: Directory) -> tuple[str, ...]:
    """Who gets the digests of others: every manager, and the operator."""
    managers = {each.manager for each in directory.people.values() if each.manager}
    operator = directory.site.operator
    return tuple(sorted(key for key in {*managers, operator} if key is not None and key in directory.people))


def morning_of(person: Person, now: datetime) -> datetime | None:
    """When ``person``'s working day of ``now`` begins, or began; None: by their hours they don't work on it."""
    begins_at = day_begins(person, now.astimezone(person.zone).date())
    return begins_at if person.hours.open_at(begins_at, person.zone, person.holidays) else None


def is_morning(person: Person, present: bool, now: datetime) -> bool:
    """Whether the digests of the morning are due: ``person`` is there, and their day has just begun."""
    begins_at = morning_of(person, now)
    return present and begins_at is not None and begins_at <= now < begins_at + MORNING_LASTS


def next_morning(person: Person, now: datetime) -> datetime:
    """When their next working day begins after ``now``."""
    begins_at = morning_of(person, now)
    return begins_at if begins_at is not None and begins_at > now else next_working_day(person, now)


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """The ISO week of ``at`` by the wall clock of ``zone``: ``2026-W47``."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def away_today(directory: Directory, absences: SetAbsences, now: datetime) -> Iterator[tuple[Person, State]]:
    """Who is away now for a reason of their own."""
    for person in directory.people.values():
        state = state_at(person, now, absences.of(person.extension))
        if is_absence(state):
            yield person, state
