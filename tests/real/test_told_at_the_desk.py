"""What is delivered by the PBX itself: a text on the display, and a call that reads the message out."""

from __future__ import annotations

import pytest

from ari_absence.lab import Phone, waiting
from tests.real.scenes import HANS, VOICE_HZ, Stage

pytestmark = pytest.mark.real

BY_THE_PBX = {
    "delivery": {"rules": [{"for": ["message"], "by": ["display", "phone"]}]},
    "handling": {"business_trip": {"urgent": []}},  # else her mobile may be rung
}


def texts(phone: Phone) -> list[str]:
    """The texts that the phone was sent."""
    told = (message for message in phone.sip_messages if message.received)
    return [message.body for message in told if message.first_line.startswith("MESSAGE")]


async def test_a_message_is_shown_on_the_display_and_read_out_by_telephone(stage: Stage) -> None:
    scene = await stage.open(changes=BY_THE_PBX)
    alice = await scene.lab.desk_phone("101", on_ring="answer")
    caller = await scene.caller_at_the_beep("101")
    await caller.speaks(2.0)
    scene.playbill.forget()
    await caller.hangs_up()
    await waiting.until(lambda: texts(alice), 10.0, "The text on the display")
    (text,) = texts(alice)
    assert text.startswith(f"Message from {HANS}, ")
    assert "*38*" in text
    await alice.wait_established(10.0)
    await alice.wait_for_sound()
    await alice.press("1")
    await alice.wait_for_tone(VOICE_HZ, 1.0)
    await alice.hang_up()

    def all_delivered() -> bool:
        states = {each.channel: each.state for each in scene.ledger.deliveries()}
        return states == {"display": "delivered", "phone": "delivered"}

    await waiting.until(all_delivered, 15, "The deliveries")
    (message,) = scene.ledger.messages()
    assert message.heard_at is not None
