"""F25: somebody, or something, presses fifty keys a second; that costs nobody else anything."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.lab import waiting
from ari_absence.lab.load import Load, run_sipp
from tests.real.scenes import HANS, Scene

pytestmark = pytest.mark.real

FLOOD = Load("101", calls=1, listen_s=0.5, keys="7" * 400, key_ms=18, speak_s=3)


@pytest.mark.fault("F25", "P8")
async def test_f25_fifty_keys_a_second_end_politely_and_other_callers_notice_nothing(scene: Scene) -> None:
    flood = asyncio.create_task(run_sipp(scene.lab, FLOOD))
    await waiting.until(lambda: scene.office.status()["calls"], 15, "The flood's call")
    caller = await scene.call("101")
    began = waiting.CLOCK.monotonic()
    await caller.phone.wait_for_sound()
    assert waiting.CLOCK.monotonic() - began < 3
    await caller.presses("1")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.is_hung_up_on()
    assert not flood.done()
    await flood
    await waiting.until(lambda: len(scene.ledger.messages()) == 2, 15, "Both messages")
    print([(c.caller_number, c.outcome) for c in scene.ledger.calls()])
    print([l for l in scene.log.splitlines() if "keys" in l])
    assert {each.caller_number for each in scene.ledger.messages()} == {HANS, "9"}
