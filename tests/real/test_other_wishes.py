"""The operator, general questions, a full mailbox, wrong keys, silence, and sounds that are not there."""

from __future__ import annotations

import pytest

from tests.real.scenes import VOICE_HZ, Caller, Scene, Stage, longest_silence, tone_seconds
from tests.real.voices import NAME_HZ, SITE_FOLDER

pytestmark = pytest.mark.real

OPERATOR_HZ = 1700.0
ANSWERS = [
    {"title": "our opening hours", "text": "We are open from nine to half past five."},
    {"title": "the way to us", "text": "Take the second exit at the station."},
]


async def leaves_a_message(caller: Caller) -> None:
    """From the prompt before the beep to the goodbye."""
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.is_hung_up_on()
    await caller.scene.ledger.the_message()


async def test_the_operator_and_the_caller_hear_each_other(scene: Scene) -> None:
    reception = await scene.lab.desk_phone("100", on_ring="answer", answer_after_s=0.5)
    caller = await scene.call("101")
    await caller.chooses("0")
    await caller.hears("say-connecting")
    ringing = await reception.wait_established()
    assert ringing.peer_uri.startswith("sip:0441112233@")
    await caller.speaks(0.8)
    await reception.wait_for_tone(VOICE_HZ, 0.5)
    await reception.speak_tone(OPERATOR_HZ, 0.8)
    await caller.phone.wait_for_tone(OPERATOR_HZ, 0.5)
    await reception.hang_up()
    await caller.is_hung_up_on()
    assert (await scene.ledger.the_call()).outcome == "connected"
    assert scene.ledger.callbacks() == []


async def test_an_operator_who_does_not_answer_gives_the_caller_back_for_a_message(scene: Scene) -> None:
    reception = await scene.lab.desk_phone("100", on_ring="ring")
    caller = await scene.call("101")
    await caller.chooses("0")
    await reception.wait_incoming()
    await caller.hears("say-operator-not-reached")
    await caller.hears("for-repeat-default")
    after = scene.playbill.played
    assert "for-operator-default" not in after[after.index("say-operator-not-reached") :]
    await caller.presses("1")
    await leaves_a_message(caller)
    await reception.wait_ended()


async def test_a_caller_who_gives_up_while_the_operator_rings_is_noted(scene: Scene) -> None:
    reception = await scene.lab.desk_phone("100", on_ring="ring")
    caller = await scene.call("101")
    await caller.chooses("0")
    await reception.wait_incoming()
    await caller.hangs_up()
    await reception.wait_ended(3)
    assert (await scene.ledger.the_callback()).wish == "missed"


async def test_general_questions_are_answered_and_lead_back_to_the_menu(stage: Stage) -> None:
    scene = await stage.open(changes={"answers": ANSWERS})
    caller = await scene.call("101")
    await caller.chooses("6")
    await caller.hears("title-the-way-to-us")
    await caller.presses("2")
    await caller.hears("answer-the-way-to-us")
    await caller.phone.wait_for_tone(NAME_HZ, 0.3)
    await caller.hears("say-questions-back")
    await caller.presses("*")
    await caller.hears("for-message-default")
    await caller.presses("1")
    await leaves_a_message(caller)


async def test_who_only_wants_to_have_called_is_noted_with_the_spoken_name(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("3")
    await caller.speaks_after_the_beep(1.0)
    await caller.hears("say-call-noted")
    callback = await scene.ledger.the_callback()
    assert (callback.wish, callback.due) == ("just_called", None)
    name = scene.office.data / "audio" / f"{callback.name_audio_id}.wav"
    assert tone_seconds(name, VOICE_HZ) == pytest.approx(1.0, abs=0.3)


@pytest.mark.fault("F31", "P8")
async def test_a_full_mailbox_is_told_before_any_beep_and_other_things_are_offered(stage: Stage) -> None:
    scene = await stage.open(limits={"messages_per_person": 1, "messages_warning": 1})
    await leaves_a_message(await first_caller(scene))
    before = len(scene.playbill.played)
    second = await scene.call("101", "0442223344")
    await second.hears("for-repeat-default")
    heard = scene.playbill.played[before:]
    assert "for-callback-default" in heard
    assert "for-message-default" not in heard
    assert "beep" not in heard
    await second.presses("2")
    await second.hears("say-is-number-right")
    await second.presses("1")
    await second.speaks_after_the_beep(1.0)
    await second.is_hung_up_on()
    (callback,) = scene.ledger.callbacks()
    assert callback.number == "0442223344"


async def first_caller(scene: Scene) -> Caller:
    """Somebody who is asked to speak after the beep."""
    caller = await scene.call("101")
    await caller.chooses("1")
    return caller


@pytest.mark.fault("F32")
async def test_of_two_callers_for_the_last_place_one_records_and_one_hears_that_it_is_full(
    stage: Stage,
) -> None:
    scene = await stage.open(limits={"messages_per_person": 1, "messages_warning": 1})
    second = await scene.call("101", "0442223344")
    await second.hears("for-repeat-default")
    first = await scene.caller_at_the_beep()
    await second.presses("1")
    await second.hears("say-box-full")
    await second.hears("for-callback-default")
    await second.hangs_up()
    await first.speaks()
    await first.presses("#")
    await first.hears("say-review-menu")
    await first.presses("1")
    await first.is_hung_up_on()
    await scene.ledger.the_message()


async def test_wrong_keys_end_in_a_message(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("8")
    for _ in range(2):
        await caller.hears("say-not-understood")
        await caller.presses("9")
    await leaves_a_message(caller)


async def test_a_caller_who_presses_nothing_is_never_in_silence_and_leaves_a_message(stage: Stage) -> None:
    scene = await stage.open(limits={"menu_seconds": 1, "message_silence_seconds": 1})
    caller = await scene.call("101")
    await caller.phone.wait_for_beep()
    assert longest_silence(caller.phone.heard) < 2.5
    await caller.speaks(2.0)
    await caller.hears("say-review-menu")
    await caller.hears("say-message-saved", 20)
    await caller.is_hung_up_on()
    await scene.ledger.the_message()


@pytest.mark.fault("F56")
async def test_sounds_that_asterisk_does_not_find_do_not_end_the_conversation(stage: Stage) -> None:
    scene = await stage.open(running=False)
    (stage.folder / "sounds" / "en").unlink()
    await scene.office.start_service()
    caller = await scene.call("101")
    await caller.chooses("1")
    await caller.phone.wait_for_beep()
    await caller.speaks()
    await caller.presses("#1")
    await caller.is_hung_up_on()
    await scene.ledger.the_message()


@pytest.mark.fault("F56", "P1")
async def test_when_asterisk_can_read_none_of_our_sounds_the_dialplans_own_voice_serves_the_caller(
    stage: Stage,
) -> None:
    scene = await stage.open(running=False)
    (stage.folder / "sounds" / "en").unlink()
    (stage.folder / "sounds" / SITE_FOLDER).unlink()
    await scene.office.start_service()
    caller = await scene.call("101")
    await caller.hears("vm-theperson")
    await caller.hears("vm-intro")
    await caller.hangs_up()
    assert (await scene.ledger.the_callback()).wish == "missed"
    (line,) = [line for line in scene.log.splitlines() if "event=sounds.unreadable" in line]
    assert "pbx.sounds in absence.yaml" in line
