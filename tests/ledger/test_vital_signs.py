"""How the ledger's work stands, for whoever watches the service."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.vital_signs import VitalSigns, vital_signs
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import ask_for_a_call, do

HOUR = timedelta(hours=1)


def signs(office: Office, at: datetime) -> VitalSigns:
    with office.store.querying() as connection:
        return vital_signs(connection, at)


async def test_a_ledger_of_no_calls_has_nothing_to_do(office: Office) -> None:
    assert signs(office, NOON) == VitalSigns()


async def test_what_is_due_and_not_delivered_ages_and_what_was_given_up_is_counted(office: Office) -> None:
    await office.leave_message("call-1")
    young = signs(office, NOON)
    assert (young.deliveries_waiting, young.oldest_seconds) == (1, 0.0)
    assert signs(office, NOON + HOUR).oldest_seconds == 3600
    later = {"state": "retry", "attempts": 3, "not_before": NOON + 2 * HOUR}
    do(office, lambda session: session.execute(update(DeliveryRow).values(**later)))
    assert (
        signs(office, NOON + HOUR).oldest_seconds == 3600
    )  # it waits for its next try, and is late all the same
    do(office, lambda session: session.execute(update(DeliveryRow).values(state="dead")))
    dead = signs(office, NOON + HOUR)
    assert (dead.deliveries_waiting, dead.deliveries_given_up, dead.oldest_seconds) == (0, 1, 0.0)


async def test_a_later_step_of_a_cascade_that_nobody_has_come_to_is_no_delay(office: Office) -> None:
    await office.leave_message("call-1")
    do(office, lambda session: session.execute(update(DeliveryRow).values(not_before=NOON + 2 * HOUR)))
    assert signs(office, NOON + HOUR).oldest_seconds == 0.0


async def test_calls_that_are_owed_are_overdue_after_their_time(office: Office) -> None:
    entry = await ask_for_a_call(office, due=NOON + 4 * HOUR)
    assert entry.due is not None
    assert signs(office, entry.due).callbacks_overdue == 0
    late = signs(office, entry.due + HOUR)
    assert (late.callbacks_owed, late.callbacks_overdue) == (1, 1)
