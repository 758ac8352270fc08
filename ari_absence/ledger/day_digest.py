"""What a manager and the operator get when their working day begins: numbers of what others owe, nothing private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ari_absence.ledger.digest_reading import Owed, count_dead_letters, owed_by_extension


@dataclass(frozen=True, slots=True)
class AwayToday:
    """Who is away, and until when (UTC; None: unknown). Why and where is theirs."""

    name: str
    extension: str
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a digest: about which people (extension and name), and whether of the whole house."""

    extension: str
    zone: str
    people: Sequence[tuple[str, str]]
    away: Sequence[AwayToday]
    whole_house: bool


def day_facts(session: Session, reader: Reader, now: datetime) -> dict[str, Any] | None:
    """The digest as the facts of a notice; None: there is nothing to tell."""
    counts = owed_by_extension(session, now)
    owed = [_line(name, counts[extension]) for extension, name in reader.people if extension in counts]
    dead = count_dead_letters(session) if reader.whole_house else 0
    if not owed and not dead and not reader.away:
        return None
    return {
        "extension": reader.extension,
        "zone": reader.zone,
        "whole_house": reader.whole_house,
        "owed": sorted(owed, key=lambda line: (-line["overdue"], -line["owed"], line["extension"])),
        "dead": dead,
        "away": [
            {
                "name": each.name,
                "extension": each.extension,
                "back": "" if each.back_at is None else each.back_at.isoformat(),
            }
            for each in reader.away
        ],
    }


def _line(name: str, owed: Owed) -> dict[str, Any]:
    return {"name": name, "extension": owed.extension, "owed": owed.calls, "overdue": owed.overdue}
