"""The calls somebody owes: callbacks, and messages whose caller was promised a call."""

from __future__ import annotations

from datetime import timedelta

from ari_absence.ledger import owed, reading
from ari_absence.ledger.mailbox_changes import delete_kept
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


async def test_deleted_message_is_owed_to_nobody(office: Office) -> None:
    message_id = await office.leave_message("call-1")
    with office.store.writing() as session:
        delete_kept(session, message_id, BY, NOON)
    with office.store.reading() as session:
        assert owed.count_owed(session, "101") == 0
