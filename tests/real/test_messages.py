"""Leaving a message: recorded, reviewed, saved, mailed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
import pytest_asyncio
from icalendar import Calendar

from ari_absence.core import wav
from ari_absence.errors import LabError
from ari_absence.lab import Phone, waiting
from tests.delivery.hook_server import HookServer, hook_server
from tests.real.scenes import HANS, VOICE_HZ, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

OTHER_HZ = 1300.0


def attached(mail: EmailMessage) -> bytes:
    """The audio that is attached to the mail."""
    (part,) = [part for part in mail.iter_attachments() if part.get_content_maintype() == "audio"]
    audio = part.get_payload(decode=True)
    assert isinstance(audio, bytes)
    return audio


TO_MAIL_AND_CHAT = {
    "hooks": {"sales_chat": {"kind": "slack"}},
    "rules": [{"for": ["message"], "by": ["email", "sales_chat"]}],
}


@pytest_asyncio.fixture
async def chat(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HookServer]:
    """A chat whose hook the office knows."""
    async with hook_server() as server:
        monkeypatch.setenv("HOOK_SALES_CHAT_URL", server.hook().url)
        yield server


async def test_a_message_is_recorded_saved_mailed_and_then_removed_from_asterisk(
    stage: Stage, chat: HookServer
) -> None:
    delivery = {"delivery": TO_MAIL_AND_CHAT}
    scene = await stage.open(real_voice=True, limits={"message_min_seconds": 3}, changes=delivery)
    caller = await scene.caller_at_the_beep()
    await caller.speaks(4.0)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")

    (message,) = scene.ledger.messages("101")
    stored = scene.ledger.audio(message)
    assert stored.stat().st_mode & 0o777 == 0o600
    assert tone_seconds(stored, VOICE_HZ) == pytest.approx(4.0, abs=0.3)
    assert message.seconds == pytest.approx(4.3, abs=0.7)
    assert (message.caller_number, message.caller_name) == ("0441112233", "Hans Huber")
    (mail,) = await scene.office.mail.wait_for_mails(1)
    assert mail["To"] == "alice@example.com"
    assert attached(mail) == stored.read_bytes()
    await waiting.until(lambda: bool(chat.received), 15, "The chat's own copy")
    assert (
        chat.received[0]
        .content["text"]
        .startswith("Message for Alice Tanaka (101)\nFrom: Hans Huber, 0441112233")
    )
    assert chat.hook().url not in scene.log
    await waiting.until(lambda: not scene.recordings_in_asterisk(), 15, "The removal of Asterisk's copy")


async def test_pound_leads_straight_to_the_beep(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("#")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    assert "say-message-after-tone" not in scene.playbill.played
    await caller.presses("1")
    await caller.hears("say-message-saved")


async def test_pound_cuts_short_what_is_said_before_the_beep_and_another_key_does_not(stage: Stage) -> None:
    scene = await stage.open(real_voice=True)
    caller = await scene.call("101")
    await caller.chooses("1")
    await caller.hears("say-message-after-tone")
    await caller.presses("5")
    with pytest.raises(LabError):
        await caller.phone.wait_for_beep(2.0)
    await caller.presses("#")
    await caller.phone.wait_for_beep(1.5)
    await caller.speaks(4.0)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    (message,) = scene.ledger.messages("101")
    assert message.seconds == pytest.approx(4.3, abs=0.7)


@pytest.mark.fault("P2")
async def test_saved_is_not_said_before_the_ledger_has_committed(scene: Scene) -> None:
    caller = await scene.caller_in_the_review()
    with scene.ledger.locked():
        await caller.presses("1")
        with pytest.raises(waiting.Overdue):
            await caller.hears("say-message-saved", 1.0)
    await caller.hears("say-message-saved")
    assert scene.ledger.messages()


async def test_only_the_second_take_is_kept_when_the_caller_records_again(scene: Scene) -> None:
    caller = await scene.caller_in_the_review()
    await caller.presses("3")
    await caller.speaks_after_the_beep(hz=OTHER_HZ)
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.is_hung_up_on()

    message = await scene.ledger.the_message()
    assert tone_seconds(scene.ledger.audio(message), OTHER_HZ) > 1.2
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) < 0.1
    await waiting.until(lambda: len(list(scene.office.data.glob("audio/*.wav"))) == 1, 15, "One file")


async def test_a_caller_who_listens_hears_his_own_words(scene: Scene) -> None:
    caller = await scene.caller_in_the_review()
    await caller.presses("2")
    await caller.phone.wait_for_tone(VOICE_HZ, 1.2)
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")


async def test_an_urgent_message_is_urgent_in_the_ledger_in_the_mail_and_on_the_display(scene: Scene) -> None:
    desk = (await scene.colleague("101")).phone
    caller = await scene.caller_in_the_review()
    await caller.presses("4")
    await caller.hears("say-marked-urgent")
    await caller.hears("say-review-menu-urgent")
    await caller.presses("1")
    await caller.hears("say-message-saved")

    assert (await scene.ledger.the_message()).urgent
    (mail,) = await scene.office.mail.wait_for_mails(1)
    assert mail["Importance"] == "high"
    (entry,) = Calendar.from_ical(_calendar_of(mail)).walk("VEVENT")
    code = str(entry["DESCRIPTION"]).rpartition(" ")[2]
    assert code.startswith("*38*")
    await waiting.until(lambda: _texts(desk), 15, "a text on the display")
    (text,) = _texts(desk)
    assert text.startswith(f"URGENT: Message from {HANS}, ")
    assert text.endswith(f". {code}")


def _calendar_of(mail: EmailMessage) -> str:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_content())


def _texts(phone: Phone) -> list[str]:
    """The texts that Asterisk sent to the phone."""
    return [
        each.body for each in phone.sip_messages if each.received and each.first_line.startswith("MESSAGE ")
    ]


@pytest.mark.fault("F23")
async def test_silence_after_the_beep_is_not_kept_and_the_caller_is_asked_again(stage: Stage) -> None:
    scene = await stage.open(limits={"message_silence_seconds": 1, "message_min_seconds": 0})
    caller = await scene.caller_at_the_beep()
    await caller.hears("say-nothing-heard")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")

    message = await scene.ledger.the_message()
    assert wav.inspect(scene.ledger.audio(message).read_bytes()).loud_seconds > 1


@pytest.mark.fault("F24", "P8")
async def test_a_message_is_cut_at_its_limit_and_kept(stage: Stage) -> None:
    scene = await stage.open(limits={"message_max_seconds": 10})
    caller = await scene.caller_at_the_beep()
    speaking = asyncio.create_task(caller.speaks(12))
    await caller.hears("say-message-at-limit")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await speaking

    message = await scene.ledger.the_message()
    assert 10 <= message.seconds < 11.5  # Asterisk counts whole seconds of the wall clock
    assert message.possibly_cut
