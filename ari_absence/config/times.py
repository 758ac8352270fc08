"""Dates, times, spans, weekdays and rules as people write them in YAML -> numbers. Pure; no zone, no positions.

Every function raises ``ValueError`` with the sentence for whoever wrote it.
"""

from __future__ import annotations

import re
from datetime import date

from ari_absence.core.localtime import MINUTES_PER_DAY
from ari_absence.core.recurrence import LAST, MonthlyByDay, MonthlyByWeekday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})", re.ASCII)
_SPAN = re.compile(r"\s*([0-9]{1,2}:[0-9]{2})\s*[-\u2013]\s*([0-9]{1,2}:[0-9]{2})\s*", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DATE_AND_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,4}) ?(min|h)", re.ASCII)
_OVERNIGHT_MAX_MINUTES = 16 * 60  # a longer night is two times in the wrong order
_FIRST_YEAR, _LAST_YEAR = 2000, 2199  # a typing error such as 2206 for 2026 should rather be refused


def minute_of(text: str) -> int:
    """``"09:30"`` -> 570; ``"24:00"`` -> 1440."""
    match = _TIME.fullmatch(text)
    hour, minute = (int(part) for part in match.groups()) if match else (99, 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise ValueError(f'"{text}" is not a time; write hours and minutes, such as "09:30" or "24:00"')
    return hour * 60 + minute


def span_of(text: str) -> tuple[int, int]:
    """``"09:00-12:00"`` -> (540, 720); ``"22:00-06:00"`` -> (1320, 1800), which ends on the next day."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a span of time; write such as "09:00-12:30"')
    return minutes_between(match[1].zfill(5), match[2].zfill(5))


def minutes_between(begin: str, end: str) -> tuple[int, int]:
    """``"22:00"`` and ``"06:00"`` -> (1320, 1800): an earlier end lies on the next day, if that can be meant."""
    first, last = minute_of(begin), minute_of(end)
    if first == MINUTES_PER_DAY:
        raise ValueError('24:00 begins no day; write "00:00", and the next day')
    if first == last:
        raise ValueError(f'from {begin} until {end} is no time; write "00:00" and "24:00" for a whole day')
    if last < first:
        last += MINUTES_PER_DAY
        if last - first > _OVERNIGHT_MAX_MINUTES:
            raise ValueError(f"{end} is before {begin}; write the earlier time first")
    return first, last


def date_of(text: str) -> date:
    """``"2026-11-25"`` -> the date."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a date; write year-month-day, such as 2026-11-25')
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        raise ValueError(f"{text} is not in the calendar; write a date that exists") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"{text} is out of range; write a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def moment_of(text: str) -> tuple[date, int | None]:
    """``"2026-11-30 14:00"`` -> (date, 840); ``"2026-11-25"`` -> (date, None), the whole day."""
    match = _DATE_AND_TIME.fullmatch(text)
    if match is not None:
        return date_of(match[1]), minute_of(match[2])
    if _DATE.fullmatch(text) is None:
        raise ValueError(
            f'"{text}" is neither a date nor a date with a time; write such as 2026-11-25 or 2026-11-25 14:00'
        )
    return date_of(text), None


def seconds_in(text: str) -> int:
    """``"1h"`` -> 3600, ``"30min"`` -> 1800."""
    match = _DURATION.fullmatch(text)
    if match is None or not int(match[1]):
        raise ValueError(f'"{text}" is not a length of time; write such as 30min or 2h')
    return int(match[1]) * (3600 if match[2] == "h" else 60)


def weekdays_of(text: str) -> tuple[int, ...]:
    """``"mon-fri"``, ``"mon, wed"`` or ``"sat"`` -> weekdays, 0 for Monday; ``"sat-mon"`` goes over the week's end."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        begin, end = _weekday(first), _weekday(last if dash else first)
        found += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    if len(set(found)) < len(found):
        raise ValueError(f'"{text}" names a day twice; name each day once')
    return tuple(found)


def _weekday(text: str) -> int:
    word = text.strip().lower()
    if word not in WEEKDAYS:
        raise ValueError(
            f'"{text.strip()}" is not a weekday; write {", ".join(WEEKDAYS)} or a range such as mon-fri'
        )
    return WEEKDAYS.index(word)


def monthly_rule(text: str) -> MonthlyByDay | MonthlyByWeekday:
    """``"15"``, ``"last day"``, ``"second tue"`` or ``"last fri"`` -> the rule."""
    words = text.lower().split()
    if len(words) == 1 and words[0].isascii() and words[0].isdigit() and 1 <= int(words[0]) <= 31:
        return MonthlyByDay(int(words[0]))
    if words == ["last", "day"]:
        return MonthlyByDay(LAST)
    if len(words) == 2 and words[0] in ORDINALS and words[1] in WEEKDAYS:
        return MonthlyByWeekday(ORDINALS[words[0]], WEEKDAYS.index(words[1]))
    raise ValueError(f'"{text}" is not a day of a month; write such as 15, last day, second tue or last fri')
