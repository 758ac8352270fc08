"""(call, directory, instant) -> Decision: what to say, what to offer, whom to try, and why.

The same pure function answers the live call, ``explain`` and, later, the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ari_absence.core import wording
from ari_absence.core.covering import Covering, covering_for, covering_reason
from ari_absence.core.greetings import Greeting, SetGreetings
from ari_absence.core.handover import Handover
from ari_absence.core.known import Known, reason_of, said_already, told_to, words_of
from ari_absence.core.ladder import Attempt, Help, Leg, Reason
from ari_absence.core.localtime import seconds_of
from ari_absence.core.people import (
    Caller,
    Directory,
    Disclosure,
    Handling,
    Kind,
    Occasion,
    Person,
    SetAbsences,
    SetForwards,
    Source,
    Why,
)
from ari_absence.core.phrases import Action, Name, Utterance, Whereabouts
from ari_absence.core.promise import DEFAULT_SECONDS, due_at
from ari_absence.core.reachable import COMPUTED, NOT_REGISTERED, Case, Enquiry, Reachable, case_of, reach_of
from ari_absence.core.schedule import State, back_at, presence

DEFAULT_KEYS: Mapping[Action, str] = {
    Action.MESSAGE: "1",
    Action.CALLBACK: "2",
    Action.JUST_CALLED: "3",
    Action.COLLEAGUE: "4",
    Action.URGENT: "5",
    Action.WAIT: "7",
    Action.QUESTIONS: "6",
    Action.OPERATOR: "0",
    Action.REPEAT: "*",
    Action.BEEP: "#",
    Action.CAMP_ON: "8",
}
NO_FORWARDS = SetForwards()
NO_GREETINGS = SetGreetings()
DIALPLAN, MAILBOX, TRANSFER = Source("dialplan"), Source("mailbox"), Source("transfer")
_NOTED = frozenset(set(Action) - {Action.QUESTIONS, Action.OPERATOR, Action.REPEAT})
_IN_WORDS = {
    Action.MESSAGE: "leave a message",
    Action.CALLBACK: "call back",
    Action.JUST_CALLED: "just say that I called",
    Action.COLLEAGUE: "a colleague",
    Action.URGENT: "it is urgent",
    Action.WAIT: "wait for the line",
    Action.QUESTIONS: "general questions",
    Action.OPERATOR: "the operator",
    Action.REPEAT: "say it again",
    Action.CAMP_ON: "be rung when they are back",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the caller may choose, and its key."""

    key: str
    action: Action


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said, offered and tried for one call, with the reasons. Instants are in UTC.

    ``attempts`` are made without asking: before anything is said if ``rings_as_desk``, else after the greeting.
    ``colleague`` is offered, ``urgent`` is the ladder of that key. With ``straight_to_message`` no menu is spoken.
    ``told_to_callees`` is what those hear who are rung for the person; ``transferred_by`` the name of who transferred.
    ``covering``: the team that owes this call in the place of the person. ``passes_over_desk``: it goes elsewhere
    although the desk phone could ring.
    """

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
    rings_as_desk: bool
    colleague: Help | None
    urgent: tuple[Attempt, ...]
    straight_to_message: bool
    told_to_callees: Whereabouts
    transferred_by: str | None = None
    covering: Covering | None = None
    passes_over_desk: bool = False

    @property
    def promised(self) -> datetime | None:
        """What is promised to the caller: nothing without a number to call back, whatever the owner is asked."""
        return None if self.enquiry.caller.withheld else self.promise

    def action_for(self, key: str) -> Action | None:
        """What ``key`` chooses, or None when it was not offered."""
        return next((offer.action for offer in self.offers if offer.key == key), None)


def decide(
    enquiry: Enquiry,
    directory: Directory,
    set_absences: SetAbsences,
    set_forwards: SetForwards = NO_FORWARDS,
    greetings: SetGreetings = NO_GREETINGS,
) -> Decision:
    """Decide one call. ``greetings`` are those that people have recorded by phone.

    Raises:
        KeyError: nobody in the directory has the extension that was called.
    """
    case = case_of(enquiry, directory, set_absences, set_forwards)
    found = _found(case)
    known, own_words = _known(enquiry), _own_greeting(case, greetings)
    reach = found.reach
    return Decision(
        enquiry=enquiry,
        person=found.person,
        state=found.state,
        back_at=found.back,
        greeting=_greeting(case, found, own_words, known),
        menu=_menu(found, known),
        offers=found.offers,
        attempts=reach.attempts,
        promise=found.due,
        reasons=tuple(_all_reasons(case, found, own_words, known)),
        rings_as_desk=reach.rings_as_desk,
        colleague=reach.help,
        urgent=reach.urgent,
        straight_to_message=reach.ends_in_message,
        told_to_callees=_told_to_callees(case, reach, found.where, found.back),
        transferred_by=_name_of_sender(case),
        covering=found.covering,
        passes_over_desk=reach.passes_over_desk,
    )


def _found(case: Case) -> _Found:
    """Find out what greeting, menu and reasons are made of."""
    enquiry, person, own = case.enquiry, case.person, case.set_absences.of(case.enquiry.extension)
    back = None if case.state.present else back_at(person, enquiry.at, own)
    reach = reach_of(case)
    handling = _promising(case, reach.occasion)
    due = None if enquiry.nothing_noted else due_at(person, own, enquiry.at, handling.promise_seconds)
    hindrances = {action: why_not(action, case, reach) for action in DEFAULT_KEYS}
    return _Found(
        person=person,
        state=case.state,
        where=_whereabouts(case, enquiry.caller, back),
        back=back,
        handling=handling,
        due=due,
        covering=covering_for(case, due, handling.promise_seconds),
        hindrances=hindrances,
        offers=tuple(_offers(case, hindrances)),
        reach=reach,
    )


def _greeting(
    case: Case, found: _Found, own_words: Greeting | None, known: Known | None
) -> tuple[Utterance, ...]:
    enquiry, directory = case.enquiry, case.directory
    return wording.greeting(
        directory,
        enquiry.caller,
        found.where,
        nothing_noted=enquiry.nothing_noted,
        own=own_words,
        known=words_of(known, found.person, enquiry.at, directory.site.zone) if known else (),
    )


def _menu(found: _Found, known: Known | None) -> tuple[Utterance, ...]:
    offered = [(offer.key, offer.action) for offer in found.offers]
    return wording.menu(offered, found.reach.colleague, Name.of(found.person), said_already(known))


def _all_reasons(
    case: Case, found: _Found, own_words: Greeting | None, known: Known | None
) -> Iterator[Reason]:
    yield from _reasons(case.enquiry, case.directory, found)
    yield from _greeting_reason(own_words)
    if known:
        yield reason_of(known, found.person)
    yield from covering_reason(found.covering, found.person)
    yield from _refusals(case, found.hindrances)


def _own_greeting(case: Case, greetings: SetGreetings) -> Greeting | None:
    """The person's own words for this absence, where they are true and may be heard."""
    enquiry, person = case.enquiry, case.person
    disclosure = person.disclosure or case.directory.site.disclosure
    hidden = disclosure is Disclosure.UNAVAILABLE and not enquiry.caller.inside
    if case.state.present or enquiry.why is Why.BUSY or enquiry.nothing_noted or hidden:
        return None
    return greetings.of(person.extension, case.state.kind, enquiry.at)


def _known(enquiry: Enquiry) -> Known | None:
    """What the caller is told of what they left before; a colleague who asks for a caller of theirs left nothing."""
    if enquiry.nothing_noted or enquiry.consulting:
        return None
    return told_to(enquiry.caller, enquiry.known)


def _greeting_reason(own_words: Greeting | None) -> Iterator[Reason]:
    if own_words is not None:
        yield Reason(f"the person's own greeting for {own_words.kind.value} is in force", MAILBOX)


def _told_to_callees(case: Case, reach: Reachable, where: Whereabouts, back: datetime | None) -> Whereabouts:
    """What a colleague would hear; what the caller hears if that is one, or if nobody is told anyway."""
    if case.enquiry.caller.inside or not reach.rings_anybody:
        return where
    return _whereabouts(case, _A_COLLEAGUE, back)


def _name_of_sender(case: Case) -> str | None:
    handover = case.enquiry.handover
    sender = case.directory.people.get(handover.by or "") if handover else None
    return sender.name if sender else None


_A_COLLEAGUE = Caller("0", extension="a colleague's")


def _promising(case: Case, occasion: Occasion | None) -> Handling:
    """The handling whose promise counts: that of the occasion, else, if it promises nothing, that of the kind."""
    occasions = [each for each in (occasion, case.state.kind) if each is not None]
    found = [case.directory.handling_of(case.person, each) for each in occasions]
    return next((each for each in found if each.promise_seconds is not None), _PROMISES_NOTHING)


_PROMISES_NOTHING = Handling()


class _Found(NamedTuple):
    """What was found out about a call: what it is answered with, and the reasons, are made of it."""

    person: Person
    state: State
    where: Whereabouts
    back: datetime | None
    handling: Handling
    due: datetime | None
    covering: Covering | None
    hindrances: Mapping[Action, str | None]
    offers: tuple[Offer, ...]
    reach: Reachable


def _whereabouts(case: Case, caller: Caller, back: datetime | None) -> Whereabouts:
    enquiry, site = case.enquiry, case.directory.site
    open_now = site.is_open(enquiry.at)
    word = wording.absence_class(case.directory, case.person, caller, enquiry.why, case.state, open_now)
    return wording.whereabouts(case.person, word, case.state, enquiry.at, back, site.zone)


def _offers(case: Case, hindrances: Mapping[Action, str | None]) -> Iterator[Offer]:
    keys = case.directory.site.keys
    for action, key in DEFAULT_KEYS.items():
        if hindrances[action] is None:
            yield Offer(keys.get(action) or key, action)


def why_not(action: Action, case: Case, reach: Reachable) -> str | None:
    """Why ``action`` can't be offered in this call, or None if it can."""
    if case.enquiry.nothing_noted and action in _NOTED:
        return "the ledger can't be used"
    hindrance = _HINDRANCES.get(action)
    return None if hindrance is None else hindrance(case, reach)


def _why_no_message(case: Case, _: Reachable) -> str | None:
    return "the mailbox is full" if case.enquiry.mailbox_full else None


def _why_no_callback(case: Case, _: Reachable) -> str | None:
    return "the caller's number is withheld" if case.enquiry.caller.withheld else None


def _why_no_colleague(_: Case, reach: Reachable) -> str | None:
    return None if reach.help else "no colleague can be reached"


def _why_not_urgent(_: Case, reach: Reachable) -> str | None:
    return None if reach.urgent else "nobody can be reached for urgent calls"


def _why_no_waiting(case: Case, _: Reachable) -> str | None:
    return None if case.enquiry.why is Why.BUSY and case.person.phones else "nobody is on the phone"


def _why_no_questions(case: Case, _: Reachable) -> str | None:
    if not case.directory.site.answers:
        return "the site has no answers to general questions"
    return "colleagues know the answers" if case.enquiry.caller.inside else None


def _why_no_camp_on(case: Case, _: Reachable) -> str | None:
    if not case.enquiry.caller.inside:
        return "only colleagues can be rung"
    if case.state.present:
        return "they are there"
    return None if case.enquiry.camp_on else "no such wish can be kept"


def _why_no_operator(case: Case, _: Reachable) -> str | None:
    enquiry, directory = case.enquiry, case.directory
    operator = directory.people.get(directory.site.operator or "")
    if operator is None:
        return "the site names no operator"
    if operator.extension in (enquiry.extension, enquiry.caller.extension):
        return "the operator takes part in this call already"
    if not _is_present(operator, enquiry.at, case.set_absences):
        return "the operator is absent"
    if (off := enquiry.unreachable.get(operator.extension)) == NOT_REGISTERED:
        return f"the operator's phone can't be rung: {off}"
    return None


_HINDRANCES: Mapping[Action, Callable[[Case, Reachable], str | None]] = {
    Action.MESSAGE: _why_no_message,
    Action.BEEP: _why_no_message,
    Action.CALLBACK: _why_no_callback,
    Action.QUESTIONS: _why_no_questions,
    Action.OPERATOR: _why_no_operator,
    Action.COLLEAGUE: _why_no_colleague,
    Action.URGENT: _why_not_urgent,
    Action.WAIT: _why_no_waiting,
    Action.CAMP_ON: _why_no_camp_on,
}
"""What may stand in the way of each action; the others are always offered."""


def _is_present(person: Person, at: datetime, set_absences: SetAbsences) -> bool:
    """As ``state_at(...).present``, without working out for how long: half the price."""
    seconds = seconds_of(at)
    stretch = next(presence(person, seconds, set_absences.of(person.extension)), None)
    return stretch is not None and stretch[0] <= seconds


def _reasons(enquiry: Enquiry, directory: Directory, found: _Found) -> Iterator[Reason]:
    person, state, site = found.person, found.state, directory.site
    yield _state_reason(person, state)
    if enquiry.nothing_noted:
        yield Reason("the ledger can't be used: nothing can be noted", COMPUTED)
    if enquiry.consulting:
        yield Reason("a colleague asks about them, who may transfer a caller", TRANSFER)
    if enquiry.handover is not None:
        yield Reason(_by_whom(directory, enquiry.handover), TRANSFER)
    if enquiry.why is not Why.ABSENT:
        yield Reason(f"the dialplan says: {enquiry.why.value}", DIALPLAN)
    yield _class_reason(enquiry, directory, found)
    if found.back is not None:
        back = _local(person, found.back)
        yield Reason(f"back at {back}: the next time nothing keeps {person.name} away", COMPUTED)
    elif not state.present:
        yield Reason("no return is known", state.source)
    yield from found.reach.reasons
    if found.reach.help:
        name, attempts = found.reach.help.name.text, found.reach.help.attempts
        yield Reason(f"{name} is offered: present then, by the schedule", attempts[0].source)
    if found.due is not None:
        yield _promise_reason(enquiry, person, found.due, found.handling)
    if any(offer.action is Action.OPERATOR for offer in found.offers):
        yield Reason("the operator is there", site.operator_source)


def _by_whom(directory: Directory, handover: Handover) -> str:
    sender = directory.people.get(handover.by or "")
    who = f"{sender.extension} ({sender.name})" if sender else "somebody whose phone is not ours"
    return f"transferred by {who}" + (", with a note" if handover.note else "")


def _refusals(case: Case, hindrances: Mapping[Action, str | None]) -> Iterator[Reason]:
    """Why what callers may choose elsewhere is not offered in this call. The beep is the message."""
    for action, why in hindrances.items():
        if why is not None and action is not Action.BEEP:
            source = case.directory.site.operator_source if action is Action.OPERATOR else COMPUTED
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


__all__ = [
    "Attempt",
    "Decision",
    "Enquiry",
    "Help",
    "Leg",
    "Offer",
    "Reason",
    "decide",
]
