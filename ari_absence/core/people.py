"""Who works here, who calls, and what is known of each: plain frozen values.

Instants are aware and in UTC; wall-clock times of a person are in that person's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ari_absence.core.absences import Absence, Agenda
from ari_absence.core.codes import Codes
from ari_absence.core.delivery_rules import NO_RULES, DeliveryRules
from ari_absence.core.facts import NOWHERE, Kind, PrivateNote, PrivateNumber, Source
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.steps import DELEGATE, MOBILE, Situation, Step


class Why(StrEnum):
    """How a call came to us, as the dialplan tells it."""

    ABSENT = "absent"
    NOANSWER = "noanswer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


class Disclosure(StrEnum):
    """How much outsiders hear: the class of the absence, or only that the person is unavailable."""

    CLASS = "class"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Handling:
    """What happens to calls during one kind of absence, or in one situation.

    ``reach`` are the steps tried before a message is taken. With ``ask``, somebody else than the person called
    is offered by name (key 4) instead of being rung at once. ``urgent`` is the ladder of key 5.
    """

    ring: bool = False
    reach: tuple[Step, ...] = ()
    urgent: tuple[Step, ...] = ()
    ask: bool = True
    promise_seconds: int | None = None
    promise_source: Source = NOWHERE
    ring_source: Source = NOWHERE
    reach_source: Source = NOWHERE
    urgent_source: Source = NOWHERE


Occasion = Kind | Situation
"""What handling is written for."""

OCCASIONS: Mapping[str, Occasion] = {
    each.value: each for each in (*Situation, *(kind for kind in Kind if not kind.is_presence))
}
"""Every occasion by the word that is written, typed and stored for it."""

_COVERED_BY_DELEGATES = (Kind.BUSINESS_TRIP, Kind.DAY_OFF, Kind.VACATION, Kind.LEAVE)

DEFAULT_HANDLING: Mapping[Occasion, Handling] = {
    **{kind: Handling(ring=kind is Kind.AWAY) for kind in Kind},
    **{kind: Handling(reach=(DELEGATE,)) for kind in _COVERED_BY_DELEGATES},
    Kind.REMOTE: Handling(reach=(MOBILE,)),
    **{situation: Handling(ring=True, reach=(DELEGATE,)) for situation in Situation},
    Situation.AT_ONCE: Handling(),
}


@dataclass(frozen=True, slots=True)
class SetForward:
    """Steps set by command or phone for one occasion of one person; ``until`` (UTC) None: until further notice."""

    steps: tuple[Step, ...]
    until: datetime | None = None
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class Trunk:
    """A way out. ``dial`` holds ``{number}``; ``countries`` are those it serves, all that are allowed if empty.

    ``shows``: whom the called party sees: ``caller`` (the original caller), ``own`` (``own_number``, in which
    ``{extension}`` stands for the extension called, with a Diversion header) or ``company`` (``company_number``).
    """

    dial: str
    countries: frozenset[str] = frozenset()
    shows: str = "caller"
    own_number: str | None = None
    company_number: str | None = None


@dataclass(frozen=True, slots=True)
class Dialing:
    """What may be dialled outside: nothing, unless countries and a trunk are given. The caps are per person.

    ``home`` is the site's own country: only a number of its may be dialled without the country code.
    ``outside_line`` are the digits that phones of ours dial before a number outside.
    """

    outside: frozenset[str] = frozenset()
    trunks: tuple[Trunk, ...] = ()
    types: frozenset[str] = frozenset({"fixed", "mobile", "voip"})
    per_hour: int = 20
    per_day: int = 100
    home: str = ""
    outside_line: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an extension. ``phones`` are dialplan endpoints such as ``PJSIP/101``.

    ``watches``: extensions and teams whose messages light this person's message lamp, too.
    """

    extension: str
    name: str
    phones: tuple[str, ...]
    zone: ZoneInfo
    hours: WeeklyHours
    holidays: HolidayCalendar
    email: str | None = None
    mobile: PrivateNumber | None = None
    manager: str | None = None
    delegates: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()
    rights: frozenset[str] = frozenset()
    may: PrivateNote | None = None
    disclosure: Disclosure | None = None
    disclosure_source: Source = NOWHERE
    handling: Mapping[Occasion, Handling] = field(default_factory=dict)
    source: Source = NOWHERE
    watches: tuple[str, ...] = ()
    delivery: DeliveryRules = NO_RULES
    # core.schedule compiles the absences when first asked, and keeps the result here
    agenda: Agenda | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Team:
    """Several people under one name; ``ring`` is ``all`` or ``in order``."""

    key: str
    name: str
    members: tuple[str, ...]
    ring: str = "all"
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """One general question the site answers by itself: its title in the menu, and the answer."""

    title: str
    text: str
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of a conversation; defaults as the field uses them (docs/conversation.md)."""

    desk_ring_seconds: int = 15
    operator_ring_seconds: int = 20
    menu_seconds: float = 6.0
    menu_rounds: int = 3
    name_seconds: int = 5
    message_min_seconds: float = 3.0
    message_max_seconds: int = 300
    message_silence_seconds: int = 5
    messages_per_person: int = 100
    messages_warning: int = 80
    number_digits_min: int = 3
    number_digits_max: int = 20
    hops: int = 5
    step_ring_seconds: int = 20
    screen_seconds: float = 5.0
    screen_rounds: int = 3
    word_every_seconds: float = 20.0
    busy_ask_seconds: float = 25.0
    urgent_again_minutes: tuple[int, ...] = (15, 30)
    transfer_recall_ring_seconds: int = 15
    pin_digits: int = 6
    pin_tries: int = 3
    pin_lock_seconds: int = 60
    hold_reminder_seconds: float = 60.0
    recall_ring_seconds: int = 15
    camp_on_hours: int = 24
    camp_on_again_seconds: int = 300
    settles_after_seconds: float = 5.0
    callback_expires_days: int = 30
    calls_at_once: int = 100
    calls_per_number_per_minute: int = 10


@dataclass(frozen=True, slots=True)
class Site:
    """The office as a whole."""

    company: str
    zone: ZoneInfo
    country: str
    language: str = "en"
    operator: str | None = None
    operator_source: Source = NOWHERE
    disclosure: Disclosure = Disclosure.CLASS
    disclosure_source: Source = NOWHERE
    answers: tuple[SiteAnswer, ...] = ()
    limits: Limits = Limits()
    keys: Mapping[str, str] = field(default_factory=dict)  # action ("message") -> key ("1"), where it differs
    hours: WeeklyHours | None = None
    holidays: HolidayCalendar | None = None
    codes: Codes = field(default_factory=Codes)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at the aware instant ``at`` by its hours and holidays; open if it has none."""
        if self.hours is None or self.holidays is None:
            return True
        return self.hours.open_at(at, self.zone, self.holidays)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody and everything the decision knows; replaced as a whole, never changed."""

    site: Site
    people: Mapping[str, Person]
    teams: Mapping[str, Team] = field(default_factory=dict)
    handling: Mapping[Occasion, Handling] = field(default_factory=dict)
    dialing: Dialing = Dialing()
    digest: str = ""
    delivery: DeliveryRules = NO_RULES
    _owners: Mapping[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the phones once; it is asked for every call."""
        owners = {phone: person.extension for person in self.people.values() for phone in person.phones}
        object.__setattr__(self, "_owners", owners)

    def extension_of_endpoint(self, endpoint: str) -> str | None:
        """The extension whose phone ``endpoint`` (``PJSIP/101``) is, if it is one of ours."""
        return self._owners.get(endpoint)

    def handling_of(self, person: Person, occasion: Occasion) -> Handling:
        """How calls are handled on ``occasion``: the person's own rule, else the site's, else the default."""
        return person.handling.get(occasion) or self.handling.get(occasion) or DEFAULT_HANDLING[occasion]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``extension`` is set only for a phone of ours, known by endpoint, never by number."""

    number: str | None
    name: str | None = None
    extension: str | None = None

    @property
    def inside(self) -> bool:
        """Whether the call comes from one of our own phones."""
        return self.extension is not None

    @property
    def withheld(self) -> bool:
        """Whether there is no number to call back."""
        return not self.number


@dataclass(frozen=True, slots=True)
class SetAbsences:
    """Absences set by phone, command or panel, by extension; they beat what the YAML says."""

    by_extension: Mapping[str, Sequence[Absence]] = field(default_factory=dict)

    def of(self, extension: str) -> Sequence[Absence]:
        """What was set for ``extension``, in no particular order."""
        return self.by_extension.get(extension, ())


@dataclass(frozen=True, slots=True)
class SetForwards:
    """Forwards set by command or phone, by extension and occasion; they beat what the YAML says."""

    by_extension: Mapping[str, Mapping[Occasion, SetForward]] = field(default_factory=dict)

    def of(self, extension: str, occasion: Occasion, at: datetime) -> SetForward | None:
        """What is in force for ``extension`` on ``occasion`` at the instant ``at`` (UTC)."""
        found = self.by_extension.get(extension, {}).get(occasion)
        return found if found and (found.until is None or at < found.until) else None


__all__ = [
    "DEFAULT_HANDLING",
    "NOWHERE",
    "Caller",
    "Dialing",
    "Directory",
    "Disclosure",
    "Handling",
    "Kind",
    "Limits",
    "Occasion",
    "Person",
    "PrivateNote",
    "PrivateNumber",
    "SetAbsences",
    "SetForward",
    "SetForwards",
    "Site",
    "SiteAnswer",
    "Source",
    "Team",
    "Trunk",
    "Why",
]
