"""``ari-absence digest`` and ``report``: what came while somebody was away, and what a week was like."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    as_json_value,
    console,
    load,
    person_of,
    print_json,
    readable,
    reading_ledger,
    refuse,
)
from ari_absence.clock import SystemClock
from ari_absence.core.text import for_terminal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ari_absence.core.weekly import WeekReport
    from ari_absence.ledger.digest_reading import AwayDigest

NAME_LENGTH_MAX = 60
_LAST = timedelta(days=1)  # what is told of somebody who was not away lately


class ReportFormat(StrEnum):
    """How a report is written."""

    TEXT = "text"
    CSV = "csv"
    SVG = "svg"
    PNG = "png"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(digest)
    app.command()(report)


def digest(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show what came while somebody was away: who called, what is owed, what colleagues took."""
    from ari_absence.ledger.aways import latest_began
    from ari_absence.ledger.digest_reading import away_digest, facts_of

    configuration = load(config)
    person = person_of(configuration, extension)
    now = SystemClock().now()
    with reading_ledger(configuration) as session:
        since = latest_began(session, extension) or now - _LAST
        found = away_digest(session, extension, since, now)
    if as_json:
        print_json(as_json_value(facts_of(found, person.zone.key), person.zone))
        return
    people = {each.extension: each.name for each in configuration.directory.people.values()}
    for line in _told(found, people, person.zone):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def report(
    week: Annotated[
        str | None, typer.Option(help="Such as 2026-W47; the last one if left out.", metavar="WEEK")
    ] = None,
    format_: Annotated[
        ReportFormat, typer.Option("--format", help="A picture needs the extra `pictures`.")
    ] = ReportFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; the terminal if left out.", metavar="FILE"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Report on a week: calls taken for others, returned in time, still owed, for each person."""
    made = _WRITERS[format_](_report(week, config))
    if output is not None:
        try:
            output.write_bytes(made)
        except OSError as error:
            refuse(f"{output} can't be written: {error.strerror}; name another file")
        console.print(f"{output} is written.", markup=False, soft_wrap=True)
    elif format_ is ReportFormat.PNG and sys.stdout.isatty():
        refuse("a picture is nothing for a terminal; name a file with --output")
    else:
        sys.stdout.buffer.write(made)


def _report(week: str | None, config: Path) -> WeekReport:
    from ari_absence.core.digests import week_of
    from ari_absence.core.owed import TEAM
    from ari_absence.core.weekly import report_of, week_bounds
    from ari_absence.ledger.week_reading import week_counts

    configuration = load(config)
    directory, zone = configuration.directory, configuration.directory.site.zone
    week = week or week_of(SystemClock().now() - timedelta(days=7), zone)
    try:
        begin, end = week_bounds(week, zone)
    except ValueError as error:
        refuse(str(error))
    with reading_ledger(configuration) as session:
        counts = week_counts(session, begin, end)
    names = {each.extension: each.name for each in directory.people.values()}
    names |= {TEAM + key: team.name for key, team in directory.teams.items()}
    return report_of(week, counts, names)


def _text(report: WeekReport) -> bytes:
    from ari_absence.core.weekly import as_text

    return as_text(report).encode()


def _csv(report: WeekReport) -> bytes:
    from ari_absence.core.weekly import as_csv

    return as_csv(report).encode()


def _svg(report: WeekReport) -> bytes:
    from ari_absence.delivery.week_picture import as_svg

    return as_svg(report)


def _png(report: WeekReport) -> bytes:
    from ari_absence.delivery.week_picture import as_png

    return as_png(report)


_WRITERS: Mapping[ReportFormat, Callable[[WeekReport], bytes]] = {
    ReportFormat.TEXT: _text,
    ReportFormat.CSV: _csv,
    ReportFormat.SVG: _svg,
    ReportFormat.PNG: _png,
}


def _told(found: AwayDigest, people: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    tally = found.tally
    lines = [
        f"{people[found.extension]} ({found.extension}) since {readable(found.since, zone)}",
        f"called: {tally.callers}, new messages: {tally.messages}",
        f"calls to return: {tally.callbacks}, overdue: {tally.overdue}",
    ]
    for owed in found.owed:
        due = "" if owed.due is None else f", due by {readable(owed.due, zone)}"
        late = " OVERDUE" if owed.due is not None and owed.due < found.until else ""
        wish = owed.wish.replace("_", " ")
        who = _who(owed.number, owed.caller_name)
        lines.append(f"  {who}: {wish}, last called {readable(owed.last_at, zone)}{due}{late}")
    for each in found.taken:
        who, by = _who(each.number, each.caller_name), people.get(each.by, "extension")
        lines.append(f"  {who}: talked with {for_terminal(by)} {each.by}, {readable(each.at, zone)}")
    return lines


def _who(number: str | None, name: str | None) -> str:
    """As mails say it; the name is foreign text."""
    return ", ".join(
        filter(None, (for_terminal(number or "withheld"), for_terminal(name or "", NAME_LENGTH_MAX)))
    )
