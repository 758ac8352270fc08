"""The calls that are owed: noted with what they belong to, merged, claimed, tried, handed over, settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
from sqlalchemy.orm import Session

from ari_absence.app.housekeeping import Housekeeping
from ari_absence.attendant.notebook import Wish
from ari_absence.core.people import Caller, Limits, SetAbsences
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.ledger import owed_calls, owed_reading, reading, settling
from ari_absence.ledger.digest_reading import away_digest
from ari_absence.ledger.mailbox_changes import delete_kept, hear_message, restore_deleted
from ari_absence.ledger.mailbox_reading import letters
from ari_absence.ledger.owed_calls import Attempt, NotDone, Refusal
from ari_absence.ledger.owed_keys import tell_apart
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_purge import expire_owed
from ari_absence.ledger.owed_reading import OwedCall
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON, Office, callback_draft, decision

BY = "phone 101"
KEY = "+81312345678"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

Result = TypeVar("Result")


def do(office: Office, work: Callable[[Session], Result]) -> Result:
    with office.store.writing() as session:
        return work(session)


def owed(office: Office, extension: str | None = "101", *, over_too: bool = False) -> list[OwedCall]:
    with office.store.reading() as session:
        return owed_reading.owed_calls(session, extension, over_too=over_too)


def whats(office: Office, owed_id: str) -> list[str]:
    with office.store.reading() as session:
        return [change.what for change in owed_reading.history_of(session, owed_id)]


async def ask_for_a_call(office: Office, call_id: str = "call-1", **changes: object) -> OwedCall:
    """Somebody calls 101 and asks to be called back."""
    about = decision(call_id, at=office.clock.now())
    await office.notebook.save_callback(callback_draft(about, **changes))
    return owed(office)[0]


async def test_who_leaves_a_message_and_asks_for_a_call_is_owed_one_call(office: Office) -> None:
    await office.leave_message("call-1", urgent=True)
    office.clock.advance(MINUTE)
    await ask_for_a_call(office, "call-2", due=NOON + DAY)
    (entry,) = owed(office)
    assert (entry.wish, entry.urgent, entry.times) == ("call_back", True, 2)
    assert (entry.first_at, entry.last_at, entry.due) == (NOON, NOON + MINUTE, NOON + timedelta(hours=20))
    assert whats(office, entry.id) == ["noted", "called again"]


async def test_a_message_and_a_wish_in_the_same_call_are_one_call(office: Office) -> None:
    await office.leave_message("call-1")
    entry = await ask_for_a_call(office, "call-1")
    assert entry.times == 1


async def test_a_number_that_is_written_in_another_way_is_the_same_caller(office: Office) -> None:
    office.notebook._country = lambda: "JP"
    await ask_for_a_call(office, "call-1", number="0312345678")
    await ask_for_a_call(office, "call-2", number="+81312345678")
    (entry,) = owed(office)
    assert (entry.caller, entry.number, entry.times) == (KEY, "0312345678", 2)


async def test_callers_noted_by_the_plan_of_no_country_are_told_apart_when_it_is_known(
    office: Office,
) -> None:
    await ask_for_a_call(office, "call-1", number="0312345678")
    await ask_for_a_call(office, "call-2", number="+81312345678")
    await ask_for_a_call(office, "call-3", number="0398765432")
    await ask_for_a_call(office, "call-4", number="4711")
    assert do(office, lambda session: tell_apart(session, "JP", NOON)) == 2
    assert do(office, lambda session: tell_apart(session, "JP", NOON)) == 0
    assert sorted((each.caller, each.times) for each in owed(office)) == [
        ("+81312345678", 2),
        ("+81398765432", 1),
        ("4711", 1),
    ]


async def test_a_withheld_number_is_information_and_owed_nothing(office: Office) -> None:
    about = decision(caller=Caller(None))
    await office.notebook.save_callback(callback_draft(about, number=None))
    assert owed(office, None, over_too=True) == []


async def test_a_caller_who_keys_in_a_number_is_owed_a_call_there(office: Office) -> None:
    about = decision(caller=Caller(None))
    await office.notebook.save_callback(callback_draft(about, number="+81398765432"))
    assert [entry.number for entry in owed(office)] == ["+81398765432"]


async def test_a_message_without_a_promise_is_settled_when_its_owner_hears_it(office: Office) -> None:
    first, second = [await leave_without_promise(office, call) for call in ("call-1", "call-2")]
    do(office, lambda session: hear_message(session, first, BY, NOON))
    assert len(owed(office)) == 1
    do(office, lambda session: hear_message(session, second, BY, NOON))
    (entry,) = owed(office, over_too=True)
    assert (entry.state, whats(office, entry.id)[-1]) == ("settled", "settled: heard")


async def test_a_message_without_a_promise_is_on_the_list_but_nobody_is_asked_to_call(office: Office) -> None:
    await leave_without_promise(office, "call-1")
    assert len(owed(office)) == 1
    with office.store.reading() as session:
        assert owed_reading.count_owed(session, ["101"]) == 0
        assert away_digest(session, "101", NOON, NOON).tally.callbacks == 0, "a welcome counts as *38 does"
        assert owed_reading.offered_to(session, ["101"], NOON) == []


async def leave_without_promise(office: Office, call_id: str) -> str:
    message_id = await office.leave_message(call_id)

    def forget(session: Session) -> None:
        (entry,) = owed_reading.owed_calls(session)
        session.get_one(OwedRow, entry.id).due = None

    do(office, forget)
    return message_id


async def test_a_message_with_a_promise_stays_owed_when_it_is_heard(office: Office) -> None:
    message_id = await office.leave_message()
    do(office, lambda session: hear_message(session, message_id, BY, NOON))
    assert len(owed(office)) == 1


async def test_a_deleted_message_is_owed_to_nobody_until_it_is_restored(office: Office) -> None:
    message_id = await office.leave_message()
    do(office, lambda session: delete_kept(session, message_id, BY, NOON))
    assert owed(office) == []
    do(office, lambda session: restore_deleted(session, message_id, BY, NOON))
    (entry,) = owed(office)
    with office.store.reading() as session:
        message = reading.message(session, message_id)
    assert message is not None
    assert (message.owed_id, entry.due) == (entry.id, message.due)


async def test_a_restored_message_whose_caller_was_called_is_not_owed_again(office: Office) -> None:
    message_id = await office.leave_message()
    settle_all(office)
    do(office, lambda session: delete_kept(session, message_id, BY, NOON))
    do(office, lambda session: restore_deleted(session, message_id, BY, NOON))
    assert owed(office) == []


def settle_all(office: Office) -> None:
    for entry in owed(office, None):
        assert do(office, partial(owed_calls.settle, owed_id=entry.id, by=BY, now=NOON)) is None


# -- deeds


@pytest.mark.fault("F75")
async def test_the_second_who_claims_a_call_hears_who_has_taken_it(office: Office) -> None:
    entry = await ask_for_a_call(office)
    assert claim(office, entry, "102") is None
    assert claim(office, entry, "102") is None
    assert claim(office, entry, "101") == Refusal(NotDone.TAKEN, "102", NOON)
    assert begin(office, entry, "101") == Refusal(NotDone.TAKEN, "102", NOON)
    assert do(office, lambda session: owed_calls.release(session, entry.id, BY, NOON)) is None
    assert claim(office, entry, "101") is None
    assert whats(office, entry.id) == ["noted", "claimed for 102", "released", "claimed for 101"]


def claim(office: Office, entry: OwedCall, extension: str) -> Refusal | None:
    return do(
        office, lambda session: owed_calls.claim(session, entry.id, extension, f"phone {extension}", NOON)
    )


def begin(office: Office, entry: OwedCall, extension: str, now: datetime = NOON) -> Attempt | Refusal:
    return do(
        office,
        lambda session: owed_calls.begin_attempt(session, entry.id, extension, f"phone {extension}", now),
    )


async def test_one_attempt_is_in_flight_and_a_dead_one_gives_way(office: Office) -> None:
    entry = await ask_for_a_call(office)
    first = begin(office, entry, "101")
    assert isinstance(first, Attempt)
    assert begin(office, entry, "102") == Refusal(NotDone.IN_FLIGHT, "101")
    assert begin(office, entry, "101") == Refusal(NotDone.IN_FLIGHT, "101")
    second = begin(office, entry, "102", NOON + owed_calls.ATTEMPT_LEASE)
    assert isinstance(second, Attempt)
    assert not do(office, lambda session: owed_calls.end_attempt(session, first, "busy", BY, NOON))
    assert do(office, lambda session: owed_calls.end_attempt(session, second, "", BY, NOON, reached=True))
    assert owed(office) == []


async def test_what_was_tried_in_vain_is_offered_again_when_it_was_put_off_to(office: Office) -> None:
    entry = await ask_for_a_call(office)
    attempt = begin(office, entry, "101")
    assert isinstance(attempt, Attempt)
    again = NOON + 15 * MINUTE
    assert do(
        office, lambda session: owed_calls.end_attempt(session, attempt, "busy", BY, NOON, retry_at=again)
    )
    assert [(each.state, each.attempts) for each in owed(office)] == [("attempted", 1)]
    with office.store.reading() as session:
        assert owed_reading.offered_to(session, ["101"], again - MINUTE) == []
        assert len(owed_reading.offered_to(session, ["101"], again)) == 1


async def test_who_calls_again_is_offered_at_once_though_they_were_put_off(office: Office) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.put_off(session, entry.id, NOON + DAY, BY, NOON))
    await ask_for_a_call(office, "call-2")
    with office.store.reading() as session:
        assert len(owed_reading.offered_to(session, ["101"], NOON)) == 1


async def test_what_a_process_was_at_when_it_died_is_free_when_the_service_starts(office: Office) -> None:
    entry = await ask_for_a_call(office)
    begin(office, entry, "101")
    assert do(office, lambda session: owed_calls.release_attempts(session, NOON)) == 1
    assert isinstance(begin(office, entry, "102"), Attempt)
    assert "tried to call back: interrupted" in whats(office, entry.id)


async def test_a_call_handed_over_is_owed_by_the_other_who_is_told(office: Office) -> None:
    entry = await ask_for_a_call(office)
    claim(office, entry, "101")
    assert hand_over(office, entry) is None
    assert owed(office) == []
    (theirs,) = owed(office, "100")
    assert (theirs.id, theirs.code, theirs.called, theirs.state, theirs.claimed_by) == (
        entry.id,
        entry.code,
        "101",
        "handed_over",
        None,
    )
    with office.store.reading() as session:
        (notice,) = [each for each in reading.outbox(session) if (each.item_id or "").startswith("N-")]
    assert notice.recipient == "reception@example.com"


async def test_who_is_handed_a_call_is_mailed_who_called_when_with_which_wish_and_what_was_promised(
    office: Office,
) -> None:
    entry = await ask_for_a_call(office, due=NOON + timedelta(hours=4))
    assert hand_over(office, entry) is None
    claims = [await office.outbox.claim("email", NOON, NOON + MINUTE) for _ in range(2)]
    (claim,) = [each for each in claims if each and each.recipient == "reception@example.com"]
    letter = parsed(await office.outbox.memo(claim))

    assert text_of(letter).startswith(
        "A call that is to be returned is yours now.\n"
        "\n"
        "Caller:    Bob Smith, +81312345678\n"
        "Called:    Alice Tanaka (extension 101)\n"
        "When:      Wednesday, 25 November 2026, 12:00 (Asia/Tokyo)\n"
        "Wish:      asks to be called back\n"
        "Number:    +81312345678\n"
        "Promised:  a call back by Wednesday, 25 November 2026, 16:00 (Asia/Tokyo)\n"
        "From:      extension 101, at phone 101\n"
        f"Callback:  {entry.id}\n"
    )


@pytest.mark.parametrize("wished", [True, False])
async def test_envelope_knows_who_waits_for_a_call_they_have_asked_for(office: Office, wished: bool) -> None:
    await office.leave_message("call-1")
    if wished:
        await ask_for_a_call(office, "call-2")
    assert envelope_wish(office) is (CallbackWish.CALL_BACK if wished else CallbackWish.MESSAGE)
    settle_all(office)
    assert envelope_wish(office) is CallbackWish.MESSAGE


def envelope_wish(office: Office) -> CallbackWish:
    with office.store.reading() as session:
        (letter,) = letters(session, "101")
    return letter.wish


def hand_over(office: Office, entry: OwedCall, to: str = "100") -> Refusal | None:
    there = office.addressees.of(to)
    return do(office, lambda session: owed_calls.hand_over(session, entry.id, to, BY, there, NOON))


async def test_a_call_handed_over_to_who_owes_the_same_caller_one_becomes_one_with_it(office: Office) -> None:
    await office.leave_message("call-1")
    (mine,) = owed(office)
    about = decision("call-2", who=office.directory.people["100"])
    await office.notebook.save_callback(callback_draft(about))
    (theirs,) = owed(office, "100")
    assert hand_over(office, mine) is None
    (both,) = owed(office, "100")
    assert (both.id, both.times, both.wish) == (theirs.id, 2, "call_back")
    with office.store.reading() as session:
        assert {each.owed_id for each in reading.messages(session)} == {theirs.id}
    assert whats(office, mine.id)[-1] == f"merged into {theirs.id}"
    assert whats(office, theirs.id)[-1] == f"merged with {mine.id}"


async def test_who_calls_again_though_the_call_was_handed_over_is_still_one_caller(office: Office) -> None:
    entry = await ask_for_a_call(office)
    hand_over(office, entry)
    about = decision("call-2")
    await office.notebook.save_callback(callback_draft(about))
    assert [(each.extension, each.times) for each in owed(office, None)] == [("100", 2)]


@pytest.mark.parametrize("who", ["101", "102"])
async def test_a_call_that_was_answered_settles_what_its_maker_owes_or_has_taken(
    office: Office, who: str
) -> None:
    entry = await ask_for_a_call(office)
    if who != "101":
        claim(office, entry, who)
    assert do(office, lambda session: owed_calls.settle_answered(session, who, KEY, BY, NOON)) == 1
    assert do(office, lambda session: owed_calls.settle_answered(session, who, KEY, BY, NOON)) == 0
    assert whats(office, entry.id)[-1] == "settled: they have talked"


async def test_a_call_to_somebody_else_settles_nothing(office: Office) -> None:
    await ask_for_a_call(office)
    assert do(office, lambda session: owed_calls.settle_answered(session, "101", "+1", BY, NOON)) == 0
    assert do(office, lambda session: owed_calls.settle_answered(session, "102", KEY, BY, NOON)) == 0
    assert len(owed(office)) == 1


async def test_nothing_is_done_to_what_is_over_or_was_never_owed(office: Office) -> None:
    entry = await ask_for_a_call(office)
    settle_all(office)
    before = whats(office, entry.id)
    over = Refusal(NotDone.OVER, at=NOON)
    assert [claim(office, entry, "101"), begin(office, entry, "101"), hand_over(office, entry)] == [over] * 3
    assert do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON)) == over
    assert do(office, lambda session: owed_calls.release(session, entry.id, BY, NOON)) == over
    assert whats(office, entry.id) == before
    unknown = do(office, lambda session: owed_calls.settle(session, "R-nowhere", BY, NOON))
    assert unknown == Refusal(NotDone.UNKNOWN)


# -- codes, expiry, purge


async def test_each_call_an_owner_owes_has_a_code_of_its_own(office: Office) -> None:
    for number in range(30):
        await ask_for_a_call(office, f"call-{number}", number=f"+8131234{number:04d}")
    entries = owed(office)
    assert len({entry.code for entry in entries}) == len(entries) == 30
    with office.store.reading() as session:
        assert owed_reading.owed_by_code(session, ["101"], entries[7].code) == [entries[7]]
        assert owed_reading.owed_by_code(session, ["100"], entries[7].code) == []


async def test_what_nobody_did_for_a_month_after_it_was_due_expires_and_says_so(office: Office) -> None:
    entry = await ask_for_a_call(office, due=NOON + 20 * DAY)
    assert do(office, lambda session: expire_owed(session, 30, NOON + 49 * DAY)) == []
    assert do(office, lambda session: expire_owed(session, 30, NOON + 51 * DAY)) == [entry.id]
    (over,) = owed(office, over_too=True)
    assert (over.state, whats(office, entry.id)[-1]) == ("expired", "expired after 30 days")


async def test_the_daily_round_gives_up_by_the_sites_limit_and_logs_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = await ask_for_a_call(office, due=NOON)
    records = SimpleNamespace(
        limits=lambda: Limits(callback_expires_days=3),
        directory=lambda: office.directory,
        absences=SetAbsences(),
    )
    woken = SimpleNamespace(wake=lambda: None)
    books = SimpleNamespace(
        thread=office.thread, clock=office.clock, addressees=office.addressees, outbox=woken
    )
    round_ = Housekeeping(cast(Any, records), cast(Any, books), cast(Any, None), lambda: None)
    office.clock.advance(2 * DAY)
    await round_._expire_owed()
    assert len(owed(office)) == 1
    office.clock.advance(2 * DAY)
    await round_._expire_owed()
    assert owed(office) == []
    assert entry.id in capsys.readouterr().out


async def test_the_purge_takes_what_was_over_long_ago_and_nothing_that_is_owed(office: Office) -> None:
    settled = await ask_for_a_call(office)
    settle_all(office)
    message_id = await office.leave_message("call-2")
    await deliver_all(office)
    while do(office, lambda session: settling.purge(session, NOON + 365 * DAY)):
        pass
    (left,) = owed(office, over_too=True)
    assert left.id != settled.id
    assert whats(office, settled.id) == []
    with office.store.reading() as session:
        assert [each.id for each in reading.messages(session)] == [message_id]
        assert reading.callbacks(session) == []


async def deliver_all(office: Office) -> None:
    while claim := await office.outbox.claim("email", NOON, NOON + DAY):
        await office.outbox.delivered(claim, NOON)


@pytest.mark.parametrize("wish", list(Wish))
async def test_every_wish_is_owed(office: Office, wish: Wish) -> None:
    assert (await ask_for_a_call(office, wish=wish)).wish == wish.value
