"""``ari-absence explain``: what a call would hear, may choose and is promised, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ari_absence.cli.ladders import attempt_lines, attempts_as_json, help_as_json, own_steps
from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    AtOption,
    ConfigOption,
    JsonOption,
    absences_set,
    console,
    forwards_set,
    greetings_set,
    instant,
    known_call,
    load,
    local,
    person_of,
    print_json,
    readable,
)
from ari_absence.cli.typed_steps import steps_in_words
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ari_absence.core.decision import Decision
    from ari_absence.core.ladder import Attempt
    from ari_absence.speech.language import Language

SOME_NUMBER = "00"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    extension: Annotated[str, typer.Argument(help="The extension that is called.", metavar="EXT")],
    at: AtOption = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="The caller's number, or `anonymous`; any number if left out.", metavar="NUMBER"
        ),
    ] = None,
    why: Annotated[Why, typer.Option(help="How the call reaches us.")] = Why.ABSENT,
    inside: Annotated[bool, typer.Option("--inside", help="The caller is a colleague.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Explain what a call to EXT would hear and why, now or at any instant."""
    from ari_absence.core.decision import Enquiry, decide
    from ari_absence.speech.languages import language

    configuration = load(config)
    person_of(configuration, extension)
    moment = instant(at, configuration.directory.site.zone)
    caller = _caller(from_, inside=inside)
    known = known_call(configuration, extension, caller)
    enquiry = Enquiry("explain", extension, caller, why, moment, camp_on=True, known=known)
    absences, forwards = absences_set(configuration), forwards_set(configuration)
    greetings = greetings_set(configuration)
    decision = decide(enquiry, configuration.directory, absences, forwards, greetings)
    speaker = language(configuration.directory.site.language)
    if as_json:
        print_json(as_dictionary(decision, speaker))
    else:
        _print(decision, speaker)


def _caller(number: str | None, *, inside: bool) -> Caller:
    """Without ``--from`` an ordinary caller who shows a number; ``--from anonymous`` is one who hides it."""
    from ari_absence.core.numbers import caller_number

    if inside:
        return Caller(number or SOME_NUMBER, extension=number or "a colleague's")
    return Caller(SOME_NUMBER if number is None else caller_number(number))


def as_dictionary(decision: Decision, speaker: Language) -> dict[str, Any]:
    """The decision as ``explain --json`` prints it; times carry the offset of the person's zone."""
    zone, state = decision.person.zone, decision.state
    return {
        "extension": decision.person.extension,
        "name": decision.person.name,
        "at": local(decision.enquiry.at, zone),
        "state": {
            "present": state.present,
            "kind": state.kind.value if state.kind else None,
            "detail": state.detail,
            "until": local(state.until, zone),
            "reach": own_steps(state),
        },
        "back_at": local(decision.back_at, zone),
        "heard": [speaker.text(each) for each in (*decision.greeting, *decision.menu)],
        "offers": [{"key": offer.key, "action": offer.action.value} for offer in decision.offers],
        "attempts": attempts_as_json(decision.attempts),
        "rings_as_desk": decision.rings_as_desk,
        "straight_to_message": decision.straight_to_message,
        "colleague": help_as_json(decision.colleague),
        "urgent": attempts_as_json(decision.urgent),
        "promise": local(decision.promised, zone),
        "reasons": [{"text": each.text, "source": str(each.source)} for each in decision.reasons],
    }


def _print(decision: Decision, speaker: Language) -> None:
    person, state = decision.person, decision.state
    at = readable(decision.enquiry.at, person.zone)
    console.print(f"[bold]{escape(person.name)}[/] ({escape(person.extension)}), {at} {person.zone.key}")
    kind = state.kind.value if state.kind else "at work"
    presence = "[green]present[/]" if state.present else "[yellow]absent[/]"
    console.print(f"  {presence}: {kind}{', ' + escape(state.detail) if state.detail else ''}")
    own = state.absence.reach if state.absence else None
    if own is not None:
        console.print(f"  its own steps: {escape(steps_in_words(own))}")
    if decision.back_at:
        console.print(f"  back {readable(decision.back_at, person.zone)}")
    _print_attempts("Rung before anything is said", decision.attempts if decision.rings_as_desk else ())
    console.print("[bold]The caller hears[/]")
    for each in (*decision.greeting, *decision.menu):
        console.print(f"  {escape(speaker.text(each))}")
    _print_attempts("Rung after the greeting", () if decision.rings_as_desk else decision.attempts)
    if decision.straight_to_message:
        console.print("[bold]Then[/]  straight to the message, without a menu")
    console.print("[bold]Keys[/]")
    console.print("  " + ", ".join(f"{offer.key} {offer.action.value}" for offer in decision.offers))
    if decision.colleague:
        title = f"Key {_key(decision, Action.COLLEAGUE)}: {escape(decision.colleague.name.text)} can help"
        _print_attempts(title, decision.colleague.attempts)
    _print_attempts(f"Key {_key(decision, Action.URGENT)}: urgent", decision.urgent)
    if decision.promised:
        console.print(f"[bold]Promised[/]  a call back by {readable(decision.promised, person.zone)}")
    console.print("[bold]Because[/]")
    for reason in decision.reasons:
        console.print(f"  {escape(reason.text)}  [dim]{escape(str(reason.source))}[/]")


def _print_attempts(title: str, attempts: Sequence[Attempt]) -> None:
    if attempts:
        console.print(f"[bold]{title}[/]")
    for line in attempt_lines(attempts):
        console.print(line, soft_wrap=True)


def _key(decision: Decision, action: Action) -> str:
    return next((offer.key for offer in decision.offers if offer.action is action), "-")
