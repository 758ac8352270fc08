"""Whom one call can reach: at once, by name, or because it is urgent, and why nobody else.

Which steps count: those set by command for the occasion, else those of the absence itself, else those of its kind (or
of busy, no answer, unreachable), the person's own before the site's. ``core.ladder`` says what they come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile

from ari_absence.core.handover import Handover
from ari_absence.core.known import Known
from ari_absence.core.ladder import Attempt, Help, Ladder, Reason, Scene, delegates_of
from ari_absence.core.people import (
    Caller,
    Directory,
    Handling,
    Kind,
    Occasion,
    Person,
    SetAbsences,
    SetForwards,
    Source,
    Team,
    Why,
)
from ari_absence.core.phrases import Name
from ari_absence.core.schedule import State, state_at
from ari_absence.core.steps import Destination, Situation, Step, Way

_DESK = (Step((Destination(Way.DESK),)),)
SITUATIONS = {
    Why.BUSY: Situation.BUSY,
    Why.NOANSWER: Situation.NO_ANSWER,
    Why.UNREACHABLE: Situation.UNREACHABLE,
}
_OWN_WAYS = frozenset(way for way in Way if way.is_own)
NOT_REGISTERED = "the phone is not registered"
"""Why nobody offers an operator whose phone is off; one who talks may well take another call."""

COMPUTED = Source("computed")


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A call to somebody, as it reaches us. ``at`` is aware, in UTC.

    ``unreachable``: extensions whose phones can't be rung now, each with the reason. ``handover``: who transferred the
    caller here, and what came along. ``camp_on``: whether a colleague's wish to be rung when the person is back can be
    kept.
    """

    call_id: str
    extension: str
    caller: Caller
    why: Why
    at: datetime
    mailbox_full: bool = False
    nothing_noted: bool = False  # the ledger can't be used: only what needs none can be offered
    unreachable: Mapping[str, str] = field(default_factory=dict)
    handover: Handover | None = None
    camp_on: bool = False
    consulting: bool = False  # a colleague asks, who may have a caller of their own
    known: Known | None = None  # what is owed to the caller already


@dataclass(frozen=True, slots=True)
class Case:
    """One call with all that decides it."""

    enquiry: Enquiry
    directory: Directory
    set_absences: SetAbsences
    set_forwards: SetForwards
    person: Person
    state: State

    @property
    def scene(self) -> Scene:
        """What ladders are climbed in."""
        enquiry = self.enquiry
        return Scene(
            self.person,
            enquiry.caller,
            enquiry.at,
            self.directory,
            self.set_absences,
            self.state,
            enquiry.unreachable,
            self.set_forwards,
        )


@dataclass(frozen=True, slots=True)
class Reachable:
    """Whom this call can reach: without asking, by name, and when it is urgent; and why nobody else.

    ``occasion`` is what the call is handled by; None: the desk phone rings after all, or nothing is written for it.
    """

    occasion: Occasion | None = None
    attempts: tuple[Attempt, ...] = ()
    rings_as_desk: bool = False
    help: Help | None = None
    urgent: tuple[Attempt, ...] = ()
    ends_in_message: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def leads_somewhere(self) -> bool:
        """Whether somebody can be rung or offered, or a message is asked for."""
        return bool(self.attempts or self.help or self.ends_in_message)

    @property
    def passes_over_desk(self) -> bool:
        """Whether the call goes elsewhere although the desk phone could ring."""
        return self.occasion in (Situation.AT_ONCE, Kind.REMOTE)

    @property
    def rings_anybody(self) -> bool:
        """Whether any phone is rung for this call, or may be."""
        return bool(self.attempts or self.help or self.urgent)

    @property
    def colleague(self) -> Name | None:
        """The name that is offered."""
        return self.help.name if self.help else None


def case_of(
    enquiry: Enquiry, directory: Directory, set_absences: SetAbsences, set_forwards: SetForwards
) -> Case:
    """The case of ``enquiry``. Raises KeyError for an extension that nobody has."""
    person = directory.people[enquiry.extension]
    state = state_at(person, enquiry.at, set_absences.of(person.extension))
    return Case(enquiry, directory, set_absences, set_forwards, person, state)


def reach_of(case: Case) -> Reachable:
    """Climb the ladders of this call, by the first occasion that leads somewhere, or else the last there is."""
    forwarded, usual = _occasions(case)
    told: tuple[Reason, ...] = ()
    for occasion in forwarded:
        reach = _reach_on(case, occasion)
        if reach.leads_somewhere:
            return reach
        told = (*told, *reach.reasons, _comes_to_nothing(case, occasion))
    reach = _reach_on(case, usual)
    return replace(reach, reasons=_told_once((*told, *reach.reasons)))


def _comes_to_nothing(case: Case, occasion: Occasion) -> Reason:
    rest = "the desk phone rings as usual" if _desk_rings(case) else "the absence decides"
    return Reason(f"{occasion.value} comes to nothing: {rest}", handling_on(case, occasion).reach_source)


def _desk_rings(case: Case) -> bool:
    """Whether the desk phone of this person rings, but for what goes elsewhere."""
    kind = case.state.kind or Kind.CLOSED
    return case.state.present or case.directory.handling_of(case.person, kind).ring


def _reach_on(case: Case, occasion: Occasion | None) -> Reachable:
    handling = _DESK_AFTER_ALL if occasion is None else handling_on(case, occasion)
    urgent = _urgent_handling(case)
    desk_first = _rings_desk_first(case, handling)
    if not (handling.reach or urgent.urgent or desk_first):
        return Reachable(occasion)
    steps = _before_message(handling.reach)
    first, offered = _parted(steps, ask=handling.ask)
    told: tuple[Reason, ...] = ()
    if desk_first:
        first = [*_DESK, *first]
        told = (Reason("the desk phone rings first (ring: true)", handling.ring_source),)
    scene = case.scene
    ladder = Ladder(scene)
    attempts = ladder.climb(first, handling.reach_source)
    help_attempts = ladder.climb(offered, handling.reach_source)
    urgent_attempts, urgent_reasons = _urgency(scene, urgent)
    return Reachable(
        occasion=occasion,
        attempts=attempts,
        rings_as_desk=(desk_first or occasion in (None, Kind.REMOTE)) and all(each.own for each in attempts),
        help=Help(help_attempts[0].name, help_attempts) if help_attempts else None,
        urgent=urgent_attempts,
        ends_in_message=len(steps) < len(handling.reach) and not help_attempts,
        reasons=_told_once((*told, *ladder.reasons, *urgent_reasons)),
    )


def _told_once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each text where it comes first: who is skipped in one ladder is skipped in the next for the same reason."""
    first: dict[str, Reason] = {}
    for reason in reasons:
        first.setdefault(reason.text, reason)
    return tuple(first.values())


def _urgency(scene: Scene, handling: Handling) -> tuple[tuple[Attempt, ...], Sequence[Reason]]:
    """The attempts of key 5, and why others are left out of them."""
    if not handling.urgent:
        return (), ()
    ladder = Ladder(scene)
    attempts = ladder.climb(_before_message(handling.urgent), handling.urgent_source)
    return attempts, ladder.reasons


def _rings_desk_first(case: Case, handling: Handling) -> bool:
    """Whether the dialplan rings the desk phone of somebody who is absent but not far, before the call is ours."""
    return handling.ring and not case.state.present and case.enquiry.why is Why.ABSENT


_DESK_AFTER_ALL = Handling(reach=_DESK, reach_source=COMPUTED)


def _urgent_handling(case: Case) -> Handling:
    """The handling whose ``urgent`` ladder counts: that of the absence, or of the situation of somebody present."""
    situation = SITUATIONS.get(case.enquiry.why)
    occasion: Occasion = case.state.kind or situation or Kind.AWAY
    return case.directory.handling_of(case.person, occasion)


def _occasions(case: Case) -> tuple[list[Occasion], Occasion | None]:
    """What the call may be handled by: what passes over the desk phone, in order, and what counts if that is nothing.

    None: the desk phone rings after all, because the person has just come back or can be reached nowhere else.
    """
    if case.enquiry.why is not Why.ABSENT:
        return [], _occasion(case)
    forwarded: list[Occasion] = [Situation.AT_ONCE] if handling_on(case, Situation.AT_ONCE).reach else []
    if case.state.present and case.state.kind is Kind.REMOTE:
        return [*forwarded, Kind.REMOTE], None
    return forwarded, _occasion(case)


def _occasion(case: Case) -> Occasion | None:
    why, state = case.enquiry.why, case.state
    situation = SITUATIONS.get(why)
    kind = state.kind if situation is None or not state.present else None
    if kind is None or (situation is not None and not handling_on(case, kind).reach):
        return situation
    return kind


def handling_on(case: Case, occasion: Occasion) -> Handling:
    """The handling of ``occasion``; steps set by command beat those of the absence, those beat the kind's."""
    handling = case.directory.handling_of(case.person, occasion)
    forward = case.set_forwards.of(case.person.extension, occasion, case.enquiry.at)
    if forward is not None:
        return replace(handling, reach=forward.steps, ask=False, reach_source=forward.source)
    absence = case.state.absence
    if absence is not None and absence.reach is not None and occasion is case.state.kind:
        return replace(handling, reach=absence.reach, reach_source=absence.source)
    return handling


def named_teams(case: Case) -> Iterator[Team]:
    """The teams that this call goes to, whether anybody of them can be rung now or not, in order.

    A team that covers for the person counts where ``delegate`` is a step and no single colleague comes before it.
    """
    forwarded, usual = _occasions(case)
    for occasion in (*forwarded, *(() if usual is None else (usual,))):
        for step in _before_message(handling_on(case, occasion).reach):
            for destination in step.destinations:
                team = case.directory.teams.get(_key_of_team(destination, case))
                if team is not None:
                    yield team


def _key_of_team(destination: Destination, case: Case) -> str:
    if destination.way is Way.DELEGATE:
        return next(iter(delegates_of(case.person, case.state)), "")
    return destination.key if destination.way is Way.NAMED else ""


def goes_on(case: Case, occasion: Occasion) -> bool:
    """Whether calls go on to other phones without asking on ``occasion``, as far as is written down."""
    handling = handling_on(case, occasion)
    return bool(_parted(_before_message(handling.reach), ask=handling.ask)[0])


def _before_message(steps: Sequence[Step]) -> list[Step]:
    """What comes before ``message``: with it the steps end, and nobody after it is rung."""
    return list(takewhile(lambda step: Way.MESSAGE not in {each.way for each in step.destinations}, steps))


def _parted(steps: list[Step], *, ask: bool) -> tuple[list[Step], list[Step]]:
    """The steps that are made without asking, and those that lead to somebody else and are offered by name."""
    if not ask:
        return steps, []
    own: list[Step] = []
    elsewhere: list[Step] = []
    for step in steps:
        (elsewhere if _leads_elsewhere(step) else own).append(step)
    return own, elsewhere


def _leads_elsewhere(step: Step) -> bool:
    """Whether nobody of a step is the person called: a step that rings both is an attempt to reach the person."""
    return all(each.way not in _OWN_WAYS for each in step.destinations)


def alarm_attempts(case: Case) -> tuple[Attempt, ...]:
    """Who is told of an urgent message that nobody has heard: the person, once back at the desk, then the ladder."""
    urgent = _urgent_handling(case)
    desk = _DESK if case.state.present else ()
    return Ladder(case.scene).climb((*desk, *_before_message(urgent.urgent)), urgent.urgent_source)
