"""Our process, or Asterisk, or both die while ten calls are each at another step: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio

import pytest

from tests.real.crowd import PATIENT, STEPS, crowd
from tests.real.scenes import Stage

pytestmark = pytest.mark.real

TOLD_SECONDS = 10.0
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
        await everybody[step].presses("#")  # nobody has interrupted them: they say themselves when they are done
    spoken_with = set(STEPS) - {"talking"}
    await asyncio.gather(*(everybody[step].hears("vm-intro", TOLD_SECONDS) for step in spoken_with))
    await everybody.mori.hears("im-sorry", TOLD_SECONDS)
    await everybody.who_talk_hear_each_other()
    await everybody.operator.hang_up()
    await everybody["talking"].is_hung_up_on()
    await everybody.hang_up()
    await everybody.is_in_the_ledger(owed=tuple(spoken_with))
