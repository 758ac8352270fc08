"""Which messages are turned into text, and what becomes of it: claimed once, tried twice, gone with its message."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ari_absence.ledger import mailbox_changes, reading, settling
from ari_absence.ledger.mailbox_purge import purge_mailboxes
from ari_absence.ledger.model import AudioRow, CallRow, DeliveryRow, MessageRow
from ari_absence.ledger.transcripts import (
    ATTEMPTS_MAX,
    WANTED_FOR,
    ClaimedTranscript,
    LedgerTranscripts,
    Transcript,
)
from ari_absence.transcription.ports import Queue
from tests.ledger.office import NOON, FakeClock, Office

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SAID = "call four one five before noon"


def lease(seconds: float) -> timedelta:
    return timedelta(seconds=60 + seconds)


@pytest.fixture
def transcripts(office: Office) -> LedgerTranscripts:
    return LedgerTranscripts(office.thread, office.audio)


async def taken(transcripts: LedgerTranscripts, at: datetime = NOON) -> ClaimedTranscript:
    claim = await transcripts.claim(at, lease)
    assert claim is not None
    return claim


async def shown(office: Office, message_id: str) -> Transcript:
    message = await office.thread.read(lambda session: reading.message(session, message_id))
    assert message is not None
    assert message.transcript is not None
    return message.transcript


async def deliver_mail(office: Office) -> str:
    """The mail that is due goes out; gives its key."""
    claim = await office.outbox.claim("email", office.clock.now(), office.clock.now() + 5 * MINUTE)
    assert claim is not None
    await office.outbox.delivered(claim, office.clock.now())
    return claim.key


async def next_memo(office: Office) -> Any:
    claim = await office.outbox.claim("email", office.clock.now(), office.clock.now() + 5 * MINUTE)
    assert claim is not None
    return await office.outbox.memo(claim)


def test_they_are_what_transcribing_asks_for(transcripts: LedgerTranscripts) -> None:
    queue: Queue = transcripts

    assert queue is transcripts


async def test_a_message_is_claimed_once_with_its_audio(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message(seconds=7.0)

    claim = await taken(transcripts)

    assert claim.message_id == message_id
    assert claim.seconds == pytest.approx(7.0)
    assert claim.audio.exists()
    assert await transcripts.claim(NOON + MINUTE, lease) is None
    assert (await shown(office, message_id)).state == "claimed"


async def test_urgent_messages_are_listened_to_first(office: Office, transcripts: LedgerTranscripts) -> None:
    await office.leave_message("call-1")
    urgent = await office.leave_message("call-2", urgent=True)

    assert (await taken(transcripts)).message_id == urgent


async def test_messages_older_than_a_day_are_left_alone_when_it_is_switched_on(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    await office.leave_message()

    assert await transcripts.claim(NOON + WANTED_FOR + MINUTE, lease) is None


async def test_a_copy_of_an_old_message_is_as_old_as_the_copy(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    later = NOON + 3 * DAY
    await forward(office, message_id, later)

    assert (await taken(transcripts, later)).message_id == "M-copy"


async def forward(office: Office, message_id: str, at: datetime) -> None:
    """As a message that a colleague sends on: the time it was left, audio of its own."""

    def write(session: Any) -> None:
        original = session.get_one(MessageRow, message_id)
        session.add(AudioRow(id="A-copy", seconds=5.0, kept_at=at))
        session.flush()
        copy = {"call_id": original.call_id, "extension": "102", "at": original.at, "audio_id": "A-copy"}
        session.add(MessageRow(id="M-copy", forwarded_by="101", **copy))

    await office.thread.write(write)


async def test_what_its_owner_has_deleted_is_not_listened_to(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    await office.thread.write(lambda session: mailbox_changes.delete_kept(session, message_id, "101", NOON))

    assert await transcripts.claim(NOON, lease) is None


async def test_it_follows_a_mail_that_has_gone_to_the_same_recipient_in_its_thread(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    claim = await taken(transcripts)
    key = await deliver_mail(office)

    assert await transcripts.done(claim, SAID, "pocketsphinx", NOON + MINUTE) == 1
    office.clock.advance(MINUTE)
    memo = await next_memo(office)

    assert (memo.about, memo.item_id, memo.transcript, memo.follows) == ("transcript", message_id, SAID, key)
    assert memo.audio is None


async def test_it_is_inside_a_mail_that_was_still_to_be_written_and_none_follows(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    await office.leave_message()

    assert await transcripts.done(await taken(transcripts), SAID, "pocketsphinx", NOON) == 0
    memo = await next_memo(office)

    assert (memo.about, memo.transcript, memo.follows) == ("message", SAID, None)
    assert await office.outbox.next_due(["email"]) == office.clock.now() + 5 * MINUTE  # that lease alone


async def test_a_mail_under_way_tells_nothing_of_a_transcript_that_follows_it_even_when_tried_again(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    await office.leave_message()
    under_way = await office.outbox.claim("email", NOON, NOON + 5 * MINUTE)
    assert under_way is not None

    assert await transcripts.done(await taken(transcripts), SAID, "pocketsphinx", NOON) == 1

    assert (await office.outbox.memo(under_way)).transcript is None


async def test_it_never_overtakes_its_mail_and_follows_when_that_has_gone(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    await office.leave_message()
    first = await office.outbox.claim("email", NOON, NOON + 5 * MINUTE)
    assert first is not None
    assert await transcripts.done(await taken(transcripts), SAID, "pocketsphinx", NOON) == 1
    await office.outbox.postponed(first, NOON + 10 * MINUTE, "the server is away")
    office.clock.advance(5 * MINUTE)

    assert await office.outbox.claim("email", office.clock.now(), NOON + DAY) is None
    assert await office.outbox.next_due(["email"]) == NOON + 10 * MINUTE
    office.clock.advance(5 * MINUTE)
    keys = [await deliver_mail(office), await deliver_mail(office)]
    assert keys == [first.key, f"{first.key}.transcript"]


async def test_a_chat_room_is_told_nothing_of_it(office: Office, transcripts: LedgerTranscripts) -> None:
    await office.leave_message()

    def to_a_room(session: Any) -> None:
        for row in session.scalars(select(DeliveryRow)):
            row.channel, row.recipient = "slack", "room"

    await office.thread.write(to_a_room)
    claim = await office.outbox.claim("slack", NOON, NOON + MINUTE)
    assert claim is not None

    assert await transcripts.done(await taken(transcripts), SAID, "pocketsphinx", NOON) == 0
    assert (await office.outbox.memo(claim)).transcript is None


async def test_it_is_tried_twice_and_then_given_up_for_all_to_see(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    for attempt in range(ATTEMPTS_MAX):
        at = NOON + attempt * 10 * MINUTE
        await transcripts.failed(await taken(transcripts, at), "too slow", at, at + 10 * MINUTE)
        assert await transcripts.claim(at + 9 * MINUTE, lease) is None

    assert await transcripts.claim(NOON + DAY, lease) is None
    told = await shown(office, message_id)
    assert (told.state, told.why, told.text) == ("failed", "too slow", None)


async def test_what_can_not_succeed_is_not_tried_again(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    await transcripts.failed(await taken(transcripts), "nothing was understood", NOON, None)

    assert (await shown(office, message_id)).state == "failed"
    assert await transcripts.claim(NOON + MINUTE, lease) is None


async def test_a_lease_ends_and_whoever_lost_it_settles_nothing(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message(seconds=5.0)
    lost = await taken(transcripts)
    ended = NOON + lease(5.0)
    held = await taken(transcripts, ended)

    await transcripts.done(lost, "of the dead", "vosk", ended)
    assert (await shown(office, message_id)).state == "claimed"
    await transcripts.done(held, SAID, "vosk", ended)
    assert (await shown(office, message_id)).text == SAID


async def test_what_two_processes_have_died_of_is_given_up(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    for _ in range(ATTEMPTS_MAX):
        await taken(transcripts)
        await transcripts.release_all()  # as the next process does when it starts

    assert await transcripts.claim(NOON, lease) is None
    assert (await shown(office, message_id)).state == "failed"


async def test_stopping_in_the_middle_costs_no_attempt(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    await office.leave_message()
    for _ in range(ATTEMPTS_MAX + 1):
        await transcripts.put_back(await taken(transcripts))

    assert await taken(transcripts)


async def test_the_queue_survives_a_restart(tmp_path: Path) -> None:
    first = Office(tmp_path / "data", FakeClock())
    message_id = await first.leave_message()
    await taken(LedgerTranscripts(first.thread, first.audio))
    await first.close()

    second = Office(tmp_path / "data", FakeClock())
    transcripts = LedgerTranscripts(second.thread, second.audio)
    assert await transcripts.claim(NOON, lease) is None
    await transcripts.release_all()
    assert await transcripts.next_due(NOON) == NOON
    assert (await taken(transcripts)).message_id == message_id
    await second.close()


async def test_who_waited_a_day_is_told_by_the_state_that_nobody_listened(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    await transcripts.put_back(await taken(transcripts))
    await office.leave_message("call-2")
    at = NOON + WANTED_FOR - MINUTE
    await transcripts.failed(await taken(transcripts, at), "no room", at, at + 10 * MINUTE)

    assert await transcripts.claim(NOON + 2 * WANTED_FOR, lease) is None
    assert (await shown(office, message_id)).why == "nobody listened in time"


@pytest.mark.parametrize("way", ["deleted by its owner and purged", "purged by age", "deleted by command"])
async def test_nothing_of_it_outlives_its_message(
    office: Office, transcripts: LedgerTranscripts, way: str
) -> None:
    message_id = await office.leave_message()
    claim = await taken(transcripts)
    await deliver_mail(office)
    said = "xyzzy plugh call me at four one five"
    await transcripts.done(claim, said, "pocketsphinx", NOON)
    await deliver_mail(office)

    if way == "deleted by its owner and purged":
        delete = partial(mailbox_changes.delete_kept, message_id=message_id, by="101", now=NOON)
        await office.thread.write(delete)
        await office.thread.write(partial(purge_mailboxes, deleted_before=NOON, before=NOON - DAY))
    elif way == "purged by age":
        settle = partial(mailbox_changes.settle_message, message_id=message_id, by="101", now=NOON)
        await office.thread.write(settle)  # what is still owed stays
        await office.thread.write(partial(settling.purge, before=NOON + DAY))
    else:
        await office.thread.write(partial(settling.delete_message, message_id=message_id))
    await office.thread.clear_journal()

    for file in office.folder.rglob("*"):
        assert not file.is_file() or b"xyzzy plugh" not in file.read_bytes(), file


async def test_a_message_deleted_meanwhile_takes_the_transcript_with_it(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    claim = await taken(transcripts)
    await deliver_mail(office)
    await office.thread.write(partial(settling.delete_message, message_id=message_id))

    assert await transcripts.done(claim, SAID, "vosk", NOON) == 0


async def test_no_mail_follows_of_what_its_owner_has_deleted_meanwhile(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    message_id = await office.leave_message()
    claim = await taken(transcripts)
    await deliver_mail(office)
    await office.thread.write(lambda session: mailbox_changes.delete_kept(session, message_id, "101", NOON))

    assert await transcripts.done(claim, SAID, "vosk", NOON) == 0


async def test_looking_for_work_among_ten_thousand_messages_holds_up_no_call(
    office: Office, transcripts: LedgerTranscripts
) -> None:
    """The ledger has one thread: what it does here, a call waits for."""
    await _fill(office, 10_000)

    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert await transcripts.claim(NOON, lease) is None
        took.append(time.perf_counter() - began)

    assert min(took) < 0.05


async def _fill(office: Office, count: int) -> None:
    def write(session: Any) -> None:
        old = NOON - 2 * DAY
        call = {"extension": "101", "person_name": "Alice", "zone": "UTC", "why": "absent", "reasons": []}
        session.add(CallRow(id="old", began_at=old, ended_at=old, outcome="message", **call))
        session.flush()
        session.add_all(AudioRow(id=f"A-{number}", seconds=1.0, kept_at=old) for number in range(count))
        session.flush()
        session.add_all(
            MessageRow(id=f"M-{number}", call_id="old", extension="101", at=old, audio_id=f"A-{number}")
            for number in range(count)
        )

    await office.thread.write(write, limit_seconds=60)
