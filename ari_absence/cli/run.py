"""``ari-absence run``: the service."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from ari_absence.cli.options import DEFAULT_CONFIG, ConfigOption, quoted, refuse
from ari_absence.clock import Clock, ShiftedClock, SystemClock
from ari_absence.errors import ConfigurationError

BAD_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: systemd does not restart on it (RestartPreventExitStatus)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    pretend_now: Annotated[
        str | None,
        typer.Option(help="Rehearse: run as if it were this instant now, such as 2026-11-25T10:00+09:00."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Log every step.")] = False,
) -> None:
    """Serve calls until SIGTERM. Exits 78 when the configuration is bad: the dialplan's fallback serves then."""
    from ari_absence.app import serve

    try:
        serve(config, _clock(pretend_now), debug=debug)
    except ConfigurationError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        raise typer.Exit(BAD_CONFIGURATION) from None


def _clock(pretend_now: str | None) -> Clock:
    if pretend_now is None:
        return SystemClock()
    try:
        return ShiftedClock(datetime.fromisoformat(pretend_now))
    except ValueError:
        refuse(
            f"{quoted(pretend_now, 'that')} is not an instant with its offset; write it like 2026-11-25T10:00+09:00"
        )
