"""From a message to its transcript in the owner's mail: after the message, apart from it, and never in its way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
import structlog

from ari_absence.attendant.notebook import KeptAudio
from ari_absence.delivery.email import EmailNotifier
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.ledger import reading
from ari_absence.ledger.transcripts import LedgerTranscripts, Transcript
from ari_absence.transcription.ports import Choice
from ari_absence.transcription.process import SCRATCH
from ari_absence.transcription.rounds import AGAIN_AFTER, Transcribing
from tests.delivery.conftest import SENDER, mail
from tests.delivery.mail_server import MailOffice
from tests.hostile import HOSTILE
from tests.ledger.office import FakeClock, Office, decision, message_draft
from tests.transcription.spoken import spoken
from tests.waiting import eventually

__all__ = ["mail"]

SAYS = Choice("command", command=("echo", "call me back at four one five before noon"))


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path / "data", FakeClock())
    yield office
    await office.close()


@pytest.fixture
def worker(office: Office, mail: MailOffice) -> OutboxWorker:
    return OutboxWorker(
        office.outbox, [EmailNotifier(mail.address, SENDER, office.clock)], office.clock, lambda: 0.5
    )


def transcribing(office: Office, choice: Choice | None = SAYS, on_queued: object = None) -> Transcribing:
    queue = LedgerTranscripts(office.thread, office.audio)
    return Transcribing(queue, lambda: choice, office.folder, office.clock, on_queued or (lambda: None))  # type: ignore[arg-type]


def program(text: str) -> Choice:
    return Choice("command", command=(sys.executable, "-c", text))


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def transcript(office: Office) -> Transcript:
    (message,) = await office.thread.read(reading.messages)
    assert message.transcript is not None
    return message.transcript


async def test_the_memo_goes_out_at_once_and_its_transcript_follows_in_the_same_thread(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    message_id = await office.leave_message()
    await worker.sweep()
    (memo,) = mail.sink.mails
    assert "a machine heard" not in text_of(memo)

    await transcribing(office, on_queued=worker.wake).work_off()
    await worker.sweep()

    _, late = mail.sink.mails
    assert late["In-Reply-To"] == memo["Message-ID"]
    assert late["References"].split() == [memo["References"].strip(), memo["Message-ID"]]
    assert late["Subject"] == f"Re: {memo['Subject']}"
    assert late["Message-ID"] == f"<{message_id}.email.transcript@example.com>"
    assert "  call me back at [four one five] before [noon]\n" in text_of(late)
    assert list(late.iter_attachments()) == []
    assert [
        each.state for each in await office.thread.read(lambda at: reading.outbox(at, settled_too=True))
    ] == [
        "delivered",
        "delivered",
    ]


async def test_a_mail_that_has_not_gone_yet_takes_the_transcript_along(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    await office.leave_message()
    await mail.down()
    await worker.sweep()
    await transcribing(office).work_off()
    await mail.up()

    office.clock.advance(timedelta(hours=1))
    await worker.sweep()

    (memo,) = mail.sink.mails
    assert "call me back at [four one five] before [noon]\n" in text_of(memo)
    assert [each.get_content_maintype() for each in memo.iter_attachments()] == ["audio", "text"]


async def test_a_real_engine_listens_to_real_speech_from_the_beep_to_the_mail(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    about = decision()
    await office.notebook.open_call(about)
    kept = await office.notebook.keep(office.asterisk.add(content=spoken()), 1.0)
    assert isinstance(kept, KeptAudio)
    await office.notebook.save_message(message_draft(kept, about))
    await worker.sweep()

    await transcribing(office, Choice("pocketsphinx")).work_off()
    await worker.sweep()

    assert "[tuesday morning]" in " ".join(text_of(mail.sink.mails[1]).split())
    assert (await transcript(office)).engine == "pocketsphinx"


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        ("import os; os.abort()", "signal 6"),
        ("import os; os.kill(os.getpid(), 9)", "from outside"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)))", "nothing was understood"),
        ("print()", "nothing was understood"),
        ("while True: print('a' * 9999)", "it printed more than"),
        ("import sys; sys.exit(3)", "it ended with status 3"),
    ],
)
async def test_a_transcript_that_fails_costs_a_line_in_the_log_and_nothing_else(
    office: Office, mail: MailOffice, worker: OutboxWorker, engine: str, why: str
) -> None:
    await office.leave_message()
    with structlog.testing.capture_logs() as log:
        for _ in range(3):
            await transcribing(office, program(engine)).work_off()
            office.clock.advance(AGAIN_AFTER)
        await worker.sweep()

    told = [each for each in log if each["event"] == "no_transcript"]
    assert len(told) in (1, 2)  # what can succeed is tried twice
    assert all(why in each["why"] for each in told)
    failed = await transcript(office)
    assert (failed.state, failed.text) == ("failed", None)
    (memo,) = mail.sink.mails
    assert "a machine heard" not in text_of(memo)
    assert not (office.folder / SCRATCH).exists()


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_f28_whatever_a_machine_hears_is_a_paragraph_in_the_mail(
    office: Office, mail: MailOffice, worker: OutboxWorker, hostile: str
) -> None:
    said = office.folder / "said.txt"
    await asyncio.to_thread(said.write_bytes, f"hello {hostile}".encode("utf-8", "replace"))
    await office.leave_message()
    await worker.sweep()
    await transcribing(office, Choice("command", command=("cat", str(said)))).work_off()
    await worker.sweep()

    for letter in mail.sink.mails[1:]:
        text = text_of(letter)
        assert not any(ord(sign) < 32 and sign != "\n" for sign in text)
        paragraph = text.split("\n\n")[1]
        assert all(line.startswith("  ") for line in paragraph.splitlines())
        assert {name.lower() for name in letter} <= HEADERS


HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "x-auto-response-suppress",
    "x-ari-absence-item",
    "in-reply-to",
    "references",
    "content-type",
    "content-transfer-encoding",
    "mime-version",
    "x-peer",
    "x-mailfrom",
    "x-rcptto",
}


async def test_no_log_says_what_was_heard(office: Office, worker: OutboxWorker) -> None:
    await office.leave_message()
    with structlog.testing.capture_logs() as log:
        await worker.sweep()
        await transcribing(office).work_off()
        await worker.sweep()

    assert [each["event"] for each in log if "transcript" in each["event"]] == ["transcript_made"]
    assert "four" not in str(log)


async def test_one_message_is_listened_to_at_a_time(office: Office) -> None:
    for number in range(3):
        await office.leave_message(f"call-{number}")
    noted = office.folder / "alone"
    alone = f"import os; f = os.open({str(noted)!r}, os.O_CREAT | os.O_EXCL); os.remove({str(noted)!r}); print('a b')"

    await transcribing(office, program(alone)).work_off()

    messages = await office.thread.read(reading.messages)
    assert [each.transcript.state for each in messages if each.transcript] == ["done"] * 3


async def test_nobody_listens_while_it_is_off(office: Office) -> None:
    await office.leave_message()
    await transcribing(office, None).work_off()

    (message,) = await office.thread.read(reading.messages)
    assert message.transcript is None


async def test_a_message_left_meanwhile_is_listened_to_when_it_is_told(office: Office) -> None:
    rounds = transcribing(office)
    running = asyncio.create_task(rounds.run())
    try:
        await office.leave_message()
        rounds.wake()

        await eventually(lambda: _is_done(office), 20)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _is_done(office: Office) -> bool:
    with suppress(AssertionError):
        return (await transcript(office)).state == "done"
    return False


async def test_while_an_engine_hangs_messages_are_taken_and_delivered(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    await office.leave_message()
    running = asyncio.create_task(transcribing(office, program("import time; time.sleep(600)")).run())
    try:
        await eventually(lambda: any(_sleepers()), 20)
        office.clock.advance(timedelta(seconds=1))
        await office.leave_message("call-2")
        await worker.sweep()
        assert len(mail.sink.mails) == 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert not any(_sleepers())
    older = (await office.thread.read(reading.messages))[-1]
    assert older.transcript is not None
    assert older.transcript.state == "pending"


async def test_a_child_killed_under_our_hands_is_tried_again_later(office: Office) -> None:
    await office.leave_message()
    rounds = transcribing(office, program("import time; time.sleep(600)"))
    working = asyncio.create_task(rounds.work_off())
    await eventually(lambda: any(_sleepers()), 20)

    os.kill(_sleepers()[0].pid, signal.SIGKILL)
    pause_seconds = await working

    assert pause_seconds == pytest.approx(min(AGAIN_AFTER.total_seconds(), 300))
    assert (await transcript(office)).state == "pending"


def _sleepers() -> list[psutil.Process]:
    found = []
    for each in psutil.Process(os.getpid()).children(recursive=True):
        with suppress(psutil.Error):
            if "import time; time.sleep(600)" in each.cmdline():
                found.append(each)
    return found
