"""Absences, from their YAML to the core's: dated or recurring, reversed and ambiguous ones refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from sys import intern
from zoneinfo import ZoneInfo

from ari_absence.config import times
from ari_absence.config.checks import MONTH, OTHER
from ari_absence.config.mistakes import FileMistakes, line_of
from ari_absence.config.people_schema import AbsenceShape
from ari_absence.config.reader import Block
from ari_absence.config.steps_of import StepReader
from ari_absence.core.absences import Absence, DatedAbsence, RecurringAbsence
from ari_absence.core.localtime import MINUTES_PER_DAY, instant_of_local
from ari_absence.core.people import Kind, PrivateNote, Source
from ari_absence.core.recurrence import Recurrence, Weekly

OPEN = "open"
_SAY_NO_TIME = frozenset({"kind", "note", "delegate", "reach"})
_ONLY_RECURRING = ("day", "starting", "ending", "except")


class AbsenceReader:
    """Reads the absences of one person, in their ``zone``."""

    def __init__(self, zone: ZoneInfo, steps: StepReader, mistakes: FileMistakes) -> None:
        self._zone = zone
        self._steps = steps
        self._mistakes = mistakes

    def read_all(self, shapes: Sequence[AbsenceShape], blocks: Sequence[Block]) -> list[Absence | None]:
        """The absences, in order; None for one whose times make no sense, which is noted as a mistake."""
        found: dict[tuple[object, ...], Block] = {}
        absences = []
        for shape, block in zip(shapes, blocks, strict=True):
            absence = self._read(shape, block)
            if absence is not None:
                self._note_ambiguity(absence, block, found)
            absences.append(absence)
        return absences

    def _read(self, shape: AbsenceShape, block: Block) -> Absence | None:
        reach = None if shape.reach is None else self._steps.read(shape.reach, block["reach"])
        absence = self._timed(shape, block)
        return absence if absence is None or reach is None else replace(absence, reach=reach)

    def _timed(self, shape: AbsenceShape, block: Block) -> Absence | None:
        if not _SAY_NO_TIME.issuperset(block.left_out):
            return None  # half of the times can't be judged
        mistakes_before = self._mistakes.count
        absence = self._recurring(shape, block) if shape.every else self._dated(shape, block)
        return absence if self._mistakes.count == mistakes_before else None

    def _note_ambiguity(self, absence: Absence, block: Block, found: dict[tuple[object, ...], Block]) -> None:
        key: tuple[object, ...]
        if isinstance(absence, DatedAbsence):
            key = (absence.start,)
        else:
            key = (absence.rule, absence.start_minute, absence.first_day, absence.last_day)
        other = found.setdefault(key, block)
        if other is not block:
            self._mistakes.add(
                block.at,
                f"this absence begins together with the one of line {line_of(other.at)}, so which one counts"
                " can't be told; let one begin later, or keep one",
            )

    def _dated(self, shape: AbsenceShape, block: Block) -> DatedAbsence | None:
        for key in _ONLY_RECURRING:
            if key in block:
                self._mistakes.add(
                    block.key_at(key), f'"{key}" goes with "every" only; add "every" or remove it'
                )
        if shape.from_ is None:
            self._mistakes.add(block.at, '"from" is missing here; add a date, such as from: 2026-11-25')
            return None
        begin = self._moment(shape.from_, block, "from")
        if begin is None:
            return None
        start = self._instant(*begin)
        end = self._dated_end(shape, block, begin)
        if end is not None and end <= start:
            self._note_reversed(block)
        return DatedAbsence(
            Kind(shape.kind),
            start,
            end,
            _note(shape),
            _interned(shape.delegate),
            source=Source(self._mistakes.file, line_of(block.at)),
        )

    def _dated_end(
        self, shape: AbsenceShape, block: Block, begin: tuple[date, int | None]
    ) -> datetime | None:
        if shape.until is None:
            if begin[1] is not None:
                self._mistakes.add(
                    block.value_at("from"),
                    '"until" is missing; add it, or write until: open if the end is not known',
                )
            return instant_of_local(begin[0], MINUTES_PER_DAY, self._zone)
        if shape.until == OPEN:
            return None
        until = self._moment(shape.until, block, "until")
        return (
            None
            if until is None
            else self._instant(until[0], MINUTES_PER_DAY if until[1] is None else until[1])
        )

    def _instant(self, day: date, minute: int | None) -> datetime:
        return instant_of_local(day, minute or 0, self._zone)

    def _moment(self, text: str, block: Block, key: str) -> tuple[date, int | None] | None:
        try:
            return times.moment_of(text)
        except ValueError as error:
            self._mistakes.add(block.value_at(key), str(error))
            return None

    def _note_reversed(self, block: Block) -> None:
        line = line_of(block.value_at("from"))
        self._mistakes.add(
            block.value_at("until"), f'"until" is not after the "from" of line {line}; write a later one'
        )

    def _recurring(self, shape: AbsenceShape, block: Block) -> RecurringAbsence | None:
        rule = self._rule(shape, block)
        minutes = self._minutes(shape, block)
        first, last = _ordinal(shape.starting, 0), _ordinal(shape.ending, _LAST_DAY)
        if last < first:
            line = line_of(block.value_at("starting"))
            self._mistakes.add(
                block.value_at("ending"),
                f'"ending" is before the "starting" of line {line}; write a later day',
            )
        if rule is None or minutes is None:
            return None
        return RecurringAbsence(
            kind=Kind(shape.kind),
            rule=rule,
            zone=self._zone,
            start_minute=minutes[0],
            end_minute=minutes[1],
            first_day=first,
            last_day=last,
            except_days=_except_days(shape) if shape.except_ else _NO_DAYS,
            note=_note(shape),
            delegate=_interned(shape.delegate),
            source=Source(self._mistakes.file, line_of(block.at)),
        )

    def _rule(self, shape: AbsenceShape, block: Block) -> Recurrence | None:
        words = shape.every or []
        if words == [MONTH]:
            if shape.day is None:
                self._mistakes.add(
                    block.value_at("every"), "which day of the month? add such as day: 15 or day: last fri"
                )
                return None
            return times.monthly_rule(shape.day)
        if shape.day is not None:
            self._mistakes.add(block.key_at("day"), '"day" goes with every: month only; remove it')
        if not words[0].startswith(OTHER):
            return _weekly(",".join(words), 1, 0)
        if shape.starting is None:
            self._mistakes.add(
                block.value_at("every"), "which of the two weeks? add starting: with a day of the first week"
            )
            return None
        first_week = (times.date_of(shape.starting).toordinal() - 1) // 7
        return _weekly(",".join(word.removeprefix(OTHER) for word in words), 2, first_week)

    def _minutes(self, shape: AbsenceShape, block: Block) -> tuple[int, int] | None:
        if shape.from_ is None and shape.until is None:
            return 0, MINUTES_PER_DAY
        try:
            return times.minutes_between(shape.from_ or "00:00", shape.until or "24:00")
        except ValueError as error:
            self._mistakes.add(block.value_at("until" if self._is_time(shape.from_) else "from"), str(error))
            return None

    @staticmethod
    def _is_time(text: str | None) -> bool:
        try:
            return text is None or times.minute_of(text) >= 0
        except ValueError:
            return False


_NO_DAYS: frozenset[int] = frozenset()
_LAST_DAY = date(2999, 12, 31).toordinal()


def _except_days(shape: AbsenceShape) -> frozenset[int]:
    return frozenset(times.date_of(day).toordinal() for day in shape.except_)


@lru_cache(maxsize=1024)
def _weekly(days: str, every_weeks: int, first_week: int) -> Weekly:
    """The rule; one object for everybody who meets on Mondays."""
    return Weekly(frozenset(times.weekdays_of(days)), every_weeks, first_week)


def _ordinal(text: str | None, default: int) -> int:
    return default if text is None else times.date_of(text).toordinal()


def _interned(text: str | None) -> str | None:
    return None if text is None else intern(text)


def _note(shape: AbsenceShape) -> PrivateNote | None:
    return None if shape.note is None else PrivateNote(shape.note)
