"""Weekly working hours, from their YAML to the core's, with overlaps refused."""

from __future__ import annotations

from ari_absence.config import times
from ari_absence.config.mistakes import FileMistakes, line_of
from ari_absence.config.reader import Block
from ari_absence.core.hours import WeeklyHours
from ari_absence.core.localtime import MINUTES_PER_DAY
from ari_absence.core.people import Source

_MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY


def weekly_hours(block: Block, mistakes: FileMistakes, source: Source) -> WeeklyHours:
    """The hours in ``block``, whose shape was checked already. Overlaps are noted as mistakes."""
    spans: list[tuple[int, int, int, str]] = []
    for days, texts in block.items():
        for weekday in times.weekdays_of(days):
            for text, at in zip(texts, texts.places, strict=True):
                first, last = times.span_of(text)
                begin = weekday * MINUTES_PER_DAY + first
                spans.append((begin, begin + last - first, at, text))
    spans.sort()
    _note_overlaps(spans, mistakes)
    return WeeklyHours(_by_weekday(spans), source)


def _by_weekday(spans: list[tuple[int, int, int, str]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for begin, end, _, _ in spans:
        weekday, first = divmod(begin, MINUTES_PER_DAY)
        days[weekday].append((first, first + end - begin))
    return tuple(map(tuple, days))


def _note_overlaps(spans: list[tuple[int, int, int, str]], mistakes: FileMistakes) -> None:
    if len(spans) < 2:
        return
    first = spans[0]
    next_week = (first[0] + _MINUTES_PER_WEEK, first[1] + _MINUTES_PER_WEEK, first[2], first[3])
    reached = spans[0]
    for span in [*spans[1:], next_week]:
        if span[0] < reached[1]:
            _note_overlap(reached, span, mistakes)
        reached = max(reached, span, key=_end)


def _end(span: tuple[int, int, int, str]) -> int:
    return span[1]


def _note_overlap(
    one: tuple[int, int, int, str], other: tuple[int, int, int, str], mistakes: FileMistakes
) -> None:
    earlier, later = sorted((one, other), key=lambda span: span[2])
    day = times.WEEKDAYS[other[0] % _MINUTES_PER_WEEK // MINUTES_PER_DAY]
    mistakes.add(
        later[2],
        f'"{later[3]}" overlaps "{earlier[3]}" of line {line_of(earlier[2])} on {day};'
        " let one end where the other begins",
    )
