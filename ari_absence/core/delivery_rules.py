"""By which channels something is told, and when: rules by kind, urgency and hour, cascades, quiet hours. Pure.

A rule says when it fits and what is done then. The first that fits counts, and only that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from ari_absence.core.facts import NOWHERE, Source
from ari_absence.core.localtime import instant_of_local

EMAIL, DISPLAY, PHONE = "email", "display", "phone"
BUILT_IN = (EMAIL, DISPLAY, PHONE)
"""The channels that need no hook: mail, a text on the desk phone's display, a call that reads it out."""

LAMP = "lamp"
"""The message lamp is no channel: it shows what there is at every moment, whatever was told by which way."""

_SECOND_STEP, _THIRD_STEP = timedelta(minutes=15), timedelta(minutes=30)

Spans = tuple[tuple[int, int], ...]
"""Minutes of the local day: begin and end, half-open; an end beyond 1440 lies on the next day."""


class ItemKind(StrEnum):
    """What kind of thing is told."""

    MESSAGE = auto()
    CALLBACK = auto()
    """Somebody asked to be called back."""
    JUST_CALLED = auto()
    WILL_CALL_AGAIN = auto()
    MISSED = auto()
    NOTICE = auto()
    REMINDER = auto()
    DIGEST = auto()
    TRANSCRIPT = auto()


NOTICES = (
    "mailbox_filling",
    "mailbox_full",
    "disk_full",
    "delivery_dead",
    "pin_locked",
    "called_too_often",
    "callback_handed_over",
    "callback_due",
    "callback_overdue",
    "callback_expired",
    "welcome_back",
    "day_begins",
    "week_report",
)
"""The notices by their own names, for rules about one of them.

Where calls go on to is told by mail only: it may name its owner's private number.
"""

ALWAYS_MAILED = "delivery_dead"
"""Told by mail, too, whatever the rules say: they may lead where nothing can be delivered."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be told. ``name`` is that of a notice, else empty."""

    kind: ItemKind
    urgent: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """One step: these channels at once, ``after`` the item was left."""

    by: tuple[str, ...]
    after: timedelta = timedelta()


class WorkHours(StrEnum):
    """Whether the owner's working hours are running."""

    INSIDE = auto()
    OUTSIDE = auto()


@dataclass(frozen=True, slots=True)
class Hour:
    """A moment by its owner's clock: whether they are expected to work, and the minute of the local day."""

    at_work: bool
    minute: int


@dataclass(frozen=True, slots=True)
class Rule:
    """``about`` empty, the others None or empty: fits whatever it is, however urgent, at any hour.

    ``then`` are steps in order of time; those after the first are for what nobody has heard by then.
    """

    then: tuple[Telling, ...]
    about: frozenset[str] = frozenset()
    urgent: bool | None = None
    hours: WorkHours | None = None
    between: Spans = ()
    source: Source = NOWHERE

    @property
    def fits_everything(self) -> bool:
        """Whether no rule behind this one can ever count."""
        return not self.about and self.urgent is None and self.hours is None and not self.between

    def fits(self, item: Item, hour: Hour) -> bool:
        """Whether this is about ``item``, at such an hour."""
        return (
            (not self.about or item.kind in self.about or item.name in self.about)
            and self.urgent in (None, item.urgent)
            and (self.hours is None or (self.hours is WorkHours.INSIDE) == hour.at_work)
            and (not self.between or _holds(self.between, hour.minute))
        )


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """What the site or one person has said. ``quiet`` None: nothing was said of it."""

    rules: tuple[Rule, ...] = ()
    quiet: Spans | None = None


NO_RULES = DeliveryRules()


def tellings(item: Item, rules: Iterable[Rule], hour: Hour, chats: Sequence[str]) -> tuple[Telling, ...]:
    """What is done: as the first rule says that fits, else as usual. ``chats`` are the chats that there are."""
    found = next((rule for rule in rules if rule.fits(item, hour)), None)
    return _usual(item, chats) if found is None else found.then


def _usual(item: Item, chats: Sequence[str]) -> tuple[Telling, ...]:
    """By mail; of an urgent message that nobody hears more and more."""
    if item.kind is not ItemKind.MESSAGE or not item.urgent:
        return (Telling((EMAIL,)),)
    return (
        Telling((EMAIL, DISPLAY)),
        Telling(tuple(chats), _SECOND_STEP),
        Telling((PHONE,), _THIRD_STEP),
    )


def quiet_until(spans: Spans, at: datetime, zone: ZoneInfo) -> datetime:
    """``at`` itself, or the end (UTC) of the quiet hours of ``zone`` that hold it; of adjoining ones the last end.

    >>> from datetime import UTC
    >>> quiet_until(((1320, 1860),), datetime(2026, 11, 25, 23, tzinfo=UTC), ZoneInfo("UTC"))
    datetime.datetime(2026, 11, 26, 7, 0, tzinfo=datetime.timezone.utc)
    """
    for _ in range(len(spans) + 1):
        end = _end_of_quiet(spans, at, zone)
        if end is None:
            break
        at = end
    return at


def _end_of_quiet(spans: Spans, at: datetime, zone: ZoneInfo) -> datetime | None:
    today = at.astimezone(zone).date()
    ends = [
        end
        for day in (today - timedelta(days=1), today)
        for first, last in spans
        if instant_of_local(day, first, zone) <= at < (end := instant_of_local(day, last, zone))
    ]
    return max(ends, default=None)


def _holds(spans: Spans, minute: int) -> bool:
    return any(first <= minute < last or first <= minute + 1440 < last for first, last in spans)
