"""A message lights the lamp of its owner's phone on the wire; hearing it puts the lamp out. By each of the ways."""

from __future__ import annotations

import pytest

from ari_absence.lab import waiting
from tests.real.scenes import Scene

pytestmark = pytest.mark.real


async def leaves_a_message(scene: Scene, extension: str = "101") -> str:
    """Somebody outside leaves a message; gives its id."""
    known = {message.id for message in scene.ledger.messages()}
    caller = await scene.caller_at_the_beep(extension)
    await caller.speaks()
    await caller.hangs_up()
    await waiting.until(lambda: len(scene.ledger.messages()) > len(known), 15.0, "The message")
    return next(message.id for message in scene.ledger.messages() if message.id not in known)


async def test_a_message_lights_the_lamp_and_hearing_it_puts_it_out(scene: Scene) -> None:
    lamp = await scene.lab.message_lamp("101")
    assert lamp.state == "no"
    message = await leaves_a_message(scene)
    await lamp.wait_for_state("yes", 2.0)
    assert "Voice-Message: 1/0 (0/0)" in lamp.bodies[-1]
    await scene.office.cli("heard", message)
    await lamp.wait_for_state("no", 2.0)
    assert "Voice-Message: 0/1 (0/0)" in lamp.bodies[-1]
