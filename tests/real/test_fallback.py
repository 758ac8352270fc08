"""The fallback attendant on a real Asterisk: what callers hear and leave while the service is away."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.lab import waiting
from tests.real.scenes import VOICE_HZ, Caller, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

SCRIPT = Path(sys.executable).parent / "ari-absence-fallback"


@pytest_asyncio.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """An office whose dialplan knows the attendant."""
    scene = await stage.open()
    await use(scene, SCRIPT)
    yield scene
    await use(scene, Path("/nowhere/ari-absence-fallback"))


async def use(scene: Scene, script: Path) -> None:
    await scene.lab.cli(f"dialplan set global ABSENCE_FALLBACK {script}")
    await scene.lab.cli(f"dialplan set global ABSENCE_FALLBACK_FOLDER {folder(scene)}")


def folder(scene: Scene) -> Path:
    return scene.office.data / "fallback"


def left(scene: Scene) -> list[Path]:
    """What still waits to be taken in."""
    spool = scene.lab.recordings / "ari-absence-fallback"
    return [*spool.glob("*"), *(folder(scene) / "left").glob("*")]


async def leaves_a_message(caller: Caller) -> None:
    await caller.presses("1")
    await caller.hears("say-message-after-tone")
    await caller.phone.wait_for_beep()
    await caller.speaks(2.0)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()


async def test_a_service_that_is_away_is_stood_in_for_with_the_same_greeting_and_the_message_comes_home_once(
    scene: Scene,
) -> None:
    await scene.office.stop_service()
    caller = await scene.call("101")
    await caller.hears("who-out-of-office-until")
    await leaves_a_message(caller)
    await scene.office.start_service()

    message = await scene.ledger.the_message()
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    assert len(message.deliveries) == 1
    await waiting.until(lambda: not left(scene), 10, "The removal of what was taken in")
    assert [call.outcome for call in scene.ledger.calls()] == ["message"]
