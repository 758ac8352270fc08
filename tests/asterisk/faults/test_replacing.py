"""A transfer puts another channel into the caller's place, in any order of events. On a fake Asterisk."""

from __future__ import annotations

from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.asterisk.channel_call import DeskChannel
from ari_absence.attendant.call import Hunt, HuntEnd, Recording, RecordingEnd, RecordingTerms
from ari_absence.core.handover import Handover
from ari_absence.core.people import Why
from ari_absence.errors import CallerReplaced
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk, channel
from tests.waiting import eventually

SOUND: Any = "sound:activated"


async def test_a_channel_that_takes_the_callers_place_is_spoken_with_afresh(
    asterisk: FakeAsterisk, office: Office
) -> None:
    outcomes = []

    async def conversation(call: ChannelCall) -> None:
        call.hand_over(Handover("110", to_message=True))
        key = await call.ask([SOUND], 5)
        outcomes.append((key, call.caller.extension, call.handover))

    office.answer_with(conversation)
    await asterisk.start_call()
    first = (await asterisk.until_asked("POST", "/play"))["playbackId"]
    await asterisk.send(
        "StasisStart", channel=channel("new", "PJSIP/103-00000009"), args=[], replace_channel=channel()
    )
    await asterisk.end_call()  # of the old channel
    await asterisk.until_asked("DELETE", first)
    assert len(asterisk.asked("POST", "/play")) == 1, "nothing is said to anybody before it is quiet"
    await asterisk.send("PlaybackFinished", playback={"id": first, "state": "done"})
    second = (await asterisk.until_asked("POST", "/channels/new/play"))["playbackId"]
    await asterisk.send("ChannelDtmfReceived", digit="3", channel=channel("new"))
    await asterisk.until_asked("DELETE", second)
    await asterisk.send("PlaybackFinished", playback={"id": second, "state": "done"})

    await eventually(lambda: outcomes == [("3", "103", Handover("110", to_message=True))])
    await asterisk.until_asked("DELETE", "/channels/new")
    with pytest.raises(CallerReplaced):
        await office.outcome()


@pytest.mark.parametrize("kept", [True, False])
async def test_a_recording_is_cut_short_when_another_takes_the_callers_place(
    asterisk: FakeAsterisk, office: Office, kept: bool
) -> None:
    recorded = []

    async def conversation(call: ChannelCall) -> None:
        if call.handover is None:
            recorded.append(await call.record(RecordingTerms(20, 5, kept_if_replaced=kept)))
            await call.ask([], 1)

    office.answer_with(conversation)
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())
    await asterisk.until_asked("POST", "/stop")
    await asterisk.send("RecordingFinished", recording={"name": name, "duration": 3})

    with pytest.raises(CallerReplaced):
        await office.outcome()
    assert recorded == ([Recording(name, 3.0, RecordingEnd.HANGUP)] if kept else [])
    forgotten = [path for verb, path, _ in asterisk.requests if verb == "DELETE" and "/stored/" in path]
    assert len(forgotten) == (0 if kept else 1)


@pytest.mark.fault("F07")
async def test_a_hangup_told_before_the_transfer_that_explains_it_loses_nobody(
    asterisk: FakeAsterisk, office: Office
) -> None:
    served = []

    async def conversation(call: ChannelCall) -> None:
        served.append(call.line.channel.id)
        await call.ask([], 2)

    office.answer_with(conversation)
    await asterisk.start_call()
    await eventually(lambda: served)
    await asterisk.send("ChannelHangupRequest", channel=channel())
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())

    await eventually(lambda: served == [CHANNEL_ID, "new"])
    assert not asterisk.asked("DELETE", "/channels/new")


async def test_who_is_transferred_into_a_code_reaches_who_dialled_it_and_not_the_code(
    asterisk: FakeAsterisk, office: Office
) -> None:
    reached, dialled = [], []

    async def code(desk: DeskChannel) -> None:
        dialled.append(desk.dialled)
        await desk.ask([], 5)

    async def conversation(call: ChannelCall) -> None:
        reached.append((call.extension, call.why, call.handover))

    office.link.sessions._on_code = code
    office.answer_with(conversation)
    await asterisk.send("StasisStart", channel=channel(name="PJSIP/103-00000001"), args=["code", "*97"])
    await eventually(lambda: dialled)
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())

    await eventually(lambda: reached == [("103", Why.NOANSWER, Handover("103"))])
    assert dialled == ["*97"]


async def test_a_request_refused_because_the_place_is_taken_is_no_hangup(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.ask([SOUND], 5))
    asterisk.answer("POST", "/play", 404)
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/play")
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())

    with pytest.raises(CallerReplaced):
        await office.outcome()


async def rung(asterisk: FakeAsterisk, office: Office, *, heir: bool) -> tuple[str, list[str]]:
    """A hunt that rings one phone: its channel, and what the company was for, caller by caller."""
    company: list[str] = []

    async def conversation(call: ChannelCall) -> Hunt:
        async def first() -> None:
            company.append("first")
            await call.wait(60)

        async def second() -> None:
            company.append("heir")
            await call.wait(60)

        return await call.hunt(rings("PJSIP/102"), 5, first, second if heir else None)

    office.answer_with(conversation)
    await asterisk.start_call()
    leg = (await asterisk.until_asked("POST", "/channels/create"))["channelId"]
    await asterisk.until_asked("POST", "/moh")
    return leg, company


async def test_phone_rings_on_for_who_takes_the_callers_place(asterisk: FakeAsterisk, office: Office) -> None:
    leg, company = await rung(asterisk, office, heir=True)
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())
    await eventually(lambda: company == ["first", "heir"])
    assert asterisk.asked("DELETE", "/channels/new/moh"), "the music of the one before is over"
    await asterisk.until_asked("POST", "/channels/new/moh")
    assert not asterisk.asked("DELETE", f"/channels/{leg}")
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    assert (await asterisk.until_asked("POST", "/addChannel"))["channel"] == ["new", leg]
    await asterisk.send("StasisEnd", channel=channel("new"))

    hunt = await office.outcome()
    assert (hunt.end, hunt.passed_on) == (HuntEnd.TALKED, True)


async def test_phone_rings_no_longer_for_who_takes_the_callers_place_if_nobody_says_so(
    asterisk: FakeAsterisk, office: Office
) -> None:
    leg, _ = await rung(asterisk, office, heir=False)
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())
    await asterisk.until_asked("DELETE", f"/channels/{leg}")

    with pytest.raises(CallerReplaced):
        await office.outcome()


async def test_transfer_at_the_very_moment_of_the_joining_loses_nobody(
    asterisk: FakeAsterisk, office: Office
) -> None:
    leg, _ = await rung(asterisk, office, heir=True)
    asterisk.answer("POST", "/addChannel", 400, 204)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    await asterisk.until_asked("POST", "/addChannel")
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel())
    assert (await asterisk.until_asked("POST", "/addChannel", times=2))["channel"] == ["new", leg]
    await asterisk.send("StasisEnd", channel=channel("new"))

    hunt = await office.outcome()
    assert (hunt.end, hunt.passed_on) == (HuntEnd.TALKED, True)
