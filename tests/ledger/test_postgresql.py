"""The same ledger on PostgreSQL: on a server of our own, or on the database that ARI_ABSENCE_TEST_POSTGRESQL
names and that may be wiped, such as ``postgresql+psycopg://ari@127.0.0.1/ledger``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from ari_absence.attendant.notebook import Outcome
from ari_absence.core.people import Caller, Kind, Limits
from ari_absence.errors import LedgerError
from ari_absence.ledger import reading, settling
from ari_absence.ledger.absences import LedgerAbsences, NewAbsence
from ari_absence.ledger.mailbox_changes import settle_message
from ari_absence.ledger.pages import Page
from ari_absence.ledger.store import open_existing
from ari_absence.ledger.tables import METADATA
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, FakeClock, Office, callback_draft, decision, directory
from tests.ledger.postgresql import postgresql

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of a database for the tests of this file."""
    given = os.environ.get("ARI_ABSENCE_TEST_POSTGRESQL")
    with nullcontext(given) if given else postgresql() as url:
        yield url


@pytest_asyncio.fixture
async def office(database: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose ledger is in an empty PostgreSQL database."""
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    office = Office(tmp_path / "data", FakeClock(), url=database)
    yield office
    await office.close()


async def test_the_migrations_build_the_tables_of_the_model(office: Office) -> None:
    with office.store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


async def test_a_message_goes_all_the_way_from_the_beep_to_the_purge(office: Office) -> None:
    message_id = await office.leave_message(urgent=True)
    await office.notebook.save_callback(callback_draft(decision("call-2")))
    claim = await office.outbox.claim("email", NOON, NOON + DAY)
    assert claim is not None
    memo = await office.outbox.memo(claim)
    assert (memo.item_id, memo.at) == (message_id, NOON)
    await office.outbox.delivered(claim, NOON)
    await office.notebook.close_call("call-1", Outcome.MESSAGE)

    (message,) = await office.thread.read(reading.messages)
    assert [each.state for each in message.deliveries] == ["delivered"]
    assert (await office.thread.read(reading.outbox_summary)).waiting == 1
    assert len(await office.thread.read(reading.callbacks)) == 1

    await office.thread.write(partial(settle_message, message_id=message_id, by="phone 101", now=NOON))
    while await office.thread.write(lambda session: settling.purge(session, NOON + DAY)):
        pass
    assert await office.thread.read(reading.messages) == []


async def test_f32_the_last_place_is_given_once_to_two_services(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=1))
    other = Office(office.folder, office.clock, url=office.url)
    other.directory = office.directory
    for round_number in range(10):
        answers = await asyncio.gather(
            office.notebook.reserve_place(f"a{round_number}", "101"),
            other.notebook.reserve_place(f"b{round_number}", "101"),
            return_exceptions=True,
        )
        assert sum(answer is True for answer in answers) <= 1
        for call_id in (f"a{round_number}", f"b{round_number}"):
            await office.notebook.close_call(call_id, Outcome.MISSED)
    await other.close()


async def test_two_workers_never_claim_the_same_delivery(office: Office) -> None:
    for number in range(10):
        await office.notebook.save_callback(callback_draft(decision(f"call-{number}")))
    other = Office(office.folder, office.clock, url=office.url)

    claims = await asyncio.gather(
        *(each.outbox.claim("email", NOON, NOON + DAY) for _ in range(5) for each in (office, other))
    )

    assert len({claim.delivery_id for claim in claims if claim}) == 10
    await other.close()


async def test_hostile_callers_are_stored_and_the_rest_recovers(office: Office) -> None:
    for number, hostile in enumerate(HOSTILE):
        await office.notebook.open_call(decision(f"call-{number:03}", Caller(hostile, hostile, hostile)))

    await office.recover()

    owed = await office.thread.read(lambda session: reading.callbacks(session, page=Page(500)))
    assert len(owed) == len(HOSTILE)


async def test_absences_and_their_instants_come_back_in_utc(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(NewAbsence("101", Kind.OUT, NOON, NOON + DAY, "phone 101"), NOON)

    (found,) = (await absences.all(NOON)).of("101")
    assert (found.start, found.end) == (NOON, NOON + DAY)  # type: ignore[union-attr]


async def test_a_command_finds_it_and_a_wrong_address_is_a_sentence(office: Office) -> None:
    assert office.store is not None
    open_existing(office.url).close()
    with pytest.raises(LedgerError) as caught:
        open_existing("postgresql+psycopg://ari:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
