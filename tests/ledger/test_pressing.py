"""Which calls fall due soon or are overdue, and when the next one does: what the lamp of reminders shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ari_absence.core.owed_lamp import Pressing, PressingCall
from ari_absence.ledger import owed_calls
from ari_absence.ledger.pressing import pressing_calls
from tests.ledger.office import NOON, Office, callback_draft, decision
from tests.ledger.test_owed import ask_for_a_call, do

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUE = NOON + 4 * HOUR
BEFORE = 30 * MINUTE
BY = "phone 101"


def pressing(office: Office, at: datetime) -> Pressing:
    with office.store.querying() as connection:
        return pressing_calls(connection, at, BEFORE)


async def test_a_call_presses_from_when_its_owner_is_reminded_until_it_is_over(office: Office) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    assert pressing(office, NOON) == Pressing((), DUE - BEFORE)
    hers = Pressing((PressingCall("101"),))
    assert pressing(office, DUE - BEFORE) == pressing(office, DUE + 9 * HOUR) == hers
    do(office, lambda session: owed_calls.settle(session, entry.id, BY, DUE))
    assert pressing(office, DUE) == Pressing()


async def test_what_was_promised_for_no_time_never_presses(office: Office) -> None:
    about = replace(decision("call-1", at=NOON), promise=None)
    await office.notebook.save_callback(replace(callback_draft(about), due=None))
    assert pressing(office, NOON + 900 * HOUR) == Pressing()


async def test_whoever_has_claimed_it_is_told(office: Office) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    do(office, lambda session: owed_calls.claim(session, entry.id, "102", BY, NOON))
    assert pressing(office, DUE).calls == (PressingCall("101", "102"),)


async def test_what_is_put_off_presses_again_when_it_is_offered_again(office: Office) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    later = DUE + 5 * HOUR
    do(office, lambda session: owed_calls.put_off(session, entry.id, later, BY, DUE))
    assert pressing(office, DUE) == Pressing((), later)
    assert pressing(office, later).calls == (PressingCall("101"),)
