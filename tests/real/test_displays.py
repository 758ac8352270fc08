"""What colleagues' displays show of somebody who is away, on the wire; and that nobody outside is shown it."""

from __future__ import annotations

import pytest

from ari_absence.lab import Phone, SubscriberPhone, waiting
from tests.real.scenes import Scene, Stage

pytestmark = pytest.mark.real

FAR_MORNING = "2037-11-25T10:00+09:00"
SANGOMA = "Sangoma D80 1.0"
TRIP = "business trip"


async def is_told(key: SubscriberPhone, text: str, deadline_s: float = 3.0) -> None:
    """Wait until the latest body holds the text."""
    await waiting.until(lambda: text in key.bodies[-1], deadline_s, f"{text!r} on the wire")


def told(phone: Phone) -> str:
    """Every message the phone got, whole."""
    return "\n".join(message.text for message in phone.sip_messages if message.received)


def asserted(phone: Phone) -> list[str]:
    """Whom the answers to the phone's calls say it has reached, as its display shows it."""
    answers = [message for message in phone.sip_messages if message.received and message.answers_well]
    found = [message.headers.get("p-asserted-identity", "") for message in answers if message.body]
    return [identity for identity in found if identity]


async def test_presence_keys_show_the_state_and_those_of_sangoma_the_words(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING)
    await scene.lab.desk_phone("101")
    sangoma = await scene.lab.presence_key("101", user_agent=SANGOMA)
    other = await scene.lab.presence_key("101", user="110")
    await is_told(sangoma, '<digium_presence type="available"')
    assert other.state == "Ready"
    await scene.office.cli("away", "101", "out", "--until", "2037-11-25 15:30")
    await is_told(sangoma, '<digium_presence type="away" subtype="out">out, back 15:30</digium_presence>')
    await is_told(other, "<note>On the phone</note>")
    await scene.office.cli("away", "101", "dnd")
    await is_told(sangoma, '<digium_presence type="dnd" subtype="dnd">do not disturb</digium_presence>')
    await scene.office.cli("back", "101")
    await is_told(sangoma, '<digium_presence type="available"')
    await is_told(other, "<note>Ready</note>")
    assert "out, back" not in "".join(other.bodies)


async def test_a_colleague_is_shown_where_somebody_is_and_an_outsider_is_not(scene: Scene) -> None:
    colleague, stranger = await scene.colleague("102"), await scene.caller()
    for caller in (colleague, stranger):
        await caller.calls("101")
        await caller.phone.wait_for_sound()
        await caller.hangs_up()
    assert any("business trip, back" in shown and "<sip:101@" in shown for shown in asserted(colleague.phone))
    assert TRIP not in told(stranger.phone)


async def test_a_caller_who_is_transferred_is_not_shown_what_the_receptionist_was(scene: Scene) -> None:
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.caller()
    await caller.calls("100")
    await reception.hold()
    await reception.call("101")
    await reception.wait_for_sound()
    assert TRIP in told(reception)
    await reception.transfer_attended()
    await reception.wait_ended()
    await caller.chooses("1")
    await caller.speaks_after_the_beep()
    await caller.hangs_up()
    assert TRIP not in told(caller.phone), [t for t in told(caller.phone).split("SIP/2.0") if TRIP in t]
