"""A message that is handed over: whoever owes it now is to call, and is mailed what they need for that."""

from __future__ import annotations

from datetime import timedelta

from ari_absence.ledger import owed_reading
from ari_absence.ledger.settling import mark_heard
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import do, hand_over, leave_without_promise, owed


async def test_message_that_was_handed_over_is_offered_to_who_owes_it_and_not_settled_by_being_heard(
    office: Office,
) -> None:
    message_id = await leave_without_promise(office, "call-1")
    (entry,) = owed(office)
    with office.store.reading() as session:
        assert owed_reading.offered_to(session, ["101"], NOON) == []
    assert hand_over(office, entry, "100") is None
    do(office, lambda session: mark_heard(session, message_id, NOON))
    with office.store.reading() as session:
        assert [each.id for each in owed_reading.offered_to(session, ["100"], NOON)] == [entry.id]


async def test_mail_about_a_message_that_was_handed_over_has_its_audio_and_the_code(office: Office) -> None:
    await office.leave_message("call-1", urgent=True)
    (entry,) = owed(office)
    hand_over(office, entry, "100")
    memo = None
    while claim := await office.outbox.claim("email", NOON, NOON + timedelta(minutes=5)):
        if claim.recipient == "reception@example.com":
            memo = await office.outbox.memo(claim)
    assert memo is not None
    assert memo.audio is not None
    letter = parsed(memo, b"RIFF")
    assert [part.get_payload(decode=True) for part in letter.iter_attachments()] == [b"RIFF"]
    assert f"dial *38*{entry.code} from your phone" in text_of(letter)
    assert "Message:   attached: message-" in text_of(letter)
    assert letter["Importance"] == "high"
