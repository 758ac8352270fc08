"""F25: somebody, or something, presses fifty keys a second; that costs nobody else anything."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.lab import waiting
from ari_absence.lab.load import Load, run_sipp
from tests.real.scenes import HANS, Scene

pytestmark = pytest.mark.real

# Asterisk plays nothing on that channel meanwhile, and goes on to hand us the keys for a while
FLOOD = Load("101", calls=1, listen_s=0.5, keys="7" * 300, key_ms=18, speak_s=0.5)
FLOODER = "04491"  # the first number of the load caller
WRONG_KEYS_MAX = 2
"""So often somebody is told that a key was not understood; then they are asked for a message."""


@pytest.mark.fault("F25", "P8")
async def test_f25_fifty_keys_a_second_are_answered_politely_and_other_callers_notice_nothing(
    scene: Scene,
) -> None:
    flood = asyncio.create_task(run_sipp(scene.lab, FLOOD))
    await waiting.until(lambda: scene.office.status()["calls"], 15, "The flood's call")
    caller = await scene.caller()
    began = waiting.CLOCK.monotonic()
    await caller.calls_among_others("101")
    await caller.hears("welcome")
    assert waiting.CLOCK.monotonic() - began < 3
    await caller.presses("1")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    assert not flood.done()
    await flood
    await waiting.until(lambda: not scene.office.status()["calls"], 15, "The end of both calls")
    assert scene.playbill.played.count("say-not-understood") <= WRONG_KEYS_MAX
    assert {call.caller_number for call in scene.ledger.calls()} == {HANS, FLOODER}
    assert {each.number for each in scene.ledger.owed()} == {HANS, FLOODER}
    assert len(scene.ledger.owed()) == 2
