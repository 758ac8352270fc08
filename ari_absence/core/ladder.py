"""Steps -> the phones that are really rung for one call: delegates' chains, teams, and who is skipped and why.

A delegate who is absent too is skipped, and their own delegates are asked instead, at most ``Limits.hops`` deep.
Nobody is rung twice, nor the caller, nor the person called under another name. What can't be rung leaves a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ari_absence.core.facts import PrivateNote, PrivateNumber
from ari_absence.core.numbers import DialPolicy, DialTarget, Refusal
from ari_absence.core.people import Caller, Directory, Kind, Person, SetAbsences, SetForwards, Source, Team
from ari_absence.core.phrases import Name
from ari_absence.core.schedule import State, state_at
from ari_absence.core.steps import Destination, Situation, Step, Way


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision, with the place it comes from."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Leg:
    """One phone to ring. ``extension`` and ``name`` say whose it is; ``note`` is what its owner may do as a delegate.

    ``own``: it reaches the very person who was called.
    """

    way: Way
    target: DialTarget
    extension: str
    name: Name
    own: bool
    screened: bool
    note: PrivateNote | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Phones that are rung at the same time, and for how long. ``name`` is that of the person or team."""

    legs: tuple[Leg, ...]
    ring_seconds: int
    name: Name
    source: Source

    @property
    def own(self) -> bool:
        """Whether only the very person who was called is rung."""
        return all(leg.own for leg in self.legs)

    @property
    def tries_person(self) -> bool:
        """Whether a phone of the very person who was called is rung, alone or with others."""
        return any(leg.own for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody else who can help: the name that is offered, and how they are reached."""

    name: Name
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a ladder is climbed in: the call, everybody, the aware instant ``at``, and whose phones don't answer now.

    ``unreachable`` holds extensions whose phones are known to be unregistered or in a call.
    """

    person: Person
    caller: Caller
    at: datetime
    directory: Directory
    set_absences: SetAbsences
    state: State
    unreachable: Mapping[str, str] = field(default_factory=dict)
    set_forwards: SetForwards = field(default_factory=SetForwards)
    _states: dict[str, State] = field(default_factory=dict, init=False, repr=False, compare=False)

    def state_of(self, person: Person) -> State:
        """Where somebody else is at the instant of the call; looked up once for all ladders."""
        state = self._states.get(person.extension)
        if state is None:
            state = state_at(person, self.at, self.set_absences.of(person.extension))
            self._states[person.extension] = state
        return state

    def passes_over_desk(self, person: Person) -> bool:
        """Whether somebody else has all their own calls go elsewhere at once, and not to their desk phone.

        What the whole site does is nobody's own wish: it may well lead to this very person.
        """
        forward = self.set_forwards.of(person.extension, Situation.AT_ONCE, self.at)
        written = person.handling.get(Situation.AT_ONCE)
        steps = forward.steps if forward else written.reach if written else ()
        ways = {destination.way for step in steps for destination in step.destinations}
        return bool(ways) and Way.DESK not in ways


Group = tuple[Name, tuple[Leg, ...]]


class Ladder:
    """Climbs steps once. ``reasons`` tells who was skipped, and what else is not as written, in order."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._policy = DialPolicy(scene.directory.dialing)
        self._met: set[str] = {scene.person.extension}
        self.reasons: list[Reason] = []

    def climb(self, steps: Iterable[Step], source: Source) -> tuple[Attempt, ...]:
        """The attempts the steps come to, in order."""
        return tuple(
            Attempt(legs, step.ring_seconds or self._usual_seconds(step), name, source)
            for step in steps
            for name, legs in self._groups(step, source)
        )

    def _usual_seconds(self, step: Step) -> int:
        limits, ways = self._scene.directory.site.limits, {each.way for each in step.destinations}
        if ways == {Way.DESK}:
            return limits.desk_ring_seconds
        return limits.operator_ring_seconds if ways == {Way.OPERATOR} else limits.step_ring_seconds

    def _groups(self, step: Step, source: Source) -> Iterator[Group]:
        """What rings one after another; of destinations that ring together, the first group of each.

        Beside others a team cannot ring in order: there all of it rings together.
        """
        if len(step.destinations) == 1:
            yield from self._resolve(step.destinations[0], source)
            return
        together = [
            group
            for each in step.destinations
            if (group := next(self._resolve(each, source, together=True), None)) is not None
        ]
        if together:
            legs = tuple(leg for _, group in together for leg in group)
            own = any(leg.own for leg in legs)
            yield Name.of(self._scene.person) if own else together[0][0], legs

    def _resolve(
        self, destination: Destination, source: Source, *, together: bool = False
    ) -> Iterator[Group]:
        match destination.way:
            case Way.DESK:
                yield from self._own_desk(source)
            case Way.MOBILE:
                yield from self._own_number(Way.MOBILE, self._scene.person.mobile, source)
            case Way.NUMBER:
                yield from self._own_number(Way.NUMBER, destination.number, source)
            case Way.DELEGATE:
                for key in delegates_of(self._scene.person, self._scene.state):
                    yield from self._named(key, Way.DELEGATE, source, hops=1, together=together)
            case way:
                yield from self._named(self._key(destination), way, source, hops=1, together=together)

    def _key(self, destination: Destination) -> str:
        match destination.way:
            case Way.MANAGER:
                return self._scene.person.manager or ""
            case Way.OPERATOR:
                return self._scene.directory.site.operator or ""
            case _:
                return destination.key

    # -- the person called

    def _own_desk(self, source: Source) -> Iterator[Group]:
        person = self._scene.person
        phones = self._policy.phones_of(person)
        if phones:
            yield self._rings(person, Way.DESK, phones)
        else:
            self._tell(f"{person.name} has no desk phone", source)

    def _own_number(self, way: Way, number: PrivateNumber | None, source: Source) -> Iterator[Group]:
        person = self._scene.person
        target = self._outside(person, way, number, source)
        if target is not None:
            yield self._rings(person, way, (target,))

    def _outside(
        self, owner: Person, way: Way, number: PrivateNumber | None, source: Source
    ) -> DialTarget | None:
        if number is None:
            self._tell(f"{owner.name} has no mobile number", source)
            return None
        target = self._policy.outside(number)
        if isinstance(target, Refusal):
            self._tell(f"the {way.value} of {owner.name} is not dialled: {target.why}", source)
            return None
        return target

    # -- others

    def _named(self, key: str, way: Way, source: Source, hops: int, *, together: bool) -> Iterator[Group]:
        directory = self._scene.directory
        if key in directory.teams:
            yield from self._team(directory.teams[key], source, together=together)
        elif key in directory.people:
            yield from self._person(directory.people[key], way, source, hops, together=together)
        else:
            self._tell(self._lack(way, key), source)

    def _lack(self, way: Way, key: str) -> str:
        match way:
            case Way.NAMED | Way.DELEGATE:
                return f"{key} is nobody"
            case Way.OPERATOR:
                return "the site has no operator"
            case _:
                return f"{self._scene.person.name} has no {way.value}"

    def _team(self, team: Team, source: Source, *, together: bool) -> Iterator[Group]:
        groups = [
            group[1]
            for member in team.members
            if member in self._scene.directory.people
            and (group := self._group_of(self._scene.directory.people[member], Way.NAMED, source))
        ]
        if not groups:
            self._tell(f"nobody of {team.name} can be rung", team.source)
        elif team.ring == "all" or together:
            if team.ring != "all" and len(groups) > 1:
                self._tell(f"all of {team.name} ring together, because others ring beside them", source)
            yield Name.of(team), tuple(leg for legs in groups for leg in legs)
        else:
            yield from ((Name.of(team), legs) for legs in groups)

    def _person(
        self, person: Person, way: Way, source: Source, hops: int, *, together: bool
    ) -> Iterator[Group]:
        scene, known = self._scene, person.extension in self._met
        if group := self._group_of(person, way, source):
            yield group
            return
        state = scene.state_of(person)
        if known or state.present:
            return
        if hops >= scene.directory.site.limits.hops:
            self._tell(f"the chain of delegates ends here, after {hops} hops", source)
            return
        for key in delegates_of(person, state):
            yield from self._named(key, Way.DELEGATE, source, hops + 1, together=together)

    def _group_of(self, person: Person, way: Way, source: Source) -> Group | None:
        """Somebody else with their phones; None, with a reason, if they are not to be rung."""
        hindrance = self._hindrance(person)
        self._met.add(person.extension)
        if hindrance:
            self._tell(f"{person.name} is skipped: {hindrance}", source)
            return None
        phones = self._phones(person, source)
        if not phones:
            self._tell(f"{person.name} is skipped: there is no phone to ring", source)
            return None
        return self._rings(person, way, phones)

    def _hindrance(self, person: Person) -> str:
        scene = self._scene
        if person.extension == scene.caller.extension:
            return "it is they who call"
        if person.extension in self._met:
            return "they have been considered already"
        state = scene.state_of(person)
        if not state.present:
            return f"absent, too ({state.kind.value if state.kind else 'closed'})"
        if scene.passes_over_desk(person):
            return "their own calls go elsewhere at once"
        return scene.unreachable.get(person.extension, "")

    def _phones(self, person: Person, source: Source) -> Sequence[DialTarget]:
        """The desk phones; of somebody who works elsewhere, their mobile, too."""
        desk = self._policy.phones_of(person)
        if self._scene.state_of(person).kind is not Kind.REMOTE:
            return desk
        mobile = self._outside(person, Way.MOBILE, person.mobile, source)
        return desk if mobile is None else (*desk, mobile)

    def _rings(self, owner: Person, way: Way, phones: Sequence[DialTarget]) -> Group:
        name, own = Name.of(owner), owner.extension == self._scene.person.extension
        note, unasked = (None, True) if own else (owner.may, way is Way.OPERATOR)
        return name, tuple(
            Leg(way, phone, owner.extension, name, own, phone.outside or not unasked, note)
            for phone in phones
        )

    def _tell(self, text: str, source: Source) -> None:
        self.reasons.append(Reason(text, source))


def delegates_of(person: Person, state: State) -> tuple[str, ...]:
    """Who covers for ``person`` in ``state``: the absence's own delegate first, then the usual ones; no one twice."""
    own = state.absence.delegate if state.absence is not None else None
    return tuple(dict.fromkeys((*((own,) if own else ()), *person.delegates)))
