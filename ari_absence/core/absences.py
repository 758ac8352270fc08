"""Absences, dated and recurring, and a person's agenda of them, compiled for quick look-ups."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ari_absence.core.facts import NOWHERE, Kind, PrivateNote, Source
from ari_absence.core.hours import NEVER_ENDS
from ari_absence.core.localtime import MINUTES_PER_DAY, LocalDays, local_days, seconds_of
from ari_absence.core.recurrence import Recurrence
from ari_absence.core.steps import Step

_FARTHEST_ORDINAL = 3_000_000  # year 8214


@dataclass(frozen=True, slots=True)
class DatedAbsence:
    """One absence from ``start`` until ``end``, half-open, aware and in UTC. ``end`` None is an open end.

    ``set_at`` (UTC) is when it was set by phone, command or panel; None for one from the configuration.
    ``reach`` None: as the handling of its kind says.
    """

    kind: Kind
    start: datetime
    end: datetime | None
    note: PrivateNote | None = None
    delegate: str | None = None
    source: Source = NOWHERE
    set_at: datetime | None = None
    reach: tuple[Step, ...] | None = None


@dataclass(frozen=True, slots=True)
class RecurringAbsence:
    """An absence that comes back by a rule, by the wall clock of ``zone``.

    It lasts from ``start_minute`` until ``end_minute`` after the midnight its day begins with, half-open; an end
    above 1440 lies on the next day. ``first_day`` and ``last_day`` (both included) and ``except_days`` are days
    on which it may or may not begin, as ``date.toordinal`` numbers.
    """

    kind: Kind
    rule: Recurrence
    zone: ZoneInfo
    start_minute: int = 0
    end_minute: int = MINUTES_PER_DAY
    first_day: int = 0
    last_day: int = _FARTHEST_ORDINAL
    except_days: frozenset[int] = frozenset()
    note: PrivateNote | None = None
    delegate: str | None = None
    source: Source = NOWHERE
    reach: tuple[Step, ...] | None = None

    def begins_on(self, ordinal: int) -> bool:
        """Whether an occurrence begins on the day."""
        return (
            self.first_day <= ordinal <= self.last_day
            and self.rule.holds_on(ordinal)
            and ordinal not in self.except_days
        )

    def around(self, seconds: int) -> tuple[int, int, int]:
        """(begin, end, next begin) in UTC seconds of the occurrence that holds ``seconds`` and of the next one.

        ``NEVER_ENDS`` stands for what is not: begin for no occurrence now, next begin for none to come.
        """
        days = local_days(self.zone)
        today = days.ordinal_at(seconds)
        next_begin = self._next_begin(days, today, seconds)
        for ordinal in (today, today - 1):
            if self.begins_on(ordinal):
                begin, end = days.seconds(ordinal, self.start_minute), days.seconds(ordinal, self.end_minute)
                if begin <= seconds < end:
                    return begin, end, next_begin
        return NEVER_ENDS, NEVER_ENDS, next_begin

    def _next_begin(self, days: LocalDays, today: int, seconds: int) -> int:
        day = self.rule.next_from(max(today, self.first_day))
        while day is not None and day <= self.last_day:
            if day not in self.except_days:
                begin = days.seconds(day, self.start_minute)
                end = days.seconds(day, self.end_minute)
                if seconds < begin < end:  # a clock change can swallow a short one
                    return begin
            day = self.rule.next_from(day + 1)
        return NEVER_ENDS


Absence = DatedAbsence | RecurringAbsence


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """An absence to be set. Half-open, aware; ``until`` None: until somebody ends it.

    ``set_by`` says who and how, for the explanation: ``phone 101``, ``command line``. ``reach`` are the steps of
    this absence; None: as the handling of its kind says. One that ``corrects`` takes the place of a running one of
    its kind, however long that was to last.
    """

    extension: str
    kind: Kind
    begins_at: datetime
    until: datetime | None
    set_by: str
    note: PrivateNote | None = None
    delegate: str | None = None
    reach: tuple[Step, ...] | None = None
    corrects: bool = False


class Agenda:
    """A person's absences: the dated ones as disjoint stretches, found by bisection, and the recurring ones.

    Where dated ones overlap, the one that began last wins, then the later listed. What was last found of the
    recurring ones is remembered, because the next question is nearly always about the same hours.
    """

    __slots__ = ("_edges", "_remembered", "_remembered_before", "_winners", "recurring")

    def __init__(self, absences: Iterable[Absence]) -> None:
        absences = tuple(absences)
        self._edges, self._winners = _flattened([a for a in absences if isinstance(a, DatedAbsence)])
        self.recurring = tuple(a for a in absences if isinstance(a, RecurringAbsence))
        self._remembered = self._remembered_before = _NO_ANSWER

    def dated(self, seconds: int) -> tuple[DatedAbsence | None, int]:
        """The dated absence at ``seconds``, if any, and the second at which another answer begins."""
        index = bisect_right(self._edges, seconds)
        return self._winners[index], self._edges[index] if index < len(self._edges) else NEVER_ENDS

    def recurring_at(self, seconds: int) -> _RecurringAnswer:
        """The recurring absence at ``seconds``, if any, when it began, and until when that answer holds."""
        for answer in (self._remembered, self._remembered_before):
            if answer.valid_from <= seconds < answer.valid_until:
                return answer
        self._remembered_before = self._remembered
        answer = self._remembered = self._find_recurring(seconds)
        return answer

    def _find_recurring(self, seconds: int) -> _RecurringAnswer:
        best: RecurringAbsence | None = None
        best_begin = -NEVER_ENDS
        valid_until = best_end = NEVER_ENDS
        for absence in self.recurring:
            begin, end, next_begin = absence.around(seconds)
            valid_until = min(valid_until, next_begin)
            if best_begin <= begin < NEVER_ENDS:
                best, best_begin, best_end = absence, begin, end
        return _RecurringAnswer(seconds, min(valid_until, best_end), best, best_begin)


class _RecurringAnswer(NamedTuple):
    valid_from: int
    valid_until: int
    absence: RecurringAbsence | None
    begin: int


_NO_ANSWER = _RecurringAnswer(NEVER_ENDS, NEVER_ENDS, None, NEVER_ENDS)


def bounds_of(absence: DatedAbsence) -> tuple[int, int]:
    """(begin, end) of ``absence`` in UTC seconds."""
    return seconds_of(absence.start), NEVER_ENDS if absence.end is None else seconds_of(absence.end)


def _flattened(
    absences: list[DatedAbsence],
) -> tuple[tuple[int, ...], tuple[DatedAbsence | None, ...]]:
    """Cut overlapping absences into disjoint stretches. Sweeps the edges with a stack of what is running:
    the last to begin is on top, and what has ended meanwhile is dropped when it comes to light."""
    if not absences:
        return (), (None,)
    bounded = sorted(((*bounds_of(a), index) for index, a in enumerate(absences)), key=_by_begin)
    edges: list[int] = []
    winners: list[DatedAbsence | None] = [None]
    running: list[tuple[int, int, int]] = []
    upcoming = iter([*bounded, (NEVER_ENDS, NEVER_ENDS, -1)])
    for following in upcoming:
        _close_until(following[0], running, edges, winners, absences)
        if following[2] >= 0 and following[0] < following[1]:
            running.append(following)
            _enter(following[0], absences[following[2]], edges, winners)
    return tuple(edges), tuple(winners)


def _by_begin(bounded: tuple[int, int, int]) -> tuple[int, int]:
    return bounded[0], bounded[2]


def _close_until(
    limit: int,
    running: list[tuple[int, int, int]],
    edges: list[int],
    winners: list[DatedAbsence | None],
    absences: list[DatedAbsence],
) -> None:
    """Let everything end that ends by ``limit``, the winner of the moment first."""
    while running and running[-1][1] <= limit and running[-1][1] < NEVER_ENDS:
        ended = running.pop()[1]
        while running and running[-1][1] <= ended:
            running.pop()
        _enter(ended, absences[running[-1][2]] if running else None, edges, winners)


def _enter(
    at: int, winner: DatedAbsence | None, edges: list[int], winners: list[DatedAbsence | None]
) -> None:
    if edges and edges[-1] == at:
        winners[-1] = winner
    else:
        edges.append(at)
        winners.append(winner)
