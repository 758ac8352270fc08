"""The ``ari-absence`` command. One file per command; what they print is made for people, and ``--json``
for programs."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from ari_absence.cli.flags import show_flags_as_flags
from ari_absence.errors import AbsenceError, ConfigurationError

BAD_CONFIGURATION = 1
BAD_QUESTION = 2

app = typer.Typer(
    name="ari-absence",
    help="Answers calls to people who are away from their desk phone, beside an on-premise Asterisk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; an error of ours is one sentence on standard error."""
    try:
        app()
    except ConfigurationError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        raise SystemExit(BAD_CONFIGURATION) from None
    except AbsenceError as error:
        Console(stderr=True, highlight=False).print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(BAD_CONFIGURATION) from None


def _register() -> None:
    from ari_absence.cli import (
        absences,
        bench,
        callbacks,
        check,
        digests,
        explain,
        forward,
        heard,
        lab,
        listing,
        outbox,
        pin,
        run,
        schema,
        sounds,
        status,
        who,
    )

    told = (
        run,
        status,
        check,
        who,
        explain,
        listing,
        callbacks,
        heard,
        outbox,
        digests,
        absences,
        forward,
        pin,
    )
    for module in (*told, sounds, lab, schema, bench):
        module.register(app)
    show_flags_as_flags(app)


_register()
