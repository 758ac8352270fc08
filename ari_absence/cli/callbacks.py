"""``ari-absence callbacks``: the calls that are owed, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    as_json_value,
    command_user,
    console,
    load,
    person_of,
    print_json,
    print_table,
    quoted,
    readable,
    reading_ledger,
    refuse,
    tell_service,
    writing_ledger,
)
from ari_absence.clock import SystemClock
from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.core.text import for_terminal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from ari_absence.config.settings import Configuration
    from ari_absence.core.people import Directory
    from ari_absence.ledger.owed_calls import Refusal
    from ari_absence.ledger.owed_reading import MessageOfOwed, OwedCall

IdArgument = Annotated[str, typer.Argument(help="Its id, as `ari-absence callbacks` shows it.", metavar="ID")]
AsOption = Annotated[str, typer.Option("--as", help="Whose extension does it.", metavar="EXT")]
_COLUMNS = ("id", "code", "for", "who", "times", "wish", "urgent", "due", "state", "by", "messages")

_callbacks = typer.Typer(
    invoke_without_command=True, help="List who is owed a call; claim, dial, hand over or settle one."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_callbacks, name="callbacks")


@_callbacks.callback()
def callbacks(
    context: typer.Context,
    for_: Annotated[
        str | None, typer.Option("--for", help="Only what this extension, or team, owes.", metavar="EXT")
    ] = None,
    over_too: Annotated[bool, typer.Option("--all", help="What is settled or has expired, too.")] = False,
    rows: Annotated[int, typer.Option("--rows", help="How many.", min=1, max=500)] = 50,
    skip: Annotated[int, typer.Option("--skip", help="Leave out so many from the top.", min=0)] = 0,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List who is owed a call, what is due first on top; or, with a command, do something with one."""
    if context.invoked_subcommand is not None:
        return
    from ari_absence.ledger import owed_reading
    from ari_absence.ledger.pages import Page

    configuration = load(config)
    owner = None if for_ is None else _team_key(configuration, for_) or for_
    with reading_ledger(configuration) as session:
        found = owed_reading.owed_calls(session, owner, over_too=over_too, page=Page(rows, skip))
        ids = [each.id for each in found]
        calls = owed_reading.calls_of(session, ids) if as_json else {}
        messages = owed_reading.messages_of(session, ids)
        more = owed_reading.count_listed(session, owner, over_too=over_too) - skip - len(found)
    if owner is not None and not found and not skip:
        _owner(
            configuration, owner
        )  # who has left may still owe calls; who owes none must at least be somebody
    if as_json:
        print_json([_as_json(each, calls, messages, configuration) for each in found])
        return
    now = SystemClock().now()
    shown = (_row(each, messages.get(each.id, ()), configuration, now) for each in found)
    print_table("Calls to return", _COLUMNS, shown, "Nobody is owed a call.")
    if more > 0:
        how = f"--skip {skip + rows} shows what comes next, --for EXT only what EXT owes"
        console.print(f"{more} more are not shown: {how}.", markup=False)


@_callbacks.command()
def history(owed: IdArgument, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Tell everything that became of one: who did what, and when."""
    from ari_absence.ledger import owed_reading

    configuration = load(config)
    zone = configuration.directory.site.zone
    with reading_ledger(configuration) as session:
        changes = owed_reading.history_of(session, owed)
    if not changes:
        _refuse_unknown(owed)
    if as_json:
        print_json([as_json_value(asdict(each), zone) for each in changes])
        return
    shown = (
        (readable(each.at, zone), for_terminal(each.what, 200), for_terminal(each.by)) for each in changes
    )
    print_table(f"History of {owed}", ("at", "what", "by"), shown, "")


@_callbacks.command()
def claim(owed: IdArgument, as_: AsOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Say that somebody does it: everybody else sees it taken."""
    from ari_absence.ledger import owed_calls

    configuration = load(config)
    person = person_of(configuration, as_)
    _do(
        configuration,
        owed,
        lambda session, by, now: owed_calls.claim(session, owed, person.extension, by, now),
    )
    console.print(f"{owed} is taken by {person.name}.", markup=False)


@_callbacks.command()
def release(owed: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let go of one that somebody has claimed, and will not do after all."""
    from ari_absence.ledger import owed_calls

    configuration = load(config)
    _do(configuration, owed, lambda session, by, now: owed_calls.release(session, owed, by, now))
    console.print(f"{owed} is free for everybody again.", markup=False)


@_callbacks.command("hand-over")
def hand_over(
    owed: IdArgument,
    to: Annotated[
        str, typer.Option("--to", help="The extension, or team, that owes it then.", metavar="EXT")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Have somebody else, or a team, owe it; they are told by mail."""
    from ari_absence.app.channels import channels_at_desks
    from ari_absence.ledger import owed_calls
    from ari_absence.ledger.addressees import RuledAddressees

    configuration = load(config)
    owner = _owner(configuration, to)
    there = RuledAddressees(lambda: configuration.directory, lambda: channels_at_desks(configuration)).of(
        owner
    )
    _do(
        configuration,
        owed,
        lambda session, by, now: owed_calls.hand_over(session, owed, owner, by, there, now),
    )
    tell_service(configuration, "deliver", otherwise="They are told when it starts.")
    console.print(f"{owed} is handed over to {_named(configuration.directory, owner)}.", markup=False)


@_callbacks.command()
def settle(owed: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Note that they were called back, or need not be."""
    from ari_absence.ledger import owed_calls

    configuration = load(config)
    _do(configuration, owed, lambda session, by, now: owed_calls.settle(session, owed, by, now))
    console.print(f"{owed} is settled.", markup=False)


@_callbacks.command()
def dial(
    owed: IdArgument,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="Whose phone calls; else who has claimed it, or owes it.", metavar="EXT"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Ring the phone of whoever owes it, then the caller's, by the same rules as from the phone itself."""
    configuration = load(config)
    extension = as_ or _who_calls(configuration, owed)
    person = person_of(configuration, extension)
    try:
        answer = ask_service(
            configuration.storage.folder,
            "dial-callback",
            id=owed,
            extension=person.extension,
            by=command_user(),
        )
    except ServiceNotRunning:
        refuse("the service is not running, and only it can dial; start it with `ari-absence run`")
    if not answer.get("done"):
        refuse(f"{owed} is not dialled: {answer.get('refused') or answer.get('error') or 'no answer'}")
    console.print(f"The phone of {person.name} rings; whoever picks it up is connected.", markup=False)


def _who_calls(configuration: Configuration, owed: str) -> str:
    from ari_absence.core.owed import TEAM
    from ari_absence.ledger.owed_reading import owed_call

    with reading_ledger(configuration) as session:
        found = owed_call(session, owed)
    if found is None:
        _refuse_unknown(owed)
    extension = found.claimed_by or found.extension
    if extension.startswith(TEAM):
        refuse(
            f"{owed} is owed by {_named(configuration.directory, extension)}; say who calls, with --as EXT"
        )
    return extension


def _do(
    configuration: Configuration, owed: str, deed: Callable[[Session, str, datetime], Refusal | None]
) -> None:
    """Carry it out in one transaction; what can't be done is a sentence, and exits 2."""
    with writing_ledger(configuration) as session:
        refused = deed(session, command_user(), SystemClock().now())
    if refused is not None:
        _refuse(owed, refused, configuration)


def _refuse(owed: str, refused: Refusal, configuration: Configuration) -> None:
    from ari_absence.ledger.owed_calls import NotDone

    zone = configuration.directory.site.zone
    who = _named(configuration.directory, refused.by or "")
    since = f" since {readable(refused.at, zone)}" if refused.at else ""
    sentences = {
        NotDone.OVER: f"{owed} is over{since}; `ari-absence callbacks history` tells how",
        NotDone.TAKEN: f"{who} has taken {owed}{since}; release it first, if they will not do it",
        NotDone.IN_FLIGHT: f"{who} is calling them just now; wait for the end of that",
        NotDone.NOT_CLAIMED: f"nobody has claimed {owed}, so there is nothing to release",
        NotDone.OWES_IT_ALREADY: f"{who} owes {owed} already",
    }
    if refused.why not in sentences:
        _refuse_unknown(owed)
    refuse(sentences[refused.why])


def _refuse_unknown(owed: str) -> NoReturn:
    refuse(
        f"there is {quoted(owed, 'no such call', 'no call {!r}')} to return; `ari-absence callbacks` lists them"
    )


def _owner(configuration: Configuration, named: str) -> str:
    """Who owes: an extension, or a team by its key; an unknown one exits 2."""
    return _team_key(configuration, named) or person_of(configuration, named).extension


def _team_key(configuration: Configuration, named: str) -> str | None:
    from ari_absence.core.owed import TEAM

    key = named.removeprefix(TEAM)
    return TEAM + key if key in configuration.directory.teams else None


def _as_json(
    owed: OwedCall,
    calls: Mapping[str, Sequence[str]],
    messages: Mapping[str, Sequence[MessageOfOwed]],
    configuration: Configuration,
) -> Any:  # noqa: ANN401 - a JSON value
    """Everything that is known of one, with the calls it stands for, and where the audio of its messages lies."""
    from ari_absence.ledger.recordings import RecordingStore

    store = RecordingStore(configuration.storage.folder)
    left = [
        {
            "id": each.id,
            "at": each.at,
            "audio": str(store.path_of(each.audio_id).absolute()),
            "transcript": each.transcript,
        }
        for each in messages.get(owed.id, ())
    ]
    told = {**asdict(owed), "calls": calls.get(owed.id, []), "messages": left}
    return as_json_value(told, configuration.directory.site.zone)


def _row(
    owed: OwedCall, messages: Sequence[MessageOfOwed], configuration: Configuration, now: datetime
) -> tuple[str, ...]:
    directory = configuration.directory
    zone = directory.site.zone
    taken_by = owed.taken_by(now)
    return (
        owed.id,
        owed.code,
        _owes(owed, directory),
        _caller(owed),
        str(owed.times),
        owed.wish.replace("_", " "),
        "urgent" if owed.urgent else "",
        readable(owed.due, zone) + (" (overdue)" if owed.live and owed.due and owed.due <= now else ""),
        _state(owed, configuration),
        _named(directory, taken_by) if taken_by else "",
        " ".join(each.id for each in messages),
    )


def _owes(owed: OwedCall, directory: Directory) -> str:
    """Who owes it; of one that was handed over, whom the caller wanted, too."""
    owner = _named(directory, owed.extension)
    return owner if owed.called == owed.extension else f"{owner}, for {_named(directory, owed.called)}"


def _caller(owed: OwedCall) -> str:
    name = for_terminal(owed.caller_name or "")
    number = for_terminal(owed.number)
    return f"{name} ({number})" if name and name != number else number


def _state(owed: OwedCall, configuration: Configuration) -> str:
    state = owed.state.replace("_", " ")
    if owed.live and owed.retry_at is not None:
        return f"{state}, again {readable(owed.retry_at, configuration.directory.site.zone)}"
    return state


def _named(directory: Directory, owner: str) -> str:
    from ari_absence.core.owed import TEAM

    team = directory.teams.get(owner.removeprefix(TEAM)) if owner.startswith(TEAM) else None
    person = directory.people.get(owner)
    if team is not None:
        return f"{team.name} (team)"
    return f"{person.name} ({owner})" if person else owner
