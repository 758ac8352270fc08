"""Who says that it is urgent and hangs up has said so: in the ledger, in the mail, and for who is reminded."""

from __future__ import annotations

from datetime import timedelta

from ari_absence.attendant.notebook import Wish
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import ask_for_a_call

MINUTE = timedelta(minutes=1)


async def test_urgent_call_that_was_missed_is_owed_and_mailed_as_urgent(office: Office) -> None:
    due = NOON + timedelta(hours=4)
    entry = await ask_for_a_call(office, wish=Wish.MISSED, urgent=True, due=due)
    assert (entry.wish, entry.urgent, entry.due) == ("missed", True, due)
    claim = await office.outbox.claim("email", NOON, NOON + MINUTE)
    assert claim is not None
    mail = parsed(await office.outbox.memo(claim))
    assert str(mail["Subject"]).startswith("[URGENT: missed]")
    assert "The caller says this is URGENT." in text_of(mail)
    assert "Promised:" not in text_of(mail), "nothing was promised to who has hung up"
    assert "Due:       a call back by Wednesday, 25 November 2026, 16:00" in text_of(mail)


async def test_somebody_who_is_owed_a_call_is_urgent_from_the_call_in_which_they_said_so(
    office: Office,
) -> None:
    assert not (await ask_for_a_call(office)).urgent
    office.clock.advance(MINUTE)
    entry = await ask_for_a_call(office, "call-2", wish=Wish.MISSED, urgent=True)
    assert (entry.wish, entry.urgent, entry.times) == ("call_back", True, 2)
