"""Asking to be called back, and the number that is read back."""

from __future__ import annotations

import pytest

from tests.real.scenes import HANS, VOICE_HZ, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

OTHER_NUMBER = "0449998877"


def digits(played: list[str]) -> str:
    """The digits among the sounds."""
    return "".join(sound.split("-")[1] for sound in played if sound.startswith("digit-"))


async def test_a_callers_number_is_read_back_and_the_callback_is_promised(stage: Stage) -> None:
    scene = await stage.open(real_voice=True)
    caller = await scene.call("101")
    await caller.chooses("2")
    await caller.hears("say-is-number-right")
    assert digits(scene.playbill.played) == HANS
    await caller.presses("1")
    await caller.speaks_after_the_beep(1.0)
    await caller.hears("say-callback-noted")

    callback = await scene.ledger.the_callback()
    assert (callback.wish, callback.number, callback.state) == ("call_back", HANS, "open")
    assert callback.due is not None
    assert callback.name_audio_id is not None
    name = scene.office.data / "audio" / f"{callback.name_audio_id}.wav"
    assert tone_seconds(name, VOICE_HZ) == pytest.approx(1.0, abs=0.3)
    (mail,) = await scene.office.mail.wait_for_mails(1)
    assert HANS in mail["Subject"]
    await caller.hears("who-calls-latest")


async def test_another_number_can_be_keyed_in_and_is_read_back(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("2")
    await caller.hears("say-is-number-right")
    await caller.presses("2")
    await caller.hears("say-enter-number")
    await caller.presses(f"{OTHER_NUMBER}#")
    await caller.hears("say-is-number-right")
    assert digits(scene.playbill.played) == HANS + OTHER_NUMBER
    await caller.presses("1")
    await caller.speaks_after_the_beep(1.0)
    await caller.is_hung_up_on()
    assert (await scene.ledger.the_callback()).number == OTHER_NUMBER


@pytest.mark.fault("F33")
async def test_who_keys_in_no_usable_number_is_asked_again_and_then_leaves_a_message(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("2")
    await caller.hears("say-is-number-right")
    await caller.presses("2")
    for _ in range(2):
        await caller.hears("say-enter-number")
        await caller.presses("1#")
        await caller.hears("say-not-a-number")
    await caller.hears("say-no-number-message-instead")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.is_hung_up_on()
    await scene.ledger.the_message()
    assert scene.ledger.callbacks() == []


@pytest.mark.fault("F27")
async def test_a_withheld_number_is_offered_no_callback_and_asked_to_say_one(scene: Scene) -> None:
    caller = await scene.call("101", number=None)
    await caller.hears("for-repeat-default")
    assert "for-callback-default" not in scene.playbill.played
    await caller.presses("2")
    await caller.hears("say-not-understood")
    await caller.presses("1")
    await caller.hears("say-message-after-tone-with-number")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.is_hung_up_on()

    message = await scene.ledger.the_message()
    assert message.caller_number is None
    assert not [sound for sound in scene.playbill.played if sound.startswith("who-calls")]


async def test_a_hang_up_while_the_name_is_asked_keeps_the_callback(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("2")
    await caller.hears("say-is-number-right")
    await caller.presses("1")
    await caller.hears("say-name-after-tone")
    await caller.hangs_up()
    callback = await scene.ledger.the_callback()
    assert (callback.wish, callback.number) == ("call_back", HANS)
