"""What is done from a mailbox on real phones: calling back, forwarding, greetings, the name, the PIN, the purge."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ari_absence.lab import waiting
from tests.real.letters import Postbox
from tests.real.scenes import HANS, VOICE_HZ, Caller, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

OTHER_HZ = 1300.0
REACHABLE, BUSY, PREMIUM = "+81312345678", "+81312345699", "0990123456"
PIN = "583920"
LATER = "2026-11-25T11:00+09:00"


async def office_with(stage: Stage, **letter: object) -> Scene:
    """An office with one message for Alice."""
    scene = await stage.open(running=False, limits={"step_ring_seconds": 6})
    Postbox(scene).leave(**letter)  # type: ignore[arg-type]
    await scene.office.start_service()
    return scene


async def hears_first(scene: Scene) -> Caller:
    """Alice, who has heard her first message and is asked what to do with it."""
    alice = await scene.colleague("101")
    await alice.calls("*97")
    await skips_the_envelope(alice)
    await alice.hears("mailbox-to-delete", 25)
    return alice


async def skips_the_envelope(owner: Caller, key: str = "1") -> None:
    """Press a key that leads to a message, as soon as anything is heard, and go straight to what was said."""
    await owner.chooses(key)
    await owner.hears("mailbox-message")
    await owner.presses("#")


async def test_a_message_goes_on_to_a_colleague_with_an_introduction_and_by_mail(stage: Stage) -> None:
    scene = await office_with(stage)
    alice = await hears_first(scene)
    await alice.presses("8")
    await alice.hears("mailbox-forward-to")
    await alice.presses("102#")
    await alice.hears("mailbox-forward-menu")
    await alice.presses("1")
    await alice.speaks_after_the_beep(2.0, OTHER_HZ)
    await alice.hears("mailbox-introduction-review")
    await alice.presses("1")
    await alice.hears("mailbox-forwarded")
    await alice.hangs_up()

    (copy,) = scene.ledger.messages("102")
    assert (copy.forwarded_by, copy.caller_number, copy.person_name) == ("101", HANS, "Kenji Ito")
    audio = scene.ledger.audio(copy)
    assert tone_seconds(audio, OTHER_HZ) == pytest.approx(2.0, abs=0.4)
    assert tone_seconds(audio, VOICE_HZ) == pytest.approx(3.0, abs=0.2)
    (original,) = scene.ledger.messages("101")
    assert original.history[-1]["what"] == "forwarded to 102"
    (mail,) = await scene.office.mail.wait_for_mails(1)
    assert mail["To"] == "kenji@example.com"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Forwarded: by extension 101 (Alice Tanaka)" in text
    assert "Left for:  Alice Tanaka" in text
    assert "your calls were forwarded" not in text
    kenji = await scene.colleague("102")
    await kenji.calls("*97")
    await kenji.chooses("1")
    await kenji.hears("mailbox-forwarded-this")
    await kenji.presses("#")
    await kenji.phone.wait_for_tone(OTHER_HZ, 1.5)
    await kenji.hangs_up()
    await waiting.until(lambda: len(list(scene.office.data.glob("audio/*.wav"))) == 2, 10, "Two files")


@pytest.mark.fault("P5")
async def test_callers_are_called_back_by_one_key_and_settled_but_no_premium_number_is_dialled(
    stage: Stage,
) -> None:
    scene = await stage.open(running=False, limits={"step_ring_seconds": 6})
    post = Postbox(scene)
    post.leave(number=PREMIUM, before=timedelta(hours=3), seconds=1.5)
    post.leave(number=BUSY, before=timedelta(hours=2), seconds=1.5)
    post.leave(number=REACHABLE, due=timedelta(hours=9), seconds=1.5)
    await scene.office.start_service()
    await scene.lab.refused_outside(BUSY, 486)
    hans = await scene.lab.outside_phone(REACHABLE, on_ring="answer")
    alice = await hears_first(scene)
    await alice.presses("32")
    await alice.hears("mailbox-number-not-allowed")
    await skips_the_envelope(alice, "6")
    await alice.hears("mailbox-to-delete", 25)
    await alice.presses("32")
    await alice.hears("mailbox-line-busy")
    await skips_the_envelope(alice, "6")
    await alice.hears("mailbox-to-call-back", 25)
    await alice.presses("2")
    await alice.hears("mailbox-calling-back")
    await hans.wait_established()
    await asyncio.gather(alice.speaks(1.2, 620), hans.wait_for_tone(620, 0.4, 8))
    await asyncio.gather(hans.speak_tone(930, 1.2), alice.phone.wait_for_tone(930, 0.4, 8))
    await hans.hang_up()
    await alice.hears("mailbox-back-in-mailbox")
    await alice.hangs_up()

    settled, tried, _ = scene.ledger.messages("101")
    assert settled.settled_at is not None
    assert (settled.history[-1]["what"], settled.history[-1]["by"]) == ("settled", "phone 101")
    assert tried.history[-1]["what"] == "tried to call back: busy"
    assert PREMIUM not in "".join((await scene.lab.carrier()).invitations)
    assert "312345678" not in scene.log


async def test_callers_hear_a_recorded_greeting_and_name_until_they_are_deleted(stage: Stage) -> None:
    scene = await stage.open()
    alice = await scene.colleague("101")
    await alice.calls("*97")
    await alice.hears("mailbox-for-options")
    await alice.presses("03")
    await alice.hears("mailbox-name-menu")
    await alice.presses("1")
    await alice.speaks_after_the_beep(1.0, 1800)
    await alice.hears("mailbox-name-review")
    await alice.presses("1")
    await alice.hears("mailbox-name-kept")
    caller = await scene.call("101")
    await caller.phone.wait_for_tone(1800, 0.6)
    await caller.hangs_up()
    await alice.presses("*1")
    await alice.hears("mailbox-greeting-kinds")
    await alice.presses("4")
    await alice.hears("mailbox-greeting-none")
    await alice.presses("1")
    await alice.speaks_after_the_beep(3.0, OTHER_HZ)
    await alice.hears("mailbox-greeting-review")
    await alice.presses("1")
    await alice.hears("mailbox-greeting-until")
    await alice.presses("1126")
    await alice.hears("mailbox-greeting-kept")
    await alice.hears("mailbox-played-until")
    caller = await scene.call("101")
    await caller.phone.wait_for_tone(OTHER_HZ, 2.0)
    await caller.hears("for-message-default")
    await caller.hangs_up()
    await alice.presses("3")
    await alice.hears("mailbox-greeting-deleted")
    await alice.hangs_up()
    caller = await scene.call("101")
    await caller.hears("who-out-of-office-until")
    assert caller.heard(OTHER_HZ) < 0.2
    await caller.hangs_up()
    await waiting.until(lambda: not list(scene.office.data.glob("audio/*.wav")), 10, "No recording is left")


async def test_a_pin_is_changed_at_ones_own_phone_and_opens_the_mailbox_at_another(stage: Stage) -> None:
    scene = await office_with(stage)
    alice = await scene.colleague("101")
    await alice.calls("*97")
    await alice.hears("mailbox-to-listen")
    await alice.presses("05")
    await alice.hears("mailbox-new-pin")
    await alice.presses(f"{PIN}#")
    await alice.hears("mailbox-new-pin-again")
    await alice.presses(f"{PIN}#")
    await alice.hears("mailbox-pin-changed")
    await alice.hangs_up()

    kenji = await scene.colleague("102")
    await kenji.calls("*98")
    await kenji.hears("status-enter-extension")
    await kenji.presses("101#")
    await kenji.hears("status-enter-pin")
    await kenji.presses(f"{PIN}#")
    await kenji.hears("mailbox-in-the-mailbox-of")
    await skips_the_envelope(kenji)
    await kenji.phone.wait_for_tone(VOICE_HZ, 2.0)
    await kenji.hangs_up()
    await waiting.until(lambda: scene.ledger.messages("101")[0].heard_at, 15, "The mark")
    assert scene.ledger.messages("101")[0].history[0]["by"] == "101 at phone 102"
    assert PIN not in scene.log


@pytest.mark.fault("A16")
async def test_of_what_was_deleted_or_is_past_its_time_nothing_is_left_on_the_disk(stage: Stage) -> None:
    changes = {"storage": {"keep_days": 1, "deleted_keep_hours": 0}}
    scene = await stage.open(running=False, changes=changes)
    post = Postbox(scene)
    past = post.leave(number="0447778899", before=timedelta(days=2), heard=True)  # what is owed would stay
    deleted = post.leave()
    await scene.office.start_service()
    await scene.log_tells("old entries forgotten")
    alice = await hears_first(scene)
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.hangs_up()
    scene.ledger.close()
    await scene.office.stop_service()
    assert left_of(deleted.encode(), scene.office.data)
    scene.office.pretend_now = LATER
    await scene.office.start_service()
    await scene.log_tells("deleted messages forgotten")
    await waiting.until(lambda: not list(scene.office.data.glob("audio/*.wav")), 10, "The end of the audio")
    await scene.office.stop_service()

    for secret in ("0447778899", past, deleted):
        assert left_of(secret.encode(), scene.office.data) == []
    await scene.office.start_service()


def left_of(secret: bytes, folder: Path) -> list[Path]:
    """The files in which it can still be found."""
    return [file for file in folder.rglob("*") if file.is_file() and secret in file.read_bytes()]
