"""One's own mailbox on real desk phones: every key, what is heard, and what the ledger holds afterwards."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from ari_absence.lab import waiting
from tests.real.letters import Postbox
from tests.real.scenes import HANS, VOICE_HZ, Caller, Scene, Stage
from tests.real.test_callbacks import digits

pytestmark = pytest.mark.real

OTHER_HZ = 1300.0
LONG_SECONDS = 10.0  # to skip in, and so that a third of it is told from what it takes to hear a key
_MESSAGE = re.compile("[0-9a-f]{32}")  # the name of what is lent for one session


async def at_mailbox(scene: Scene, extension: str = "101") -> Caller:
    """The owner, at their own phone, in their mailbox."""
    owner = await scene.colleague(extension)
    await owner.calls("*97")
    return owner


async def hears_begin(owner: Caller, hz: float = VOICE_HZ, seconds: float = 0.3) -> None:
    """Wait until a message is being played, and has been heard for a while."""
    played = owner.scene.playbill
    await waiting.until(lambda: _MESSAGE.fullmatch(played.played[-1]), 20, "The playing of a message")
    before = owner.heard(hz)
    await waiting.until(lambda: owner.heard(hz) > before + seconds, 20, f"A while of {hz:g} Hz")


async def goes_straight_to_the_message(owner: Caller, key: str, hz: float = VOICE_HZ) -> None:
    """Press a key that leads to a message, skip its envelope, and wait until it is heard."""
    await owner.presses(key)
    await owner.hears("mailbox-message")
    await owner.presses("#")
    await hears_begin(owner, hz)


async def test_owner_hears_two_messages_deletes_saves_goes_to_and_fro_and_leaves(stage: Stage) -> None:
    scene = await stage.open(running=False)
    post = Postbox(scene)
    old = post.leave(hz=OTHER_HZ, before=timedelta(hours=3))
    urgent = post.leave(urgent=True, before=timedelta(days=1), due=timedelta(days=2))
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await alice.hears("mailbox-you-have")
    await alice.hears("mailbox-n-2")
    await alice.hears("mailbox-of-them-urgent")
    await alice.hears("status-callbacks-01")
    await alice.hears("mailbox-to-return-calls")
    await alice.presses("2")
    await alice.hears("status-callback-number")
    await alice.presses("2")  # later
    await alice.hears("status-callback-later")
    await alice.hears("mailbox-to-listen")
    await alice.presses("1")
    for sound in ("mailbox-message", "mailbox-urgent", "mailbox-received", "mailbox-yesterday-morning"):
        await alice.hears(sound)
    await alice.hears("their-number-is")
    await alice.hears("status-wish-message")
    await alice.hears("mailbox-promised-by")
    await alice.phone.wait_for_tone(VOICE_HZ, 2.5)
    await alice.hears("mailbox-to-delete")
    played = scene.playbill.played
    assert digits(played[played.index("their-number-is") :]) == HANS
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.presses("7")
    await alice.hears("mailbox-restored")
    await alice.presses("9")
    await alice.hears("mailbox-saved")
    await goes_straight_to_the_message(alice, "6", OTHER_HZ)
    await alice.presses("7")  # interrupts, and deletes
    await alice.hears("mailbox-deleted")
    await alice.presses("4")
    await alice.hears("mailbox-urgent")
    await goes_straight_to_the_message(alice, "5")
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
    Postbox(scene).leave(seconds=LONG_SECONDS)
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await goes_straight_to_the_message(alice, "1")
    await alice.presses("0")
    await alice.phone.wait_for_quiet(1.2)
    assert "mailbox-to-delete" not in scene.playbill.played
    await alice.presses("0")
    await hears_begin(alice)
    await alice.presses("##*")  # six seconds on, three back
    await alice.hears("mailbox-to-delete", 25)
    first = alice.heard(VOICE_HZ)
    assert first == pytest.approx(LONG_SECONDS - 3.0, abs=1.3)
    await goes_straight_to_the_message(alice, "5")
    begun = alice.heard(VOICE_HZ) - first
    await alice.presses("1")
    await alice.hears("mailbox-to-delete", 25)
    whole = alice.heard(VOICE_HZ) - first
    hastened = begun + (LONG_SECONDS - begun) / 1.5  # the rest in two thirds of its time
    assert whole == pytest.approx(hastened, abs=1.2)
    await alice.hangs_up()


async def test_two_phones_in_one_full_mailbox_agree_on_what_is_there_and_a_deletion_frees_a_place(
    stage: Stage,
) -> None:
    scene = await stage.open(running=False, limits={"messages_per_person": 1, "messages_warning": 1})
    Postbox(scene).leave()
    await scene.office.start_service()
    first, second = await at_mailbox(scene), await at_mailbox(scene)
    await asyncio.gather(*(each.phone.wait_for_sound() for each in (first, second)))
    await first.hears("mailbox-full")
    await goes_straight_to_the_message(first, "1")
    await second.presses("1")
    await hears_begin(second)
    await first.presses("7")
    await first.hears("mailbox-deleted")
    await second.presses("7")
    await second.hears("mailbox-no-longer-there")
    await first.presses("7")
    await first.hears("mailbox-restored")
    assert len(scene.ledger.messages("101")) == 1
    await first.presses("7")
    await first.hears("mailbox-deleted")
    await second.hangs_up()
    await first.hangs_up()

    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    again = await at_mailbox(scene)
    await again.hears("mailbox-full")
    await again.hangs_up()


async def test_what_was_done_stands_after_a_hang_up_and_a_restart_in_between(stage: Stage) -> None:
    scene = await stage.open(running=False)
    post = Postbox(scene)
    first, second = post.leave(before=timedelta(hours=2)), post.leave(hz=OTHER_HZ)
    await scene.office.start_service()
    alice = await at_mailbox(scene)
    await goes_straight_to_the_message(alice, "1")
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await goes_straight_to_the_message(alice, "6", OTHER_HZ)
    await scene.office.kill_service()
    await alice.hangs_up()
    await scene.office.start_service()
    again = await at_mailbox(scene)
    await again.hears("mailbox-old-one-end")
    await goes_straight_to_the_message(again, "1", OTHER_HZ)
    await again.hangs_up()

    (message,) = scene.ledger.messages("101")
    assert (message.id, message.heard_at is not None) == (second, True)
    assert first != second
    assert not list((scene.office.data / "sounds" / "site-en" / "lent").glob("*"))
