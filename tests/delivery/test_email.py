"""What a mail server can do to us, and what we make of it."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from ari_absence.delivery import smtp
from ari_absence.delivery.email import EmailNotifier, MailServer, Security
from ari_absence.delivery.outbox import ATTEMPT_LIMIT_SECONDS, LEASE
from ari_absence.delivery.ports import DestinationDown
from ari_absence.errors import DeliveryError, DeliveryPostponed, DeliveryRefused
from ari_absence.ledger.outbox import LedgerMemo
from tests.delivery.conftest import SENDER
from tests.delivery.mail_server import MailOffice, rough_server
from tests.ledger.office import NOON, FakeClock, tone

MEMO = LedgerMemo(
    item_id="M-20261125-030000-7f3a9c",
    about="message",
    extension="101",
    person_name="Alice Tanaka",
    zone="Asia/Tokyo",
    at=NOON,
    caller_number="+81312345678",
    caller_name="Bob Smith",
    number="+81312345678",
    why="absent",
    seconds=5.0,
)
KEY = "M-20261125-030000-7f3a9c.email"


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    """Five seconds of sound."""
    path = tmp_path / "A-1.wav"
    path.write_bytes(tone(5.0))
    return path


async def send(server: MailServer, memo: LedgerMemo = MEMO, recipient: str = "alice@example.com") -> None:
    await EmailNotifier(server, SENDER, FakeClock()).deliver(memo, recipient, KEY)


async def verdict(server: MailServer, memo: LedgerMemo = MEMO) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await send(server, memo)
    return caught.value


async def test_a_server_that_is_down_is_down_as_a_whole(mail: MailOffice) -> None:
    await mail.down()

    assert isinstance(await verdict(mail.address), DestinationDown)


async def test_a_host_that_does_not_exist_is_down() -> None:
    assert isinstance(await verdict(MailServer("mail.invalid", 25)), DestinationDown)


@pytest.mark.parametrize(
    "greeting", [b"", b"554 go away\r\n", b"421 busy\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
async def test_a_server_that_does_not_greet_as_it_should_is_down(greeting: bytes) -> None:
    async with rough_server(greeting) as server:
        assert isinstance(await verdict(server), DestinationDown)


@pytest.mark.fault("F63")
@pytest.mark.parametrize(
    ("where", "reply", "expected"),
    [
        ("recipient_reply", "450 4.2.0 greylisted, come back later", DeliveryPostponed),
        ("recipient_reply", "550 5.1.1 no such user", DeliveryRefused),
        ("recipient_reply", "421 4.3.2 shutting down", DestinationDown),
        ("mail_reply", "451 4.3.0 try later", DeliveryPostponed),
        ("mail_reply", "550 5.7.1 we do not relay for you", DestinationDown),
        ("data_reply", "451 4.3.0 disk full", DeliveryPostponed),
        ("data_reply", "554 5.7.1 looks like spam", DeliveryRefused),
        ("data_reply", None, DeliveryPostponed),
    ],
)
async def test_f63_each_answer_has_its_verdict(
    mail: MailOffice, where: str, reply: str | None, expected: type[DeliveryError]
) -> None:
    setattr(mail.sink.mood, where, reply)

    found = await verdict(mail.address)

    assert isinstance(found, expected)
    assert isinstance(found, DestinationDown) == (expected is DestinationDown)
    assert mail.sink.mails == []


@pytest.mark.fault("F63")
async def test_f63_a_server_that_drips_is_given_up_for_now(mail: MailOffice) -> None:
    mail.sink.mood.data_seconds = 2.0
    began = time.monotonic()

    assert isinstance(await verdict(mail.address), DeliveryPostponed)
    assert time.monotonic() - began < 1.9


async def test_a_server_that_is_rude_after_accepting_changes_nothing(mail: MailOffice) -> None:
    mail.sink.mood.accepts_then_drops = True

    await send(mail.address)

    assert len(mail.sink.mails) == 1


@pytest.mark.fault("F70")
async def test_f70_audio_over_our_own_limit_stays_and_the_text_says_where(
    mail: MailOffice, audio: Path
) -> None:
    await send(replace(mail.address, attachment_bytes_max=1000), replace(MEMO, audio=audio))

    (letter,) = mail.sink.mails
    assert list(letter.iter_attachments()) == []
    assert str(audio) in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.fault("F70")
async def test_f70_audio_over_the_servers_limit_is_left_out_in_the_same_attempt(
    mail: MailOffice, audio: Path
) -> None:
    mail.sink.mood.bytes_max = 20_000

    await send(mail.address, replace(MEMO, audio=audio))

    (letter,) = mail.sink.mails
    assert list(letter.iter_attachments()) == []


async def test_a_message_whose_audio_was_purged_is_still_told(mail: MailOffice, tmp_path: Path) -> None:
    await send(mail.address, replace(MEMO, audio=tmp_path / "gone.wav"))

    assert len(mail.sink.mails) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_server_without_the_demanded_encryption_gets_nothing(
    mail: MailOffice, security: Security
) -> None:
    found = await verdict(replace(mail.address, security=security))

    assert isinstance(found, DestinationDown)
    assert mail.sink.mails == []


async def test_a_login_the_server_does_not_take_makes_it_down_without_a_word_of_the_password(
    mail: MailOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = replace(mail.address, username="absence", password="open-sesame")

    found = await verdict(server)

    assert isinstance(found, DestinationDown)
    assert "open-sesame" not in f"{server!r} {found!r} {found.__cause__!r} {caplog.text}"


@pytest.mark.parametrize(
    "recipient", ["", "alice", "a@b\r\nBcc: c@d", "Alice <a@example.com>", "a@b@c", "a b@example.com"]
)
async def test_what_is_no_address_is_refused_before_any_connection(mail: MailOffice, recipient: str) -> None:
    with pytest.raises(DeliveryRefused):
        await send(mail.address, recipient=recipient)

    assert mail.sink.connections == 0


async def longest_hold_up(work: Awaitable[None]) -> float:
    """The loop's own time on the processor within its longest round: a busy machine does not count."""
    working, longest = asyncio.ensure_future(work), 0.0
    while not working.done():
        began = time.thread_time()
        await asyncio.sleep(0.002)
        longest = max(longest, time.thread_time() - began)
    await working
    return longest


async def test_five_minutes_of_audio_do_not_hold_up_the_event_loop(mail: MailOffice, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(tone(300.0))
    notifier = EmailNotifier(replace(mail.address, command_limit_seconds=20), SENDER, FakeClock())
    mail.sink.mood.data_reply = "250 thanks"  # taken, but not kept: parsing it is not what is measured

    longest = await longest_hold_up(notifier.deliver(replace(MEMO, audio=path), "alice@example.com", KEY))

    assert longest < 0.06  # the test's server works in the same loop; our own part is a third of it


def test_tls_checks_certificates() -> None:
    context = smtp.tls_context(MailServer("mail.example.com", security=Security.TLS))

    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_there_is_a_time_limit_below_the_attempts() -> None:
    assert smtp.COMMAND_LIMIT_SECONDS < ATTEMPT_LIMIT_SECONDS < LEASE.total_seconds()
