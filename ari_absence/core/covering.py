"""Who owes a call that nobody takes, when nothing can be promised in the name of the person called.

Their return is unknown, or they have left, and their calls go to a team: then the team owes it, by the time one of its
members would have promised. Whoever can be promised to call back keeps that promise. Pure; instants are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ari_absence.core.ladder import Reason
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Person, Team
from ari_absence.core.promise import due_at
from ari_absence.core.reachable import Case, named_teams


@dataclass(frozen=True, slots=True)
class Covering:
    """``team`` owes what nobody of it takes, until ``due``; None: nobody of it is expected back either."""

    team: Team
    due: datetime | None

    @property
    def owner(self) -> str:
        """As the ledger writes it: ``team:sales``."""
        return TEAM + self.team.key


def covering_for(case: Case, promised: datetime | None, promise_seconds: int | None) -> Covering | None:
    """The team that owes this call; None: the person called does. ``promised``: by when they will have called back."""
    if promised is not None or case.state.present or case.enquiry.nothing_noted:
        return None
    people = case.directory.people
    for team in named_teams(case):
        others = [people[each] for each in team.members if each in people and each != case.person.extension]
        moments = [
            due_at(each, case.set_absences.of(each.extension), case.enquiry.at, promise_seconds)
            for each in others
        ]
        if others:
            return Covering(team, min((each for each in moments if each is not None), default=None))
    return None


def covering_reason(covering: Covering | None, person: Person) -> Iterator[Reason]:
    """What ``explain`` says of it."""
    if covering is not None:
        due = covering.due
        by = "" if due is None else f" by {due.astimezone(person.zone).isoformat(timespec='minutes')}"
        owes = f"{covering.team.name} ({covering.owner}) owes a call that nobody takes{by}"
        yield Reason(f"{owes}: {person.name} can promise none", covering.team.source)
