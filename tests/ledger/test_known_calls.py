"""What the ledger knows of a caller before the call is answered: of their own entry, and of no other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert

from ari_absence.attendant.notebook import Wish
from ari_absence.core.known import Known
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Caller
from ari_absence.errors import LedgerError
from ari_absence.ledger import owed_calls
from ari_absence.ledger.known_calls import known_of
from ari_absence.ledger.model import Row, table_of
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE
from tests.ledger.office import NOON, Office, callback_draft, decision
from tests.ledger.test_owed import BY, DAY, MINUTE, ask_for_a_call, do, owed

HANS = Caller("+81312345678")


async def known(office: Office, caller: Caller = HANS, extension: str = "101") -> Known | None:
    return (await office.notebook.before_call(extension, caller))[1]


async def test_who_asked_for_a_call_is_known_however_the_network_writes_their_number(office: Office) -> None:
    office.notebook._country = lambda: "JP"
    entry = await ask_for_a_call(office)

    for number in ("0312345678", "+81312345678"):
        assert await known(office, Caller(number)) == Known(OwedWish.CALL_BACK, entry.due)


async def test_three_calls_are_one_entry_and_the_second_and_third_are_known(office: Office) -> None:
    found = []
    for call_id in ("call-1", "call-2", "call-3"):
        found.append(await known(office))
        await ask_for_a_call(office, call_id)

    (entry,) = owed(office)
    assert entry.times == 3
    assert found == [None, Known(OwedWish.CALL_BACK, entry.due), Known(OwedWish.CALL_BACK, entry.due)]


async def test_another_number_another_owner_and_nobody_are_told_nothing(office: Office) -> None:
    await ask_for_a_call(office)

    assert await known(office, Caller("+81312345679")) is None
    assert await known(office, extension="102") is None
    assert await known(office, Caller(None)) is None


async def test_what_a_trunk_shows_instead_of_a_number_is_nobody(office: Office) -> None:
    await office.notebook.save_callback(callback_draft(decision(caller=Caller("4711")), number="4711"))

    assert len(owed(office)) == 1
    assert await known(office, Caller("4711")) is None


async def test_what_is_settled_is_not_told(office: Office) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON))

    assert await known(office) is None


@pytest.mark.parametrize(("by", "taken"), [("101", False), ("102", True)])
async def test_what_a_colleague_has_claimed_is_taken_and_what_its_owner_has_claimed_is_not(
    office: Office, by: str, taken: bool
) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.claim(session, entry.id, by, BY, NOON))

    assert await known(office) == Known(OwedWish.CALL_BACK, entry.due, taken)


async def test_what_was_handed_over_is_taken_for_who_was_called_and_unknown_to_who_owes_it_now(
    office: Office,
) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.hand_over(session, entry.id, "102", BY, (), NOON))

    assert await known(office) == Known(OwedWish.CALL_BACK, entry.due, taken=True)
    assert await known(office, extension="102") is None


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("no_answer", True),
        ("busy", True),
        ("cap_used_up", False),
        ("cancelled", False),
        ("unreachable", False),
    ],
)
async def test_an_attempt_is_told_only_if_their_phone_was_rung(office: Office, end: str, told: bool) -> None:
    entry, later = await ask_for_a_call(office), NOON + MINUTE
    do(office, lambda session: owed_calls.note_attempt(session, entry.id, end, BY, later))

    assert await known(office) == Known(OwedWish.CALL_BACK, entry.due, tried_at=later if told else None)


async def test_an_attempt_that_a_stop_of_the_service_interrupted_is_not_told(office: Office) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.begin_attempt(session, entry.id, "101", BY, NOON))
    do(office, lambda session: owed_calls.release_attempts(session, NOON + MINUTE))

    assert await known(office) == Known(OwedWish.CALL_BACK, entry.due)


async def test_a_wish_to_call_again_is_the_weakest_and_asks_for_no_time(office: Office) -> None:
    entry = await ask_for_a_call(office, wish=Wish.WILL_CALL_AGAIN, due=None)
    assert (entry.wish, entry.due) == ("will_call_again", None)

    entry = await ask_for_a_call(office, "call-2", due=NOON + DAY)
    assert (entry.wish, entry.due) == ("call_back", NOON + DAY)


async def test_a_ledger_that_cannot_be_read_is_an_error_and_not_a_guess(office: Office) -> None:
    await office.thread.close()
    with pytest.raises(LedgerError):
        await known(office)


NUMBERS = ("+81312345678", "+81312345679", "+493012345670", None)
OWNERS = ("101", "102", "103")
entries = st.lists(
    st.tuples(st.sampled_from(OWNERS), st.sampled_from(OWNERS), st.sampled_from(NUMBERS[:3]), st.booleans()),
    max_size=8,
    unique_by=(lambda entry: (entry[0], entry[2]), lambda entry: (entry[1], entry[2])),
)


@settings(max_examples=40, deadline=None)
@given(entries, st.sampled_from(NUMBERS), st.sampled_from(OWNERS))
def test_whatever_is_owed_a_caller_learns_only_of_what_this_number_left_with_this_person(
    rows: list[tuple[str, str, str, bool]], number: str | None, called: str
) -> None:
    engine = create_engine("sqlite://")
    Row.metadata.create_all(engine)
    with engine.begin() as connection:
        for index, (owner, first_called, caller, live) in enumerate(rows):
            _insert(connection, index, owner, first_called, caller, live)
        found = known_of(connection, Caller(number), called, "JP")

    theirs = [row for row in rows if row[1] == called and row[2] == number and row[3]]
    assert (found is not None) == bool(theirs)
    if found is not None:
        assert found.due in [NOON + timedelta(hours=rows.index(row)) for row in theirs]


def _insert(connection: Connection, index: int, owner: str, called: str, caller: str, live: bool) -> None:
    values = {
        "id": f"owed-{index}",
        "code": f"{index:04}",
        "extension": owner,
        "called": called,
        "caller": caller,
        "number": caller,
        "first_at": NOON,
        "last_at": NOON,
        "times": 1,
        "wish": "call_back",
        "urgent": False,
        "due": NOON + timedelta(hours=index),
        "state": LIVE[0] if live else "settled",
        "attempts": 0,
        "notice_step": 0,
    }
    connection.execute(insert(table_of(OwedRow)), values)
