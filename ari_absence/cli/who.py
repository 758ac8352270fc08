"""``ari-absence who``: where everybody is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ari_absence.cli.ladders import own_steps
from ari_absence.cli.options import (
    DEFAULT_CONFIG,
    AtOption,
    ConfigOption,
    JsonOption,
    absences_set,
    instant,
    load,
    local,
    print_json,
    print_table,
    readable,
)

if TYPE_CHECKING:
    from ari_absence.config.settings import Configuration


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(who)


def who(at: AtOption = None, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show who is there, who is not, and when they are back."""
    configuration = load(config)
    moment = instant(at, configuration.directory.site.zone)
    rows = _rows(configuration, moment)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        f"Where everybody is at {readable(moment, configuration.directory.site.zone)}",
        ("extension", "name", "state", "until", "back", "calls go on to", "set by"),
        (
            (
                row["extension"],
                row["name"],
                _words(row),
                readable(row["until"], row["zone"]),
                readable(row["back_at"], row["zone"]),
                "" if row["reach"] is None else ", then ".join(row["reach"]) or "nobody",
                row["source"],
            )
            for row in rows
        ),
        "people.yaml names nobody yet.",
    )


def _rows(configuration: Configuration, moment: datetime) -> list[dict[str, Any]]:
    from ari_absence.core.schedule import back_at, state_at

    set_absences, rows = absences_set(configuration), []
    for extension, person in sorted(configuration.directory.people.items()):
        own = set_absences.of(extension)
        state = state_at(person, moment, own)
        rows.append(
            {
                "extension": extension,
                "name": person.name,
                "present": state.present,
                "kind": state.kind.value if state.kind else None,
                "detail": state.detail,
                "until": state.until,
                "back_at": None if state.present else back_at(person, moment, own),
                "reach": own_steps(state),
                "zone": person.zone,
                "source": str(state.source),
            }
        )
    return rows


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    zone = row["zone"]
    moments = {"until": local(row["until"], zone), "back_at": local(row["back_at"], zone)}
    return {**row, **moments, "zone": zone.key}


def _words(row: dict[str, Any]) -> str:
    kind = row["kind"] or ("at work" if row["present"] else "absent")
    return f"{'present' if row['present'] else 'absent'}: {kind}" + (
        f", {row['detail']}" if row["detail"] else ""
    )
