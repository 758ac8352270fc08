"""Blind transfers: to somebody absent, and to somebody present who does not take the call, which comes back."""

from __future__ import annotations

import pytest

from ari_absence.lab import Phone, waiting
from tests.real.scenes import HANS, Caller, Scene, Stage
from tests.real.test_consultations import leaves_a_message, outcomes
from tests.real.test_reaching import FAST, hear_each_other

pytestmark = pytest.mark.real

FRIDAY = "2026-11-27T11:00+09:00"
"""101 and 102 are at work."""

QUICK = {**FAST, "transfer_recall_ring_seconds": 4}


async def sends_on(scene: Scene, extension: str, sender: str = "110") -> tuple[Caller, Phone]:
    """Hans talks with a colleague, who sends him on, unasked."""
    phone = await scene.lab.desk_phone(sender, on_ring="answer")
    caller = await scene.call(sender)
    await phone.wait_established()
    phone.on_ring = "ring"
    await phone.transfer(extension)
    return caller, phone


async def rings_again(phone: Phone) -> None:
    """The phone rings with another call than the one that was sent on."""
    await waiting.until(
        lambda: any(call.state == "incoming" for call in phone.calls), 15, "The recall of the transfer"
    )


async def comes_back(stage: Stage) -> tuple[Scene, Caller, Phone]:
    """Nobody has answered at 101, and the sender's phone rings again."""
    scene = await stage.open(now=FRIDAY, limits=QUICK)
    return scene, *await comes_back_in(scene)


async def comes_back_in(scene: Scene) -> tuple[Caller, Phone]:
    """The same in an office that is open."""
    await scene.lab.desk_phone("101")
    caller, sender = await sends_on(scene, "101")
    await caller.hears("say-connecting-back")
    await rings_again(sender)
    assert "Recall Alice Tanaka: no answer" in str(sender.sip_messages)
    return caller, sender


async def is_told_of_the_recall(scene: Scene, phone: Phone) -> None:
    """The phone is answered, and a whisper tells what this is."""
    await phone.answer()
    await scene.playbill.hears("reception-recall")
    await scene.playbill.hears("reception-recall-noanswer")
    await scene.playbill.hears("reception-recall-menu")


async def test_caller_sent_on_to_somebody_absent_is_greeted_and_the_sender_told_of_success(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=FAST)
    caller, sender = await sends_on(scene, "101")
    await caller.hears("who-out-of-office-until")
    await sender.wait_ended()
    told = [each for each in sender.sip_messages if each.first_line.startswith("NOTIFY ")]
    assert "SIP/2.0 200" in str(told)
    await caller.presses("1")
    await leaves_a_message(caller)
    message = await scene.ledger.the_message()
    assert message.caller_number == HANS
    assert "transferred by 110 (Mori)" in str((await scene.ledger.the_call()).reasons)


async def test_caller_comes_back_to_who_sent_them_on(stage: Stage) -> None:
    scene, caller, sender = await comes_back(stage)
    await is_told_of_the_recall(scene, sender)
    await sender.press("1")
    await hear_each_other(caller, sender)
    await sender.hang_up()
    await caller.is_hung_up_on()
    assert await outcomes(scene, 1) == [(HANS, "connected")]


async def test_who_is_recalled_has_a_message_taken(stage: Stage) -> None:
    scene, caller, sender = await comes_back(stage)
    await is_told_of_the_recall(scene, sender)
    await sender.press("2")
    await caller.hears("say-cannot-take-now")
    await leaves_a_message(caller)
    await scene.ledger.the_message()


async def test_who_is_recalled_has_the_colleague_rung(stage: Stage) -> None:
    scene = await stage.open(now=FRIDAY, limits=QUICK)
    await scene.lab.desk_phone("101", on_ring="busy")
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller, sender = await sends_on(scene, "101")
    await rings_again(sender)
    await sender.answer()
    await scene.playbill.hears("reception-recall-busy")
    await scene.playbill.hears("reception-choice-colleague")
    await sender.press("4")
    await caller.hears("say-name-after-tone")
    await caller.speaks_after_the_beep(0.8)
    await kenji.wait_established()
    await scene.playbill.hears("say-screening-menu-with-note")
    await kenji.press("1")
    await hear_each_other(caller, kenji)
    await caller.hangs_up()
    await kenji.wait_ended()


async def test_recall_that_nobody_takes_goes_to_the_operator_and_then_to_a_message(stage: Stage) -> None:
    scene = await stage.open(now=FRIDAY, limits=QUICK)
    operator = await scene.lab.desk_phone("100")  # before the recall: only a phone that is registered is rung
    caller, sender = await comes_back_in(scene)
    await sender.reject()
    await operator.wait_incoming()
    await operator.wait_ended(15)
    await caller.hears("who-cannot-come")
    await caller.presses("1")
    await leaves_a_message(caller)
    await scene.ledger.the_message()
    assert await outcomes(scene, 1) == [(HANS, "message")]


async def test_caller_who_hangs_up_during_the_recall_is_noted_and_the_sender_is_told(stage: Stage) -> None:
    scene, caller, sender = await comes_back(stage)
    await is_told_of_the_recall(scene, sender)
    await caller.hangs_up()
    await scene.playbill.hears("say-caller-left")
    await sender.wait_ended()
    await waiting.until(scene.ledger.callbacks, 10, "The missed call")


async def test_caller_sent_on_to_a_code_or_to_a_number_of_nobody_comes_back_to_who_sent_them(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=QUICK)
    caller, sender = await sends_on(scene, "*97")
    await caller.hears("say-wrong-number")
    await rings_again(sender)
    assert "Recall: wrong number" in str(sender.sip_messages)
    await sender.answer()
    await scene.playbill.hears("reception-recall-wrong-number")
    await sender.press("1")
    await hear_each_other(caller, sender)
    assert "status-enter-extension" not in scene.playbill.played
    await sender.transfer("199")
    await rings_again(sender)
    await sender.reject()
    await caller.hears("who-cannot-come")
    await caller.hangs_up()
    await waiting.until(scene.ledger.callbacks, 10, "The missed call")
    assert [(each.extension, each.number) for each in scene.ledger.callbacks()] == [("110", HANS)]


async def rings_while_consulted(scene: Scene, extension: str) -> tuple[Caller, Phone]:
    """Hans is on hold at the reception, for whom another phone, or only Asterisk, rings."""
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.call("100")
    await reception.wait_established()
    reception.on_ring = "ring"
    await reception.hold()
    await reception.dial(extension)
    await reception.wait_ringing()
    return caller, reception


async def test_transfer_completed_while_the_phone_rings_comes_back_when_nobody_answers(stage: Stage) -> None:
    scene = await stage.open(limits=QUICK)
    await scene.lab.desk_phone("110")
    caller, reception = await rings_while_consulted(scene, "110")
    await reception.transfer_attended()
    await caller.hears("say-connecting-back")
    await rings_again(reception)
    assert "Recall Mori: no answer" in str(reception.sip_messages)
    await reception.answer()
    await scene.playbill.hears("reception-recall-menu")
    await reception.press("1")
    await hear_each_other(caller, reception)
    await caller.hangs_up()
    assert await outcomes(scene, 1) == [(HANS, "connected")]


async def test_transfer_completed_before_we_answer_for_somebody_absent_serves_the_caller(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=FAST)
    with scene.service_frozen():
        caller, reception = await rings_while_consulted(scene, "101")
        await reception.transfer_attended()
        await reception.wait_ended()
    await caller.hears("say-thanks-for-waiting", 6)
    await caller.hangs_up()
    assert await outcomes(scene) == [("100", "transferred"), (HANS, "missed")]
    assert "transferred by 100 (Reception)" in str(scene.ledger.calls()[0].reasons)
