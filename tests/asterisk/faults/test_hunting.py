"""Legs and transfers: whatever is reported in whatever order, nobody is left behind. On a fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall, ids
from ari_absence.attendant.call import Display, HuntEnd, RecordingTerms, Ring
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import EffectFailed
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk, channel

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = rings("PJSIP/102")


async def connected(asterisk: FakeAsterisk, office: Office, legs: int = 1) -> list[str]:
    office.answer_with(lambda call: call.hunt(rings(*(f"PJSIP/10{n}" for n in range(legs))), 5))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/channels", times=legs)
    return [values["channelId"] for values in asterisk.asked("POST", "/channels")]


async def test_a_channel_that_takes_the_callers_place_is_the_caller(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> tuple[str | None, str | None]:
        key = await call.ask([SOUND], 5)
        return key, call.caller.extension

    office.answer_with(conversation)
    await asterisk.start_call()
    playback_id = (await asterisk.until_asked("POST", "/play"))["playbackId"]
    await asterisk.send(
        "StasisStart", channel=channel("new", "PJSIP/103-00000009"), args=[], replace_channel=channel()
    )
    await asterisk.end_call()  # of the old channel
    await asterisk.send("ChannelDtmfReceived", digit="3", channel=channel("new"))
    await asterisk.until_asked("DELETE", playback_id)
    await asterisk.send("PlaybackFinished", playback={"id": playback_id, "state": "done"})

    assert await office.outcome() == ("3", "103")
    await asterisk.until_asked("DELETE", "/channels/new")


async def test_a_channel_that_takes_an_unknown_place_goes_to_the_fallback(
    asterisk: FakeAsterisk, office: Office
) -> None:
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel("unknown"))

    await asterisk.until_asked("POST", "/channels/new/continue")
    assert office.link.status.calls == 0


async def test_a_phone_that_takes_a_legs_place_goes_on_talking(
    asterisk: FakeAsterisk, office: Office
) -> None:
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    bridge = (await asterisk.until_asked("POST", "/bridges"))["bridgeId"]
    await asterisk.until_asked("POST", "/addChannel")
    await asterisk.send("StasisStart", channel=channel("Local;1"), args=[], replace_channel=channel(leg))
    await asterisk.send("ChannelLeftBridge", channel=channel("other"), bridge={"id": "other"})
    await asterisk.send("StasisEnd", channel=channel(leg))
    await asyncio.sleep(0.1)
    assert not office._outcome.done()
    await asterisk.send("ChannelLeftBridge", channel=channel("Local;1"), bridge={"id": bridge})

    assert (await office.outcome()).end is HuntEnd.TALKED
    await asterisk.until_asked("DELETE", "/channels/Local;1")
    await asterisk.until_asked("DELETE", bridge)


async def test_two_who_answer_at_once_the_first_wins(asterisk: FakeAsterisk, office: Office) -> None:
    first, second = await connected(asterisk, office, legs=2)
    await asterisk.send("StasisStart", channel=channel(second), args=["leg"])
    await asterisk.send("StasisStart", channel=channel(first), args=["leg"])

    assert (await asterisk.until_asked("POST", "/addChannel"))["channel"] == [CHANNEL_ID, second]
    assert (await asterisk.until_asked("DELETE", first))["reason_code"] == "26"


async def test_a_leg_whose_request_had_got_through_before_is_carried_on_with(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/channels", 409)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("POST", "/addChannel")


async def test_a_phone_that_answers_for_nobody_is_hung_up(asterisk: FakeAsterisk, office: Office) -> None:
    leg = ids.of_leg(ids.new_call_id(), 1)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("DELETE", leg)
    assert office.link.status.calls == 0


@pytest.mark.parametrize(
    ("rang", "cause", "expected"),
    [
        (True, 19, HuntEnd.NO_ANSWER),
        (True, 21, HuntEnd.DECLINED),
        (True, 17, HuntEnd.BUSY),
        (False, 17, HuntEnd.BUSY),
        (False, 21, HuntEnd.DECLINED),
        (False, 19, HuntEnd.UNREACHABLE),
        (False, 20, HuntEnd.UNREACHABLE),
        (False, 1, HuntEnd.UNREACHABLE),
        (False, 34, HuntEnd.UNREACHABLE),
    ],
)
async def test_how_a_phone_was_not_reached_follows_from_its_cause(
    asterisk: FakeAsterisk, office: Office, rang: bool, cause: int, expected: HuntEnd
) -> None:
    (leg,) = await connected(asterisk, office)
    if rang:
        await asterisk.send("ChannelStateChange", channel=channel(leg, state="Ringing"))
    await asterisk.send("ChannelDestroyed", channel=channel(leg), cause=cause)

    assert (await office.outcome(2)).end is expected


async def test_a_leg_that_is_gone_before_it_can_be_joined_was_not_reached(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/addChannel", 400)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    assert (await office.outcome(2)).end is HuntEnd.NO_ANSWER
    await asterisk.until_asked("DELETE", "-b2")


async def test_a_bridge_that_can_not_be_made_leaves_no_leg_behind(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/bridges", 500)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    with pytest.raises(EffectFailed):
        await office.outcome(2)
    await asterisk.until_asked("DELETE", leg)


async def test_a_hostile_caller_name_can_not_break_the_identity_the_phone_shows(
    asterisk: FakeAsterisk, office: Office
) -> None:
    hostile = Display("0441112233", 'Eve" <666>\\ ${SHELL(x)}\r\n')
    office.answer_with(lambda call: call.hunt([Ring(DialTarget("PJSIP/102"), hostile)], 5))
    await asterisk.start_call()

    asked = await asterisk.until_asked("POST", "/channels")
    assert asked["callerId"] == '"Eve 666 ${SHELL(x)}" <0441112233>'
    assert asked["variables"] == {"CALLERID(num)": "101", "CALLERID(name)": "Absent Alice"}
