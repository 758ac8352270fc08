"""A receptionist asks about somebody absent and completes the transfer, at every point; REFER with Replaces."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.lab import Phone, waiting
from ari_absence.ledger.reading import RecordedCall
from tests.real.scenes import HANS, Caller, Scene, Stage
from tests.real.test_reaching import ALICE_MOBILE, FAST, hear_each_other
from tests.real.voices import BRISK_SENTENCE_HZ

pytestmark = pytest.mark.real


async def consults(scene: Scene, extension: str = "101") -> tuple[Caller, Phone]:
    """Hans talks with the reception, who has put him on hold and asks about somebody absent."""
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.call("100")
    await reception.wait_established()
    await reception.hold()
    await reception.call(extension)
    await scene.playbill.hears("reception-choice-message")
    return caller, reception


async def is_served_afresh(scene: Scene, caller: Caller) -> None:
    """The caller hears at once that it goes on, and why nobody is there."""
    await caller.hears("say-thanks-for-waiting")


async def leaves_a_message(caller: Caller) -> None:
    """The caller speaks after the beep, and agrees."""
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")


async def outcomes(scene: Scene, number: int = 2) -> list[tuple[str | None, str | None]]:
    """Who called, and how that ended, oldest first, once all is noted."""

    def ended() -> list[RecordedCall]:
        calls = scene.ledger.calls()
        return calls if len(calls) == number and all(call.ended_at for call in calls) else []

    await waiting.until(ended, 10, f"The end of {number} calls")
    return [(call.caller_number, call.outcome) for call in reversed(ended())]


async def test_transfer_completed_in_the_menu_lets_the_caller_leave_a_message(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller, reception = await consults(scene)
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.presses("1")
    await leaves_a_message(caller)
    await caller.is_hung_up_on()
    message = await scene.ledger.the_message()
    assert message.caller_number == HANS
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "message")]
    assert scene.ledger.callbacks() == []


async def test_caller_hears_a_word_within_a_second_of_a_transfer_in_the_greeting(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.call("100")
    await reception.wait_established()
    await reception.hold()
    await reception.call("101")
    caller.phone.current.ear.attend_now()
    await reception.transfer_attended()
    await caller.phone.wait_for_tone(BRISK_SENTENCE_HZ, 0.15, 1.5)
    await is_served_afresh(scene, caller)
    await reception.wait_ended()
    await caller.presses("3")
    await caller.hears("say-call-noted", 20)
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "just_called")]


async def test_key_1_has_the_caller_asked_for_a_message_at_once(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller, reception = await consults(scene)
    await reception.press("1")
    await scene.playbill.hears("reception-transfer-now")
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.hears("say-message-after-tone")
    await leaves_a_message(caller)
    mail = (await scene.office.mail.wait_for_mails(1))[0]
    text = str(mail.get_body(("plain",)))
    assert "Reception, who transferred the call" in text
    assert HANS in text
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "message")]


async def test_receptionist_who_hangs_up_has_missed_nothing_and_keeps_the_caller(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller, reception = await consults(scene)
    await reception.hang_up()
    assert await outcomes(scene, 1) == [("100", "consulted")]
    assert scene.ledger.callbacks() == []
    await reception.resume()
    await hear_each_other(caller, reception)


async def test_spoken_note_goes_with_the_caller_even_if_the_transfer_cuts_it_short(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller, reception = await consults(scene)
    await reception.press("6")
    await scene.playbill.hears("reception-note-menu")
    await reception.press("1")
    await reception.wait_for_beep()
    await reception.speak_tone(1300, 1.5)
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.presses("1")
    await leaves_a_message(caller)
    mail = (await scene.office.mail.wait_for_mails(1))[0]
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert [str(name).partition("-")[0] for name in names] == ["message", "note", "call"]
    assert caller.heard(1300) == 0


async def test_typed_note_is_shown_and_told_to_the_colleague_who_takes_the_call(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller, reception = await consults(scene)
    await reception.press("6")
    await scene.playbill.hears("reception-note-menu")
    await reception.press("4711#")
    await scene.playbill.hears("reception-note-kept")
    await reception.press("4")
    await kenji.wait_established()
    await scene.playbill.hears("reception-note-number")
    assert "[4711]" in str(kenji.sip_messages)
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await kenji.press("1")
    await hear_each_other(caller, kenji)
    assert HANS in str(kenji.sip_messages), "the display shows who is on the line now"
    await caller.hangs_up()
    await kenji.wait_ended()
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "connected")]
    assert "4711" not in str(caller.phone.sip_messages)
    assert "4711" not in scene.log


async def test_mobile_that_rings_for_the_receptionist_rings_on_for_the_caller(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="ring")
    caller, reception = await consults(scene)
    await reception.press("2")
    await mobile.wait_incoming()
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.hears("reaching")
    await mobile.answer()
    await scene.playbill.hears("say-screening-menu")
    await mobile.press("1")
    await hear_each_other(caller, mobile)
    await mobile.hang_up()
    await caller.is_hung_up_on()
    assert "9012345678" not in str(caller.phone.sip_messages)


async def test_caller_who_hangs_up_before_anybody_takes_the_call_is_owed_one(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="ring")
    caller, reception = await consults(scene)
    await reception.press("4")
    await kenji.wait_incoming()
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.hangs_up()
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "missed")]
    (owed,) = scene.ledger.callbacks()
    assert (owed.extension, owed.number) == ("101", HANS)
    assert len(await scene.office.mail.wait_for_mails(1)) == 1


async def test_caller_is_served_afresh_when_the_mobile_does_not_take_the_call(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller, reception = await consults(scene)
    await reception.press("2")
    await mobile.wait_established()
    await scene.playbill.hears("say-screening-menu")
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await mobile.press("3")
    await is_served_afresh(scene, caller)
    await caller.hears("say-message-after-tone")
    await leaves_a_message(caller)
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "message")]


async def test_receptionist_who_has_talked_with_the_mobile_joins_the_two(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller, reception = await consults(scene)
    await reception.press("2")
    await mobile.wait_established()
    await scene.playbill.hears("say-screening-menu")
    await mobile.press("1")
    await asyncio.gather(mobile.speak_tone(930, 1.2), reception.wait_for_tone(930, 0.4, 8))
    await reception.transfer_attended()
    await reception.wait_ended()
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    assert await outcomes(scene, 1) == [("100", "transferred")]


async def test_caller_whom_we_joined_with_the_receptionist_is_not_lost_in_a_transfer(stage: Stage) -> None:
    scene = await stage.open(limits={**FAST, "operator_ring_seconds": 5})
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.call("101")
    await caller.chooses("0")
    await reception.wait_established()
    await hear_each_other(caller, reception)
    await reception.hold()
    await reception.call("101")
    await scene.playbill.hears("reception-choice-message")
    await reception.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.presses("1")
    await leaves_a_message(caller)
    message = await scene.ledger.the_message()
    assert message.caller_number == HANS


async def test_caller_is_not_lost_when_the_service_dies_during_a_consultation(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller, reception = await consults(scene)
    await scene.office.kill_service()
    await scene.office.start_service()
    await scene.playbill.hears("vm-intro", 20)
    await reception.transfer_attended()
    await reception.wait_ended()
    caller.phone.current.ear.attend_now()
    await caller.phone.wait_for_sound()
    await caller.hangs_up()


async def test_colleague_consults_by_having_a_caller_on_hold_and_is_an_ordinary_caller_else(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    await kenji.call("101")
    await scene.playbill.hears("for-message-default")
    assert "reception-choice-message" not in scene.playbill.played
    await kenji.hang_up()
    caller = await scene.call("102")
    await kenji.wait_established()
    await kenji.hold()
    await kenji.call("101")
    await scene.playbill.hears("reception-choice-note")
    assert "reception-choice-colleague" not in scene.playbill.played, "it is they who are the colleague"
    await kenji.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.hangs_up()
    assert (await outcomes(scene, 3))[1:] == [("102", "transferred"), (HANS, "missed")]


async def hear_each_other_soon(caller: Caller, phone: Phone) -> None:
    """A tone crosses each way, its beginning perhaps not: kenji's phone speaks G722, the others u-law, and every other
    time Asterisk leaves it deaf until we have mended that."""
    await asyncio.gather(
        caller.speaks(4, 620),
        phone.speak_tone(930, 4),
        phone.wait_for_tone(620, 0.4, 8),
        caller.phone.wait_for_tone(930, 0.4, 8),
    )


async def test_caller_keeps_their_number_through_a_second_transfer(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller, reception = await consults(scene)
    await reception.press("4")
    await kenji.wait_established()
    await scene.playbill.hears("say-screening-menu-with-note")
    await kenji.press("1")
    await scene.log_tells("call.connected")
    await reception.transfer_attended()
    await reception.wait_ended()
    await hear_each_other_soon(caller, kenji)
    await kenji.hold()
    await kenji.call("103")
    await scene.playbill.hears("reception-choice-note")
    await kenji.transfer_attended()
    await is_served_afresh(scene, caller)
    await caller.hangs_up()
    assert await outcomes(scene, 3) == [("100", "transferred"), ("102", "transferred"), (HANS, "missed")]
    missed = await scene.ledger.the_callback()
    assert (missed.extension, missed.number) == ("103", HANS)
