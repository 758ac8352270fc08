"""The calls somebody owes: callbacks, and messages whose caller was promised a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.core.status_phrases import CallbackWish
from ari_absence.ledger import owed, reading
from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.mailbox_changes import delete_kept
from ari_absence.ledger.mailbox_reading import letters
from ari_absence.ledger.outbox import ClaimedDelivery
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON, Office, callback_draft, decision

BY = "phone 101"


async def test_message_with_a_promise_is_owed_like_a_callback_the_oldest_first(office: Office) -> None:
    message_id = await office.leave_message("call-1")
    office.clock.advance(timedelta(minutes=1))
    callback_id = await office.notebook.save_callback(callback_draft(decision("call-2")))
    with office.store.reading() as session:
        calls = owed.owed_by(session, "101")
        assert [(each.id, each.wish) for each in calls] == [
            (message_id, "message"),
            (callback_id, "call_back"),
        ]
        assert {each.called for each in calls} == {"101"}
        assert owed.count_owed(session, "101") == 2


async def test_message_is_settled_by_who_called_back_and_with_it_all_from_the_same_caller(
    office: Office,
) -> None:
    message_id = await office.leave_message("call-1")
    await office.notebook.save_callback(callback_draft(decision("call-2")))
    with office.store.writing() as session:
        owed.note_attempt(session, message_id, "busy", BY, NOON)
        assert owed.settle(session, message_id, BY, NOON)
    with office.store.reading() as session:
        assert owed.owed_by(session, "101") == []
        assert owed.count_owed(session, "101") == 0
        message = reading.message(session, message_id)
    assert message is not None
    assert [each["what"] for each in message.history] == ["tried to call back: busy", "settled"]


async def test_who_is_handed_a_call_is_mailed_who_called_when_with_which_wish_and_what_was_promised(
    office: Office,
) -> None:
    due = NOON + timedelta(hours=4)
    callback_id = await office.notebook.save_callback(replace(callback_draft(decision("call-1")), due=due))
    reception = Destination("email", "reception@example.com")
    with office.store.writing() as session:
        assert owed.hand_over(session, callback_id, "100", BY, [reception], NOON)
    claim = await handed_over(office)
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
        f"Callback:  {callback_id}\n"
    )


async def handed_over(office: Office) -> ClaimedDelivery:
    """The mail about it: the last of what is owed."""
    claims = [await office.outbox.claim("email", NOON, NOON + timedelta(minutes=1)) for _ in range(2)]
    found = [each for each in claims if each is not None and each.recipient == "reception@example.com"]
    return found[0]


@pytest.mark.parametrize("wished", [True, False])
async def test_envelope_knows_who_waits_for_a_call_they_have_asked_for(office: Office, wished: bool) -> None:
    await office.leave_message("call-1")
    if wished:
        await office.notebook.save_callback(callback_draft(decision("call-2")))
    with office.store.writing() as session:
        (letter,) = letters(session, "101")
        assert letter.wish is (CallbackWish.CALL_BACK if wished else CallbackWish.MESSAGE)
        for each in owed.owed_by(session, "101"):
            owed.settle(session, each.id, BY, NOON)
        (letter,) = letters(session, "101")
        assert letter.wish is CallbackWish.MESSAGE


async def test_deleted_message_is_owed_to_nobody(office: Office) -> None:
    message_id = await office.leave_message("call-1")
    with office.store.writing() as session:
        delete_kept(session, message_id, BY, NOON)
    with office.store.reading() as session:
        assert owed.count_owed(session, "101") == 0
