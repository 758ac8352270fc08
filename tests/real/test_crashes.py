"""Our process, or Asterisk, or both die while ten calls are each at another step: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.lab import waiting
from tests.real.crowd import PATIENT, STEPS, crowd, number_of
from tests.real.scenes import Scene, Stage, longest_silence

pytestmark = pytest.mark.real

TOLD_SECONDS = 10.0
HUNG_SECONDS = TOLD_SECONDS + 3
"""A guard is set in whole seconds and may be half a second late; the dialplan waits half a second before it speaks."""
SPEAKING = ("beep", "recording")


@pytest.mark.fault("F58", "F17", "P7")
async def test_kill_minus_nine_at_every_step_of_the_conversation_loses_and_doubles_nothing(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=PATIENT)
    everybody = await crowd(scene)
    await scene.office.kill_service()
    await scene.office.start_service()
    for step in SPEAKING:
        await everybody[step].presses(
            "#"
        )  # nobody has interrupted them: they say themselves when they are done
    spoken_with = set(STEPS) - {"talking"}
    await asyncio.gather(*(everybody[step].hears("vm-intro", TOLD_SECONDS) for step in spoken_with))
    await everybody.mori.hears("im-sorry", TOLD_SECONDS)
    await everybody.who_talk_hear_each_other()
    await everybody.operator.hang_up()
    await everybody["talking"].is_hung_up_on()
    await everybody.hang_up()
    await everybody.is_in_the_ledger(owed=tuple(spoken_with))


@pytest.mark.fault("F02", "F58", "F62", "F67", "P2", "P7")
async def test_asterisk_and_service_killed_at_once_at_every_step_lose_and_double_nothing(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=PATIENT)
    everybody = await crowd(scene)
    await asyncio.gather(scene.lab.kill(), scene.office.kill_service())
    await scene.lab.restart()
    await scene.office.start_service()
    await everybody.is_in_the_ledger(owed=STEPS)
    (said,) = [each for each in scene.ledger.messages() if each.caller_number == number_of("saved")]
    assert not said.possibly_cut
    assert {call.outcome for call in scene.ledger.calls()} <= {"lost", "message"}
    await waiting.until(lambda: scene.office.status()["lamps_set"], 15, "The lamps")
    assert (await scene.lab.lamp("101")).state == "confirmed"
    assert (await scene.lab.lamp("102")).state == "terminated"
    await (await scene.lab.message_lamp("101")).wait_for_state("yes")


@pytest.mark.fault("F02", "P7")
async def test_asterisk_that_is_stopped_gracefully_lets_callers_end_and_all_is_right_again_afterwards(
    scene: Scene,
) -> None:
    operator = await scene.lab.desk_phone("100")
    saving, asking = await scene.caller(), await scene.caller("0442223344")
    for caller in (saving, asking):
        await caller.calls_among_others("101")
    await saving.chooses("1")
    await saving.phone.wait_for_beep()
    await saving.speaks()
    stopping = asyncio.create_task(scene.lab.cli("core stop gracefully", 60))  # answered at the end
    await saving.presses("#")
    await saving.hears("say-review-menu")
    await asking.presses("0")
    await asking.hears("say-operator-not-reached")  # Asterisk makes no new channel any more
    assert operator.calls == []
    await asking.hangs_up()
    await saving.presses("1")
    await saving.hears("say-message-saved")
    await saving.is_hung_up_on()
    await waiting.until(lambda: not scene.lab.running, 15, "Asterisk's end")
    await stopping
    await scene.lab.restart()
    await waiting.until(lambda: scene.office.status()["lamps_set"], 15, "The lamps")
    assert (await scene.lab.lamp("101")).state == "confirmed"
    await scene.ledger.the_message()
    assert sorted(call.outcome or "" for call in scene.ledger.calls()) == ["message", "missed"]


@pytest.mark.fault("F04", "P1")
async def test_a_frozen_service_frees_whoever_hears_waits_or_speaks_within_ten_seconds(stage: Stage) -> None:
    """By the voice that ships: how long silence really is. While a recording runs, nothing else can be heard."""
    scene = await stage.open(real_voice=True, limits={**PATIENT, "message_max_seconds": 10})
    operator = await scene.lab.desk_phone("100", on_ring="ring")
    greeting, menu, ringing, speaking = [await scene.caller(f"044100000{n}") for n in range(1, 5)]
    for caller in (greeting, menu, ringing, speaking):
        await caller.calls_among_others("101")
    await asyncio.gather(ringing.chooses("0"), speaking.chooses("1"), menu.chooses("7"))
    await operator.wait_incoming()
    await speaking.phone.wait_for_beep()
    with scene.service_frozen():
        everybody = (greeting, menu, ringing, speaking)
        await asyncio.gather(*(caller.hears("vm-intro", 60) for caller in everybody))
        for caller in (greeting, menu, ringing):
            assert longest_silence(caller.phone.heard) < HUNG_SECONDS, caller.phone.name
        assert longest_silence(speaking.phone.heard) < 10 + HUNG_SECONDS
        await operator.hang_up()
        for caller in everybody:
            await caller.hangs_up()
        await scene.lab.until_quiet()
    await waiting.until(lambda: len(scene.ledger.owed()) == 4, 15, "What is owed to the four")
    assert len(scene.ledger.calls()) == 4
    assert scene.ledger.messages() == []
