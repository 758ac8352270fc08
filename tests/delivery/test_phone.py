"""Delivering by telephone: when that is a delivery, and when nobody is rung again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.core.delivery_rules import PHONE
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.phone import PhoneNotifier
from ari_absence.delivery.ports import RecipientAway
from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.deliveries import queue_message
from ari_absence.ledger.settling import mark_heard
from tests.delivery.test_email import MEMO
from tests.ledger.office import FakeClock, Office

QUARTER = timedelta(minutes=15)


class Phones:
    """Phones of a house, and whether somebody presses the key."""

    def __init__(self, *, somebody: bool) -> None:
        self.somebody = somebody
        self.rung: list[tuple[str, str]] = []

    async def tell(self, extension: str, message_id: str) -> bool:
        self.rung.append((extension, message_id))
        return self.somebody

    def notifier(
        self, clock: FakeClock, rounds: timedelta | None = QUARTER, *, somebody_on_ladder: bool = True
    ) -> PhoneNotifier:
        async def has_round(message_id: str) -> bool:
            return somebody_on_ladder and message_id == MEMO.item_id

        return PhoneNotifier(self.tell, lambda: rounds, clock, has_round)


async def test_a_key_is_a_delivery() -> None:
    phones = Phones(somebody=True)

    await phones.notifier(FakeClock()).deliver(MEMO, "101", "key")
    assert phones.rung == [("101", MEMO.item_id)]


async def test_somebody_who_does_not_answer_is_rung_again_a_quarter_of_an_hour_later(office: Office) -> None:
    phones = Phones(somebody=False)
    worker = OutboxWorker(office.outbox, [phones.notifier(office.clock)], office.clock, lambda: 0.5)
    await _queued(office)

    for _ in range(61):
        await worker.sweep()
        office.clock.advance(timedelta(minutes=1))
    assert 3 <= len(phones.rung) <= 5


async def test_whoever_has_heard_it_meanwhile_is_not_rung(office: Office) -> None:
    phones = Phones(somebody=True)
    worker = OutboxWorker(office.outbox, [phones.notifier(office.clock)], office.clock, lambda: 0.5)
    message_id = await _queued(office)
    now = office.clock.now()
    await office.thread.write(lambda session: mark_heard(session, message_id, now, "extension 101"))

    await worker.sweep()
    assert phones.rung == []


async def test_an_urgent_message_that_goes_round_by_itself_is_not_told_twice() -> None:
    phones, clock = Phones(somebody=True), FakeClock()
    clock.advance(QUARTER)

    with pytest.raises(RecipientAway):
        await phones.notifier(clock).deliver(replace(MEMO, urgent=True), "101", "key")
    assert phones.rung == []


async def test_before_it_goes_round_or_if_nothing_does_it_is_told() -> None:
    phones, clock = Phones(somebody=True), FakeClock()
    urgent = replace(MEMO, urgent=True)

    await phones.notifier(clock).deliver(urgent, "101", "key")
    clock.advance(QUARTER)
    await phones.notifier(clock, rounds=None).deliver(urgent, "101", "key")
    assert len(phones.rung) == 2


async def test_an_urgent_message_with_nobody_on_its_ladder_is_told_at_any_time() -> None:
    phones, clock = Phones(somebody=True), FakeClock()
    clock.advance(2 * QUARTER)

    await phones.notifier(clock, somebody_on_ladder=False).deliver(replace(MEMO, urgent=True), "101", "key")
    assert phones.rung == [("101", MEMO.item_id)]


async def _queued(office: Office) -> str:
    message_id = await office.leave_message()
    now, there = office.clock.now(), [Destination(PHONE, "101")]
    await office.thread.change(
        lambda connection: queue_message(connection, message_id, there, now, urgent=False)
    )
    return message_id
