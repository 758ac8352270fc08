"""F68: SIGTERM with calls in every state: drained within its limit, nobody in silence, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from ari_absence.lab import waiting
from tests.real.scenes import VOICE_HZ, Caller, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

# The grace of a running conversation is 20 s; handing over, and what is behind it, takes the rest.
STOPPED_SECONDS = 24.0
PATIENT = {
    "menu_seconds": 60,
    "message_silence_seconds": 60,
    "message_max_seconds": 120,
    "operator_ring_seconds": 60,
}


async def callers_in_every_state(scene: Scene) -> list[Caller]:
    """One in the menu, one typing a number, one whose operator is rung, one in the review, one who is speaking."""
    keys = ("", "2", "0", "1", "1")
    callers = [await scene.caller(f"044100000{number}") for number in range(1, 6)]
    await asyncio.gather(*(caller.calls("101") for caller in callers))
    await asyncio.gather(*(caller.chooses(key) for caller, key in zip(callers, keys, strict=True) if key))
    *_, reviewing, speaking = callers
    await asyncio.gather(*(caller.phone.wait_for_beep() for caller in (reviewing, speaking)))
    await asyncio.gather(*(caller.speaks() for caller in (reviewing, speaking)))
    await reviewing.presses("#")
    await reviewing.hears("say-review-menu")
    return callers


@pytest.mark.fault("F68")
async def test_f68_sigterm_drains_calls_in_every_state_within_its_limit(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        scene = await stage.open(limits=PATIENT)
        callers = await callers_in_every_state(scene)
        assert systemd.recv(64) == b"READY=1"
        began = waiting.CLOCK.monotonic()
        stopping = asyncio.create_task(scene.office.stop_service())
        await scene.log_tells("service stopping")
        assert systemd.recv(64) == b"STOPPING=1"
        reviewing = callers[3]
        await reviewing.presses("1")  # who comes to an end within the grace is served to the end
        await reviewing.hears("say-message-saved")
        assert await stopping == 0
        assert waiting.CLOCK.monotonic() - began < STOPPED_SECONDS
    await waiting.until(
        lambda: scene.playbill.played.count("vm-intro") >= 4, 15, "The dialplan's words for everybody else"
    )
    assert "vm-theperson" not in scene.playbill.played  # they had been greeted, and nobody is greeted twice
    for caller in callers:
        await caller.hangs_up()
    await scene.lab.until_quiet()
    monkeypatch.delenv("NOTIFY_SOCKET")
    await scene.office.start_service()

    await waiting.until(lambda: len(scene.ledger.messages()) == 2, 10, "The message of who was speaking")
    messages = {each.caller_number: each for each in scene.ledger.messages()}
    assert messages.keys() == {"0441000004", "0441000005"}
    for message in messages.values():
        assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(1.5, abs=0.4)
    owed = sorted(each.number or "" for each in scene.ledger.owed())
    assert owed == ["0441000001", "0441000002", "0441000003", "0441000004", "0441000005"]
    assert len(scene.ledger.calls()) == 5
