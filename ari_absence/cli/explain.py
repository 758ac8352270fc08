"""``ari-absence explain``: what a call would hear, may choose and is promised, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    AtOption,
    ConfigOption,
    JsonOption,
    absences_set,
    console,
    instant,
    load,
    local,
    person_of,
    print_json,
    readable,
)
from ari_absence.core.people import Caller, Why

if TYPE_CHECKING:
    from ari_absence.core.decision import Decision
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
    enquiry = Enquiry("explain", extension, _caller(from_, inside=inside), why, moment)
    decision = decide(enquiry, configuration.directory, absences_set(configuration))
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
        },
        "back_at": local(decision.back_at, zone),
        "heard": [speaker.text(each) for each in (*decision.greeting, *decision.menu)],
        "offers": [{"key": offer.key, "action": offer.action.value} for offer in decision.offers],
        "attempts": [
            {"extension": attempt.extension, "ring_seconds": attempt.ring_seconds}
            for attempt in decision.attempts
        ],
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
    if decision.back_at:
        console.print(f"  back {readable(decision.back_at, person.zone)}")
    for attempt in decision.attempts:
        console.print(f"  first rings {attempt.extension} for {attempt.ring_seconds} s")
    console.print("[bold]The caller hears[/]")
    for each in (*decision.greeting, *decision.menu):
        console.print(f"  {escape(speaker.text(each))}")
    console.print("[bold]Keys[/]")
    console.print("  " + ", ".join(f"{offer.key} {offer.action.value}" for offer in decision.offers))
    if decision.promised:
        console.print(f"[bold]Promised[/]  a call back by {readable(decision.promised, person.zone)}")
    console.print("[bold]Because[/]")
    for reason in decision.reasons:
        console.print(f"  {escape(reason.text)}  [dim]{escape(str(reason.source))}[/]")
