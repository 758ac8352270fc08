"""Decision -> what is said, from the closed vocabulary of ``core.phrases``.

What outsiders may hear of each absence is the table of ``docs/conversation.md``; colleagues hear more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ari_absence.core.greetings import Greeting
from ari_absence.core.people import Caller, Directory, Disclosure, Kind, Person, Why
from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    CallPromise,
    Choice,
    Fixed,
    Moment,
    Name,
    OwnGreeting,
    Phrase,
    Utterance,
    Welcome,
    Whereabouts,
    day_part,
)
from ari_absence.core.schedule import BREAK, State

SHORTLY = timedelta(minutes=15)  # below this a clock time sounds pedantic: "shortly" is what people say
OPEN_AWAY = timedelta(hours=1)  # who stepped out for longer without a word is not expected "shortly" any more

_FOR_EVERYBODY = {
    Kind.AWAY: AbsenceClass.AWAY_FROM_DESK,
    Kind.MEETING: AbsenceClass.IN_A_MEETING,
    Kind.OUT: AbsenceClass.OUT_OF_OFFICE,
    Kind.BUSINESS_TRIP: AbsenceClass.OUT_OF_OFFICE,
    Kind.LEFT: AbsenceClass.LEFT_FOR_TODAY,
    Kind.DAY_OFF: AbsenceClass.OFF_TODAY,
    Kind.VACATION: AbsenceClass.ON_LEAVE,
    Kind.LEAVE: AbsenceClass.ON_LEAVE,
    Kind.REMOTE: AbsenceClass.CANNOT_COME,
    Kind.DND: AbsenceClass.NOT_AVAILABLE,
}
_FOR_COLLEAGUES = _FOR_EVERYBODY | {
    Kind.BUSINESS_TRIP: AbsenceClass.ON_BUSINESS_TRIP,
    Kind.VACATION: AbsenceClass.ON_VACATION,
    Kind.DND: AbsenceClass.DO_NOT_DISTURB,
}
_SPOKEN_CHOICES = (
    Action.WAIT,
    Action.COLLEAGUE,
    Action.MESSAGE,
    Action.CALLBACK,
    Action.JUST_CALLED,
    Action.URGENT,
    Action.QUESTIONS,
    Action.OPERATOR,
    Action.CAMP_ON,
    Action.REPEAT,
)


def absence_class(
    directory: Directory, person: Person, caller: Caller, why: Why, state: State, office_open: bool
) -> AbsenceClass:
    """The word for why ``person`` does not take this call, as far as ``caller`` may know it.

    ``office_open`` says whether the site's own hours are running: "the office is closed" must be true.
    """
    if not caller.inside and (person.disclosure or directory.site.disclosure) is Disclosure.UNAVAILABLE:
        return AbsenceClass.NOT_AVAILABLE
    if why is Why.BUSY:
        return AbsenceClass.ON_ANOTHER_CALL
    if state.present or state.kind is None:
        return AbsenceClass.CANNOT_COME
    if state.kind in (Kind.CLOSED, Kind.HOLIDAY):
        return _closed_class(state, caller.inside, office_open)
    return (_FOR_COLLEAGUES if caller.inside else _FOR_EVERYBODY)[state.kind]


def _closed_class(state: State, inside: bool, office_open: bool) -> AbsenceClass:
    if state.kind is Kind.CLOSED and state.detail == BREAK:
        return AbsenceClass.ON_A_BREAK if inside else AbsenceClass.AWAY_FROM_DESK
    if inside:
        return AbsenceClass.HAS_NO_HOURS_NOW
    return AbsenceClass.NOT_AVAILABLE if office_open else AbsenceClass.OFFICE_CLOSED


def whereabouts(
    person: Person, word: AbsenceClass, state: State, at: datetime, back_at: datetime | None, zone: ZoneInfo
) -> Whereabouts:
    """Who is absent, in which class, and the return as it is spoken in ``zone`` at ``at`` (UTC)."""
    who = Name.of(person)
    if _is_back_shortly(person, state, at, back_at):
        return Whereabouts(who, word, shortly=True)
    if back_at is None:
        return Whereabouts(who, word)
    moment = spoken_moment(at, back_at, zone)
    if word is AbsenceClass.OUT_OF_OFFICE and state.kind is Kind.OUT and _later_than_today(at, back_at, zone):
        word = AbsenceClass.OUT_NOT_BACK_TODAY
    return Whereabouts(who, word, moment)


def _is_back_shortly(person: Person, state: State, at: datetime, back_at: datetime | None) -> bool:
    if state.kind is not Kind.AWAY:
        return False
    if back_at is not None:
        return back_at - at <= SHORTLY
    just_left = state.began is not None and at - state.began < OPEN_AWAY
    return just_left and person.hours.open_at(at, person.zone, person.holidays)


def _later_than_today(at: datetime, back_at: datetime, zone: ZoneInfo) -> bool:
    return back_at.astimezone(zone).date() > at.astimezone(zone).date()


def spoken_moment(at: datetime, moment: datetime, zone: ZoneInfo) -> Moment:
    """How ``moment`` (UTC) is named in ``zone`` by somebody who speaks at ``at`` (UTC)."""
    now = at.astimezone(zone)
    return Moment.seen_from(now.date(), moment.astimezone(zone), day_part(now))


def promise(person: Person, at: datetime, due: datetime, zone: ZoneInfo) -> CallPromise:
    """The promise that ``person`` calls back by ``due`` (UTC), as spoken in ``zone`` at ``at`` (UTC)."""
    return CallPromise(Name.of(person), spoken_moment(at, due, zone))


def greeting(
    directory: Directory,
    caller: Caller,
    where: Whereabouts,
    *,
    nothing_noted: bool = False,
    own: Greeting | None = None,
    known: Iterable[Utterance] = (),
) -> tuple[Utterance, ...]:
    """What the caller hears first: the company's name for outsiders, then who is absent until when.

    ``own``: in the person's own words. ``known``: what who rings again is told.
    With ``nothing_noted``, also that no message can be taken: it must be known before anybody waits for a tone.
    """
    welcome = () if caller.inside else (Welcome(Name.of(directory.site)),)
    sorry = (Fixed(Phrase.NOTHING_CAN_BE_NOTED),) if nothing_noted else ()
    told = where if own is None else OwnGreeting(own, where)
    return (*welcome, told, *known, *sorry)


def menu(
    keys: Sequence[tuple[str, Action]],
    colleague: Name | None = None,
    called: Name | None = None,
    said_already: Collection[Action] = (),
) -> tuple[Utterance, ...]:
    """The choices as they are spoken, in a fixed order; ``#`` works without being announced.

    ``said_already``: what is not spoken to who rings again, who may add a message to what was left.
    """
    key_of = {action: key for key, action in keys}
    names = {Action.COLLEAGUE: colleague, Action.CAMP_ON: called}
    spoken = [action for action in _SPOKEN_CHOICES if action in key_of and action not in said_already]
    again = Action.MESSAGE if said_already else None
    return tuple(
        Choice(key_of[action], action, names.get(action), again=action is again) for action in spoken
    )
