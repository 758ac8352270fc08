"""F68: SIGTERM with ten calls in every state: drained in time, nobody in silence, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from ari_absence.lab import waiting
from tests.real.crowd import PATIENT, crowd, number_of
from tests.real.scenes import Stage

pytestmark = pytest.mark.real

# The grace of a running conversation is 20 s; handing over, and what is behind it, takes the rest.
STOPPED_SECONDS = 24.0


@pytest.mark.fault("F68")
async def test_f68_sigterm_drains_calls_in_every_state_within_its_limit(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        scene = await stage.open(limits=PATIENT)
        everybody = await crowd(scene)
        assert systemd.recv(64) == b"READY=1"
        began = waiting.CLOCK.monotonic()
        stopping = asyncio.create_task(scene.office.stop_service())
        await scene.log_tells("service stopping")
        assert systemd.recv(64) == b"STOPPING=1"
        # who comes to an end within the grace is served to the end
        await everybody["review"].presses("1")
        await everybody["review"].hears("say-message-saved")
        assert await stopping == 0
        assert waiting.CLOCK.monotonic() - began < STOPPED_SECONDS
    handed_over = ("ringing", "menu", "number", "beep", "recording", "greeting")
    for step in handed_over:
        await everybody[step].hears("vm-intro")
        assert "vm-theperson" not in everybody[step].playbill.played  # nobody is greeted twice
    await everybody.mori.hears("im-sorry")
    await everybody.who_talk_hear_each_other()
    monkeypatch.delenv("NOTIFY_SOCKET")
    await scene.office.start_service()
    await everybody.who_talk_hear_each_other()
    await everybody.hang_up()

    await everybody.is_in_the_ledger(owed=(*handed_over, "review", "saved"))
    ends = {call.caller_number: call.outcome for call in scene.ledger.calls()}
    assert ends[number_of("talking")] == "connected"
