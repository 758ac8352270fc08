"""Plain hold: who put a caller on hold is reminded and rung, then the operator; the caller hears a word meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from ari_absence.lab import Phone, waiting
from ari_absence.lab.call import Call
from tests.real.scenes import HANS, Caller, Scene, Stage

pytestmark = pytest.mark.real

QUICK: Mapping[str, Any] = {"hold_reminder_seconds": 2, "recall_ring_seconds": 2}
OPERATOR = "100"


async def holding(scene: Scene, extension: str = OPERATOR, number: str = HANS) -> tuple[Caller, Phone]:
    """A caller from outside, and the phone that has answered them and put them on hold."""
    phone = await scene.lab.desk_phone(extension, on_ring="answer")
    caller = await scene.call(extension, number)
    phone.on_ring = "ring"
    await phone.hold()
    return caller, phone


async def recalled(phone: Phone, calls: int = 2, deadline_s: float = 10.0) -> Call:
    """The phone rings because of whoever it holds: its call number ``calls``."""
    await waiting.until(
        lambda: len(phone.calls) >= calls and phone.calls[calls - 1].state == "incoming", deadline_s, "A recall"
    )
    return phone.calls[calls - 1]


async def hear_each_other(caller: Phone, phone: Phone) -> None:
    """A tone crosses each way."""
    await asyncio.gather(caller.speak_tone(720, 1.2), phone.wait_for_tone(720, 0.4, 8))
    await asyncio.gather(phone.speak_tone(930, 1.2), caller.wait_for_tone(930, 0.4, 8))


async def test_holder_is_rung_and_gets_the_caller_on_answering(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, reception = await holding(scene)
    recall = await recalled(reception)
    assert recall.peer_name == "On hold 0:02 Hans Huber"
    await reception.answer()
    await hear_each_other(caller.phone, reception)
    assert not reception.calls[0].live
    await reception.hang_up()
    await caller.is_hung_up_on()
