"""Weekly working hours, from their YAML to the core's, with overlaps refused."""

from __future__ import annotations

from collections.abc import Iterator

from ari_absence.config import times
from ari_absence.config.mistakes import FileMistakes, line_of
from ari_absence.config.reader import Block
from ari_absence.core.hours import WeeklyHours
from ari_absence.core.localtime import MINUTES_PER_DAY
from ari_absence.core.people import Source

_MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
_Span = tuple[int, int, int, str]  # begin and end in minutes of the week, the place, what stands there


def weekly_hours(block: Block, mistakes: FileMistakes, source: Source) -> WeeklyHours:
    """The hours in ``block``, whose shape was checked already. Overlaps are noted as mistakes."""
    spans: list[_Span] = []
    for days, texts in block.items():
        for weekday in times.weekdays_of(days):
            for text, at in zip(texts, texts.places, strict=True):
                first, last = times.span_of(text)
                begin = weekday * MINUTES_PER_DAY + first
                spans.append((begin, begin + last - first, at, text))
    spans.sort()
    _note_overlaps(spans, mistakes)
    return WeeklyHours(_by_weekday(spans), source)


def _by_weekday(spans: list[_Span]) -> tuple[tuple[tuple[int, int], ...], ...]:
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for begin, end, _, _ in spans:
        weekday, first = divmod(begin, MINUTES_PER_DAY)
        days[weekday].append((first, first + end - begin))
    return tuple(map(tuple, days))


def _note_overlaps(spans: list[_Span], mistakes: FileMistakes) -> None:
    """Two spans that overlap are told once, with all the days on which they do."""
    days: dict[tuple[int, str, int, str], list[str]] = {}
    for one, other in _overlaps(spans):
        (first_at, first), (second_at, second) = sorted((one[2:], other[2:]))
        day = times.WEEKDAYS[other[0] % _MINUTES_PER_WEEK // MINUTES_PER_DAY]
        days.setdefault((second_at, second, first_at, first), []).append(day)
    for (at, text, other_at, other_text), on in days.items():
        where = f'"{other_text}" of line {line_of(other_at)} on {", ".join(on)}'
        mistakes.add(at, f'"{text}" overlaps {where}; let one end where the other begins')


def _overlaps(spans: list[_Span]) -> Iterator[tuple[_Span, _Span]]:
    if len(spans) < 2:
        return
    begin, end, at, text = reached = spans[0]
    next_week = (begin + _MINUTES_PER_WEEK, end + _MINUTES_PER_WEEK, at, text)
    for span in [*spans[1:], next_week]:
        if span[0] < reached[1]:
            yield reached, span
        reached = max(reached, span, key=_end)


def _end(span: _Span) -> int:
    return span[1]
