"""``ari-absence pin``: give somebody a new PIN, or open its lock. A stored one can't be shown: it is a hash."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    command_user,
    console,
    load,
    person_of,
    refuse,
    writing_ledger,
)
from ari_absence.clock import SystemClock
from ari_absence.core.pins import PinFlaw, PinRules, pin_flaw

if TYPE_CHECKING:
    from ari_absence.config.settings import Configuration

_FLAWS = {
    PinFlaw.TOO_SHORT: "it is too short; type {min} digits or more",
    PinFlaw.TOO_LONG: "it is too long; type {max} digits at most",
    PinFlaw.NOT_DIGITS: "it is not made of digits only",
    PinFlaw.RUN: "digits in a row are guessed first; choose others",
    PinFlaw.REPEAT: "repeated digits are guessed first; choose others",
    PinFlaw.OWN_EXTENSION: "it holds the extension, which is guessed first; choose others",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(pin)


def pin(
    extension: Annotated[str, typer.Argument(help="Whose.", metavar="EXT")],
    typed: Annotated[
        bool, typer.Option("--typed", help="Ask for the new PIN instead of making one up.")
    ] = False,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="Keep the PIN; end the lock that wrong ones have closed.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give somebody a new PIN, made up and shown once. It takes effect at once, and ends a lock."""
    configuration = load(config)
    person = person_of(configuration, extension)
    if unlock:
        _unlock(configuration, extension, person.name)
        return
    rules = _rules(configuration)
    chosen = _asked_for(extension, rules) if typed else _made_up(extension, rules)
    _store(configuration, extension, chosen)
    shown = "" if typed else f": {chosen}. It is shown this once"
    console.print(f"{person.name} has a new PIN{shown}.", markup=False)


def _rules(configuration: Configuration) -> PinRules:
    limits = configuration.directory.site.limits
    return PinRules(limits.pin_digits, tries=limits.pin_tries, lock_seconds=limits.pin_lock_seconds)


def _made_up(extension: str, rules: PinRules) -> str:
    while True:
        made = "".join(secrets.choice("0123456789") for _ in range(rules.digits_min))
        if pin_flaw(made, extension, rules) is None:
            return made


def _asked_for(extension: str, rules: PinRules) -> str:
    chosen = str(typer.prompt("New PIN", hide_input=True, confirmation_prompt=True))
    flaw = pin_flaw(chosen, extension, rules)
    if flaw is not None:
        refuse("that PIN is refused: " + _FLAWS[flaw].format(min=rules.digits_min, max=rules.digits_max))
    return chosen


def _store(configuration: Configuration, extension: str, chosen: str) -> None:
    from ari_absence.ledger.pins import hash_of, store

    hashed = hash_of(chosen)
    with writing_ledger(configuration) as session:
        store(session, extension, hashed, command_user(), SystemClock().now())


def _unlock(configuration: Configuration, extension: str, name: str) -> None:
    from ari_absence.ledger.pins import unlock

    with writing_ledger(configuration) as session:
        was_locked = unlock(session, extension)
    console.print(f"The PIN of {name} is {'open again' if was_locked else 'not locked'}.", markup=False)
