"""What several commands share: their options, reading the configuration, and saying what is wrong."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from ari_absence.clock import SystemClock
from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.errors import LedgerError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ari_absence.config.settings import Configuration
    from ari_absence.core.greetings import SetGreetings
    from ari_absence.core.known import Known
    from ari_absence.core.people import Caller, Person, SetAbsences, SetForwards

BAD_QUESTION = 2

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", help="The folder with absence.yaml and people.yaml.", metavar="DIR")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", help="The instant, such as 2026-11-25T10:00 (the office's zone unless it has an offset)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DEFAULT_CONFIG = Path("config")
AT_START = "This takes effect when it starts."
LEDGER_FILE = "ledger.sqlite3"
FIRST_YEAR, LAST_YEAR = 1970, 2200

console = Console(highlight=False)


def load(config: Path) -> Configuration:
    """The configuration in ``config``.

    Raises:
        ConfigurationError: with a line for every mistake.
    """
    from ari_absence.config.loader import load as load_configuration

    return load_configuration(config, os.environ)


def refuse(sentence: str) -> NoReturn:
    """Say what is wrong with the question and exit 2."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(BAD_QUESTION)


def quoted(text: str, otherwise: str, form: str = "{!r}") -> str:
    """``form`` with ``text`` in it; ``otherwise`` if it may be somebody's number, which no sentence repeats."""
    from ari_absence.config.checks import may_be_private

    return otherwise if may_be_private(text) else form.format(text)


def instant(text: str | None, zone: ZoneInfo) -> datetime:
    """The instant that ``--at`` names, in UTC; now when it is not given. A bad one exits 2."""
    if text is None:
        return SystemClock().now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse(
            f"{quoted(text, 'that')} is not a time; write it like 2026-11-25T10:00 or 2026-11-25T10:00+09:00"
        )
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        refuse(
            f"the year {moment.year} lies outside of what a calendar of an office knows;"
            f" name one from {FIRST_YEAR} to {LAST_YEAR}"
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def end_of_absence(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that ``--until`` names, in UTC: a time today, a date (that day included), or both."""
    local_now = now.astimezone(zone)
    try:
        if len(text) <= len("15:30:00") and ":" in text:
            moment = datetime.combine(local_now.date(), time.fromisoformat(text), zone)
        elif len(text) == len("2026-11-25"):
            moment = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), zone)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):  # the day after the last one of the calendar
        refuse(
            f"{quoted(text, 'that')} is not a time; write 15:30, 2026-11-27 (that day included) or 2026-11-27T09:00"
        )
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        refuse(f"the year {moment.year} is too far away; name a year from {FIRST_YEAR} to {LAST_YEAR}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment <= now:
        refuse(
            f"{quoted(text, 'that time', '{}')} has passed already: it is {local_now:%Y-%m-%d %H:%M} in {zone.key}"
        )
    return moment.astimezone(UTC)


def person_of(configuration: Configuration, extension: str) -> Person:
    """The person with ``extension``; an unknown one exits 2."""
    person = configuration.directory.people.get(extension)
    if person is None:
        known = ", ".join(sorted(configuration.directory.people)[:8])
        whose = quoted(extension, "that extension", "the extension {!r}")
        refuse(f"nobody has {whose}; people.yaml knows {known}")
    return person


def ledger_url(configuration: Configuration) -> str:
    """Where the ledger is: the database of the environment, else SQLite in the data folder."""
    from ari_absence.ledger.store import default_url

    return configuration.secrets.database_url or default_url(configuration.storage.folder)


def _has_ledger(configuration: Configuration) -> bool:
    return bool(configuration.secrets.database_url) or (configuration.storage.folder / LEDGER_FILE).exists()


def examine_ledger(configuration: Configuration) -> None:
    """See that the ledger can be used, if there is one yet.

    Raises:
        LedgerError: it can't, in a sentence that says what to do.
    """
    if _has_ledger(configuration):
        from ari_absence.ledger.store import examine

        examine(ledger_url(configuration))


@contextmanager
def reading_ledger(configuration: Configuration) -> Iterator[Session]:
    """A reading transaction on the ledger, beside a running service.

    Raises:
        LedgerError: there is no ledger yet, or it can't be read.
    """
    from ari_absence.ledger.store import open_existing

    store = open_existing(ledger_url(configuration))
    try:
        with store.reading() as session:
            yield session
    finally:
        store.close()


@contextmanager
def writing_ledger(configuration: Configuration) -> Iterator[Session]:
    """A writing transaction on the ledger, beside a running service or before its first start.

    Raises:
        LedgerError: it can't be written.
    """
    from ari_absence.ledger.store import open_existing, open_store

    _log_errors_only()
    if _has_ledger(configuration):
        store = open_existing(ledger_url(configuration))  # never upgraded under a running service
    else:
        configuration.storage.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        store = open_store(ledger_url(configuration), SystemClock().now())
    try:
        with store.writing() as session:
            yield session
    finally:
        store.close()


def _log_errors_only() -> None:
    """A command says itself what it did; the log of what it writes belongs to the service."""
    import structlog

    errors = structlog.make_filtering_bound_logger(40)
    structlog.configure(wrapper_class=errors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def absences_set(configuration: Configuration) -> SetAbsences:
    """What was set by phone or command and holds now or later; nothing if there is no ledger yet."""
    from ari_absence.core.people import SetAbsences

    if not _has_ledger(configuration):
        return SetAbsences()  # nothing was ever set; the database layer takes half a second to load
    from ari_absence.ledger.absences import set_absences

    try:
        with reading_ledger(configuration) as session:
            return set_absences(session, SystemClock().now())
    except LedgerError:
        return SetAbsences()


def greetings_set(configuration: Configuration) -> SetGreetings:
    """The greetings that were recorded by phone; none if there is no ledger yet."""
    from ari_absence.core.greetings import SetGreetings

    if not _has_ledger(configuration):
        return SetGreetings()
    from ari_absence.ledger.mailbox_reading import set_greetings

    try:
        with reading_ledger(configuration) as session:
            return set_greetings(session)
    except LedgerError:
        return SetGreetings()


def forwards_set(configuration: Configuration) -> SetForwards:
    """The forwards that were set by phone or command and hold now; none if there is no ledger yet."""
    from ari_absence.core.people import SetForwards

    if not _has_ledger(configuration):
        return SetForwards()
    from ari_absence.ledger.forwards import set_forwards

    try:
        with reading_ledger(configuration) as session:
            return set_forwards(session, SystemClock().now())
    except LedgerError:
        return SetForwards()


def known_call(configuration: Configuration, extension: str, caller: Caller) -> Known | None:
    """What is owed to ``caller`` already; nothing if there is no ledger yet."""
    if not _has_ledger(configuration):
        return None
    from ari_absence.ledger.known_calls import known_of

    country = configuration.directory.site.country
    try:
        with reading_ledger(configuration) as session:
            return known_of(session.connection(), caller, extension, country)
    except LedgerError:
        return None


def command_user() -> str:
    """Who set something by command, for the explanation."""
    return f"command ({getpass.getuser()})"


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """``moment`` (UTC) as ISO 8601 with the offset of ``zone``."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def readable(moment: datetime | None, zone: ZoneInfo) -> str:
    """``moment`` (UTC) in ``zone``, for a table."""
    return "" if moment is None else f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


def print_json(value: object) -> None:
    """Print ``value`` as JSON on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def as_json_value(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 - any JSON value
    """``value`` with its instants written with the offset of ``zone``."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, dict):
        return {key: as_json_value(each, zone) for key, each in value.items()}
    return [as_json_value(each, zone) for each in value] if isinstance(value, list | tuple) else value


def tell_service(configuration: Configuration, do: str, *, otherwise: str, **facts: str) -> None:
    """Have the running service act on what a command wrote; ``otherwise`` is printed when it is not running."""
    try:
        ask_service(configuration.storage.folder, do, **facts)
    except ServiceNotRunning:
        console.print(f"[yellow]The service is not running. {otherwise}[/]")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Print a table; row by row where the screen is too narrow for it; ``empty`` when there is nothing in it."""
    cells = [[_plain(cell) for cell in row] for row in rows]
    if not cells:
        console.print(empty)
    elif _table_width(columns, cells) <= console.width:
        console.print(_table(title, columns, cells))
    else:
        _print_row_by_row(title, columns, cells)


def _table_width(columns: Sequence[str], cells: list[list[str]]) -> int:
    return sum(max(map(len, column)) + 3 for column in zip(columns, *cells, strict=True)) + 1


def _table(title: str, columns: Sequence[str], cells: list[list[str]]) -> Table:
    table = Table(*columns, title=title, title_justify="left", header_style="bold")
    for row in cells:
        table.add_row(*row)
    return table


def _print_row_by_row(title: str, columns: Sequence[str], cells: list[list[str]]) -> None:
    width = max(map(len, columns))
    console.print(f"[italic]{title}[/]")
    for first, *others in cells:
        console.print(f"[bold]{first}[/]")
        for column, cell in zip(columns[1:], others, strict=True):
            if cell:
                console.print(f"  {column:{width}}  {cell}", soft_wrap=True)


def _plain(cell: str) -> str:
    """Square brackets are rich's markup; what callers send must not be."""
    return cell.replace("[", r"\[")
