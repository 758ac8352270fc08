"""The parts of a snapshot: people, absences, hours and the site, as what JSON can hold, and back.

Hours and holidays are shared by many, so they stand in tables of their own and are named by their place there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ari_absence.core.absences import Absence, DatedAbsence, RecurringAbsence
from ari_absence.core.facts import NOWHERE, Kind
from ari_absence.core.hours import Holiday, HolidayCalendar, WeeklyHours
from ari_absence.core.people import (
    OCCASIONS,
    Directory,
    Disclosure,
    Handling,
    Limits,
    Occasion,
    Person,
    Site,
    SiteAnswer,
)
from ari_absence.core.recurrence import MonthlyByDay, MonthlyByWeekday, Recurrence, Weekly
from ari_absence.core.steps import DELEGATE, Destination, Step, Way

_MESSAGE = Step((Destination(Way.MESSAGE),))
_YEARS = range(-1, 4)
"""Public holidays of these years from now on are written down: a return is looked for two years ahead."""

_RECURRENCES: dict[str, type[Recurrence]] = {
    each.__name__: each for each in (Weekly, MonthlyByDay, MonthlyByWeekday)
}


class Tables:
    """The hours and holidays that were written so far. ``year`` is that of the snapshot."""

    def __init__(self, year: int) -> None:
        self._year = year
        self._places: dict[object, int] = {}
        self.hours: list[Any] = []
        self.holidays: list[list[str]] = []

    def place_of_hours(self, hours: WeeklyHours) -> int:
        """The place of ``hours`` in their table."""
        key = hours.days
        if key not in self._places:
            self._places[key] = len(self.hours)
            self.hours.append(hours.days)
        return self._places[key]

    def place_of_holidays(self, holidays: HolidayCalendar) -> int:
        """The place of ``holidays`` in their table; of a holiday nobody is told the name."""
        if holidays not in self._places:
            self._places[holidays] = len(self.holidays)
            self.holidays.append(sorted(day.isoformat() for day in self._days_of(holidays)))
        return self._places[holidays]

    def _days_of(self, holidays: HolidayCalendar) -> set[date]:
        public = holidays.public
        years = [self._year + offset for offset in _YEARS]
        return set(holidays.days).union(*(public(year) for year in years)) if public else set(holidays.days)


class ReadTables:
    """The tables as they were read; each entry is made when it is first asked for."""

    def __init__(self, hours: list[Any], holidays: list[list[str]]) -> None:
        self._hours = hours
        self._holidays = holidays
        self._known: dict[int, HolidayCalendar] = {}

    def hours(self, place: int) -> WeeklyHours:
        """The hours at ``place``."""
        days = tuple(tuple((int(first), int(last)) for first, last in spans) for spans in self._hours[place])
        if len(days) != 7:
            raise ValueError("a week has seven days")
        return WeeklyHours(days)

    def holidays(self, place: int) -> HolidayCalendar:
        """The holidays at ``place``; the same calendar for everybody."""
        if place not in self._known:
            days = {date.fromisoformat(day): Holiday("", NOWHERE) for day in self._holidays[place]}
            self._known[place] = HolidayCalendar(days)
        return self._known[place]


def instant(text: str) -> datetime:
    """An instant with its UTC offset. Raises ValueError for one without."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs its UTC offset")
    return at


def site(site: Site, tables: Tables) -> dict[str, Any]:
    """The office as a whole."""
    return {
        "company": site.company,
        "zone": site.zone.key,
        "country": site.country,
        "language": site.language,
        "disclosure": site.disclosure.value,
        "answers": [[answer.title, answer.text] for answer in site.answers],
        "limits": asdict(site.limits),
        "keys": dict(site.keys),
        "hours": None if site.hours is None else tables.place_of_hours(site.hours),
        "holidays": None if site.holidays is None else tables.place_of_holidays(site.holidays),
    }


def read_site(told: dict[str, Any], tables: ReadTables) -> Site:
    """The reverse of :func:`site`. Its operator can't be rung, so there is none."""
    hours, holidays = told["hours"], told["holidays"]
    return Site(
        company=str(told["company"]),
        zone=ZoneInfo(told["zone"]),
        country=str(told["country"]),
        language=str(told["language"]),
        disclosure=Disclosure(told["disclosure"]),
        answers=tuple(SiteAnswer(str(title), str(text)) for title, text in told["answers"]),
        limits=_read_limits(told["limits"]),
        keys={str(action): str(key) for action, key in told["keys"].items()},
        hours=None if hours is None else tables.hours(hours),
        holidays=None if holidays is None else tables.holidays(holidays),
    )


def _read_limits(told: dict[str, Any]) -> Limits:
    usual = Limits()
    values = {each.name: type(getattr(usual, each.name))(told[each.name]) for each in fields(Limits)}
    return Limits(**values)


def person(
    person: Person, directory: Directory, set_absences: Sequence[Absence], tables: Tables
) -> dict[str, Any]:
    """Somebody with what the configuration says and what was set; see ``snapshot`` for what is left out."""
    return {
        "name": person.name,
        "zone": person.zone.key,
        "hours": tables.place_of_hours(person.hours),
        "holidays": tables.place_of_holidays(person.holidays),
        "disclosure": person.disclosure.value if person.disclosure else None,
        "absences": [_absence(each) for each in person.absences],
        "set": [_absence(each) for each in set_absences],
        "handling": {
            word: _handling(directory.handling_of(person, occasion)) for word, occasion in OCCASIONS.items()
        },
    }


def read_person(
    extension: str, told: dict[str, Any], tables: ReadTables
) -> tuple[Person, tuple[Absence, ...]]:
    """The reverse of :func:`person`."""
    disclosure = told["disclosure"]
    handling: dict[Occasion, Handling] = {
        OCCASIONS[word]: _read_handling(each) for word, each in told["handling"].items()
    }
    found = Person(
        extension=extension,
        name=str(told["name"]),
        phones=(),
        zone=ZoneInfo(told["zone"]),
        hours=tables.hours(told["hours"]),
        holidays=tables.holidays(told["holidays"]),
        disclosure=None if disclosure is None else Disclosure(disclosure),
        absences=tuple(map(_read_absence, told["absences"])),
        handling=handling,
    )
    return found, tuple(map(_read_absence, told["set"]))


def _handling(handling: Handling) -> list[Any]:
    """Which promise counts depends on whether calls go anywhere; where they go does not matter here."""
    ways = {each.way for step in handling.reach for each in step.destinations}
    return [handling.promise_seconds, bool(ways), Way.MESSAGE in ways]


def _read_handling(told: list[Any]) -> Handling:
    promise_seconds, goes_on, ends_in_message = told
    reach = (_MESSAGE,) if ends_in_message else (DELEGATE,) if goes_on else ()
    return Handling(reach=reach, promise_seconds=None if promise_seconds is None else int(promise_seconds))


def _absence(absence: Absence) -> list[Any]:
    if isinstance(absence, DatedAbsence):
        end = absence.end.isoformat() if absence.end else None
        return ["dated", absence.kind.value, absence.start.isoformat(), end]
    return [
        "recurring",
        absence.kind.value,
        _rule(absence.rule),
        absence.zone.key,
        [absence.start_minute, absence.end_minute, absence.first_day, absence.last_day],
        sorted(absence.except_days),
    ]


def _rule(rule: Recurrence) -> list[Any]:
    told = asdict(rule)
    if isinstance(rule, Weekly):
        told["weekdays"] = sorted(rule.weekdays)
    return [type(rule).__name__, told]


def _read_absence(told: list[Any]) -> Absence:
    if told[0] == "dated":
        _, kind, start, end = told
        return DatedAbsence(Kind(kind), instant(start), None if end is None else instant(end))
    _, kind, rule, zone, bounds, except_days = told
    start_minute, end_minute, first_day, last_day = map(int, bounds)
    days = frozenset(map(int, except_days))
    return RecurringAbsence(
        Kind(kind), _read_rule(rule), ZoneInfo(zone), start_minute, end_minute, first_day, last_day, days
    )


def _read_rule(told: list[Any]) -> Recurrence:
    name, values = told
    if name == Weekly.__name__:
        values = {**values, "weekdays": frozenset(map(int, values["weekdays"]))}
    return _RECURRENCES[name](**values)
