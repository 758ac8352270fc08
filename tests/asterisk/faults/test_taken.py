"""F18: somebody at Asterisk's console takes a channel, or destroys a bridge, under our hands. On a fake Asterisk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import HuntEnd, RecordingEnd, RecordingTerms
from ari_absence.errors import CallerGone
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk, channel
from tests.waiting import eventually

SOUND: Any = "sound:activated"
STEPS: dict[str, Callable[[ChannelCall], Awaitable[object]]] = {
    "/play": lambda call: call.say(SOUND),
    "/moh": lambda call: call.wait(5),
    "/channels/create": lambda call: call.hunt(rings("PJSIP/102"), 5),
}


async def talking(asterisk: FakeAsterisk, office: Office) -> tuple[str, str]:
    """The caller talks with a phone that was rung; its leg, and the bridge of both."""
    office.answer_with(STEPS["/channels/create"])
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    bridge = (await asterisk.until_asked("POST", "/bridges"))["bridgeId"]
    await asterisk.until_asked("POST", "/addChannel")
    return leg, bridge


@pytest.mark.fault("F18")
@pytest.mark.parametrize("ending", STEPS)
async def test_caller_whom_an_operator_takes_is_left_to_them(
    asterisk: FakeAsterisk, office: Office, ending: str
) -> None:
    office.answer_with(STEPS[ending])
    await asterisk.start_call()
    await asterisk.until_asked("POST", ending)
    await asterisk.send("StasisEnd", channel=channel())  # "channel redirect": it lives on in the dialplan

    with pytest.raises(CallerGone):
        await office.outcome(2)
    await eventually(lambda: not office.link.status.calls)
    assert not asterisk.asked("DELETE", CHANNEL_ID)
    assert not asterisk.asked("POST", "/continue")


@pytest.mark.fault("F18")
async def test_caller_who_is_taken_while_speaking_has_left_what_they_said(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.record(RecordingTerms(max_seconds=20, silence_seconds=5)))
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    await asterisk.send("RecordingFinished", recording={"name": name, "duration": 7})
    await asterisk.send("StasisEnd", channel=channel())

    assert (await office.outcome(2)).ended_by is RecordingEnd.HANGUP
    await eventually(lambda: not office.link.status.calls)
    assert not asterisk.asked("DELETE", CHANNEL_ID)


@pytest.mark.fault("F18")
async def test_callee_whom_an_operator_takes_out_of_a_talk_ends_it_and_is_left_to_them(
    asterisk: FakeAsterisk, office: Office
) -> None:
    leg, bridge = await talking(asterisk, office)
    await asterisk.send("ChannelLeftBridge", channel=channel(leg), bridge={"id": bridge})
    await asterisk.send("StasisEnd", channel=channel(leg))

    assert (await office.outcome(3)).end is HuntEnd.TALKED
    await asterisk.until_asked("DELETE", CHANNEL_ID)  # the conversation of the test is over
    assert not asterisk.asked("DELETE", leg)


@pytest.mark.fault("F18")
async def test_talk_whose_bridge_an_operator_destroys_is_over_and_rings_nobody_again(
    asterisk: FakeAsterisk, office: Office
) -> None:
    leg, bridge = await talking(asterisk, office)
    for party in (CHANNEL_ID, leg):
        await asterisk.send("ChannelLeftBridge", channel=channel(party), bridge={"id": bridge})

    assert (await office.outcome(3)).end is HuntEnd.TALKED
    await asterisk.until_asked("DELETE", leg)
    await asterisk.until_asked("DELETE", CHANNEL_ID)  # the conversation of the test is over
    assert len(asterisk.asked("POST", "/addChannel")) == 1
