"""A receptionist asks about somebody absent and completes the transfer, at every point; REFER with Replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ari_absence.lab import Phone, waiting
from ari_absence.ledger.reading import RecordedCall
from tests.real.scenes import HANS, Caller, Scene, Stage

pytestmark = pytest.mark.real

FAST: Mapping[str, Any] = {"screen_seconds": 2, "screen_rounds": 3, "step_ring_seconds": 6, "name_seconds": 2}


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
    await caller.hears("say-thanks-for-waiting", 3)


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
