"""How many messages wait for whom."""

from __future__ import annotations

from ari_absence.core.mailbox import MessageCounts
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.model import MessageRow
from ari_absence.ledger.settling import mark_heard
from tests.ledger.office import NOON, Office


async def test_new_old_and_urgent_messages_are_counted_and_deleted_ones_are_not(office: Office) -> None:
    ids = [await office.leave_message(f"call-{n}", urgent=n == 1) for n in range(5)]
    with office.store.writing() as session:
        mark_heard(session, ids[3], NOON)
        session.get_one(MessageRow, ids[4]).deleted_at = NOON

    with office.store.reading() as session:
        assert message_counts(session) == {"101": MessageCounts(new=3, old=1, urgent=1)}


async def test_somebody_without_a_message_has_none_and_only_those_asked_for_are_told(office: Office) -> None:
    await office.leave_message()

    with office.store.reading() as session:
        assert message_counts(session, ["100"]) == {"100": MessageCounts()}
        assert message_counts(session, []) == {}
