"""(call, directory, instant) -> Decision: what to say, what to offer, whom to try, and why.

The same pure function answers the live call, ``explain`` and, later, the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ari_absence.core import wording
from ari_absence.core.localtime import seconds_of
from ari_absence.core.people import (
    Caller,
    Directory,
    Disclosure,
    Handling,
    Kind,
    Person,
    SetAbsences,
    Source,
    Why,
)
from ari_absence.core.phrases import Action, Utterance, Whereabouts
from ari_absence.core.promise import DEFAULT_SECONDS, due_at
from ari_absence.core.schedule import State, back_at, presence, state_at

DEFAULT_KEYS: Mapping[Action, str] = {
    Action.MESSAGE: "1",
    Action.CALLBACK: "2",
    Action.JUST_CALLED: "3",
    Action.COLLEAGUE: "4",
    Action.URGENT: "5",
    Action.QUESTIONS: "6",
    Action.OPERATOR: "0",
    Action.REPEAT: "*",
    Action.BEEP: "#",
}
COMPUTED = Source("computed")
DIALPLAN = Source("dialplan")
_NOTED = frozenset({Action.MESSAGE, Action.BEEP, Action.CALLBACK, Action.JUST_CALLED})
_IN_WORDS = {
    Action.MESSAGE: "leave a message",
    Action.CALLBACK: "call back",
    Action.JUST_CALLED: "just say that I called",
    Action.COLLEAGUE: "a colleague",
    Action.URGENT: "it is urgent",
    Action.QUESTIONS: "general questions",
    Action.OPERATOR: "the operator",
    Action.REPEAT: "say it again",
}


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A call to somebody, as it reaches us. ``at`` is aware, in UTC."""

    call_id: str
    extension: str
    caller: Caller
    why: Why
    at: datetime
    mailbox_full: bool = False
    nothing_noted: bool = False  # the ledger can't be used: only what needs none can be offered


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the caller may choose, and its key."""

    key: str
    action: Action


@dataclass(frozen=True, slots=True)
class Attempt:
    """Phones to ring before anything is said, and for how long."""

    extension: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision, with the place it comes from."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said, offered and tried for one call, with the reasons. Instants are in UTC."""

    enquiry: Enquiry
    person: Person
    state: State
    back_at: datetime | None
    greeting: tuple[Utterance, ...]
    menu: tuple[Utterance, ...]
    offers: tuple[Offer, ...]
    attempts: tuple[Attempt, ...]
    promise: datetime | None
    reasons: tuple[Reason, ...]

    @property
    def promised(self) -> datetime | None:
        """What is promised to the caller: nothing without a number to call back, whatever the owner is asked."""
        return None if self.enquiry.caller.withheld else self.promise

    def action_for(self, key: str) -> Action | None:
        """What ``key`` chooses, or None when it was not offered."""
        return next((offer.action for offer in self.offers if offer.key == key), None)


def decide(enquiry: Enquiry, directory: Directory, set_absences: SetAbsences) -> Decision:
    """Decide one call.

    Raises:
        KeyError: nobody in the directory has the extension that was called.
    """
    person = directory.people[enquiry.extension]
    own = set_absences.of(person.extension)
    state = state_at(person, enquiry.at, own)
    back = None if state.present else back_at(person, enquiry.at, own)
    handling = directory.handling_of(person, state.kind or Kind.CLOSED)
    due = None if enquiry.nothing_noted else due_at(person, own, enquiry.at, handling.promise_seconds)
    where = _whereabouts(enquiry, directory, person, state, back)
    offers = tuple(_offers(enquiry, directory, set_absences))
    found = _Found(person, state, where, back, handling, due, offers)
    return Decision(
        enquiry=enquiry,
        person=person,
        state=state,
        back_at=back,
        greeting=wording.greeting(directory, enquiry.caller, where, nothing_noted=enquiry.nothing_noted),
        menu=wording.menu([(offer.key, offer.action) for offer in offers]),
        offers=offers,
        attempts=_attempts(enquiry, directory, state, handling),
        promise=due,
        reasons=(*_reasons(enquiry, directory, found), *_refusals(enquiry, directory, set_absences)),
    )


class _Found(NamedTuple):
    """What was found out about a call, for its reasons."""

    person: Person
    state: State
    where: Whereabouts
    back: datetime | None
    handling: Handling
    due: datetime | None
    offers: tuple[Offer, ...]


def _whereabouts(
    enquiry: Enquiry, directory: Directory, person: Person, state: State, back: datetime | None
) -> Whereabouts:
    office_open = directory.site.is_open(enquiry.at)
    word = wording.absence_class(directory, person, enquiry.caller, enquiry.why, state, office_open)
    return wording.whereabouts(person, word, state, enquiry.at, back, directory.site.zone)


def _attempts(
    enquiry: Enquiry, directory: Directory, state: State, handling: Handling
) -> tuple[Attempt, ...]:
    """A caller sent to us as absent whose person has just come back, or is not far, gets the desk phone after all."""
    if enquiry.why is Why.ABSENT and (state.present or handling.ring):
        return (Attempt(enquiry.extension, directory.site.limits.desk_ring_seconds),)
    return ()


def _offers(enquiry: Enquiry, directory: Directory, set_absences: SetAbsences) -> Iterator[Offer]:
    keys = directory.site.keys
    for action in DEFAULT_KEYS:
        if why_not(action, enquiry, directory, set_absences) is None:
            yield Offer(keys.get(action.value) or DEFAULT_KEYS[action], action)


def why_not(action: Action, enquiry: Enquiry, directory: Directory, set_absences: SetAbsences) -> str | None:
    """Why ``action`` can't be offered in this call, or None if it can."""
    if enquiry.nothing_noted and action in _NOTED:
        return "the ledger can't be used"
    match action:
        case Action.MESSAGE | Action.BEEP:
            return "the mailbox is full" if enquiry.mailbox_full else None
        case Action.CALLBACK:
            return "the caller's number is withheld" if enquiry.caller.withheld else None
        case Action.QUESTIONS:
            return _why_no_questions(enquiry.caller, directory)
        case Action.OPERATOR:
            return _why_no_operator(enquiry, directory, set_absences)
        case Action.COLLEAGUE | Action.URGENT:
            return "nobody else is rung yet"
        case Action.JUST_CALLED | Action.REPEAT:
            return None


def _why_no_questions(caller: Caller, directory: Directory) -> str | None:
    if not directory.site.answers:
        return "the site has no answers to general questions"
    return "colleagues know the answers" if caller.inside else None


def _why_no_operator(enquiry: Enquiry, directory: Directory, set_absences: SetAbsences) -> str | None:
    operator = directory.people.get(directory.site.operator or "")
    if operator is None:
        return "the site names no operator"
    if operator.extension in (enquiry.extension, enquiry.caller.extension):
        return "the operator takes part in this call already"
    if not _is_present(operator, enquiry.at, set_absences):
        return "the operator is absent"
    return None


def _is_present(person: Person, at: datetime, set_absences: SetAbsences) -> bool:
    """As ``state_at(...).present``, without working out for how long: half the price."""
    seconds = seconds_of(at)
    stretch = next(presence(person, seconds, set_absences.of(person.extension)), None)
    return stretch is not None and stretch[0] <= seconds


def _reasons(enquiry: Enquiry, directory: Directory, found: _Found) -> Iterator[Reason]:
    person, state, site = found.person, found.state, directory.site
    yield _state_reason(person, state)
    if enquiry.why is Why.ABSENT and found.handling.ring and not state.present:
        yield Reason("the desk phone rings first (ring: true)", found.handling.ring_source)
    if enquiry.nothing_noted:
        yield Reason("the ledger can't be used: nothing can be noted", COMPUTED)
    if enquiry.why is not Why.ABSENT:
        yield Reason(f"the dialplan says: {enquiry.why.value}", DIALPLAN)
    yield _class_reason(enquiry, directory, found)
    if found.back is not None:
        back = _local(person, found.back)
        yield Reason(f"back at {back}: the next time nothing keeps {person.name} away", COMPUTED)
    elif not state.present:
        yield Reason("no return is known", state.source)
    if found.due is not None:
        yield _promise_reason(enquiry, person, found.due, found.handling)
    if Action.OPERATOR in {offer.action for offer in found.offers}:
        yield Reason("the operator is there", site.operator_source)


def _refusals(enquiry: Enquiry, directory: Directory, set_absences: SetAbsences) -> Iterator[Reason]:
    """Why what callers may choose elsewhere is not offered in this call. The beep is the message."""
    for action in DEFAULT_KEYS:
        why = None if action is Action.BEEP else why_not(action, enquiry, directory, set_absences)
        if why is not None:
            source = directory.site.operator_source if action is Action.OPERATOR else COMPUTED
            yield Reason(f"not offered: {_IN_WORDS[action]}, {why}", source)


def _state_reason(person: Person, state: State) -> Reason:
    if state.present:
        return Reason(
            f"{person.name} is present" + (f" ({state.kind.value})" if state.kind else ""), state.source
        )
    kind = (state.kind or Kind.CLOSED).value + (f", {state.detail}" if state.detail else "")
    until = f" until {_local(person, state.until)}" if state.until else ""
    return Reason(f"{person.name} is absent: {kind}{until}", state.source)


def _class_reason(enquiry: Enquiry, directory: Directory, found: _Found) -> Reason:
    person, site = found.person, directory.site
    word = found.where.absence_class.value.replace("_", " ")
    if enquiry.caller.inside:
        return Reason(f"a colleague hears: {word}", Source("inside call"))
    disclosed = (person.disclosure or site.disclosure) is not Disclosure.UNAVAILABLE
    if disclosed and (enquiry.why is Why.BUSY or found.state.present):  # no class of absence
        return Reason(
            f"an outsider hears: {word}", DIALPLAN if enquiry.why is Why.BUSY else found.state.source
        )
    source = person.disclosure_source if person.disclosure else site.disclosure_source
    rule = (person.disclosure or site.disclosure).value
    return Reason(f"an outsider hears: {word} (disclosure: {rule})", source)


def _promise_reason(enquiry: Enquiry, person: Person, due: datetime, handling: Handling) -> Reason:
    """Where nothing is written, the source is the default, and the text says what that is."""
    rule = "within working hours"
    if handling.promise_seconds is None:
        rule += f"; where no promise is written, {DEFAULT_SECONDS // 3600} hours of presence count"
    by = _local(person, due)
    what = "a call back is promised"
    if enquiry.caller.withheld:
        what = "nothing is promised to a withheld number, but a message is to be answered"
    return Reason(f"{what} by {by}, {rule}", handling.promise_source)


def _local(person: Person, at: datetime) -> str:
    return at.astimezone(person.zone).isoformat(timespec="minutes")
