"""Legs and transfers: whatever is reported in whatever order, nobody is left behind. On a fake Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall, ids
from ari_absence.attendant.call import (
    Callee,
    Display,
    Hunt,
    HuntEnd,
    LegEnd,
    Pastime,
    RecordingTerms,
    Ring,
    Verdict,
)
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import CallerGone, EffectFailed
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, NEVER, FakeAsterisk, channel
from tests.waiting import eventually

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = rings("PJSIP/102")


async def connected(asterisk: FakeAsterisk, office: Office, legs: int = 1) -> list[str]:
    office.answer_with(lambda call: call.hunt(rings(*(f"PJSIP/10{n}" for n in range(legs))), 5))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/channels/create", times=legs)
    return [values["channelId"] for values in asterisk.asked("POST", "/channels/create")]


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
    before = office.link.status.events
    await asterisk.send("StasisEnd", channel=channel(leg))
    await eventually(lambda: office.link.status.events > before)
    assert not office._outcome.done()
    await asterisk.send("ChannelLeftBridge", channel=channel("Local;1"), bridge={"id": bridge})

    assert (await office.outcome()).end is HuntEnd.TALKED
    await asterisk.until_asked("DELETE", "/channels/Local;1")
    await asterisk.until_asked("DELETE", bridge)


@pytest.mark.fault("F40")
async def test_two_who_answer_at_once_the_first_wins(asterisk: FakeAsterisk, office: Office) -> None:
    first, second = await connected(asterisk, office, legs=2)
    await asterisk.send("StasisStart", channel=channel(second), args=["leg"])
    await asterisk.send("StasisStart", channel=channel(first), args=["leg"])

    assert (await asterisk.until_asked("POST", "/addChannel"))["channel"] == [CHANNEL_ID, second]
    assert (await asterisk.until_asked("DELETE", first))["reason_code"] == "26"


@pytest.mark.fault("F11")
async def test_a_leg_whose_request_had_got_through_before_is_carried_on_with(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/channels/create", 409)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("POST", "/addChannel")


async def test_a_phone_that_answers_for_nobody_is_hung_up(asterisk: FakeAsterisk, office: Office) -> None:
    leg = ids.of_leg(ids.new_call_id(), 1)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("DELETE", leg)
    assert office.link.status.calls == 0


@pytest.mark.fault("F38")
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


@pytest.mark.fault("F07")
async def test_a_leg_leaves_our_hands_before_asterisk_says_why_it_ended(
    asterisk: FakeAsterisk, office: Office
) -> None:
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisEnd", channel=channel(leg))
    await asterisk.send("ChannelDestroyed", channel=channel(leg), cause=17)

    assert (await office.outcome(2)).end is HuntEnd.BUSY


async def test_a_phone_whose_channel_is_made_but_that_is_not_dialled_is_unreachable_and_hung_up(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/dial", 500)
    (leg,) = await connected(asterisk, office)

    assert (await office.outcome(2)).end is HuntEnd.UNREACHABLE
    assert asterisk.asked("DELETE", leg)


async def test_who_is_screened_is_first_given_a_longer_guard_and_freed_of_the_bridge_of_all_who_are_dialled(
    asterisk: FakeAsterisk, office: Office
) -> None:
    leg, _ = await deciding(asterisk, office)
    await asterisk.until_asked("DELETE", f"{leg}-b1")

    asked = [
        (verb, path.rpartition("/")[2])
        for verb, path, values in asterisk.requests
        if leg in (path + str(values))
    ]
    after = asked[asked.index(("POST", "dial")) + 1 :]
    bridge = f"{leg}-b1"
    assert after[:5] == [
        ("POST", "variable"),
        ("POST", "bridges"),
        ("POST", "addChannel"),
        ("POST", "removeChannel"),
        ("DELETE", bridge),
    ]
    (guard,) = [values for _, path, values in asterisk.requests if path.endswith(f"{leg}/variable")]
    assert guard == {"variable": "TIMEOUT(absolute)", "value": "191"}, "a dead service frees who decides"


async def test_who_takes_the_call_is_freed_of_the_guard(asterisk: FakeAsterisk, office: Office) -> None:
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.until_asked("POST", "/addChannel")
    guards = [values["value"] for _, path, values in asterisk.requests if path.endswith(f"{leg}/variable")]
    assert guards == ["0"]


async def test_caller_is_guarded_while_phones_ring_and_freed_of_it_for_the_talk(
    asterisk: FakeAsterisk, office: Office
) -> None:
    def guards() -> list[str]:
        return [each["value"] for each in asterisk.asked("POST", f"{CHANNEL_ID}/variable")]

    (leg,) = await connected(asterisk, office)
    await asterisk.until_asked("POST", "/ring")
    assert guards() == ["10"]
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.until_asked("POST", "/addChannel")
    assert guards() == ["10", "0"]


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

    asked = await asterisk.until_asked("POST", "/channels/create")
    assert asked["variables"]["CONNECTEDLINE(all,i)"] == '"Eve 666 ${SHELL(x)}" <0441112233>'
    variables = asked["variables"]
    assert (variables["CALLERID(num)"], variables["CALLERID(name)"]) == ("101", "Absent Alice")
    others = variables.keys() - {"CALLERID(num)", "CALLERID(name)", "CONNECTEDLINE(all,i)"}
    assert {variables[name] for name in others} == {"8"}


MOMENTS = [
    ("POST", "/variable"),
    ("POST", "/ring"),
    ("POST", "/channels/create"),
    ("POST", "/dial"),
    ("DELETE", "/ring"),
    ("POST", "/bridges"),
    ("POST", "/addChannel"),
    ("DELETE", "-l1"),
    ("DELETE", "-l2"),
    ("DELETE", "-b3"),
]
"""Every request of a hunt whose first phone is taken while the second rings."""


async def take(asterisk: FakeAsterisk) -> None:
    """The first phone that was rung is answered, as often as anybody can still be rung."""
    await asterisk.until_asked("POST", "/channels/create", times=2)
    first = asterisk.asked("POST", "/channels/create")[0]["channelId"]
    await asterisk.send("StasisStart", channel=channel(first), args=["leg"])
    await asterisk.until_asked("POST", "/addChannel")
    await asterisk.send("ChannelDestroyed", channel=channel(first), cause=16)


@pytest.mark.parametrize("status", [NEVER, 404, 500])
@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
async def test_whichever_request_of_a_hunt_fails_nothing_is_left_and_the_caller_has_an_end(
    asterisk: FakeAsterisk, office: Office, impatient: None, moment: tuple[str, str], status: int
) -> None:
    asterisk.answer(*moment, status)
    office.answer_with(lambda call: call.hunt(rings("PJSIP/101", "PJSIP/102"), 0.5))
    await asterisk.start_call()
    taking = asyncio.create_task(take(asterisk))
    try:
        with contextlib.suppress(EffectFailed, CallerGone):
            await office.outcome(5)
    finally:
        taking.cancel()

    await eventually(lambda: not office.link.status.calls)
    rung = [values["channelId"] for values in asterisk.asked("POST", "/channels/create")]
    ended = {path.rpartition("/")[2] for verb, path, _ in asterisk.requests if verb == "DELETE"}
    refused = moment == ("POST", "/channels/create") and status != NEVER  # then there is no leg to end
    assert refused or set(rung[1:]) <= ended
    made = [values["bridgeId"] for values in asterisk.asked("POST", "/bridges")]
    assert set(made) <= ended
    assert not [line for line in office.link.sessions.lines if line.leg]
    assert CHANNEL_ID in ended or asterisk.asked("POST", f"{CHANNEL_ID}/continue")


async def test_a_hunt_that_is_cancelled_while_a_phone_is_being_rung_waits_and_hangs_it_up(
    asterisk: FakeAsterisk, office: Office, impatient: None
) -> None:
    asterisk.answer("POST", "/channels/create", NEVER)
    office.answer_with(lambda call: call.hunt(PHONE, 5))
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    closing = asyncio.create_task(office.link.close(grace_seconds=0))
    await eventually(lambda: not office.link.sessions.taking_calls)
    assert not asterisk.asked("DELETE", leg)
    await closing

    assert asterisk.asked("DELETE", leg)


async def test_what_the_caller_hears_meanwhile_is_over_before_they_are_joined(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> Hunt:
        return await call.hunt(PHONE, 5, lambda: call.say(SOUND))

    office.answer_with(conversation)
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    playback_id = (await asterisk.until_asked("POST", f"{CHANNEL_ID}/play"))["playbackId"]
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.until_asked("DELETE", playback_id)
    assert not asterisk.asked("POST", "/addChannel")
    await asterisk.send("PlaybackFinished", playback={"id": playback_id, "state": "done"})

    await asterisk.until_asked("POST", "/addChannel")


@pytest.mark.fault("F39")
async def test_who_takes_in_the_same_instant_as_the_caller_leaves_is_told_and_let_go(
    asterisk: FakeAsterisk, office: Office
) -> None:
    left: Any = "sound:left"
    office.answer_with(lambda call: call.hunt([dataclasses.replace(PHONE[0], left=(left,))], 5))
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await asterisk.until_asked("POST", "/ring")
    asterisk.answer("POST", "/bridges", 404)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.end_call()
    playback = await asterisk.until_asked("POST", f"{leg}/play")
    await asterisk.send("PlaybackFinished", playback={"id": playback["playbackId"], "state": "done"})

    with pytest.raises(CallerGone):
        await office.outcome(2)
    await asterisk.until_asked("DELETE", leg)


LEFT: Any = "sound:left"
TOO_LATE: Any = "sound:too-late"
NOT_NEEDED: Any = "sound:thank-you"


async def deciding(asterisk: FakeAsterisk, office: Office, pastime: Pastime | None = None) -> list[str]:
    """Two phones whose owners have answered and are deciding."""

    async def screening(callee: Callee) -> Verdict | None:
        key = await callee.ask((), 5)
        return {"1": Verdict.TAKE, "3": Verdict.TO_MESSAGE}.get(key or "")

    ring = dataclasses.replace(PHONE[0], screening=screening, too_late=(TOO_LATE,), left=(LEFT,))
    ring = dataclasses.replace(ring, not_needed=(NOT_NEEDED,))
    office.answer_with(lambda call: call.hunt([ring, ring], 5, pastime))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/channels/create", times=2)
    legs = [values["channelId"] for values in asterisk.asked("POST", "/channels/create")]
    for leg in legs:
        await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await eventually(lambda: sum(line.up for line in office.link.sessions.lines if line.leg) == 2)
    return legs


def told(asterisk: FakeAsterisk, leg: str) -> list[str]:
    return [sound for values in asterisk.asked("POST", f"{leg}/play") for sound in values["media"]]


async def has_heard(asterisk: FakeAsterisk, leg: str, word: str) -> None:
    playback = await asterisk.until_asked("POST", f"{leg}/play")
    assert told(asterisk, leg) == [word]
    await asterisk.send("PlaybackFinished", playback={"id": playback["playbackId"], "state": "done"})
    await asterisk.until_asked("DELETE", leg)


@pytest.mark.fault("F40")
async def test_who_decides_while_another_takes_the_call_hears_that_it_is_too_late(
    asterisk: FakeAsterisk, office: Office
) -> None:
    taker, other = await deciding(asterisk, office)
    await asterisk.send("ChannelDtmfReceived", digit="1", channel=channel(taker))

    await has_heard(asterisk, other, TOO_LATE)
    assert told(asterisk, taker) == []


async def test_who_decides_while_another_sends_the_caller_to_the_message_is_thanked(
    asterisk: FakeAsterisk, office: Office
) -> None:
    first, other = await deciding(asterisk, office)
    await asterisk.send("ChannelDtmfReceived", digit="3", channel=channel(first))

    await has_heard(asterisk, other, NOT_NEEDED)
    assert (await office.outcome(2)).end is HuntEnd.TO_MESSAGE
    assert told(asterisk, first) == []


@pytest.mark.parametrize("keys", ["", "1"], ids=["deciding", "takes it in that moment"])
async def test_who_decides_while_the_caller_chooses_something_else_is_thanked(
    asterisk: FakeAsterisk, office: Office, keys: str
) -> None:
    chosen = asyncio.Event()

    async def pastime() -> None:
        await chosen.wait()

    legs = await deciding(asterisk, office, pastime)
    chosen.set()
    for key in keys:
        await asterisk.send("ChannelDtmfReceived", digit=key, channel=channel(legs[0]))

    for leg in legs:
        await has_heard(asterisk, leg, NOT_NEEDED)
    assert (await office.outcome(2)).end is HuntEnd.CALLER_CHOSE


async def test_who_decides_while_the_caller_leaves_hears_that_they_have_left(
    asterisk: FakeAsterisk, office: Office
) -> None:
    legs = await deciding(asterisk, office)
    await asterisk.end_call()
    for leg in legs:
        await has_heard(asterisk, leg, LEFT)

    with pytest.raises(CallerGone):
        await office.outcome(2)


async def test_a_taker_who_is_gone_as_soon_as_joined_was_not_reached(
    asterisk: FakeAsterisk, office: Office
) -> None:
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.until_asked("POST", "/addChannel")
    await asterisk.send("ChannelDestroyed", channel=channel(leg), cause=16)

    assert await office.outcome(2) == Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.DROPPED,))


async def test_keys_and_playbacks_of_a_callee_are_not_the_callers(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def screening(callee: Callee) -> Verdict | None:
        return Verdict.NOT_ME if await callee.ask([SOUND], 5) == "2" else None

    ring = dataclasses.replace(PHONE[0], screening=screening)
    pressed: list[str | None] = []

    async def conversation(call: ChannelCall) -> Hunt:
        async def pastime() -> None:
            pressed.append(await call.wait(10))
            await asyncio.Event().wait()

        return await call.hunt([ring], 5, pastime)

    office.answer_with(conversation)
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    playback = await asterisk.until_asked("POST", f"{leg}/play")
    await asterisk.press("7")
    await eventually(lambda: pressed)
    await asterisk.send("ChannelDtmfReceived", digit="2", channel=channel(leg))
    await asterisk.until_asked("DELETE", playback["playbackId"])
    await asterisk.send("PlaybackFinished", playback={"id": playback["playbackId"], "state": "done"})

    assert (await office.outcome(2)).legs == (LegEnd.DECLINED,)
    assert pressed == ["7"]


async def test_a_screening_with_a_mistake_in_it_costs_only_its_own_leg(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def mistaken(callee: Callee) -> Verdict | None:
        raise ValueError("a mistake of the attendant's")

    office.answer_with(lambda call: call.hunt([dataclasses.replace(PHONE[0], screening=mistaken)], 5))
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    assert (await office.outcome(2)).legs == (LegEnd.UNDECIDED,)
    await asterisk.until_asked("DELETE", leg)


async def test_a_pastime_that_fails_ends_the_hunt_with_its_error(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/moh", 500)

    async def conversation(call: ChannelCall) -> Hunt:
        async def pastime() -> None:
            await call.wait(5)

        return await call.hunt(PHONE, 5, pastime)

    office.answer_with(conversation)
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]

    with pytest.raises(EffectFailed):
        await office.outcome(2)
    assert asterisk.asked("DELETE", leg)


async def test_an_alert_is_ended_when_the_service_stops(asterisk: FakeAsterisk, office: Office) -> None:
    alarmed = asyncio.create_task(office.link.alert(PHONE, 5))
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await office.link.close(grace_seconds=0)

    assert (await alarmed).legs == (LegEnd.CANCELLED,)
    assert asterisk.asked("DELETE", leg)
    assert (await office.link.alert(PHONE, 5)).taken_by is None


async def test_while_the_first_taker_listens_nobody_else_is_rung_and_their_hanging_up_refuses_nothing(
    asterisk: FakeAsterisk, office: Office
) -> None:
    listening = asyncio.Event()

    async def take(callee: Callee) -> Verdict:
        return Verdict.TAKE

    async def listen(callee: Callee) -> None:
        listening.set()
        await callee.ask([SOUND], 5)

    phones = [dataclasses.replace(each, screening=take, afterwards=listen) for each in two_phones()]
    alarmed = asyncio.create_task(office.link.alert(phones, 5))
    await asterisk.until_asked("POST", "/channels/create", times=2)
    taker, other = (values["channelId"] for values in asterisk.asked("POST", "/channels/create"))
    await asterisk.send("StasisStart", channel=channel(taker), args=["leg"])
    await asyncio.wait_for(listening.wait(), 5)
    await asterisk.until_asked("DELETE", other)
    assert not alarmed.done()
    asterisk.answer("POST", f"/channels/{taker}/variable", 404)
    await asterisk.send("ChannelDestroyed", channel=channel(taker), cause=16)

    assert await asyncio.wait_for(alarmed, 5) == Hunt(HuntEnd.TALKED, 0, (LegEnd.TALKED, LegEnd.CANCELLED))


async def test_who_takes_a_message_and_is_gone_at_once_has_taken_it(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def listen(callee: Callee) -> None:
        await callee.ask([SOUND], 5)

    async def take(callee: Callee) -> Verdict:
        asterisk.answer("POST", "/variable", 404)
        return Verdict.TAKE

    phones = [dataclasses.replace(each, screening=take, afterwards=listen) for each in two_phones()]
    alarmed = asyncio.create_task(office.link.alert(phones, 5))
    await asterisk.until_asked("POST", "/channels/create", times=2)
    taker, other = (values["channelId"] for values in asterisk.asked("POST", "/channels/create"))
    await asterisk.send("StasisStart", channel=channel(taker), args=["leg"])

    hunt = await asyncio.wait_for(alarmed, 5)
    assert hunt.end is HuntEnd.TALKED
    assert asterisk.asked("DELETE", other)


def two_phones() -> list[Ring]:
    return rings("PJSIP/101", "PJSIP/102")
