"""Dials, forwards and escalations on PostgreSQL, where two processes really are in the ledger at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import Outcome
from ari_absence.core.facts import PrivateNumber
from ari_absence.core.people import Dialing
from ari_absence.core.steps import Way
from ari_absence.ledger import reading, settling
from ari_absence.ledger.dials import book_dial
from ari_absence.ledger.escalations import LedgerEscalations, claim_due
from ari_absence.ledger.forward_watch import watch
from ari_absence.ledger.store import Store, open_existing
from tests.ledger.office import CALLER, NOON, Office
from tests.ledger.test_attempts import note
from tests.ledger.test_escalations import FIRST, urgent_message
from tests.ledger.test_forward_watch import OTHER_NUMBER, PAID, command, look, notices, office_of
from tests.ledger.test_postgresql import database, office  # noqa: F401 -- the fixtures

HOUR = timedelta(hours=1)


def at_once(works: list[Callable[[], None]]) -> None:
    faults: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []


async def test_f43_processes_at_once_get_no_more_than_one_would(office: Office) -> None:  # noqa: F811
    stores, answers = [open_existing(office.url) for _ in range(4)], list[bool]()

    def book(store: Store) -> None:
        for number in range(20):
            with store.changing() as connection:
                caps = Dialing(per_hour=3, per_day=100)
                answers.append(book_dial(connection, f"1{number:02}", caps, NOON))

    at_once([lambda store=store: book(store) for store in stores])  # type: ignore[misc]

    assert (len(answers), sum(answers)) == (80, 60)
    for store in stores:
        store.close()


async def test_a_change_is_told_once_though_two_look_at_the_same_time(office: Office) -> None:  # noqa: F811
    look(office)
    there = office_of(mobile=PrivateNumber(OTHER_NUMBER))
    stores = [open_existing(office.url) for _ in range(4)]

    def see(store: Store) -> None:
        with store.writing() as session:
            watch(session, there, NOON + HOUR)

    at_once([lambda store=store: see(store) for store in stores])  # type: ignore[misc]

    assert len(notices(office.store)) == 1
    assert command(office, PAID, NOON + 2 * HOUR).changed == ("101",)
    for store in stores:
        store.close()


async def test_an_urgent_message_is_leased_to_one_of_two_and_goes_with_its_call(office: Office) -> None:  # noqa: F811
    for number in range(5):
        await urgent_message(office, f"call-{number}")
    stores, claims = [open_existing(office.url) for _ in range(3)], list[str]()

    def claim(store: Store) -> None:
        with store.writing() as session:
            claims.extend(each.message_id for each in claim_due(session, FIRST))

    at_once([lambda store=store: claim(store) for store in stores])  # type: ignore[misc]

    assert (len(claims), len(set(claims))) == (5, 5)
    for store in stores:
        store.close()


async def test_a_call_goes_all_the_way_from_who_was_rung_to_the_purge(office: Office) -> None:  # noqa: F811
    message_id = await urgent_message(office)
    await office.notebook.note_attempts([note(0, Way.DELEGATE, "102", LegEnd.TALKED)])
    assert await office.notebook.calls_today(CALLER.number or "", "101") == 1
    escalations = LedgerEscalations(office.thread)
    (claim,) = await escalations.due(FIRST)
    assert await escalations.advance(claim, FIRST + HOUR, FIRST)
    assert await escalations.next_due_at() == FIRST + HOUR
    assert await escalations.mark_heard(message_id, "extension 102", FIRST)
    await office.notebook.close_call("call-1", Outcome.CONNECTED)
    (call,) = await office.thread.read(reading.calls)
    assert (call.taken_by, call.taken_way) == ("102", "delegate")

    with office.store.writing() as session:
        settling.delete_message(session, message_id)
    while await office.thread.write(lambda session: settling.purge(session, NOON + 48 * HOUR)):
        pass

    assert await office.thread.read(reading.calls) == []
