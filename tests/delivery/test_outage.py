"""Six hours without a mail server and without a chat: afterwards each has everything once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from ari_absence.core.delivery_rules import DeliveryRules, Rule, Telling
from ari_absence.delivery.email import EmailNotifier
from ari_absence.delivery.hooks import HookKind, HookNotifier
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.ports import Notifier
from ari_absence.ledger import reading
from ari_absence.ledger.addressees import Channels
from ari_absence.ledger.settling import mark_heard
from tests.delivery.conftest import SENDER
from tests.delivery.hook_server import HookServer, answers, answers_json, hook_server
from tests.delivery.mail_server import MailOffice
from tests.delivery.test_outbox import HOUR, live_through
from tests.ledger.office import Office

KINDS = {
    HookKind.SLACK: answers(),
    HookKind.MATRIX: answers_json('{"event_id": "$abc"}'),
    HookKind.JSON: answers(204, ""),
}
CHANNELS = Channels(frozenset({"email", *KINDS}), ("slack", "matrix"))
QUARTER = timedelta(minutes=15)


def told(server: HookServer, kind: HookKind) -> list[str]:
    """What tells one delivery from another, by this kind of hook."""
    if kind is HookKind.JSON:
        return [received.headers["webhook-id"] for received in server.received]
    if kind is HookKind.MATRIX:
        return [received.path for received in server.received]
    return [received.content["text"].rpartition("At: ")[2] for received in server.received]


async def states(office: Office) -> Counter[str]:
    rows = await office.thread.read(lambda session: reading.outbox(session, settled_too=True))
    return Counter(row.state for row in rows)


@pytest.mark.fault("F63", "P3")
async def test_f63_after_six_hours_without_any_server_everybody_has_everything_once(
    office: Office, mail: MailOffice
) -> None:
    office.tell_by_rules(CHANNELS)
    office.tell_all_by("email", *KINDS)
    async with hook_server() as slack, hook_server() as matrix, hook_server() as program:
        servers = dict(zip(KINDS, (slack, matrix, program), strict=True))
        notifiers: list[Notifier] = [EmailNotifier(mail.address, SENDER, office.clock)]
        for kind, server in servers.items():
            server.answering = KINDS[kind]
            notifiers.append(HookNotifier(server.hook(kind, kind.value), office.clock))
        worker = OutboxWorker(office.outbox, notifiers, office.clock, lambda: 0.5)
        down_and_up: list[MailOffice | HookServer] = [mail, *servers.values()]
        for each in down_and_up:
            await each.down()
        for number in range(3):
            await office.leave_message(f"call-{number}")
            office.clock.advance(timedelta(minutes=1))

        sweeps = await live_through(office, worker, 6 * HOUR)
        assert sweeps < 100  # four queues, each with the back-off of its server
        assert (await states(office)).keys() <= {"pending", "retry"}

        for each in down_and_up:
            await each.up()
        await live_through(office, worker, HOUR)

        assert len({letter["Message-ID"] for letter in mail.sink.mails}) == len(mail.sink.mails) == 3
        for kind, server in servers.items():
            assert len(set(told(server, kind))) == len(server.received) == 3, kind
    assert await states(office) == Counter(delivered=12)


async def test_an_urgent_message_goes_round_until_somebody_hears_it(office: Office, mail: MailOffice) -> None:
    steps = (Telling(("email",)), Telling(("slack",), QUARTER), Telling(("json",), 2 * QUARTER))
    async with hook_server() as slack, hook_server(answers(204, "")) as program:
        office.tell_by_rules(CHANNELS)
        notifiers: list[Notifier] = [
            EmailNotifier(mail.address, SENDER, office.clock),
            HookNotifier(slack.hook(HookKind.SLACK, "slack"), office.clock),
            HookNotifier(program.hook(HookKind.JSON, "json"), office.clock),
        ]
        worker = OutboxWorker(office.outbox, notifiers, office.clock, lambda: 0.5)
        office.tell(DeliveryRules((Rule(steps, urgent=True),)))
        message_id = await office.leave_message(urgent=True)

        await live_through(office, worker, QUARTER - timedelta(seconds=1))
        assert (len(mail.sink.mails), len(slack.received)) == (1, 0)
        await live_through(office, worker, timedelta(seconds=2))
        assert (len(slack.received), len(program.received)) == (1, 0)
        await office.thread.write(lambda session: mark_heard(session, message_id, office.clock.now()))
        await live_through(office, worker, HOUR)

        assert program.received == []
    assert await states(office) == Counter(delivered=2, withdrawn=1)
