"""A saved message is delivered at least once, however long mail is down, and one can see where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from ari_absence.clock import SystemClock, wait_at_most
from ari_absence.delivery import outbox as outbox_module
from ari_absence.delivery.backoff import delay
from ari_absence.delivery.email import EmailNotifier
from ari_absence.delivery.outbox import LEASE, OutboxWorker
from ari_absence.delivery.ports import DestinationDown, Memo
from ari_absence.errors import DeliveryPostponed, DeliveryRefused, LedgerError
from ari_absence.ledger import reading
from ari_absence.ledger.addressees import Channels
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.settling import mark_heard
from tests.delivery.conftest import SENDER
from tests.delivery.mail_server import MailOffice
from tests.ledger.office import FakeClock, Office, callback_draft, decision
from tests.waiting import eventually

HOUR = timedelta(hours=1)


@dataclass
class FakeNotifier:
    """A notifier whose verdicts are given by a function of the recipient and the attempt."""

    verdict: Callable[[str, int], Exception | None] = lambda _key, _attempt: None
    channel: str = "email"
    destination: str = "smtp:fake:25"
    tried: list[str] = field(default_factory=list)

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        self.tried.append(key)
        verdict = self.verdict(key, len(self.tried))
        if verdict is not None:
            raise verdict


async def deliveries(office: Office) -> list[reading.Delivery]:
    return await office.thread.read(lambda session: reading.outbox(session, settled_too=True))


async def live_through(office: Office, worker: OutboxWorker, span: timedelta) -> int:
    """Let the clock run, sweeping exactly when the worker asks for it; gives the number of sweeps."""
    end = office.clock.now() + span
    for sweeps in range(1, 10_000):
        moment = await worker.sweep()
        if moment is None or moment > end:
            office.clock.at = end
            return sweeps
        office.clock.at = max(moment, office.clock.at)
    raise AssertionError("the worker never rests")


async def test_a_message_becomes_one_mail_with_its_audio(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    message_id = await office.leave_message()

    assert await worker.sweep() is None

    (letter,) = mail.sink.mails
    assert mail.sink.recipients == ["alice@example.com"]
    assert letter["Message-ID"] == f"<{message_id}.email@example.com>"
    attachment, promise = letter.iter_attachments()
    assert promise.get_content_type() == "text/calendar"
    (message,) = await office.thread.read(reading.messages)
    assert attachment.get_filename() == f"message-{message_id}.wav"
    assert attachment.get_content() == office.audio.path_of(message.audio_id).read_bytes()
    assert [each.state for each in await deliveries(office)] == ["delivered"]


async def test_what_was_delivered_is_not_delivered_again(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    await office.leave_message()
    for _ in range(3):
        await worker.sweep()
        office.clock.advance(HOUR)

    assert len(mail.sink.mails) == 1


@pytest.mark.fault("F63", "P3")
async def test_f63_a_server_down_for_six_hours_gets_every_mail_once_afterwards(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    ids = [await office.leave_message(f"call-{number}") for number in range(5)]
    await mail.down()

    sweeps = await live_through(office, worker, 6 * HOUR)
    assert mail.sink.mails == []
    assert sweeps < 25  # the whole queue shares the back-off of the server
    assert {each.state for each in await deliveries(office)} <= {"pending", "retry"}

    await mail.up()
    await live_through(office, worker, HOUR)
    assert sorted(letter["X-Ari-Absence-Item"] for letter in mail.sink.mails) == sorted(ids)
    assert {each.state for each in await deliveries(office)} == {"delivered"}


async def test_a_new_mail_server_is_used_after_the_attempt_under_way(office: Office) -> None:
    new = FakeNotifier(lambda _key, _attempt: None)

    def refuse_and_reload(_key: str, _attempt: int) -> DeliveryPostponed:
        worker.use([new])
        return DeliveryPostponed("the old server is full")

    old = FakeNotifier(refuse_and_reload)
    worker = OutboxWorker(office.outbox, [old], office.clock, lambda: 0.5)
    await office.leave_message("call-1")
    await office.leave_message("call-2")

    await worker.sweep()
    await worker.sweep()

    assert (len(old.tried), len(new.tried)) == (1, 1)


async def test_urgent_messages_go_first(office: Office, worker: OutboxWorker, mail: MailOffice) -> None:
    await office.leave_message("call-1")
    urgent = await office.leave_message("call-2", urgent=True)

    await worker.sweep()

    assert mail.sink.mails[0]["X-Ari-Absence-Item"] == urgent


async def test_the_backoff_is_the_documented_one(office: Office) -> None:
    notifier = FakeNotifier(lambda _key, _attempt: DeliveryPostponed("greylisted"))
    worker = OutboxWorker(office.outbox, [notifier], office.clock, lambda: 0.5)
    await office.leave_message()

    waits = []
    for _ in range(7):
        moment = await worker.sweep()
        assert moment is not None
        waits.append((moment - office.clock.now()).total_seconds())
        office.clock.at = moment

    assert waits[:2] == [10, 30]
    assert waits[-1] <= 1800


def test_the_steady_backoff_varies_by_a_tenth() -> None:
    assert delay(5, 0.0) == timedelta(seconds=1620)
    assert delay(5, 1.0) == timedelta(seconds=1980)


async def test_after_72_hours_a_delivery_is_dead_visible_and_the_operator_is_told(office: Office) -> None:
    notifier = FakeNotifier(lambda key, _attempt: None if key.startswith("N-") else DeliveryPostponed("no"))
    worker = OutboxWorker(office.outbox, [notifier], office.clock, lambda: 0.5)
    await office.leave_message()

    await live_through(office, worker, 73 * HOUR)

    dead, told = await deliveries(office)
    assert (dead.state, dead.last_error) == ("dead", "given up after 72 hours: no")
    assert (told.state, told.recipient) == ("delivered", "reception@example.com")


@pytest.mark.fault("F63")
async def test_f63_a_recipient_refused_for_good_is_dead_and_can_be_retried_by_id(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    mail.sink.mood.recipient_reply = "550 5.1.1 no such user"
    await office.leave_message()
    await worker.sweep()

    dead = (await deliveries(office))[0]
    assert dead.state == "dead"
    assert dead.last_error == "the mail server refused the recipient: 550 5.1.1 no such user"

    mail.sink.mood.recipient_reply = "250 OK"
    assert await office.outbox.retry(dead.id, office.clock.now())
    await worker.sweep()
    assert {each.state for each in await deliveries(office) if each.id == dead.id} == {"delivered"}


async def test_a_delivery_unknown_or_delivered_can_not_be_retried(
    office: Office, worker: OutboxWorker
) -> None:
    await office.leave_message()
    await worker.sweep()
    (delivered,) = await deliveries(office)

    assert not await office.outbox.retry(delivered.id, office.clock.now())
    assert not await office.outbox.retry("D-unknown", office.clock.now())


async def test_a_dead_notice_makes_no_further_notice(office: Office) -> None:
    worker = OutboxWorker(
        office.outbox, [FakeNotifier(lambda _k, _a: DeliveryRefused("no"))], office.clock, lambda: 0.5
    )
    await office.leave_message()

    await worker.sweep()

    assert [each.state for each in await deliveries(office)] == ["dead", "dead"]


async def test_the_lease_of_a_dead_worker_ends_and_another_carries_on(
    office: Office, worker: OutboxWorker, mail: MailOffice
) -> None:
    await office.leave_message()
    now = office.clock.now()
    assert await office.outbox.claim("email", now, now + LEASE) is not None  # and then it dies

    assert await worker.sweep() == now + LEASE
    assert mail.sink.mails == []
    office.clock.advance(LEASE)
    await worker.sweep()

    assert len(mail.sink.mails) == 1


async def test_who_lost_the_lease_settles_nothing(office: Office) -> None:
    await office.leave_message()
    now = office.clock.now()
    slow = await office.outbox.claim("email", now, now + LEASE)
    assert slow is not None
    office.clock.advance(LEASE)
    second = await office.outbox.claim("email", office.clock.now(), office.clock.now() + LEASE)
    assert second is not None

    await office.outbox.dead(slow, now, "too late")

    assert [each.state for each in await deliveries(office)] == ["claimed"]
    assert second.attempts == 1


@pytest.mark.fault("F64")
async def test_f64_a_mail_sent_again_after_a_crash_has_the_same_message_id(
    office: Office, mail: MailOffice
) -> None:
    await office.leave_message()
    notifier = EmailNotifier(mail.address, SENDER, office.clock)
    for _ in range(2):  # accepted, but the process died before it was marked
        claim = await office.outbox.claim("email", office.clock.now(), office.clock.now() + LEASE)
        assert claim is not None
        await notifier.deliver(await office.outbox.memo(claim), claim.recipient, claim.key)
        office.clock.advance(LEASE)

    first, second = mail.sink.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_poison_marks_its_own_row_and_the_others_go_out(office: Office) -> None:
    await office.leave_message("call-1")
    await office.leave_message("call-2")
    poisoned = (await deliveries(office))[0]
    poison = RuntimeError("private words of a caller")
    notifier = FakeNotifier(lambda key, _attempt: poison if key.startswith(poisoned.item_id or "?") else None)
    worker = OutboxWorker(office.outbox, [notifier], office.clock, lambda: 0.5)

    assert await worker.sweep() is not None

    by_id = {each.id: each for each in await deliveries(office)}
    assert by_id.pop(poisoned.id).state == "retry"
    assert {each.state for each in by_id.values()} == {"delivered"}
    marked = next(each for each in await deliveries(office) if each.id == poisoned.id)
    assert "RuntimeError at" in (marked.last_error or "")
    assert "private words" not in (marked.last_error or "")


async def test_two_hundred_mails_do_not_make_two_hundred_connections_to_a_dead_server(office: Office) -> None:
    notifier = FakeNotifier(lambda _key, _attempt: DestinationDown("connection refused"))
    worker = OutboxWorker(office.outbox, [notifier], office.clock, lambda: 0.5)
    for number in range(200):
        about = decision(f"call-{number}")
        await office.notebook.save_callback(callback_draft(about))

    assert await worker.sweep() == office.clock.now() + timedelta(seconds=10)

    assert len(notifier.tried) == 1


async def test_a_server_that_takes_connections_but_no_mail_rests_after_three(office: Office) -> None:
    notifier = FakeNotifier(lambda _key, _attempt: DeliveryPostponed("452 disk full"))
    worker = OutboxWorker(office.outbox, [notifier], office.clock, lambda: 0.5)
    for number in range(10):
        await office.notebook.save_callback(callback_draft(decision(f"call-{number}")))

    await worker.sweep()

    assert len(notifier.tried) == 3


async def test_a_rest_is_remembered_by_the_next_process(office: Office) -> None:
    down = FakeNotifier(lambda _key, _attempt: DestinationDown("connection refused"))
    await office.notebook.save_callback(callback_draft())
    await OutboxWorker(office.outbox, [down], office.clock, lambda: 0.5).sweep()

    await OutboxWorker(office.outbox, [down], office.clock, lambda: 0.5).sweep()

    assert len(down.tried) == 1


async def test_an_attempt_without_end_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(FakeNotifier):
        async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(outbox_module, "ATTEMPT_LIMIT_SECONDS", 0.05)
    await office.leave_message()
    await OutboxWorker(office.outbox, [Endless()], office.clock, lambda: 0.5).sweep()

    assert (await deliveries(office))[0].last_error == "no end within 0.05 seconds"


async def test_the_running_worker_sleeps_until_it_is_woken_and_stops_when_told(
    office: Office, mail: MailOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    async def note(seconds: float, bell: asyncio.Event) -> bool:
        rests.append(seconds)
        return await wait_at_most(seconds, bell)

    monkeypatch.setattr(outbox_module, "wait_at_most", note)
    office.clock.at = SystemClock().now()
    worker = OutboxWorker(office.outbox, [EmailNotifier(mail.address, SENDER, office.clock)], office.clock)
    running = asyncio.create_task(worker.run())
    await eventually(lambda: len(rests) == 2)
    await office.leave_message()
    # it would sleep on for minutes: the channel, and who looks after those of no channel
    assert rests == [outbox_module.RECHECK_SECONDS_MAX] * 2
    assert mail.sink.accepted == []

    worker.wake()
    await eventually(lambda: mail.sink.accepted)

    worker.stop()
    await asyncio.wait_for(running, 5)
    assert len(rests) <= 4
    assert [each.state for each in await deliveries(office)] == ["delivered"]


async def test_a_fault_of_the_ledger_does_not_end_the_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "LEDGER_PAUSE_SECONDS", 0.01)
    notifier = FakeNotifier()
    worker = OutboxWorker(office.outbox, [notifier], FakeClock(), lambda: 0.5)
    whole = office.outbox.claim
    faults = 2

    async def failing(channel: str, now: datetime, lease_until: datetime) -> object:
        nonlocal faults
        faults -= 1
        if faults >= 0:
            raise LedgerError("the ledger can't be used: database is locked")
        return await whole(channel, now, lease_until)

    monkeypatch.setattr(office.outbox, "claim", failing)
    await office.leave_message()
    running = asyncio.create_task(worker.run())
    await eventually(lambda: notifier.tried)
    worker.stop()
    await running


@pytest.mark.fault("F77")
async def test_f77_a_message_heard_while_its_mail_is_sent_is_both_heard_and_delivered(office: Office) -> None:
    message_id = await office.leave_message()

    @dataclass
    class HeardMeanwhile(FakeNotifier):
        async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
            await super().deliver(memo, recipient, key)
            now = office.clock.now()
            await office.thread.write(lambda session: mark_heard(session, message_id, now))

    await OutboxWorker(office.outbox, [HeardMeanwhile()], office.clock).sweep()

    (delivery,) = await deliveries(office)
    counts = await office.thread.read(lambda session: message_counts(session, ["101"]))
    assert delivery.state == "delivered"
    assert (counts["101"].new, counts["101"].old) == (0, 1)  # what the lamp shows


class Gate(FakeNotifier):
    """A notifier that answers when it is let."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel=channel, destination=f"hook:{channel}")
        self.open = asyncio.Event()

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        await super().deliver(memo, recipient, key)
        await self.open.wait()


def tell_by(office: Office, *channels: str) -> None:
    office.tell_by_rules(Channels(frozenset({"email", "chat"}), ("chat",)))
    office.tell_all_by(*channels)


async def test_what_is_queued_while_a_hook_thinks_goes_out_by_all_other_channels(office: Office) -> None:
    tell_by(office, "email", "chat")
    mail, hook = FakeNotifier(), Gate("chat")
    worker = OutboxWorker(office.outbox, [mail, hook], office.clock, lambda: 0.5)
    running = asyncio.create_task(worker.run())
    await office.leave_message("call-1")
    worker.wake()
    await eventually(lambda: hook.tried and mail.tried)

    await office.leave_message("call-2")
    worker.wake()
    await eventually(lambda: len(mail.tried) == 2)

    assert len(hook.tried) == 1  # it still thinks about the first
    hook.open.set()
    await eventually(lambda: len(hook.tried) == 2)
    worker.stop()
    await asyncio.wait_for(running, 5)
    assert {each.state for each in await deliveries(office)} == {"delivered"}


async def test_what_comes_due_while_a_hook_thinks_is_tried_again_in_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "delay", lambda _failures, _jitter: timedelta(seconds=0.05))
    tell_by(office, "email", "chat")
    mail = FakeNotifier(lambda _key, attempt: DeliveryPostponed("greylisted") if attempt == 1 else None)
    hook = Gate("chat")
    office.clock.at = SystemClock().now()
    await office.leave_message()
    worker = OutboxWorker(office.outbox, [mail, hook], SystemClock(), lambda: 0.5)
    running = asyncio.create_task(worker.run())
    await eventually(lambda: len(mail.tried) == 2)

    worker.stop()
    assert not running.done()  # an attempt under way ends as it was begun
    hook.open.set()
    await asyncio.wait_for(running, 5)
    assert {each.state for each in await deliveries(office)} == {"delivered"}


async def test_a_cancelled_worker_leaves_no_attempt_behind(office: Office) -> None:
    tell_by(office, "chat")
    hook = Gate("chat")
    await office.leave_message()
    running = asyncio.create_task(OutboxWorker(office.outbox, [hook], office.clock).run())
    await eventually(lambda: hook.tried)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("deliver by")] == []
    assert [each.state for each in await deliveries(office)] == ["claimed"]  # until the lease ends


async def test_a_reload_begins_new_channels_and_ends_old_ones_while_another_thinks(office: Office) -> None:
    tell_by(office, "email", "chat")
    old, hook, new = FakeNotifier(), Gate("chat"), FakeNotifier()
    worker = OutboxWorker(office.outbox, [hook], office.clock, lambda: 0.5)
    running = asyncio.create_task(worker.run())
    await office.leave_message("call-1")
    worker.wake()
    await eventually(lambda: hook.tried)

    worker.use([hook, old])
    await eventually(lambda: len(old.tried) == 1)
    worker.use([hook, new])
    await office.leave_message("call-2")
    worker.wake()
    await eventually(lambda: len(new.tried) == 1)
    worker.use([new])  # the hook is no longer configured; its attempt ends
    hook.open.set()
    await eventually(
        lambda: [task for task in asyncio.all_tasks() if task.get_name() == "deliver by chat"] == []
    )

    worker.stop()
    await asyncio.wait_for(running, 5)
    assert (len(old.tried), len(new.tried), len(hook.tried)) == (1, 1, 1)


async def test_a_fault_of_ours_in_one_channel_ends_neither_it_nor_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "LEDGER_PAUSE_SECONDS", 0.01)
    tell_by(office, "email", "chat")
    mail, chat = FakeNotifier(), FakeNotifier(channel="chat", destination="hook:chat")
    faults = iter([RuntimeError("a bug")])
    whole = office.outbox.rest

    async def failing(destination: str) -> object:
        if destination == "hook:chat" and (fault := next(faults, None)):
            raise fault
        return await whole(destination)

    monkeypatch.setattr(office.outbox, "rest", failing)
    worker = OutboxWorker(office.outbox, [mail, chat], office.clock, lambda: 0.5)
    await office.leave_message()
    running = asyncio.create_task(worker.run())
    await eventually(lambda: mail.tried and chat.tried)
    worker.stop()
    await asyncio.wait_for(running, 5)
