"""Messages that are read out by telephone: what is rung, and that the ledger learns who has heard them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ari_absence.app.records import Records
from ari_absence.attendant.message_call import LeftMessage, MessageCalls
from ari_absence.clock import Clock
from ari_absence.delivery.phone import PhoneNotifier
from ari_absence.ledger import reading
from ari_absence.ledger.escalations import has_escalation
from ari_absence.ledger.settling import mark_heard
from ari_absence.ledger.thread import LedgerThread


def phone_notifier(
    records: Records,
    thread: LedgerThread,
    calls: Callable[[], MessageCalls],
    on_heard: Callable[[str], None],
    clock: Clock,
) -> PhoneNotifier:
    """What calls people with their messages. ``on_heard`` is told the extension whose message was heard."""

    async def tell(extension: str, message_id: str) -> bool:
        message = await thread.read(lambda session: reading.message(session, message_id))
        if message is None:
            return False
        left = LeftMessage(message.audio_id, message.caller_number, message.urgent)
        if not await calls().tell(extension, left):
            return False
        now, by = clock.now(), f"extension {extension}"
        await thread.write(lambda session: mark_heard(session, message_id, now, by))
        on_heard(message.extension)
        return True

    def rounds_after() -> timedelta | None:
        minutes = records.limits().urgent_again_minutes
        return timedelta(minutes=minutes[0]) if minutes else None

    async def has_round(message_id: str) -> bool:
        return await thread.query(lambda connection: has_escalation(connection, message_id))

    return PhoneNotifier(tell, rounds_after, clock, has_round)
