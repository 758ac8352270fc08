"""Reminders of owed calls in the ledger: told once, by the step, to whoever is there, whoever dies on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.hours import WeeklyHours
from ari_absence.core.people import Directory, Kind, SetAbsences
from ari_absence.core.reminding import Roster
from ari_absence.ledger import owed_calls, owed_reading
from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.reminders import LedgerReminders, next_at, plan_anew, remind
from tests.ledger.office import NOON, Office, person
from tests.ledger.power_cut import die_at_every_step
from tests.ledger.test_owed import ask_for_a_call, do, owed, whats

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUE = NOON + 4 * HOUR
ALWAYS = WeeklyHours((((0, 1440),),) * 7)
BY = "phone 101"


@pytest.fixture
def roster(office: Office) -> Roster:
    """Alice at 101, whom Kenji at 102 covers and Maya at 103 manages; all of them always there."""
    people = {
        "100": person("100", "Reception", "reception@example.com"),
        "101": replace(person("101", "Alice Tanaka", "alice@example.com"), delegates=("102",), manager="103"),
        "102": person("102", "Kenji Ito", "kenji@example.com"),
        "103": person("103", "Maya Mori", "maya@example.com"),
    }
    everybody = {key: replace(each, hours=ALWAYS) for key, each in people.items()}
    office.directory = Directory(office.directory.site, everybody)
    return Roster(office.directory, SetAbsences())


def remind_at(office: Office, roster: Roster, at: datetime) -> int:
    return do(office, lambda session: remind(session, roster, office.addressees, at)).told


def told(office: Office) -> list[tuple[str, str]]:
    """What was queued for whom, in order; what is queued of the call itself left out."""
    with office.store.reading() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.queued_at, DeliveryRow.id)).all()
        return [(row.notice["about"], row.recipient) for row in rows if row.notice]


def when_next(office: Office) -> datetime | None:
    with office.store.reading() as session:
        return next_at(session)


async def test_an_owed_call_reminds_its_owner_then_the_delegate_then_the_manager_and_then_nobody(
    office: Office, roster: Roster
) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, NOON)
    moments = []
    while (at := when_next(office)) is not None:
        moments.append(at)
        remind_at(office, roster, at)
    assert told(office) == [
        ("callback_due", "alice@example.com"),
        ("callback_overdue", "kenji@example.com"),
        ("callback_overdue", "maya@example.com"),
    ]
    assert moments == [DUE - 30 * MINUTE, DUE + 30 * MINUTE, DUE + 2 * HOUR]
    assert whats(office, entry.id)[1:] == ["reminded 101", "overdue, told 102", "overdue, told 103"]


async def test_manager_who_was_told_for_want_of_a_delegate_is_told_once_and_may_make_the_call(
    office: Office, roster: Roster
) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    away = SetAbsences({"102": (DatedAbsence(Kind.DAY_OFF, DUE - 9 * HOUR, DUE + 9 * HOUR),)})
    for at in (DUE - 30 * MINUTE, DUE + 30 * MINUTE, DUE + 2 * HOUR):
        remind_at(office, replace(roster, absences=away), at)
    assert [who for about, who in told(office) if about == "callback_overdue"] == ["maya@example.com"]
    with office.store.reading() as session:
        assert owed_reading.owed_by_code(session, ["103"], entry.code)
        assert owed_reading.owed_by_code(session, ["102"], entry.code) == []


async def test_nothing_is_told_of_what_is_settled(office: Office, roster: Roster) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, NOON)
    do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON))
    assert when_next(office) is None
    assert remind_at(office, roster, DUE + 9 * HOUR) == 0
    assert told(office) == []


async def test_what_is_put_off_is_not_overdue_before_it_is_offered_again(
    office: Office, roster: Roster
) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, DUE)  # nobody was reminded in time
    do(office, lambda session: owed_calls.put_off(session, entry.id, DUE + 5 * HOUR, BY, DUE))
    assert remind_at(office, roster, DUE + HOUR) == 0
    assert when_next(office) == DUE + 5 * HOUR + 30 * MINUTE


async def test_a_caller_who_calls_again_brings_the_reminder_forward(office: Office, roster: Roster) -> None:
    await ask_for_a_call(office, "call-1", due=DUE)
    remind_at(office, roster, NOON)
    await ask_for_a_call(office, "call-2", due=NOON + HOUR)
    remind_at(office, roster, NOON)
    assert when_next(office) == NOON + 30 * MINUTE


async def test_whoever_it_is_handed_over_to_is_reminded_from_the_beginning(
    office: Office, roster: Roster
) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, DUE - 30 * MINUTE)
    do(
        office,
        partial(owed_calls.hand_over, owed_id=entry.id, to="102", by=BY, destinations=(), now=DUE - MINUTE),
    )
    remind_at(office, roster, DUE - MINUTE)
    assert told(office) == [("callback_due", "alice@example.com"), ("callback_due", "kenji@example.com")]


async def test_a_plan_is_made_anew_when_somebody_comes_or_goes(office: Office, roster: Roster) -> None:
    await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, NOON)
    do(office, lambda session: plan_anew(session.connection(), ["102"]))
    assert when_next(office) == DUE - 30 * MINUTE
    do(office, lambda session: plan_anew(session.connection(), ["101"]))
    assert when_next(office) == NOON  # when it was noted: at once


async def test_a_clock_that_jumps_over_all_steps_tells_each_once(office: Office, roster: Roster) -> None:
    await ask_for_a_call(office, due=DUE)
    late = DUE + timedelta(days=3)
    for _ in range(9):
        remind_at(office, roster, late)
        late += 5 * MINUTE
    assert told(office) == [
        ("callback_overdue", "kenji@example.com"),
        ("callback_overdue", "maya@example.com"),
    ]


async def test_whoever_dies_while_telling_has_told_nobody_and_tells_them_later(
    office: Office, roster: Roster
) -> None:
    await ask_for_a_call(office, due=DUE)

    def nobody_was_told() -> None:
        assert told(office) == []
        assert owed(office)[0].state == "open"

    deaths = die_at_every_step(
        office.store, lambda: remind_at(office, roster, DUE - 30 * MINUTE), nobody_was_told
    )
    assert deaths > 3
    assert told(office) == [("callback_due", "alice@example.com")]


async def test_a_reminder_says_who_what_number_and_until_when(office: Office, roster: Roster) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, DUE - 30 * MINUTE)
    facts: dict[str, Any] = await office.thread.read(
        lambda session: next(row.notice for row in session.scalars(select(DeliveryRow)) if row.notice)
    )
    assert (facts["extension"], facts["owner"], facts["number"]) == ("101", "101", entry.number)
    assert (facts["due"], facts["code"], facts["zone"]) == (DUE.isoformat(), entry.code, "Asia/Tokyo")


async def test_the_service_asks_without_writing_when_nothing_is_to_be_done(
    office: Office, roster: Roster
) -> None:
    reminders = LedgerReminders(office.thread, office.addressees)
    assert (await reminders.remind(roster, NOON)).seen == 0
    await ask_for_a_call(office, due=DUE)
    assert (await reminders.remind(roster, NOON)).seen == 1
    assert (await reminders.remind(roster, NOON)).seen == 0
    assert await reminders.next_at() == DUE - 30 * MINUTE
    await reminders.plan_anew()
    assert (await reminders.remind(roster, NOON)).seen == 1


async def test_many_open_entries_are_planned_in_several_transactions(office: Office, roster: Roster) -> None:
    """Fifty at a time, so that no call waits for the ledger meanwhile."""
    entry = await ask_for_a_call(office, due=DUE)

    def copies(session: Any) -> None:
        row = session.get_one(OwedRow, entry.id)
        kept = {column.name: getattr(row, column.name) for column in OwedRow.__table__.columns}
        for number in range(200):
            session.add(OwedRow(**kept | {"id": f"O-{number}", "code": str(number), "caller": f"+{number}"}))

    do(office, copies)
    rounds = 0
    while do(office, lambda session: remind(session, roster, office.addressees, NOON)).seen:
        rounds += 1
    assert rounds == 5
    assert when_next(office) == DUE - 30 * MINUTE
