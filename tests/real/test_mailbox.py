"""One's own mailbox on real desk phones: every key, what is heard, and what the ledger holds afterwards."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from ari_absence.lab import waiting
from tests.real.letters import Postbox
from tests.real.scenes import HANS, VOICE_HZ, Caller, Scene, Stage, longest_silence
from tests.real.test_callbacks import digits

pytestmark = pytest.mark.real

OTHER_HZ = 1300.0


async def at_mailbox(scene: Scene, extension: str = "101") -> Caller:
    """The owner, at their own phone, in their mailbox."""
    owner = await scene.colleague(extension)
    await owner.calls("*97")
    return owner


async def test_owner_hears_two_messages_deletes_saves_goes_to_and_fro_and_leaves(stage: Stage) -> None:
    scene = await stage.open(running=False)
    post = Postbox(scene)
    old = post.leave(hz=OTHER_HZ, before=timedelta(hours=3))
    urgent = post.leave(urgent=True, before=timedelta(days=1), due=timedelta(days=2))
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await alice.hears("mailbox-you-have")
    await alice.hears("mailbox-n-2")
    await alice.hears("mailbox-of-them-urgent-end")
    await alice.hears("mailbox-main-menu")
    await alice.presses("1")
    for sound in ("mailbox-message", "mailbox-urgent", "mailbox-received", "mailbox-yesterday-morning"):
        await alice.hears(sound)
    await alice.hears("their-number-is")
    await alice.hears("mailbox-promised-by")
    await alice.phone.wait_for_tone(VOICE_HZ, 2.5)
    await alice.hears("mailbox-owed-menu")
    await alice.hears("mailbox-message-menu")
    assert digits(scene.playbill.played) == HANS
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.presses("7")
    await alice.hears("mailbox-restored")
    await alice.presses("9")
    await alice.hears("mailbox-saved")
    await alice.presses("6")
    await alice.phone.wait_for_tone(OTHER_HZ, 0.5)
    await alice.presses("7")  # interrupts, and deletes
    await alice.hears("mailbox-deleted")
    await alice.presses("4")
    await alice.hears("mailbox-urgent")
    await alice.presses("5")
    await alice.phone.wait_for_tone(VOICE_HZ, 0.5)
    await alice.presses("33")
    await alice.hears("mailbox-received")
    await alice.presses("39")
    await alice.hears("mailbox-callback-done")
    await alice.presses("*")
    await alice.hears("mailbox-help")
    await alice.presses("22")
    await alice.hears("mailbox-folder-empty")
    await alice.presses("23")
    await alice.hears("mailbox-saved-messages")
    await alice.presses("8")
    await alice.hears("say-not-understood")
    await alice.presses("#")
    await alice.hears("mailbox-leave")
    await alice.is_hung_up_on()

    (message,) = scene.ledger.messages("101")
    assert (message.id, message.settled_at is not None) == (urgent, True)
    assert [each["what"] for each in message.history][:3] == ["heard", "deleted", "restored"]
    assert {each["by"] for each in message.history} == {"phone 101"}
    assert old != message.id
    assert HANS not in scene.log


async def test_a_message_can_be_paused_skipped_in_and_heard_faster(stage: Stage) -> None:
    scene = await stage.open(running=False)
    Postbox(scene).leave(seconds=9.0)
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await alice.hears("mailbox-main-menu")
    await alice.presses("1")
    await alice.phone.wait_for_tone(VOICE_HZ, 0.5)
    await alice.presses("0")
    await alice.phone.wait_for_quiet(1.2)
    await alice.presses("0")
    await alice.phone.wait_for_tone(VOICE_HZ, 0.5)
    began = waiting.CLOCK.monotonic()
    await alice.presses("##")
    await alice.hears("mailbox-message-menu")  # six seconds are skipped
    assert waiting.CLOCK.monotonic() - began < 4.5
    heard_with_skips = alice.heard(VOICE_HZ)
    assert heard_with_skips < 6
    await alice.presses("51")
    await alice.hears("mailbox-message-menu", 20)
    assert alice.heard(VOICE_HZ) - heard_with_skips == pytest.approx(6.0, abs=0.8)  # two thirds of nine
    await alice.presses("1")
    await alice.phone.wait_for_tone(VOICE_HZ, 2.0)
    await alice.presses("*")
    await alice.presses("2")
    await alice.hears("mailbox-message-menu", 20)
    assert longest_silence(alice.phone.heard) > 1.0
    await alice.hangs_up()


async def test_two_phones_of_one_person_in_one_mailbox_at_once_agree_on_what_is_there(stage: Stage) -> None:
    scene = await stage.open(running=False)
    Postbox(scene).leave()
    await scene.office.start_service()
    first, second = await at_mailbox(scene), await at_mailbox(scene)
    await asyncio.gather(*(each.phone.wait_for_sound() for each in (first, second)))
    await first.presses("1")
    await first.phone.wait_for_tone(VOICE_HZ, 0.5)
    await second.presses("1")
    await second.phone.wait_for_tone(VOICE_HZ, 0.5)
    await first.presses("7")
    await first.hears("mailbox-deleted")
    await second.presses("7")
    await second.hears("mailbox-no-longer-there")
    await first.presses("7")
    await first.hears("mailbox-restored")
    await first.hangs_up()
    await second.hangs_up()

    assert len(scene.ledger.messages("101")) == 1


async def test_what_was_done_stands_after_a_hang_up_and_a_restart_in_between(stage: Stage) -> None:
    scene = await stage.open(running=False)
    post = Postbox(scene)
    first, second = post.leave(before=timedelta(hours=2)), post.leave(hz=OTHER_HZ)
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await alice.hears("mailbox-main-menu")
    await alice.presses("1")
    await alice.phone.wait_for_tone(VOICE_HZ, 0.3)
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.presses("6")
    await alice.phone.wait_for_tone(OTHER_HZ, 0.3)
    await scene.office.kill_service()
    await alice.hangs_up()
    await scene.office.start_service()
    again = await at_mailbox(scene)
    await again.hears("mailbox-old-one-end")
    await again.presses("1")
    await again.phone.wait_for_tone(OTHER_HZ, 0.3)
    await again.hangs_up()

    (message,) = scene.ledger.messages("101")
    assert (message.id, message.heard_at is not None) == (second, True)
    assert first != second
    assert not list((scene.office.data / "sounds" / "site-en" / "lent").glob("*"))


async def test_a_mailbox_that_fills_up_says_so_and_a_deletion_frees_a_place(stage: Stage) -> None:
    scene = await stage.open(running=False, limits={"messages_per_person": 2, "messages_warning": 1})
    post = Postbox(scene)
    post.leave()
    post.leave(heard=True)
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await alice.hears("mailbox-full")
    await alice.presses("1")
    await alice.hears("mailbox-message-menu")
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.hangs_up()
    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    again = await at_mailbox(scene)
    await again.hears("mailbox-full")
    await again.hangs_up()
