"""What people ask the ledger, and what is forgotten in time."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.ledger import reading, settling
from ari_absence.ledger.mailbox_changes import settle_message
from ari_absence.ledger.model import AudioRow, CallRow, DeliveryRow, MessageRow
from ari_absence.ledger.pages import PAGE_ROWS, Page
from tests.ledger.office import NOON, Office, callback_draft, decision

DAY = timedelta(days=1)


async def test_messages_come_newest_first_a_page_at_a_time(office: Office) -> None:
    ids = []
    for number in range(5):
        ids.append(await office.leave_message(f"call-{number}"))
        office.clock.advance(timedelta(minutes=1))

    page = await office.thread.read(lambda session: reading.messages(session, page=Page(rows=2, skip=1)))

    assert [message.id for message in page] == [ids[3], ids[2]]


async def test_a_message_is_found_by_its_id_and_by_its_extension(office: Office) -> None:
    message_id = await office.leave_message()

    found = await office.thread.read(lambda session: reading.message(session, message_id))
    assert found is not None
    assert found.id == message_id
    assert await office.thread.read(lambda session: reading.message(session, "M-unknown")) is None
    assert await office.thread.read(lambda session: reading.messages(session, "102")) == []


async def test_what_was_heard_is_not_unheard_and_keeps_its_first_time(office: Office) -> None:
    message_id = await office.leave_message()
    assert await office.thread.read(lambda session: reading.unheard_count(session, "101")) == 1

    assert await office.thread.write(lambda session: settling.mark_heard(session, message_id, NOON + DAY))
    assert await office.thread.write(lambda session: settling.mark_heard(session, message_id, NOON + 2 * DAY))

    (message,) = await office.thread.read(reading.messages)
    assert message.heard_at == NOON + DAY
    assert await office.thread.read(lambda session: reading.unheard_count(session, "101")) == 0
    assert await office.thread.read(lambda session: reading.messages(session, unheard_only=True)) == []
    assert not await office.thread.write(lambda session: settling.mark_heard(session, "M-unknown", NOON))


async def test_callbacks_come_by_their_due_time(office: Office) -> None:
    late = await office.notebook.save_callback(callback_draft(decision("c1"), due=NOON + 2 * DAY))
    never = await office.notebook.save_callback(
        callback_draft(decision("c2"), due=None, wish=Wish.JUST_CALLED)
    )
    soon = await office.notebook.save_callback(callback_draft(decision("c3"), due=NOON + DAY))

    assert [each.id for each in await office.thread.read(reading.callbacks)] == [soon, late, never]


async def test_a_settled_callback_is_no_longer_open_and_says_who_settled_it(office: Office) -> None:
    callback_id = await office.notebook.save_callback(callback_draft())

    def settle(session: Session) -> bool:
        return settling.settle_callback(session, callback_id, "phone 101", NOON + DAY)

    assert await office.thread.write(settle)
    assert not await office.thread.write(settle)

    (callback,) = await office.thread.read(reading.callbacks)
    assert [step["what"] for step in callback.history] == ["noted", "settled"]
    assert callback.history[-1]["by"] == "phone 101"
    assert await office.thread.read(lambda session: reading.callbacks(session, "101", open_only=True)) == []


async def test_dead_deliveries_are_listed_first_and_counted(office: Office) -> None:
    await office.leave_message("call-1")
    await office.leave_message("call-2")
    claim = await office.outbox.claim("email", NOON, NOON + DAY)
    assert claim is not None
    await office.outbox.dead(claim, NOON, "550 no such user")
    await office.outbox.set_rest("smtp:mail:25", 1, NOON + DAY, "connection refused")

    listed = await office.thread.read(reading.outbox)
    summary = await office.thread.read(reading.outbox_summary)

    assert (listed[0].id, listed[0].state, listed[0].last_error) == (
        claim.delivery_id,
        "dead",
        "550 no such user",
    )
    assert (summary.dead, summary.delivered, summary.waiting) == (1, 0, 2)  # the operator's notice waits, too
    assert summary.oldest == NOON
    assert summary.resting == {"smtp:mail:25": "connection refused"}


async def test_a_delivery_counts_every_try_and_the_one_that_succeeded_too(office: Office) -> None:
    await office.leave_message()
    for attempt in range(2):
        claim = await office.outbox.claim("email", NOON + attempt * DAY, NOON + 9 * DAY)
        assert claim is not None
        if attempt:
            await office.outbox.delivered(claim, NOON + DAY)
        else:
            await office.outbox.postponed(claim, NOON + DAY, "451 try again later")

    (message,) = await office.thread.read(reading.messages)
    assert [(each.state, each.attempts) for each in message.deliveries] == [("delivered", 2)]


@pytest.mark.fault("F69", "A16")
async def test_purging_forgets_file_and_text_but_nothing_that_is_owed(office: Office) -> None:
    delivered = await office.leave_message("call-1")
    claim = await office.outbox.claim("email", NOON, NOON + DAY)
    assert claim is not None
    await office.outbox.delivered(claim, NOON)
    await office.thread.write(partial(settle_message, message_id=delivered, by="phone 101", now=NOON))
    owed = await office.leave_message("call-2")
    await office.notebook.save_callback(callback_draft(decision("call-3")))
    await office.notebook.open_call(decision("call-4"))
    for number in range(1, 4):
        await office.notebook.close_call(f"call-{number}", Outcome.MESSAGE)

    while await office.thread.write(lambda session: settling.purge(session, NOON + DAY)):
        pass
    await office.notebook.clear_leftovers()

    kept = await office.thread.read(reading.messages)
    calls = await office.thread.read(reading.calls)
    assert [message.id for message in kept] == [owed] != [delivered]
    assert {call.id for call in calls} == {"call-2", "call-3", "call-4"}
    assert [file.stem for file in office.folder.rglob("*.wav")] == [kept[0].audio_id]


async def test_deleting_a_message_takes_its_delivery_and_makes_room(office: Office) -> None:
    message_id = await office.leave_message()

    assert await office.thread.write(lambda session: settling.delete_message(session, message_id))
    assert not await office.thread.write(lambda session: settling.delete_message(session, message_id))
    await office.notebook.clear_leftovers()

    assert await office.thread.read(reading.outbox) == []
    assert list(office.folder.rglob("*.wav")) == []


@pytest.mark.fault("F69")
async def test_f69_ten_thousand_messages_are_read_in_no_time(office: Office) -> None:
    await office.notebook.open_call(decision("call-1"))

    def fill(session: Session) -> None:
        call = session.get_one(CallRow, "call-1")
        for number in range(10_000):
            audio = AudioRow(id=f"A-{number:05}", seconds=5.0, kept_at=NOON)
            message = MessageRow(
                id=f"M-{number:05}",
                call_id=call.id,
                extension="101",
                at=NOON,
                audio_id=audio.id,
                urgent=False,
            )
            session.add_all((audio, message))

    await office.thread.write(fill, limit_seconds=60)
    await office.thread.write(
        lambda session: session.add_all(
            DeliveryRow(
                id=f"D-{n}",
                key=f"k{n}",
                topic="message",
                message_id=f"M-{n:05}",
                channel="email",
                recipient="a@example.com",
                state="delivered",
                queued_at=NOON,
                not_before=NOON,
            )
            for n in range(10_000)
        ),
        limit_seconds=60,
    )
    began = time.monotonic()
    page = await office.thread.read(reading.messages)
    count = await office.thread.read(lambda session: reading.unheard_count(session, "101"))
    claim = await office.outbox.claim("email", NOON, NOON + DAY)

    assert (len(page), count, claim) == (PAGE_ROWS, 10_000, None)
    assert time.monotonic() - began < 0.5
