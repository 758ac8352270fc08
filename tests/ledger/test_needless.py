"""What asks for a call is withdrawn once that call is owed no more, however late it would have gone out."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from ari_absence.core.reminding import Roster
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.ports import Claim, DestinationDown, Memo
from ari_absence.errors import DeliveryNeedless
from ari_absence.ledger import owed_calls
from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.model import DeliveryRow
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import ask_for_a_call, do
from tests.ledger.test_reminders import BY, DUE, HOUR, MINUTE, remind_at, roster

__all__ = ["roster"]
LEASE = timedelta(minutes=5)


class Post:
    """A mail server that is down until it is up; ``sent`` is what it took: about what, to whom."""

    channel = destination = "email"

    def __init__(self) -> None:
        self.up = False
        self.sent: list[tuple[str, str]] = []

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        if not self.up:
            raise DestinationDown("nobody answers")
        self.sent.append((memo.about, recipient))


def notices(office: Office) -> dict[str, str]:
    """The state of each notice, by what it is about."""
    with office.store.reading() as session:
        rows = session.scalars(select(DeliveryRow)).all()
        return {row.notice["about"]: row.state for row in rows if row.notice}


async def reminded_and_escalated(office: Office, roster: Roster) -> str:
    """Everybody was told of a call that is owed, while mail was down; gives its id."""
    entry = await ask_for_a_call(office, due=DUE)
    remind_at(office, roster, DUE - 30 * MINUTE)
    remind_at(office, roster, DUE + 30 * MINUTE)
    office.clock.advance(DUE + HOUR - NOON)
    return entry.id


async def test_a_reminder_that_waited_for_the_mail_is_not_sent_once_the_call_is_settled(
    office: Office, roster: Roster
) -> None:
    entry = await reminded_and_escalated(office, roster)
    post = Post()
    worker = OutboxWorker(office.outbox, [post], office.clock, lambda: 0.5)
    await worker.sweep()
    do(office, lambda session: owed_calls.settle(session, entry, BY, office.clock.now()))
    post.up = True
    office.clock.advance(HOUR)
    await worker.sweep()
    assert post.sent == [("call_back", "alice@example.com")]
    assert notices(office) == {"callback_due": "withdrawn", "callback_overdue": "withdrawn"}


async def test_a_reminder_of_what_is_still_owed_is_sent_however_late(office: Office, roster: Roster) -> None:
    await reminded_and_escalated(office, roster)
    post = Post()
    post.up = True
    await OutboxWorker(office.outbox, [post], office.clock, lambda: 0.5).sweep()
    assert post.sent[1:] == [("callback_due", "alice@example.com"), ("callback_overdue", "kenji@example.com")]


async def test_a_call_settled_after_its_reminder_was_claimed_is_not_told_of(
    office: Office, roster: Roster
) -> None:
    entry = await reminded_and_escalated(office, roster)
    claims: list[Claim] = []
    while claim := await office.outbox.claim("email", office.clock.now(), office.clock.now() + LEASE):
        claims.append(claim)
    do(office, lambda session: owed_calls.settle(session, entry, BY, office.clock.now()))
    memo = await office.outbox.memo(claims[0])
    assert memo.about == "call_back"
    for each in claims[1:]:
        with pytest.raises(DeliveryNeedless):
            await office.outbox.memo(each)
    assert notices(office) == {"callback_due": "withdrawn", "callback_overdue": "withdrawn"}


async def test_whoever_has_handed_a_call_over_is_not_reminded_of_it(office: Office, roster: Roster) -> None:
    entry = await reminded_and_escalated(office, roster)
    to = (Destination("email", "kenji@example.com"),)
    hand_over = partial(owed_calls.hand_over, to="102", by=BY, destinations=to, now=office.clock.now())
    do(office, lambda session: hand_over(session, entry))
    post = Post()
    post.up = True
    await OutboxWorker(office.outbox, [post], office.clock, lambda: 0.5).sweep()
    assert [about for about, _ in post.sent] == ["call_back", "callback_handed_over"]


async def test_nobody_is_told_that_they_owe_a_call_which_was_settled_meanwhile(
    office: Office, roster: Roster
) -> None:
    entry = await ask_for_a_call(office, due=DUE)
    to = (Destination("email", "kenji@example.com"),)
    hand_over = partial(owed_calls.hand_over, to="102", by=BY, destinations=to, now=NOON)
    do(office, lambda session: hand_over(session, entry.id))
    do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON))
    post = Post()
    post.up = True
    await OutboxWorker(office.outbox, [post], office.clock, lambda: 0.5).sweep()
    assert [about for about, _ in post.sent] == ["call_back"]
