"""Calls that are owed expire only when their owner has had the days for them, and nobody is left in ignorance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.people import Directory, Kind, SetAbsences
from ari_absence.ledger import aways
from ari_absence.ledger.expiring import Expiring, waited_for
from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.owed_purge import expire_owed
from tests.ledger.office import NOON, Office, person
from tests.ledger.test_owed import DAY, ask_for_a_call, do, owed


@pytest.fixture
def directory(office: Office) -> Directory:
    """Alice at 101, whose manager is Kenji."""
    people = {
        "101": replace(person("101", "Alice Tanaka", "alice@example.com"), manager="102"),
        "102": person("102", "Kenji Ito", "kenji@example.com"),
    }
    office.directory = replace(office.directory, people=people)
    return office.directory


def waits(
    office: Office, directory: Directory, days: int, absences: SetAbsences | None = None
) -> frozenset[str]:
    now = NOON + days * DAY
    with office.store.reading() as session:
        return waited_for(session, directory, absences or SetAbsences(), now - 30 * DAY, now)


async def test_nothing_expires_while_its_owner_is_on_leave_without_an_end(
    office: Office, directory: Directory
) -> None:
    entry = await ask_for_a_call(office, due=None)
    leave = SetAbsences({"101": (DatedAbsence(Kind.LEAVE, NOON - DAY, None),)})
    waiting = waits(office, directory, 90, leave)
    assert waiting == {"101"}
    assert do(office, partial(expire_owed, days=30, now=NOON + 90 * DAY, waits_for=waiting)) == []
    assert [each.id for each in owed(office)] == [entry.id]


async def test_who_is_back_has_all_the_days_from_then_on(office: Office, directory: Directory) -> None:
    do(office, lambda session: aways.note_away(session, "101", "leave", NOON - DAY))
    do(office, lambda session: aways.note_back(session, "101", NOON + 60 * DAY))
    assert waits(office, directory, 89) == {"101"}
    assert waits(office, directory, 91) == frozenset()


async def test_lunches_and_evenings_put_nothing_off(office: Office, directory: Directory) -> None:
    do(office, lambda session: aways.note_away(session, "101", "away", NOON + 30 * DAY))
    do(office, lambda session: aways.note_back(session, "101", NOON + 31 * DAY))
    assert waits(office, directory, 31) == frozenset()


async def test_owner_and_manager_are_told_in_the_thread_of_the_caller_what_has_expired(
    office: Office, directory: Directory
) -> None:
    entry = await ask_for_a_call(office, due=None)
    telling = Expiring(directory, office.addressees, NOON + 31 * DAY)
    expire = partial(expire_owed, days=30, now=NOON + 31 * DAY, tell=telling.tell)
    assert do(office, expire) == [entry.id]
    with office.store.reading() as session:
        rows = [row for row in session.scalars(select(DeliveryRow)) if row.notice]
        assert {(row.notice or {})["about"] for row in rows} == {"callback_expired"}
        assert sorted(row.recipient for row in rows) == ["alice@example.com", "kenji@example.com"]
