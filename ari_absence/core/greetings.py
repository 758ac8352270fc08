"""Greetings that people record by phone: for which absence, until when, and when one may have been forgotten. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto

from ari_absence.core.facts import Kind


class GreetingKind(StrEnum):
    """The absences that a greeting can be recorded for, as the star codes name them."""

    AWAY = auto()
    MEETING = auto()
    OUT = auto()
    BUSINESS_TRIP = auto()
    LEFT = auto()
    LEAVE = auto()  # a day off, a vacation, a leave
    DND = auto()


STAR_CODE_KINDS: Mapping[str, GreetingKind] = {
    str(number): kind for number, kind in enumerate(GreetingKind, start=1)
}
"""The kinds of greeting by the last digit of the star code that sets such an absence."""

_GREETED_AS = {
    Kind.DAY_OFF: GreetingKind.LEAVE,
    Kind.VACATION: GreetingKind.LEAVE,
    **{Kind(kind.value): kind for kind in GreetingKind},
}

DAYS_AHEAD_MAX = 300
UNDATED_REMINDER = timedelta(days=30)
"""Since when a greeting without an end is worth a word: whoever recorded it may have forgotten it."""


def greeting_kind(kind: Kind | None) -> GreetingKind | None:
    """Which greeting stands for this kind of absence; None: our own words always do."""
    return None if kind is None else _GREETED_AS.get(kind)


@dataclass(frozen=True, slots=True)
class Greeting:
    """A greeting that its owner recorded by phone. ``expires_at`` (UTC) None: until it is deleted."""

    audio_id: str
    kind: GreetingKind
    recorded_at: datetime
    expires_at: datetime | None = None
    seconds: float = 0.0

    def in_force(self, at: datetime) -> bool:
        """Whether callers hear it at the instant ``at``; never from its end on."""
        return self.expires_at is None or at < self.expires_at


@dataclass(frozen=True, slots=True)
class SetGreetings:
    """The greetings recorded by phone, by extension."""

    by_extension: Mapping[str, Sequence[Greeting]] = field(default_factory=dict)

    def of(self, extension: str, kind: Kind | None, at: datetime) -> Greeting | None:
        """What callers of ``extension`` hear at ``at`` while it is absent for ``kind``; None: our own words."""
        wanted = greeting_kind(kind)
        found = (each for each in self.by_extension.get(extension, ()) if each.kind is wanted)
        return next((each for each in found if each.in_force(at)), None)


def to_be_reminded_of(greetings: Iterable[Greeting], now: datetime, *, present: bool) -> list[Greeting]:
    """Those that their owner may have forgotten: in force though they are ``present`` again, or for a month."""
    return [each for each in greetings if each.in_force(now) and _may_be_forgotten(each, now, present)]


def _may_be_forgotten(greeting: Greeting, now: datetime, present: bool) -> bool:
    if greeting.expires_at is None:
        return now - greeting.recorded_at > UNDATED_REMINDER
    return present


def coming_day(digits: str, today: date) -> date | None:
    """The day within ``DAYS_AHEAD_MAX`` from ``today`` on that ``MMDD`` names; None: there is none.

    A day that has just passed would else be one of next year, and nobody would notice.


    >>> coming_day("1224", date(2026, 11, 25)), coming_day("0102", date(2026, 11, 25)), coming_day("0230", date.min)
    (datetime.date(2026, 12, 24), datetime.date(2027, 1, 2), None)
    """
    if not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
        return None
    for year in (today.year, today.year + 1):
        try:
            day = date(year, int(digits[:2]), int(digits[2:]))
        except ValueError:
            continue
        if today <= day <= today + timedelta(days=DAYS_AHEAD_MAX):
            return day
    return None
