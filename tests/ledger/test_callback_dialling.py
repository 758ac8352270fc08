"""``ari-absence callbacks dial``: what can't be dialled is refused with the reason."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from ari_absence.app.callback_dialling import CallbackDialling
from ari_absence.ledger.owed_book import LedgerOwedCalls
from ari_absence.ledger.owed_purge import expire_owed
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import DAY, ask_for_a_call, do


async def test_what_has_expired_is_not_called_settled(office: Office) -> None:
    entry = await ask_for_a_call(office, due=NOON)
    do(office, lambda session: expire_owed(session, 30, NOON + 31 * DAY))
    owed_calls = LedgerOwedCalls(office.thread, office.addressees, lambda: None)
    talk = SimpleNamespace(directory=lambda: office.directory)
    dialling = CallbackDialling(cast(Any, talk), owed_calls, office.clock)

    answer = await dialling.dial({"id": entry.id, "extension": "101", "by": "root"})
    assert answer == {"refused": "it has expired; when they call again, a new entry begins"}
