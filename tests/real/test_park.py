"""A parked caller whom nobody picks up comes back to who parked them, then to the operator, then leaves a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ari_absence.lab import Phone, waiting
from tests.real.scenes import Caller, Scene, Stage
from tests.real.test_hold import OPERATOR, hear_each_other, recalled

pytestmark = pytest.mark.real

QUICK: Mapping[str, Any] = {"hold_reminder_seconds": 1, "recall_ring_seconds": 2}


async def parking(scene: Scene, extension: str = "110") -> tuple[Caller, Phone]:
    """A caller from outside, and the phone that has answered and parked them."""
    phone = await scene.lab.desk_phone(extension, on_ring="answer")
    caller = await scene.call(extension)
    phone.on_ring = "ring"
    await phone.transfer("700")
    await waiting.until(lambda: not phone.calls[0].live, 10, "The end of the parker's call")
    return caller, phone


async def test_parked_caller_comes_back_to_who_parked_them(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, mori = await parking(scene)
    recall = await recalled(mori)
    assert recall.peer_name == "Parked 701 Hans Huber"
    await mori.answer()
    await hear_each_other(caller.phone, mori)
    await mori.hang_up()
    await caller.is_hung_up_on()


async def test_parked_caller_whom_nobody_takes_back_leaves_a_message_for_the_parker(stage: Stage) -> None:
    scene = await stage.open(limits=QUICK)
    operator = await scene.lab.desk_phone(OPERATOR)
    caller, mori = await parking(scene)
    await recalled(mori)
    await caller.hears("say-served-soon")
    await recalled(mori, 3)
    await operator.wait_incoming(15)
    assert operator.current.peer_name == "Parked 701 Hans Huber, for Mori"
    await caller.hears("who-cannot-come", 15)
    await caller.chooses("1")
    await caller.speaks_after_the_beep()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    assert (await scene.ledger.the_message()).extension == "110"


async def test_parked_caller_who_hangs_up_while_the_parker_is_rung_is_not_forgotten(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, mori = await parking(scene)
    recall = await recalled(mori)
    await caller.hangs_up()
    await waiting.until(lambda: not recall.live, 15, "The end of the ringing")
    callback = await scene.ledger.the_callback()
    assert (callback.extension, callback.wish) == ("110", "missed")


async def test_parked_caller_rings_the_parker_while_the_service_is_away(stage: Stage) -> None:
    scene = await stage.open(limits=QUICK)
    await scene.office.kill_service()
    caller, mori = await parking(scene)
    await recalled(mori)
    await mori.answer()
    await hear_each_other(caller.phone, mori)
    await scene.office.start_service()
