"""Who is reminded next of a call that is owed, and when. Pure; instants are aware and in UTC, ranges half-open.

Before the promised time whoever does it is reminded; once it is overdue their delegate, then their manager. The minutes
between two steps count in the owner's working hours. Nobody is told while they are absent or have their quiet hours:
the next in line is told in their place, and when nobody is there, whoever is there first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ari_absence.core.absences import Absence
from ari_absence.core.delivery_rules import Spans, quiet_until
from ari_absence.core.ladder import delegates_of
from ari_absence.core.localtime import SECONDS_PER_DAY, instant_of, seconds_of
from ari_absence.core.owed import TEAM, left_to
from ari_absence.core.people import Directory, Person, SetAbsences
from ari_absence.core.schedule import presence, state_at

AHEAD_MAX = timedelta(days=60)  # whoever comes back later than that is looked for again
_IN_FLIGHT = timedelta(minutes=15)  # whoever is calling them at this moment is not disturbed meanwhile


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """How long before a call is due its owner is reminded, and how long after it the next in line is told.

    The times of ``escalate_after`` count in the owner's working hours, each from the promised time.
    """

    remind_before: timedelta = timedelta(minutes=30)
    escalate_after: tuple[timedelta, ...] = (timedelta(minutes=30), timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class DueCall:
    """A call that ``owner`` (an extension, or ``team:sales``) owes until ``due``; ``told`` steps were taken.

    ``claimed_by`` has it since ``claimed_at``; it is put off until ``retry_at``, and somebody is calling them until
    ``calling_until`` at most. ``declined``: who of a team leaves it to the others. ``told_late``: who was told already
    that it is overdue.
    """

    owner: str
    due: datetime
    told: int = 0
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    retry_at: datetime | None = None
    calling_until: datetime | None = None
    declined: tuple[str, ...] = ()
    told_late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextNotice:
    """``extension`` is told at ``at``, in step ``step``: 0 reminds before it is due, the others say it is overdue."""

    step: int
    extension: str
    at: datetime

    @property
    def overdue(self) -> bool:
        """Whether the promised time has passed by then."""
        return self.step > 0


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody, what was set for them, and the rules."""

    directory: Directory
    absences: SetAbsences
    rules: ReminderRules = ReminderRules()

    def quiet_of(self, person: Person) -> Spans:
        """The quiet hours of ``person``: their own, else the site's."""
        own = person.delivery.quiet
        return (self.directory.delivery.quiet if own is None else own) or ()


def next_notice(call: DueCall, roster: Roster, now: datetime) -> NextNotice | None:
    """Who is told next, from ``now`` on; None: nobody any more, or nobody who will be there."""
    for step in range(call.told, len(roster.rules.escalate_after) + 1):
        found = _reminder(call, roster, now) if step == 0 else _escalation(call, step, roster, now)
        if found is not None:
            return found
    return None


def told_all(call: DueCall, rules: ReminderRules) -> bool:
    """Whether no step is left."""
    return call.told > len(rules.escalate_after)


def _reminder(call: DueCall, roster: Roster, now: datetime) -> NextNotice | None:
    """Whoever does it is reminded, if they are there before it is due."""
    begins_at = max(call.due - roster.rules.remind_before, _held_until(call, now))
    found = _first_there(_doing(call, roster.directory), 0, begins_at, roster, now)
    return found if found is not None and found.at < call.due else None


def _escalation(call: DueCall, step: int, roster: Roster, now: datetime) -> NextNotice | None:
    """The later steps leave out those who come before the manager."""
    since = max(call.due, _held_until(call, now))
    owner = next(iter(_owners(call, roster.directory)), None)
    after = roster.rules.escalate_after[step - 1]
    begins_at = since + after if owner is None else after_working(owner, since, after)
    line = _above(call, roster, max(now, begins_at))
    last = [
        each for each in line[-1:] if each.extension not in call.told_late
    ]  # nobody is told the same twice
    return _first_there(line if step == 1 else last, step, begins_at, roster, now)


def _held_until(call: DueCall, now: datetime) -> datetime:
    """Who has just taken it, or will be offered it again later, is given that time."""
    held = [each for each in (call.claimed_at, call.retry_at) if each is not None]
    if call.calling_until is not None and call.calling_until > now:
        held.append(min(call.calling_until, now + _IN_FLIGHT))
    return max(held, default=call.due - timedelta(days=3650))


def after_working(owner: Person, since: datetime, work: timedelta) -> datetime:
    """The first moment by which ``owner``'s working hours have run for ``work`` since ``since``.

    Absences don't stop them, or nothing owed by somebody on leave would ever be overdue. Without hours all time counts.
    """
    left = round(work.total_seconds())
    for begin, end in presence(replace(owner, absences=()), seconds_of(since)):
        if begin + left <= end:
            return instant_of(begin + left)
        left -= end - begin
    return since + work


def _first_there(
    line: Sequence[Person], step: int, begins_at: datetime, roster: Roster, now: datetime
) -> NextNotice | None:
    """Of those in ``line`` the first who is there when it begins, else whoever is there earliest."""
    begins_at = max(begins_at, now)
    moments = [(at, each) for each in line if (at := _there_at(each, begins_at, roster)) is not None]
    if not moments:
        return None
    at, person = min(moments, key=lambda moment: moment[0])  # of two at the same time the first in line
    return NextNotice(step, person.extension, at)


def _there_at(person: Person, begins_at: datetime, roster: Roster) -> datetime | None:
    """The first moment from ``begins_at`` on at which ``person`` is there and not to be left in peace."""
    quiet, absences = roster.quiet_of(person), roster.absences.of(person.extension)
    at = begins_at
    for begin, end in _presence(person, begins_at, absences):
        at = max(at, begin)
        while at < end:
            free_at = quiet_until(quiet, at, person.zone)
            if free_at == at:
                return at
            at = free_at
    return None


def _presence(
    person: Person, at: datetime, absences: Sequence[Absence]
) -> Iterator[tuple[datetime, datetime]]:
    """From ``at`` itself, not from its whole second on, so that nobody is told before it begins."""
    limit = at + AHEAD_MAX
    for begin, end in presence(person, seconds_of(at), absences):
        if instant_of(begin) >= limit:
            return
        yield (
            max(at, instant_of(begin)),
            min(limit, instant_of(min(end, seconds_of(limit) + SECONDS_PER_DAY))),
        )


def _owners(call: DueCall, directory: Directory) -> list[Person]:
    """Whoever owes it; of a team those to whom it is left."""
    if not call.owner.startswith(TEAM):
        return _known([call.owner], directory)
    team = directory.teams.get(call.owner.removeprefix(TEAM))
    members = team.members if team else ()
    return _known(left_to(members, call.declined), directory)


def _doing(call: DueCall, directory: Directory) -> list[Person]:
    taken = _known([call.claimed_by], directory) if call.claimed_by else []
    return taken or _owners(call, directory)


def _above(call: DueCall, roster: Roster, at: datetime) -> list[Person]:
    """The delegates of that moment, then the managers; the owners themselves, if there is nobody else."""
    directory = roster.directory
    owners = _owners(call, directory)
    delegates = [each for owner in owners for each in _delegates(owner, roster, at)]
    managers = [owner.manager for owner in owners if owner.manager]
    doing = {each.extension for each in _doing(call, directory)}
    line = dict.fromkeys(each for each in (*delegates, *managers) if each not in doing)
    return _known(list(line), directory) or owners


def _delegates(owner: Person, roster: Roster, at: datetime) -> Iterator[str]:
    """Who covers for ``owner`` then; of a team everybody."""
    state = state_at(owner, at, roster.absences.of(owner.extension))
    for key in delegates_of(owner, state):
        team = roster.directory.teams.get(key)
        yield from (key,) if team is None else team.members


def _known(extensions: Sequence[str], directory: Directory) -> list[Person]:
    return [directory.people[each] for each in extensions if each in directory.people]
