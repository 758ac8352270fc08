"""Who is where: a person's state at an instant, the next change, and when they are back.

What counts, strongest first: an absence set by phone, command or panel; a dated one; a recurring one; holidays;
working hours. Among equals the one that began last. Holidays hold for the whole local date. ``remote`` says
where somebody works, not when: it makes the hours' presence a remote one and leaves nights and holidays alone.
``present`` only keeps weaker absences from counting: who ended a leave early works by their hours again. ``here``
is presence whatever the hours say.

Instants are aware and in UTC, ranges half-open; wall-clock times follow the two rules of ``core.localtime``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ari_absence.core.absences import Absence, Agenda, DatedAbsence, RecurringAbsence, bounds_of
from ari_absence.core.hours import BREAK, NEVER_ENDS, Holiday, HolidayCalendar, Timeline, WeeklyHours
from ari_absence.core.localtime import SECONDS_PER_DAY, instant_of, instant_of_local, seconds_of
from ari_absence.core.people import Kind, Person, Source

_LEAVES_HOURS = (Kind.REMOTE, Kind.PRESENT)
HORIZON_SECONDS = 731 * SECONDS_PER_DAY  # two years: a return further away is as good as unknown


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is at an instant.

    ``began`` is when its cause began: the absence, the local day of a holiday, the span or gap of the hours.
    ``until`` is when the state next changes. Both are in UTC; None means unknown. ``detail`` is public: a
    holiday's own name, or ``break`` between two spans of one day's hours.
    """

    present: bool
    kind: Kind | None
    began: datetime | None
    until: datetime | None
    absence: Absence | None
    detail: str
    source: Source


class Piece(NamedTuple):
    """A stretch with one answer, in UTC seconds; what follows it may give the same answer again."""

    begin: int
    end: int
    present: bool
    kind: Kind | None
    absence: Absence | None
    detail: str
    source: Source


def state_at(person: Person, at: datetime, set_absences: Sequence[Absence] = ()) -> State:
    """The state of ``person`` at the aware instant ``at``, given what was set for them by phone or panel."""
    seconds = seconds_of(at)
    book = _Book(person, set_absences)
    piece = book.piece(seconds)
    until = book.end_of(piece, seconds + HORIZON_SECONDS)
    return State(
        present=piece.present,
        kind=piece.kind,
        began=None if piece.begin == -NEVER_ENDS else instant_of(piece.begin),
        until=None if until is None else instant_of(until),
        absence=piece.absence,
        detail=piece.detail,
        source=piece.source,
    )


def next_change(person: Person, at: datetime, set_absences: Sequence[Absence] = ()) -> datetime | None:
    """The first instant after ``at`` at which presence, kind or absence differ, or None within two years."""
    seconds = seconds_of(at)
    book = _Book(person, set_absences)
    change = book.end_of(book.piece(seconds), seconds + HORIZON_SECONDS)
    return None if change is None else instant_of(change)


def back_at(person: Person, at: datetime, set_absences: Sequence[Absence] = ()) -> datetime | None:
    """When ``person``, absent at ``at``, is next present by everything known.

    None if that is unknown (an open end), further than two years away, or if they are present at ``at``.
    """
    seconds = seconds_of(at)
    begin = next((piece_begin for piece_begin, _ in presence(person, seconds, set_absences)), None)
    return None if begin is None or begin <= seconds else instant_of(begin)


def presence(person: Person, seconds: int, set_absences: Sequence[Absence] = ()) -> Iterator[tuple[int, int]]:
    """The stretches (begin, end) in UTC seconds, from ``seconds`` on and within two years, of being present.

    Neighbouring stretches may touch. An end that never comes is ``NEVER_ENDS``.
    """
    if person.hours.never:
        return
    book = _Book(person, set_absences)
    limit = seconds + HORIZON_SECONDS
    while seconds < limit:
        piece = book.piece(seconds)
        if piece.present:
            yield seconds, piece.end
        seconds = piece.end


class _Book:
    """Everything known of one person, opened for one question."""

    __slots__ = ("_agenda", "_hours_source", "_set", "_timeline")

    def __init__(self, person: Person, set_absences: Sequence[Absence]) -> None:
        self._timeline: Timeline = person.hours.timeline(person.zone, person.holidays)
        self._hours_source = person.hours.source
        self._agenda = agenda_of(person)
        self._set: Agenda | None = _set_agenda(set_absences) if set_absences else None

    def piece(self, seconds: int) -> Piece:
        """The stretch that holds ``seconds``."""
        absence, begin, end = self._absence(seconds)
        if absence is not None and absence.kind not in _LEAVES_HOURS:
            here = absence.kind is Kind.HERE
            kind = None if here else absence.kind
            return Piece(begin, end, here, kind, absence, "", absence.source)
        base_begin, base_end, cause = self._timeline.stretch(seconds)
        end = min(end, base_end)
        if absence is not None and cause.present:
            kind = None if absence.kind is Kind.PRESENT else absence.kind
            return Piece(max(begin, base_begin), end, True, kind, absence, "", absence.source)
        source = cause.source or self._hours_source
        return Piece(base_begin, end, cause.present, cause.kind, None, cause.detail, source)

    def _absence(self, seconds: int) -> tuple[Absence | None, int, int]:
        """The absence that counts, when it began, and until when that answer holds."""
        end = NEVER_ENDS
        for agenda in (self._set, self._agenda):
            if agenda is None:
                continue
            dated, holds_until = agenda.dated(seconds)
            end = min(end, holds_until)
            if dated is not None:
                return dated, seconds_of(dated.start), end
            if agenda.recurring:
                answer = agenda.recurring_at(seconds)
                end = min(end, answer.valid_until)
                if answer.absence is not None:
                    return answer.absence, answer.begin, end
        return None, -NEVER_ENDS, end

    def end_of(self, piece: Piece, limit: int) -> int | None:
        """The second at which the answer of ``piece`` changes, or None if it does not before ``limit``."""
        end = piece.end
        while end < limit:
            following = self.piece(end)
            if _differs(piece, following):
                return end
            end = following.end
        return None


def _differs(one: Piece, other: Piece) -> bool:
    return one.present != other.present or one.kind is not other.kind or one.absence is not other.absence


def agenda_of(person: Person) -> Agenda:
    """The compiled absences of ``person``; compiled when first asked for and kept with the person."""
    agenda = person.agenda
    if agenda is None:
        agenda = Agenda(person.absences)
        object.__setattr__(person, "agenda", agenda)
    return agenda


def _set_agenda(set_absences: Sequence[Absence]) -> Agenda:
    return Agenda(sorted(set_absences, key=_set_order))


def _set_order(absence: Absence) -> float:
    set_at = absence.set_at if isinstance(absence, DatedAbsence) else None
    return 0.0 if set_at is None else set_at.timestamp()


__all__ = [
    "BREAK",
    "HORIZON_SECONDS",
    "Absence",
    "DatedAbsence",
    "Holiday",
    "HolidayCalendar",
    "RecurringAbsence",
    "State",
    "WeeklyHours",
    "back_at",
    "bounds_of",
    "instant_of_local",
    "next_change",
    "presence",
    "state_at",
]
