"""A call that is owed: its states, which deed leads from which to which, and how repeat callers merge.

Everybody who did not get through to somebody is one entry there, however often they called, until it is over: settled
(they were reached, or got through) or expired. Instants are aware, in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto

from ari_absence.core.numbers import international
from ari_absence.core.people import Caller, Person, Team
from ari_absence.core.returns import next_working_day

COLLEAGUE = "ext:"
"""Begins the key of a caller from the house."""

TEAM = "team:"
"""Begins the owner of what a team owes; what follows is the team's key."""


def owners_for(extension: str, teams: Iterable[Team]) -> tuple[str, ...]:
    """Whose calls ``extension`` may return: their own, and those of the teams they belong to."""
    return (extension, *(TEAM + team.key for team in teams if extension in team.members))


def members_of(teams: Iterable[Team]) -> Mapping[str, tuple[str, ...]]:
    """Who is in each team, by the team as an owner."""
    return {TEAM + team.key: team.members for team in teams}


def may_decline(team: Team, extension: str, declined: Collection[str], absent: Collection[str]) -> bool:
    """Whether a member may leave a call to the others: only while another is there who has not declined."""
    others = set(team.members) - {extension} - set(declined) - set(absent)
    return extension not in declined and bool(others)


def left_to(members: Iterable[str], declined: Collection[str]) -> tuple[str, ...]:
    """To whom of a team a call is left: who has not declined; when nobody is left, to all of them again.

    >>> left_to(("102", "103"), ["102"]), left_to(("102", "103"), ["103", "102"])
    (('103',), ('102', '103'))
    """
    everybody = tuple(members)
    return tuple(each for each in everybody if each not in declined) or everybody


def caller_key(caller: Caller, country: str) -> str | None:
    """What tells callers apart, however the network writes their number: ``+81312345678``, or ``ext:102``.

    ``country`` is the site's. Digits that are no valid number stand for themselves; None: the number is withheld.

    >>> caller_key(Caller("03-1234-5678"), "JP"), caller_key(Caller("102", extension="102"), "JP")
    ('+81312345678', 'ext:102')
    >>> caller_key(Caller("4711"), "JP"), caller_key(Caller(None), "JP")
    ('4711', None)
    """
    if caller.extension is not None:
        return COLLEAGUE + caller.extension
    if not caller.number:
        return None
    return international(caller.number, country) or caller.number


class OwedState(StrEnum):
    """Where a call that is owed stands."""

    OPEN = auto()
    CLAIMED = auto()
    """Somebody has said that they will do it; everyone else sees it taken."""
    ATTEMPTED = auto()
    """It was tried in vain, and is offered again later."""
    HANDED_OVER = auto()
    """Somebody else owes it now, and has done nothing yet."""
    SETTLED = auto()
    EXPIRED = auto()

    @property
    def live(self) -> bool:
        """Whether it is still owed."""
        return self not in _OVER


_OVER = frozenset({OwedState.SETTLED, OwedState.EXPIRED})


class Deed(StrEnum):
    """What is done with a call that is owed."""

    CLAIM = auto()
    RELEASE = auto()
    ATTEMPT = auto()
    """Calling was tried in vain; what is answered settles."""
    HAND_OVER = auto()
    SETTLE = auto()
    EXPIRE = auto()


_LEADS_TO: Mapping[Deed, OwedState] = {
    Deed.CLAIM: OwedState.CLAIMED,
    Deed.RELEASE: OwedState.OPEN,
    Deed.ATTEMPT: OwedState.ATTEMPTED,
    Deed.HAND_OVER: OwedState.HANDED_OVER,
    Deed.SETTLE: OwedState.SETTLED,
    Deed.EXPIRE: OwedState.EXPIRED,
}


def after(state: OwedState, deed: Deed) -> OwedState | None:
    """The state that ``deed`` leads to; None: it can't be done, for it is over, or there is nothing to release.

    >>> after(OwedState.OPEN, Deed.CLAIM), after(OwedState.SETTLED, Deed.CLAIM), after(OwedState.OPEN, Deed.RELEASE)
    (<OwedState.CLAIMED: 'claimed'>, None, None)
    """
    if not state.live or (deed is Deed.RELEASE and state is not OwedState.CLAIMED):
        return None
    return _LEADS_TO[deed]


class OwedWish(StrEnum):
    """What the caller wants, the weightiest first."""

    CALL_BACK = auto()
    MESSAGE = auto()
    MISSED = auto()
    JUST_CALLED = auto()
    WILL_CALL_AGAIN = auto()


_WEIGHTS = {wish: weight for weight, wish in enumerate(OwedWish)}


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed to one caller, over all their calls. ``due`` None: nothing could be promised."""

    wish: OwedWish
    urgent: bool
    due: datetime | None
    first_at: datetime
    last_at: datetime
    times: int = 1


def merged(known: Promise, again: Promise) -> Promise:
    """What is owed after the caller of ``known`` called again: the weightiest wish, the earliest time promised.

    Merging does not depend on the order in which calls are written down.
    """
    dues = [due for due in (known.due, again.due) if due is not None]
    return replace(
        known,
        wish=min(known.wish, again.wish, key=_WEIGHTS.__getitem__),
        urgent=known.urgent or again.urgent,
        due=min(dues, default=None),
        first_at=min(known.first_at, again.first_at),
        last_at=max(known.last_at, again.last_at),
        times=known.times + again.times,
    )


class Again(StrEnum):
    """When somebody who was not reached is tried again."""

    IN_A_QUARTER = auto()
    IN_AN_HOUR = auto()
    TOMORROW = auto()
    """When the owner's next working day begins; ``core.schedule`` knows when."""


AGAIN_AFTER: Mapping[Again, timedelta] = {
    Again.IN_A_QUARTER: timedelta(minutes=15),
    Again.IN_AN_HOUR: timedelta(hours=1),
}


def again_at(again: Again, owner: Person, now: datetime) -> datetime:
    """When a call tried in vain at ``now`` is offered to ``owner`` again, in UTC."""
    after_that = AGAIN_AFTER.get(again)
    return next_working_day(owner, now) if after_that is None else now + after_that
