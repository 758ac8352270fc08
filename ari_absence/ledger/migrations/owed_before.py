"""What was owed before there was a table of it, for the migration 0007: written for the tables as they were then."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


@dataclass
class Carried:
    """One entry, gathered from callbacks and messages of the same caller."""

    first: dict[str, Any]
    calls: set[str] = field(default_factory=set)
    items: list[tuple[str, str]] = field(default_factory=list)
    changes: list[tuple[datetime, str, str]] = field(default_factory=list)
    over_at: datetime | None = None

    def take(self, row: dict[str, Any]) -> None:
        """One more call of theirs."""
        mine = self.first
        mine["times"] = len(self.calls | {row["call_id"]})
        mine["first_at"], mine["last_at"] = min(mine["first_at"], row["at"]), max(mine["last_at"], row["at"])
        mine["due"] = min((each for each in (mine["due"], row["due"]) if each), default=None)
        mine["wish"] = min(mine["wish"], row["wish"], key=_WISHES.index)
        mine["urgent"] = mine["urgent"] or row["urgent"]
        mine["name_audio_id"] = mine["name_audio_id"] or row["name_audio_id"]
        self.calls.add(row["call_id"])
        self.items.append((row["table"], row["id"]))
        self.changes += row["changes"]


_WISHES = ["call_back", "message", "missed", "just_called", "will_call_again"]
_CALLBACKS = sa.text(
    "SELECT c.id, c.call_id, c.extension, c.at, c.wish, c.number, c.name_audio_id, c.due, c.state, c.history,"
    " k.caller_extension, k.caller_name, k.extension AS called FROM callbacks c JOIN calls k ON k.id = c.call_id"
    " WHERE c.number IS NOT NULL ORDER BY c.at, c.id"
)
_MESSAGES = sa.text(
    "SELECT m.id, m.call_id, m.extension, m.at, m.urgent, m.due, m.settled_at, k.caller_number AS number,"
    " k.caller_extension, k.caller_name, k.extension AS called FROM messages m JOIN calls k ON k.id = m.call_id"
    " WHERE k.caller_number IS NOT NULL AND m.deleted_at IS NULL AND m.forwarded_by IS NULL"
    " AND (m.due IS NOT NULL OR m.heard_at IS NULL) ORDER BY m.at, m.id"
)
_INSTANT = sa.DateTime(timezone=True)
_INSTANTS = ("first_at", "last_at", "due", "over_at")
_KEPT = (
    *("extension", "called", "caller", "number", "caller_extension", "caller_name", "name_audio_id"),
    *("first_at", "last_at", "times", "wish", "urgent", "due"),
)
_OWED = sa.table(
    "owed_calls",
    *(sa.column(name, _INSTANT) for name in _INSTANTS),
    *(sa.column(name) for name in _KEPT if name not in (*_INSTANTS, "urgent")),
    sa.column("urgent", sa.Boolean()),
    *(sa.column(name) for name in ("id", "code", "state", "attempts", "notice_step")),
)
_CHANGES = sa.table(
    "owed_changes", sa.column("owed_id"), sa.column("at", _INSTANT), sa.column("what"), sa.column("by")
)


def carry_over(connection: sa.Connection) -> None:
    """What is owed becomes one entry for each owner and caller; what was settled an entry of its own, which is over."""
    live: dict[tuple[str, str], Carried] = {}
    over: list[Carried] = []
    for row in sorted((*_callbacks(connection), *_messages(connection)), key=lambda row: row["at"]):
        if row["over_at"] is not None:
            over.append(Carried(_first(row), over_at=row["over_at"]))
            over[-1].take(row)
        else:
            live.setdefault((row["extension"], row["caller"]), Carried(_first(row))).take(row)
    codes: set[tuple[str, str]] = set()
    for carried in (*live.values(), *over):
        _insert(connection, carried, codes)


def _first(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "first_at": row["at"], "last_at": row["at"], "times": 0}


def _callbacks(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    columns = _CALLBACKS.columns(at=_INSTANT, due=_INSTANT, history=sa.JSON())
    for row in connection.execute(columns).mappings().all():
        changes = [(_stored(connection, each["at"]), each["what"], each["by"]) for each in row["history"]]
        settled = row["state"] == "settled"
        yield {
            **row,
            "table": "callbacks",
            "caller": _caller(row),
            "urgent": False,
            "changes": changes or [(row["at"], "noted", "caller")],
            "over_at": (changes[-1][0] if changes else row["at"]) if settled else None,
        }


def _messages(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    columns = _MESSAGES.columns(at=_INSTANT, due=_INSTANT, settled_at=_INSTANT, urgent=sa.Boolean())
    for row in connection.execute(columns).mappings().all():
        settled = [(row["settled_at"], "settled", "")] if row["settled_at"] else []
        yield {
            **row,
            "table": "messages",
            "caller": _caller(row),
            "wish": "message",
            "name_audio_id": None,
            "changes": [(row["at"], "noted", "caller"), *settled],
            "over_at": row["settled_at"],
        }


def _caller(row: sa.RowMapping) -> str:
    """As the network sent it: the country that tells spellings apart is not known here."""
    return f"ext:{row['caller_extension']}" if row["caller_extension"] else row["number"]


def _stored(connection: sa.Connection, written: str) -> datetime:
    at = datetime.fromisoformat(written).astimezone(UTC)
    return at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at


def _insert(connection: sa.Connection, carried: Carried, codes: set[tuple[str, str]]) -> None:
    row, owed_id = carried.first, f"R-{carried.first['first_at']:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    tried = sum(what.startswith("called: ") for _, what, _ in carried.changes)
    values = {name: row[name] for name in _KEPT} | {
        "id": owed_id,
        "code": _code(row["extension"], codes),
        "state": "settled" if carried.over_at else _state(carried, tried),
        "over_at": carried.over_at,
        "attempts": tried,
        "notice_step": 0,
    }
    connection.execute(_OWED.insert().values(values))
    for at, what, by in sorted(carried.changes, key=lambda change: change[0]):
        change = {"owed_id": owed_id, "at": at, "what": what[:200], "by": by[:200]}
        connection.execute(_CHANGES.insert().values(change))
    for name, item_id in carried.items:
        table = sa.table(name, sa.column("id"), sa.column("owed_id"))
        connection.execute(table.update().where(table.c.id == item_id).values(owed_id=owed_id))


def _state(carried: Carried, tried: int) -> str:
    if carried.changes[-1][1].startswith("handed over"):
        return "handed_over"
    return "attempted" if tried else "open"


def _code(extension: str, taken: set[tuple[str, str]]) -> str:
    while True:
        digits = f"{secrets.randbelow(10 ** (4 + len(taken) // 5000)):04d}"
        if (extension, digits) not in taken:
            taken.add((extension, digits))
            return digits
