"""``ari-absence status`` and ``reload``: how the running service is, and having it read its files again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import typer

from ari_absence.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, console, load, print_json
from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.errors import ConfigurationError

ILL, AWAY = 1, 3
"""Exit codes, as ``systemctl status`` has them for what does not run."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(reload)


def status(as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show how the running service is. Exits 1 when something is wrong with it, 3 when it does not run."""
    from ari_absence.app.monitoring import troubles_of

    folder, digest, mistakes = _files(config)
    facts = _asked(folder, "status")
    troubles = [*troubles_of(facts), *(f"not taken: {each}" for each in mistakes or facts["mistakes"])]
    if as_json:
        print_json({**facts, "troubles": troubles})
    else:
        for subject, words in _told(facts, digest):
            console.print(f"{subject:14}{words}", markup=False, soft_wrap=True)
        for trouble in troubles:
            console.print(trouble, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(ILL if troubles else 0)


def reload(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Have the running service read its files again. Exits 1 when they are bad: it goes on as before."""
    answer = _asked(load(config).storage.folder, "reload")
    for mistake in answer["mistakes"]:
        console.print(mistake, markup=False, soft_wrap=True)
    if answer["mistakes"]:
        raise typer.Exit(ILL)
    console.print("Taken: it holds from the next call on.")
    for name in answer["at_the_next_start"]:
        console.print(f"{name} takes effect at the next start.", markup=False)


def _files(config: Path) -> tuple[Path, str | None, Sequence[str]]:
    """Where the service keeps everything, the digest of its files as they are now, and what is wrong with them."""
    from ari_absence.config.loader import data_folder
    from ari_absence.config.loader import load as load_configuration

    try:
        configuration = load_configuration(config, os.environ)
    except ConfigurationError as error:
        return data_folder(config), None, error.mistakes
    return configuration.storage.folder, configuration.digest, ()


def _asked(folder: Path, do: str) -> Mapping[str, Any]:
    try:
        answer = ask_service(folder, do)
    except ServiceNotRunning:
        _say_away(folder)
    return answer


def _say_away(folder: Path) -> NoReturn:
    console.print(
        f"The service does not run, or not with its data in {folder}. The dialplan and the fallback attendant serve"
        " the callers.",
        style="red",
        markup=False,
        soft_wrap=True,
    )
    raise typer.Exit(AWAY)


def _told(facts: Mapping[str, Any], digest: str | None) -> Iterator[tuple[str, str]]:
    """What is told, and of what; a line each."""
    yield "Asterisk", _link(facts)
    yield "Calls", f"{facts['calls']} now; {_turned_away(facts)}"
    if facts.get("deliveries_waiting") is not None:
        yield "Deliveries", _deliveries(facts)
        yield "Call backs", f"{facts['callbacks_owed']} owed, {facts['callbacks_overdue']} of them overdue"
    else:
        yield "Ledger", "can't be used: callers hear announcements only"
    lamps = facts["lamps_set"] and facts["message_lamps_set"]
    yield "Lamps", "as they should be" if lamps else "being set"
    yield (
        "Names",
        "spoken" if facts["names_ready"] else "being spoken; callers hear a neutral phrase meanwhile",
    )
    yield "Configuration", f"{facts['people']} people{_difference(facts['digest'], digest)}"


def _link(facts: Mapping[str, Any]) -> str:
    seconds = facts["connected_seconds"]
    return "not linked" if seconds is None else f"linked for {_length(seconds)}"


def _turned_away(facts: Mapping[str, Any]) -> str:
    turned_away = facts["too_many_calls"] + facts["too_often"]
    return f"{turned_away} were left to the dialplan" if turned_away else "none was turned away"


def _deliveries(facts: Mapping[str, Any]) -> str:
    words = f"{facts['deliveries_waiting']} waiting"
    if facts["oldest_seconds"]:
        words += f", the oldest since {_length(facts['oldest_seconds'])}"
    return f"{words}; {facts['deliveries_given_up']} given up" if facts["deliveries_given_up"] else words


def _difference(in_force: str, digest: str | None) -> str:
    if digest is None or digest == in_force:
        return ""
    return "; the files were changed since they were read: `ari-absence reload`"


def _length(seconds: float) -> str:
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"
