"""``ari-absence messages`` and ``calls``: what callers left, and how their calls went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    as_json_value,
    load,
    person_of,
    print_json,
    print_table,
    readable,
    reading_ledger,
)
from ari_absence.core.text import for_terminal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ari_absence.config.settings import Configuration
    from ari_absence.ledger.reading import Attempt, Message, RecordedCall

_Row = TypeVar("_Row")
ForOption = Annotated[str | None, typer.Option("--for", help="Only this extension's.", metavar="EXT")]
RowsOption = Annotated[int, typer.Option("--rows", help="How many, newest first.", min=1, max=500)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(messages)
    app.command()(calls)


def messages(
    for_: ForOption = None,
    rows: RowsOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List the messages callers left, and where each delivery of them is."""
    from ari_absence.ledger import reading
    from ari_absence.ledger.pages import Page

    configuration = load(config)
    with reading_ledger(configuration) as session:
        found = reading.messages(session, for_, page=Page(rows))
    _show(found, _MESSAGES, configuration, for_, as_json=as_json)


def calls(
    for_: ForOption = None,
    rows: RowsOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List the calls that were answered: how each ended, who was rung for it, in what order, and who took it."""
    from ari_absence.ledger import reading
    from ari_absence.ledger.pages import Page

    configuration = load(config)
    with reading_ledger(configuration) as session:
        found = reading.calls(session, for_, page=Page(rows))
    _show(found, _CALLS, configuration, for_, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Listing(Generic[_Row]):
    """How one kind of thing is listed, for people and for programs."""

    title: str
    columns: tuple[str, ...]
    row: Callable[[_Row, ZoneInfo], tuple[str, ...]]
    empty: str
    as_json: Callable[[_Row, Configuration], dict[str, Any]]


def _show(
    found: Sequence[_Row],
    listing: _Listing[_Row],
    configuration: Configuration,
    for_: str | None,
    *,
    as_json: bool,
) -> None:
    """Print what was found. Who has left may still have messages; who has none must at least be somebody."""
    if for_ is not None and not found:
        person_of(configuration, for_)
    if as_json:
        print_json([listing.as_json(each, configuration) for each in found])
        return
    zone = configuration.directory.site.zone
    print_table(listing.title, listing.columns, (listing.row(each, zone) for each in found), listing.empty)


def _message_row(message: Message, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        message.id,
        readable(message.at, zone),
        f"{message.person_name} ({message.extension})",
        for_terminal(message.caller_number or "withheld"),
        f"{message.seconds:.0f} s" + (" (cut)" if message.possibly_cut else ""),
        "urgent" if message.urgent else "",
        readable(message.due, zone),
        ", ".join(f"{each.channel}: {each.state}" for each in message.deliveries) or "none",
    )


def _call_row(call: RecordedCall, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        readable(call.began_at, zone),
        for_terminal(call.caller_number or call.caller_extension or "withheld"),
        f"{call.person_name} ({call.extension})",
        (call.outcome or "still on").replace("_", " "),
        _rung(call.taken_way, call.taken_by) if call.taken_way and call.taken_by else "",
        ", ".join(map(_attempt, call.attempts)),
    )


def _attempt(attempt: Attempt) -> str:
    return f"{_rung(attempt.way, attempt.extension)}: {attempt.end.replace('_', ' ')}"


def _rung(way: str, extension: str) -> str:
    """Whose phone, and by which way: never what was dialled."""
    return f"{extension} ({_WAYS.get(way, way)})"


_WAYS = {"number": "another number", "named": "by name"}


def _call_json(call: RecordedCall, configuration: Configuration) -> dict[str, Any]:
    told: dict[str, Any] = as_json_value(asdict(call), configuration.directory.site.zone)
    return told


def _message_json(message: Message, configuration: Configuration) -> dict[str, Any]:
    from ari_absence.ledger.recordings import RecordingStore

    audio = RecordingStore(configuration.storage.folder).path_of(message.audio_id).absolute()
    return {**as_json_value(asdict(message), configuration.directory.site.zone), "audio": str(audio)}


_MESSAGES = _Listing(
    "Messages",
    ("id", "at", "for", "from", "length", "urgent", "call back by", "delivery"),
    _message_row,
    "No messages.",
    _message_json,
)
_CALLS = _Listing(
    "Calls",
    ("at", "from", "to", "outcome", "taken by", "rung"),
    _call_row,
    "No calls.",
    _call_json,
)
