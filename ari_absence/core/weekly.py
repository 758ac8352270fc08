"""The report of a week: who took calls for others, who returned calls in time, and what is still owed. Pure.

Numbers of people of the house only: no caller, no note, no place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from ari_absence.core.localtime import instant_of_local
from ari_absence.core.text import for_terminal

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_SPREADSHEET_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What one person (or team) did: calls taken for others, promised calls returned in time or late, calls owed."""

    taken: int = 0
    in_time: int = 0
    late: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One person's week."""

    name: str
    extension: str
    counts: WeekCounts


@dataclass(frozen=True, slots=True)
class WeekReport:
    """The week ``2026-W47``, one line for each who did or owes something."""

    week: str
    lines: tuple[WeekLine, ...]

    @property
    def total(self) -> WeekCounts:
        """All of them together."""
        return WeekCounts(
            *(sum(getattr(line.counts, each.name) for line in self.lines) for each in fields(WeekCounts))
        )


COLUMNS = ("name", "extension", "taken for others", "returned in time", "returned late", "still owed")


def week_bounds(week: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When ``2026-W47`` begins and ends by the wall clock of ``zone``, in UTC, half-open.

    Raises:
        ValueError: it is no week; the text is a sentence.
    """
    match = _WEEK.fullmatch(week)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None:
        raise ValueError(f'"{week[:20]}" is not a week; write year and week, such as 2026-W47')
    return instant_of_local(monday, 0, zone), instant_of_local(monday + timedelta(days=7), 0, zone)


def report_of(week: str, counts: Mapping[str, WeekCounts], names: Mapping[str, str]) -> WeekReport:
    """The report on those in ``names`` (extension to name) who did or owe something, by name."""
    found = [
        WeekLine(name, extension, counts[extension])
        for extension, name in names.items()
        if counts.get(extension, WeekCounts()) != WeekCounts()
    ]
    return WeekReport(week, tuple(sorted(found, key=lambda line: (line.name, line.extension))))


def as_facts(report: WeekReport) -> list[dict[str, str | int]]:
    """The lines as the facts of a notice, which survive JSON."""
    return [{"name": line.name, "extension": line.extension, **asdict(line.counts)} for line in report.lines]


def of_facts(week: str, lines: Iterable[Mapping[str, Any]]) -> WeekReport:
    """The report of which :func:`as_facts` made ``lines``."""
    return WeekReport(
        week,
        tuple(
            WeekLine(
                str(each["name"]),
                str(each.get("extension", "")),
                WeekCounts(*(int(each[count.name]) for count in fields(WeekCounts))),
            )
            for each in lines
        ),
    )


def as_text(report: WeekReport) -> str:
    """A table for people."""
    total = ("Together", "", *map(str, _numbers(report.total)))
    rows = [COLUMNS, *map(_cells, report.lines), total]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([f"Calls in week {report.week}", "", *lines, ""])


def as_csv(report: WeekReport) -> str:
    """The same for programs; a name that a spreadsheet would take for a formula is none there."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("week", *COLUMNS))
    for line in report.lines:
        name, *others = _cells(line)
        writer.writerow((report.week, f"'{name}" if name.startswith(_SPREADSHEET_FORMULA) else name, *others))
    return out.getvalue()


def _cells(line: WeekLine) -> Sequence[str]:
    return (for_terminal(line.name, 40), for_terminal(line.extension), *map(str, _numbers(line.counts)))


def _numbers(counts: WeekCounts) -> tuple[int, ...]:
    return counts.taken, counts.in_time, counts.late, counts.owed
