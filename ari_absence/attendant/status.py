"""One's own state, and that of somebody else, from a telephone: set, ended, told.

The digits of a return are confirmed by what was understood; where they can mean two things, the other is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ari_absence.attendant.absence_book import AbsenceBook
from ari_absence.attendant.call import DeskCall
from ari_absence.core import wording
from ari_absence.core.absences import Absence, DatedAbsence, NewAbsence
from ari_absence.core.codes import kind_of_digit
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.facts import Kind
from ari_absence.core.people import Caller, Person, Why
from ari_absence.core.phrases import Moment, Name
from ari_absence.core.reachable import Enquiry, case_of, reach_of
from ari_absence.core.returns import (
    Reading,
    Return,
    ReturnFlaw,
    next_working_day,
    planned_end,
    read_return,
    read_stay,
)
from ari_absence.core.schedule import State, back_at, state_at
from ari_absence.core.status_phrases import (
    Counts,
    Covers,
    OtherReading,
    Present,
    StatusPhrase,
    StatusUtterance,
    TheState,
)
from ari_absence.errors import LedgerError

RETURN_ROUNDS = 3
STATE_ROUNDS = 3
RETURN_DIGITS = 5  # one more than there are, so that the pound behind them ends the answer and nothing else
END_IT, OTHER_READING, COME_BACK, OTHER_STATES = "1", "2", "0", "9"
LAYERS_MAX = 5  # absences planned one above the other; nobody is asked about more

_FLAWS = {
    ReturnFlaw.NOT_A_TIME: StatusPhrase.NOT_A_TIME,
    ReturnFlaw.NOT_A_DATE: StatusPhrase.NOT_A_DATE,
    ReturnFlaw.TIME_PAST: StatusPhrase.TIME_PAST,
    ReturnFlaw.DATE_PAST: StatusPhrase.DATE_PAST,
    ReturnFlaw.DATE_TODAY: StatusPhrase.DATE_TODAY,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A conversation about the state of ``person``. ``by`` says who holds it and how: ``phone 100 for 101``.

    ``now`` gives the instant (UTC). About somebody else, ``named``, their name is said.
    """

    call: DeskCall
    book: AbsenceBook
    person: Person
    by: str
    now: Callable[[], datetime]
    named: bool = False

    @property
    def who(self) -> Name | None:
        """The name that is said, of somebody else."""
        return Name.of(self.person) if self.named else None

    @property
    def patience_seconds(self) -> float:
        """How long a question waits."""
        return self.book.in_force().directory.site.limits.menu_seconds

    async def say(self, *utterances: DeskUtterance) -> None:
        """Say it to the end."""
        await self.call.say(*utterances)

    async def ask(self, *utterances: DeskUtterance) -> str | None:
        """Say it, unless a key interrupts, and wait for a key."""
        return await self.call.ask(utterances, self.patience_seconds)

    def state(self) -> State:
        """Where the person is now, by everything in force."""
        return state_at(self.person, self.now(), self._set())

    def back(self) -> datetime | None:
        """When somebody absent is back, by everything in force."""
        return back_at(self.person, self.now(), self._set())

    def moment(self, at: datetime | None) -> Moment | None:
        """How an instant is named where the person works."""
        return None if at is None else wording.spoken_moment(self.now(), at, self.person.zone)

    def _set(self) -> Sequence[Absence]:
        return self.book.in_force().absences.of(self.person.extension)


async def set_state(desk: Desk, kind: Kind, typed: str | None = None) -> None:
    """Agree on the return, set the absence, and confirm it."""
    back = await _agree_on_return(desk, kind, typed)
    if back is None:
        await desk.say(StatusPhrase.STATE_KEPT)
    elif await _write(desk, kind, back.meant):
        await desk.say(*_confirmation(desk, kind, back.meant))
        await _offer_other_reading(desk, kind, back.other)


async def come_back(desk: Desk, *, planned_too: bool = False) -> None:
    """End what was set. What holds again then, or was planned, is told and can be ended, too, by one key;
    with ``planned_too`` it is ended without asking."""
    try:
        changed = await desk.book.end(desk.person.extension, desk.by)
        for _ in range(LAYERS_MAX):
            state = desk.state()
            if state.present or state.absence is None:
                break
            if not planned_too and not await _wants_it_ended(desk, state, again=changed):
                return
            changed = await _end(desk, state)
    except LedgerError:
        await desk.say(StatusPhrase.NOT_WRITTEN)
        return
    await desk.say(*_welcome_back(desk, changed=changed))
    if not (desk.state().present or planned_too):
        await _offer_to_stay(desk)


async def stay(desk: Desk, typed: str) -> None:
    """End what was set, and be here until the time that was ``typed``, whatever hours and plans say."""
    until = await _agree_on_stay(desk, typed)
    if until is None:
        return
    try:
        await desk.book.end(desk.person.extension, desk.by)
    except LedgerError:
        await desk.say(StatusPhrase.NOT_WRITTEN)
        return
    await _stay_until(desk, until)


async def toggle(desk: Desk, kind: Kind) -> None:
    """What the lamp key of one's own absence does: who is away comes back, who is there is away until they press
    it again. A lamp that the hours have lit goes out with them: an absence set then would outlast the night. Who is
    here beyond their hours is away for as long as they would have been here at most."""
    state = desk.state()
    if not state.present and state.absence is not None:
        await come_back(desk, planned_too=True)
    elif not state.present:
        await tell_state(desk)
    elif await _write(desk, kind, _end_of_stay(state)):
        await desk.say(_the_state(desk, desk.state()))


async def tell_state(desk: Desk) -> None:
    """My state, until when, who covers me, and what waits for me."""
    state = desk.state()
    await desk.say(*_told(desk, state), *await _counts(desk))


async def choose_state(desk: Desk) -> None:
    """Ask which state is meant, then set it. Three are named at once, the others behind a key."""
    question = StatusPhrase.WHICH_STATE
    for _ in range(STATE_ROUNDS):
        key = await desk.ask(question)
        if key == COME_BACK:
            await come_back(desk)
            return
        kind = kind_of_digit(key or "")
        if kind is not None:
            await set_state(desk, kind)
            return
        question = StatusPhrase.OTHER_STATES if key == OTHER_STATES else StatusPhrase.WHICH_STATE
    await desk.say(StatusPhrase.STATE_KEPT)


# -- the return


async def _agree_on_return(desk: Desk, kind: Kind, typed: str | None) -> Return | None:
    """What was dialled, else what is asked for; None after three answers that make no sense."""
    if kind is Kind.LEFT and not typed:
        return Return(Reading(next_working_day(desk.person, desk.now())))
    if typed is not None:
        back = await _understood(desk, kind, typed)
        if back is not None:
            return back
    for _ in range(RETURN_ROUNDS):
        keyed = await _keyed_time(desk, StatusPhrase.BACK_WHEN)
        back = None if keyed is None else await _understood(desk, kind, keyed)
        if back is not None:
            return back
    return None


async def _keyed_time(desk: Desk, question: StatusPhrase) -> str | None:
    """The digits; none of them for ``#`` alone, which is "I don't know". None: nothing was pressed."""
    first = await desk.call.ask([question], desk.patience_seconds)
    if first is None or first == "#":
        return None if first is None else ""
    return first + await desk.call.ask_digits([], RETURN_DIGITS - 1, desk.patience_seconds)


async def _understood(desk: Desk, kind: Kind, typed: str) -> Return | None:
    """The return that was typed; or it is said why it is none."""
    back = read_return(typed, kind, desk.person, desk.now())
    if isinstance(back, Return):
        return back
    await desk.say(_FLAWS[back])
    return None


async def _offer_other_reading(desk: Desk, kind: Kind, other: Reading | None) -> None:
    moment = _moment_of(desk, other)
    if moment is None or await desk.ask(OtherReading(moment)) != OTHER_READING:
        return
    if await _write(desk, kind, other):
        await desk.say(*_confirmation(desk, kind, other))


async def _write(desk: Desk, kind: Kind, back: Reading | None) -> bool:
    until = None if back is None else back.at
    absence = NewAbsence(desk.person.extension, kind, desk.now(), until, desk.by, corrects=True)
    try:
        await desk.book.set(absence)
    except LedgerError:
        await desk.say(StatusPhrase.NOT_WRITTEN)
        return False
    return True


# -- coming back


async def _wants_it_ended(desk: Desk, state: State, *, again: bool) -> bool:
    before = (StatusPhrase.STILL_HOLDS,) if again else ()
    key = await desk.ask(*before, _the_state(desk, state), StatusPhrase.END_IT)
    return key == END_IT


async def _end(desk: Desk, state: State) -> bool:
    """End an absence that was set; one that was planned is covered by presence for as long as it would last."""
    absence = state.absence
    if absence is None or (isinstance(absence, DatedAbsence) and absence.set_at is not None):
        return await desk.book.end(desk.person.extension, desk.by)
    now = desk.now()
    until = planned_end(absence, now)
    await desk.book.set(NewAbsence(desk.person.extension, Kind.PRESENT, now, until, desk.by))
    return True


def _welcome_back(desk: Desk, *, changed: bool) -> Sequence[StatusUtterance]:
    state = desk.state()
    if desk.who is not None:
        words: StatusUtterance = Present(desk.who)
    else:
        words = StatusPhrase.YOU_ARE_BACK if changed else StatusPhrase.YOU_ARE_PRESENT
    if state.present:
        return (words,) if _end_of_stay(state) is None else _told_of_presence(desk, state)
    return (words, _the_state(desk, state)) if changed else (_the_state(desk, state),)


# -- being here outside one's hours


async def _offer_to_stay(desk: Desk) -> None:
    """It is outside their hours: whoever is here all the same says until when, and silence is none."""
    until = await _agree_on_stay(desk, None)
    if until is not None:
        await _stay_until(desk, until)


async def _agree_on_stay(desk: Desk, typed: str | None) -> datetime | None:
    """What was dialled, else what is asked for; None, and that nothing was changed is said, after refusals."""
    refused = False
    for _ in range(RETURN_ROUNDS):
        if typed is None:
            typed = await _keyed_time(desk, StatusPhrase.HERE_UNTIL_WHEN)
        if typed is None:
            break
        until = read_stay(typed, desk.person, desk.now())
        if isinstance(until, datetime):
            return until
        await desk.say(_FLAWS[until])
        typed, refused = None, True
        if desk.state().present:
            break  # the question would say that it is outside their hours
    if refused:
        await desk.say(StatusPhrase.STATE_KEPT)
    return None


async def _stay_until(desk: Desk, until: datetime) -> None:
    """Hold it and confirm it. Within one's hours there is nothing to hold, unless they end before."""
    state = desk.state()
    holds = state.present and _end_of_stay(state) is None and (state.until is None or until <= state.until)
    if holds or await _write(desk, Kind.HERE, Reading(until)):
        await desk.say(*_told_of_presence(desk, desk.state()))


def _end_of_stay(state: State) -> Reading | None:
    """Until when somebody is here beyond their hours, if they are."""
    absence = state.absence
    if not isinstance(absence, DatedAbsence) or absence.kind is not Kind.HERE or absence.end is None:
        return None
    return Reading(absence.end)


# -- what is told


def _confirmation(desk: Desk, kind: Kind, back: Reading | None) -> Sequence[StatusUtterance]:
    return (TheState(kind, _moment_of(desk, back), desk.who), *_cover(desk))


def _moment_of(desk: Desk, back: Reading | None) -> Moment | None:
    moment = None if back is None else desk.moment(back.at)
    return replace(moment, time_known=False) if moment and back and back.day_only else moment


def _told(desk: Desk, state: State) -> Sequence[StatusUtterance]:
    if state.present and state.kind is None:
        return _told_of_presence(desk, state)
    cover = () if state.present else (_cover(desk) or (StatusPhrase.NOBODY_COVERS,))
    return (_the_state(desk, state), *cover)


def _told_of_presence(desk: Desk, state: State) -> Sequence[StatusUtterance]:
    stay = _end_of_stay(state)
    if stay is not None:
        return (TheState(Kind.HERE, _moment_of(desk, stay), desk.who),)
    return (StatusPhrase.YOU_ARE_PRESENT if desk.who is None else Present(desk.who),)


def _the_state(desk: Desk, state: State) -> TheState:
    elsewhere = state.absence if state.present else None
    back = desk.back() if elsewhere is None else planned_end(elsewhere, desk.now())
    return TheState(state.kind or Kind.CLOSED, desk.moment(back), desk.who)


def _cover(desk: Desk) -> Sequence[StatusUtterance]:
    """Who is offered to callers in the person's place, or rung for them."""
    if desk.who is not None:
        return ()
    force = desk.book.in_force()
    enquiry = Enquiry("status", desk.person.extension, Caller(None), Why.ABSENT, desk.now())
    reach = reach_of(case_of(enquiry, force.directory, force.absences, force.forwards))
    others = [attempt.name for attempt in reach.attempts if not attempt.tries_person]
    name = reach.colleague or next(iter(others), None)
    return () if name is None else (Covers(name),)


async def _counts(desk: Desk) -> Sequence[StatusUtterance]:
    """What waits; nothing is said of it when that can't be looked up."""
    try:
        waiting = await desk.book.waiting(desk.person.extension)
    except LedgerError:
        return ()
    return (Counts(waiting.messages, waiting.callbacks),)
