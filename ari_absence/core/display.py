"""State -> the few words on a colleague's display: ``out, back 15:30``. Pure.

Only the kind and the return are shown: what colleagues may hear anyway. A note, a place, a holiday's or a caller's
name never gets here. Outsiders are shown nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from ari_absence.core.localtime import instant_of_local
from ari_absence.core.people import Kind, Why
from ari_absence.core.schedule import BREAK, State

TEXT_CHARS_MAX = 32
"""The longest text of a state: ``do not disturb, back Wed 30 Sep`` has 31 characters."""

SHOWN_CHARS_MAX = 48
"""The longest name and text on a display; desk phones show 24 to 48 characters, and scroll or cut off the rest."""

_WORDS = {
    Kind.AWAY: "away from desk",
    Kind.MEETING: "meeting",
    Kind.OUT: "out",
    Kind.BUSINESS_TRIP: "business trip",
    Kind.LEFT: "left for today",
    Kind.DAY_OFF: "day off",
    Kind.VACATION: "vacation",
    Kind.LEAVE: "on leave",
    Kind.REMOTE: "works elsewhere",
    Kind.DND: "do not disturb",
    Kind.CLOSED: "not at work",
    Kind.HOLIDAY: "public holiday",
    Kind.PRESENT: "at work",
    Kind.HERE: "at work",
}
_ENDS_ITSELF = (Kind.MEETING, Kind.DND)
"""Of these one says until when they last; of the others when somebody is back."""

_LONG = (Kind.BUSINESS_TRIP, Kind.LEFT, Kind.DAY_OFF, Kind.VACATION, Kind.LEAVE, Kind.CLOSED, Kind.HOLIDAY)
_NOT_ABSENT = {Why.NOANSWER: "no answer", Why.BUSY: "on another call", Why.UNREACHABLE: "phone not reachable"}

# English as the rest of the house; not strftime, whose names follow the machine's locale
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Presence:
    """What a phone's presence key is told: Asterisk's word for it, the kind, and the text.

    ``value`` is ``available``, ``away``, ``xa`` (away for long) or ``dnd``.
    """

    value: str
    kind: str = ""
    text: str = ""


PRESENT = Presence("available")


def presence_of(state: State, at: datetime, back_at: datetime | None, zone: ZoneInfo) -> Presence:
    """What is shown at ``at`` (UTC) of somebody in ``state`` who is back at ``back_at`` (UTC), in the
    site's ``zone``."""
    if state.kind is None or (state.present and state.kind is not Kind.REMOTE):
        return PRESENT
    text = state_text(state, at, back_at, zone)
    if state.present:
        return Presence(PRESENT.value, state.kind.value, text)
    value = "dnd" if state.kind is Kind.DND else "xa" if state.kind in _LONG else "away"
    return Presence(value, state.kind.value, text)


def state_text(state: State, at: datetime, back_at: datetime | None, zone: ZoneInfo) -> str:
    """``out, back 15:30``, ``meeting until 11:30``, ``business trip, back Fri 27 Nov``; at most ``TEXT_CHARS_MAX``.

    Empty for somebody at work. A return that is unknown is left out.
    """
    if state.kind is None:
        return ""
    word = "on a break" if state.detail == BREAK else _WORDS[state.kind]
    if back_at is None or state.present:
        return word
    link = " until" if state.kind in _ENDS_ITSELF else ", back"
    return f"{word}{link} {_moment(at.astimezone(zone).date(), back_at.astimezone(zone))}"


def shown_to_colleague(
    name: str, why: Why, state: State, at: datetime, back_at: datetime | None, zone: ZoneInfo
) -> str:
    """What the display of a colleague shows whose call to ``name`` we take: ``Clara Bergmann: out, back 15:30``.

    At most ``SHOWN_CHARS_MAX`` characters; a name that is too long is cut, the rest never.
    """
    absent = why is Why.ABSENT and not state.present
    text = state_text(state, at, back_at, zone) if absent else _NOT_ABSENT.get(why, "")
    printable = "".join(sign for sign in name if sign.isprintable()).strip()
    if not text:
        return printable[:SHOWN_CHARS_MAX]
    return f"{printable[: SHOWN_CHARS_MAX - len(text) - 2].rstrip()}: {text}"


def next_text_change(at: datetime, back_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """When the text reads otherwise by itself: the day of the return begins, and its time is shown instead of it."""
    if back_at is None:
        return None
    returns = back_at.astimezone(zone)
    if returns.date() <= at.astimezone(zone).date() or returns.time() == time():
        return None
    return instant_of_local(returns.date(), 0, zone)


def _moment(today: date, moment: datetime) -> str:
    if moment.date() == today:
        return f"{moment:%H:%M}"
    year = "" if moment.year == today.year else f" {moment.year}"
    weekday = "" if year else f"{_DAYS[moment.weekday()]} "
    return f"{weekday}{moment.day} {_MONTHS[moment.month - 1]}{year}"
