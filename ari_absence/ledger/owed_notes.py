"""Noting that somebody did not get through, as functions on a connection: a part of the transaction that saves
their message or callback.

Repeat callers merge: there is one live entry for each owner and caller.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, case, insert, select, text, update

from ari_absence.core.owed import OwedState, OwedWish, Promise, caller_key, merged
from ari_absence.core.people import Caller
from ari_absence.errors import LedgerError
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import CallbackRow, CallRow, MessageRow, table_of
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow

LIVE = tuple(state.value for state in OwedState if state.live)
CODE_DIGITS = 4  # what people type without looking twice
CODE_DIGITS_MAX = 9
_CODE_TRIES = 20
NOTED, CALLED_AGAIN = "noted", "called again"
IN_USE = text("state NOT IN ('settled', 'expired')")
"""``LIVE`` in the words of the index of the codes, so that it is used."""
CAME_IN = frozenset({NOTED, CALLED_AGAIN})
"""The changes that are the caller's own."""

_owed, _changes, _calls = table_of(OwedRow), table_of(OwedChangeRow), table_of(CallRow)
_messages, _callbacks = table_of(MessageRow), table_of(CallbackRow)
_OF: BindParameter[str] = bindparam("of")
_CALLER: BindParameter[str] = bindparam("caller")
_IS_LIVE = _owed.c.state.in_(LIVE)

_CALL = select(
    _calls.c.extension, _calls.c.caller_number, _calls.c.caller_name, _calls.c.caller_extension
).where(_calls.c.id == _OF)
_LIVE_OF = (
    select(_owed)
    .where(_owed.c.caller == _CALLER, _IS_LIVE)
    .where((_owed.c.extension == _OF) | (_owed.c.called == _OF))
    .order_by(case((_owed.c.extension == _OF, 0), else_=1), _owed.c.id)
    .limit(1)
)
_HAS_CODE = select(_owed.c.extension).where(_owed.c.code == bindparam("code"), IN_USE).limit(1)
_INSERT = insert(_owed)
_CHANGE = insert(_changes)
_OF_SAME_CALL = tuple(
    select(each.c.id).where(each.c.owed_id == _OF, each.c.call_id == bindparam("call")).limit(1)
    for each in (_messages, _callbacks)
)


@dataclass(frozen=True, slots=True)
class Missed:
    """A call that did not get through, as the ledger is about to note it. ``number``: another than the call's."""

    call_id: str
    wish: OwedWish
    urgent: bool = False
    due: datetime | None = None
    number: str | None = None
    name_audio_id: str | None = None
    by: str = "caller"


def note_owed(connection: Connection, missed: Missed, country: str, now: datetime) -> str | None:
    """Owe them a call: a new entry, or one more call of the live one; gives its id. None: the number is withheld.

    A caller whose entry was handed over is still the same caller: whoever owes it now learns of the new call.
    The call must be known.
    """
    call = connection.execute(_CALL, {"of": missed.call_id}).one()
    caller = Caller(missed.number or call.caller_number, call.caller_name, call.caller_extension)
    key = caller_key(caller, country)
    if key is None:
        return None
    live = connection.execute(_LIVE_OF, {"of": call.extension, "caller": key[:64]}).first()
    if live is None:
        return _begin(connection, missed, call.extension, caller, key[:64], now)
    _merge(connection, live, missed, now)
    owed_id: str = live.id
    return owed_id


def note_change(connection: Connection, owed_id: str, what: str, by: str, now: datetime) -> None:
    """What was done with an entry, by whom: each change has its row."""
    connection.execute(_CHANGE, {"owed_id": owed_id, "at": now, "what": what[:200], "by": by[:200]})


def promise_of(row: OwedRow | Row[Any]) -> Promise:
    """What an entry owes."""
    return Promise(OwedWish(row.wish), row.urgent, row.due, row.first_at, row.last_at, row.times)


def promise_values(promise: Promise) -> dict[str, Any]:
    """The columns that say what is owed."""
    return {
        "wish": promise.wish.value,
        "urgent": promise.urgent,
        "due": promise.due,
        "first_at": promise.first_at,
        "last_at": promise.last_at,
        "times": promise.times,
    }


def told_overdue(extension: str) -> str:
    """What is noted when ``extension`` was told that a call is overdue."""
    return f"overdue, told {extension}"


def free_code(connection: Connection) -> str:
    """Digits that no live entry has, whoever owes it: one's own, one's team's, and those that one is told of.

    They are drawn, so that an old mail's code seldom means another caller.
    """
    for draw in range(_CODE_TRIES * (CODE_DIGITS_MAX - CODE_DIGITS + 1)):
        length = CODE_DIGITS + draw // _CODE_TRIES
        code = f"{secrets.randbelow(10**length):0{length}d}"
        if connection.scalar(_HAS_CODE, {"code": code}) is None:
            return code
    raise LedgerError("more calls are owed than there are codes; settle some of them")


def _begin(
    connection: Connection, missed: Missed, extension: str, caller: Caller, key: str, now: datetime
) -> str:
    owed_id = new_id(Prefix.OWED, now)
    promise = Promise(missed.wish, missed.urgent, missed.due, now, now)
    connection.execute(
        _INSERT,
        {
            "id": owed_id,
            "code": free_code(connection),
            "extension": extension,
            "called": extension,
            "caller": key,
            "number": (caller.number or caller.extension or "")[:64],
            "caller_extension": caller.extension,
            "caller_name": caller.name,
            "name_audio_id": missed.name_audio_id,
            "state": OwedState.OPEN.value,
            **promise_values(promise),
        },
    )
    note_change(connection, owed_id, NOTED, missed.by, now)
    return owed_id


def _merge(connection: Connection, live: Row[Any], missed: Missed, now: datetime) -> None:
    """They are there now, so whatever was put off is offered at once; it may be due earlier than whoever is reminded
    of it was planned for."""
    same_call = _is_of_call(connection, live.id, missed.call_id)
    again = Promise(missed.wish, missed.urgent, missed.due, now, now, times=0 if same_call else 1)
    values = promise_values(merged(promise_of(live), again)) | {"retry_at": None, "notice_at": None}
    if missed.name_audio_id is not None:
        values["name_audio_id"] = missed.name_audio_id
    connection.execute(update(_owed).where(_owed.c.id == live.id).values(values))
    note_change(connection, live.id, NOTED if same_call else CALLED_AGAIN, missed.by, now)


def _is_of_call(connection: Connection, owed_id: str, call_id: str) -> bool:
    asked = {"of": owed_id, "call": call_id}
    return any(connection.scalar(query, asked) is not None for query in _OF_SAME_CALL)
