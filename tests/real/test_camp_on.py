"""Camp-on: a colleague asks to be rung when somebody is back, and is, also after a restart in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ari_absence.lab import waiting
from tests.real.scenes import Caller, Scene, Stage
from tests.real.test_hold import hear_each_other, recalled

pytestmark = pytest.mark.real

QUICK: Mapping[str, Any] = {
    "desk_ring_seconds": 2,
    "screen_seconds": 2,
    "screen_rounds": 2,
    "camp_on_again_seconds": 1,
}


async def asked(stage: Stage, **limits: object) -> tuple[Scene, Caller]:
    """Kenji has called Mori, who is in a meeting, and asked to be rung when she is back."""
    scene = await stage.open(limits={**QUICK, **limits})
    await scene.office.cli("away", "110", "meeting", "--until", "2026-11-25T18:00")
    kenji = await scene.colleague("102")
    await kenji.calls("110")
    await kenji.chooses("8")
    await kenji.hears("say-camp-on-noted")
    await kenji.is_hung_up_on()
    return scene, kenji


async def hears_the_news(scene: Scene, kenji: Caller) -> None:
    """Kenji's phone rings, he answers, and is told."""
    call = await recalled(kenji.phone)
    assert (call.peer_name, call.peer_uri.partition("@")[0]) == ("Mori is back", "sip:110")
    await kenji.phone.answer()
    await scene.playbill.hears("say-camp-on-menu")


async def test_colleague_is_rung_when_the_person_is_back_and_gets_them_by_one_key(stage: Stage) -> None:
    scene, kenji = await asked(stage, desk_ring_seconds=8)
    mori = await scene.lab.desk_phone("110")
    await scene.office.cli("back", "110")
    await hears_the_news(scene, kenji)
    await kenji.presses("1")
    call = await mori.wait_incoming()
    assert call.peer_name == "Kenji Ito"
    await mori.answer()
    await hear_each_other(kenji.phone, mori)
    await mori.hang_up()
    await kenji.is_hung_up_on()
    assert [call.outcome for call in scene.ledger.calls()] == ["camped_on"]


async def test_wish_is_carried_out_after_a_restart_in_between(stage: Stage) -> None:
    scene, kenji = await asked(stage)
    await scene.lab.desk_phone("110")
    await scene.office.kill_service()
    await scene.office.cli("back", "110")
    await scene.office.start_service()
    await hears_the_news(scene, kenji)
    await kenji.presses("2")
    await kenji.hears("say-camp-on-forgotten")
    await kenji.is_hung_up_on()


async def test_wish_waits_until_the_phone_is_free(stage: Stage) -> None:
    scene, kenji = await asked(stage)
    mori = await scene.lab.desk_phone("110")
    await mori.call("7014")
    await scene.office.cli("back", "110")
    await scene.log_tells("absences.changed")
    assert len(kenji.phone.calls) == 1
    await mori.hang_up()
    await hears_the_news(scene, kenji)


async def test_wish_that_is_not_answered_three_times_is_dropped(stage: Stage) -> None:
    scene, kenji = await asked(stage)
    await scene.lab.desk_phone("110")
    await scene.office.cli("back", "110")
    await scene.log_tells("camp_on.dropped", 25)
    await waiting.until(lambda: len(kenji.phone.calls) == 4, 15, "The third ring")
