"""A call that a team owes in the place of the person called: noted, handed over and told in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ari_absence.attendant.notebook import KeptAudio, Wish
from ari_absence.core.covering import Covering
from ari_absence.core.people import Directory, Team
from ari_absence.ledger import owed_calls
from ari_absence.ledger.model import DeliveryRow, MessageRow
from ari_absence.ledger.owed_memos import memo_of_owed
from ari_absence.ledger.writing import NotedCallback, insert_call, save_callback
from tests.ledger.office import NOON, Office, callback_draft, decision, message_draft, person
from tests.ledger.power_cut import die_at_every_step
from tests.ledger.test_owed import do, owed, whats

HOUR = timedelta(hours=1)
DUE = NOON + 4 * HOUR
SALES = Team("sales", "Sales", ("102", "103"))
COVERING = Covering(SALES, DUE)


@pytest.fixture
def sales(office: Office) -> Office:
    """Alice at 101, and a team of two."""
    people = {
        "101": person("101", "Alice Tanaka", "alice@example.com"),
        "102": person("102", "Kenji Ito", "kenji@example.com"),
        "103": person("103", "Maya Mori", "maya@example.com"),
    }
    office.directory = Directory(office.directory.site, people, {"sales": SALES})
    return office


async def ask(office: Office, call_id: str = "call-1", wish: Wish = Wish.CALL_BACK) -> None:
    """Somebody asks for a call of Alice, who can promise none."""
    about = replace(decision(call_id, at=office.clock.now()), covering=COVERING)
    await office.notebook.save_callback(callback_draft(about, due=None, wish=wish))


def told(office: Office) -> list[tuple[str, str]]:
    with office.store.reading() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
        return sorted((row.notice["about"] if row.notice else "the call", row.recipient) for row in rows)


async def test_team_owes_it_and_its_members_and_the_person_are_told(sales: Office) -> None:
    await ask(sales)
    (entry,) = owed(sales, None)
    assert (entry.extension, entry.called, entry.due) == ("team:sales", "101", DUE)
    assert whats(sales, entry.id) == ["noted", "handed over to team:sales"]
    handed = "callback_handed_over"
    assert told(sales) == [
        (handed, "kenji@example.com"),
        (handed, "maya@example.com"),
        ("the call", "alice@example.com"),
    ]
    with sales.store.reading() as session:
        memo = memo_of_owed(session, entry.id)
        notices = [row.notice for row in session.scalars(select(DeliveryRow)) if row.notice]
    assert memo is not None
    assert (memo.team, memo.code, memo.due) == ("sales", None, None)
    assert {each["called"] for each in notices} == {"Alice Tanaka"}


async def test_who_hung_up_is_owed_a_call_of_the_team_by_the_same_time(sales: Office) -> None:
    await ask(sales, wish=Wish.MISSED)
    (entry,) = owed(sales, None)
    assert (entry.extension, entry.wish, entry.due) == ("team:sales", "missed", DUE)


async def test_a_caller_who_calls_again_is_one_entry_and_the_team_is_told_once(sales: Office) -> None:
    await ask(sales, "call-1")
    sales.clock.advance(HOUR)
    await ask(sales, "call-2")
    (entry,) = owed(sales, None)
    assert (entry.extension, entry.times) == ("team:sales", 2)
    assert [each for each in told(sales) if each[0] == "callback_handed_over"] == [
        ("callback_handed_over", "kenji@example.com"),
        ("callback_handed_over", "maya@example.com"),
    ]


async def test_what_somebody_has_taken_stays_theirs(sales: Office) -> None:
    await sales.notebook.save_callback(callback_draft(decision("call-1", at=NOON)))
    (before,) = owed(sales, None)
    do(sales, lambda session: owed_calls.claim(session, before.id, "102", "phone 102", NOON))
    await ask(sales, "call-2")
    (entry,) = owed(sales, None)
    assert (entry.id, entry.extension, entry.claimed_by) == (before.id, "101", "102")


async def test_a_message_goes_to_the_team_as_a_call_and_stays_in_the_box_of_the_person(sales: Office) -> None:
    about = replace(decision("call-1", at=NOON), covering=COVERING, promise=None)
    await sales.notebook.open_call(about)
    audio = await sales.notebook.keep(sales.asterisk.add("abs/call-1-r1", seconds=5.0), 3.0)
    assert isinstance(audio, KeptAudio)
    await sales.notebook.save_message(message_draft(audio, about))
    (entry,) = owed(sales, None)
    assert (entry.extension, entry.wish, entry.called) == ("team:sales", "message", "101")
    assert entry.due == DUE
    with sales.store.reading() as session:
        assert [each.extension for each in session.scalars(select(MessageRow))] == ["101"]
    with_audio = set()
    while claim := await sales.outbox.claim("email", NOON, NOON + HOUR):
        if (await sales.outbox.memo(claim)).audio is not None:
            with_audio.add(claim.recipient)
    assert with_audio == {
        "alice@example.com"
    }  # what was said for her stays hers; the team has number and wish


def test_whoever_dies_on_the_way_has_noted_and_told_nothing(sales: Office) -> None:
    about = replace(decision("call-1", at=NOON), covering=COVERING, promise=None)
    noted = NotedCallback.of(callback_draft(about))

    def note() -> None:
        with sales.store.changing() as connection:
            insert_call(connection, about)
            save_callback(connection, noted, sales.addressees, NOON)

    def nothing_is_there() -> None:
        assert owed(sales, None) == []
        assert told(sales) == []

    assert die_at_every_step(sales.store, note, nothing_is_there) > 5
    assert [each.extension for each in owed(sales, None)] == ["team:sales"]
    assert len(told(sales)) == 3
