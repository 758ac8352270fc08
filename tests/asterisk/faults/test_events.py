"""Events that come twice, in any order, damaged, unknown or in floods. On a fake Asterisk."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall, recording, transport
from ari_absence.attendant.call import Recording, RecordingEnd, RecordingTerms
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import EffectFailed
from tests.asterisk.conftest import Office
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk, channel
from tests.waiting import eventually

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = [DialTarget("PJSIP/102")]


@pytest.mark.fault("F05")
async def test_a_socket_that_answers_no_ping_is_given_up_for_a_new_one(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert transport.SOCKET_PING_SECONDS <= 10  # callers of a dead link are alone for so long
    monkeypatch.setattr(transport, "SOCKET_PING_SECONDS", 0.1)
    asterisk.answers_pings = False
    connects = office.link.status.connects
    await asterisk.disconnect()  # the new sockets have the short patience

    await eventually(lambda: office.link.status.connects >= connects + 2, 5)


@pytest.mark.fault("F06")
async def test_a_key_that_is_reported_twice_counts_once(asterisk: FakeAsterisk, office: Office) -> None:
    office.answer_with(lambda call: call.ask_digits([], 10, 0.5))
    await asterisk.start_call()
    await asterisk.send_text(await asterisk.press("7"))
    await asterisk.press("7")
    await asterisk.press("8")

    assert await office.outcome() == "778"
    assert office.link.status.duplicates == 1


@pytest.mark.fault("F06")
async def test_a_call_that_is_reported_twice_is_one_call(asterisk: FakeAsterisk, office: Office) -> None:
    office.answer_with(lambda call: call.ask([], 0.3))
    await asterisk.start_call()
    await asterisk.start_call()
    await eventually(lambda: office.link.status.duplicates == 1)

    assert office.link.status.calls == 1


END_OF_A_RECORDING = ("RecordingFinished", "StasisEnd", "ChannelHangupRequest", "ChannelDestroyed")


@pytest.mark.fault("F07")
@pytest.mark.parametrize("order", list(itertools.permutations(END_OF_A_RECORDING)), ids="-".join)
async def test_a_hangup_while_recording_ends_the_same_in_whatever_order_it_is_reported(
    asterisk: FakeAsterisk, office: Office, order: tuple[str, ...]
) -> None:
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    fields: dict[str, dict[str, object]] = {
        "RecordingFinished": {"recording": {"name": name, "duration": 7}},
        "ChannelDestroyed": {"channel": channel(), "cause": 16},
    }
    for kind in order:
        text = await asterisk.send(kind, **fields.get(kind, {"channel": channel()}))
        await asterisk.send_text(text)

    assert await office.outcome(3) == Recording(name, 7.0, RecordingEnd.HANGUP)
    await eventually(lambda: not office.link.status.calls)


async def test_a_recording_whose_end_is_never_reported_is_stopped_and_found(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(recording, "STORED_SECONDS", 0.1)
    office.answer_with(lambda call: call.record(RecordingTerms(0, 0)))
    await asterisk.start_call()

    taken = await office.outcome(2)
    assert asterisk.asked("POST", "/stop")
    assert taken.ended_by is RecordingEnd.SILENCE


async def test_a_recording_that_failed_is_an_effect_that_failed(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    await asterisk.send("RecordingFailed", recording={"name": name})

    with pytest.raises(EffectFailed):
        await office.outcome(2)


@pytest.mark.fault("F25", "P8")
async def test_a_flood_of_keys_is_bounded(asterisk: FakeAsterisk, office: Office) -> None:
    flooded = asyncio.Event()
    held: list[ChannelCall] = []

    async def conversation(call: ChannelCall) -> str:
        held.append(call)
        await flooded.wait()
        return await call.ask_digits([], 1000, 0.1)

    office.answer_with(conversation)
    await asterisk.start_call()
    for number in range(500):
        await asterisk.press(str(number % 10))
    await eventually(lambda: office.link.status.events >= 501)
    flooded.set()

    assert await office.outcome() == "01234567890123456789012345678901"
    assert held[0].line.inbox.dropped == 500 - 32


@pytest.mark.fault("F09")
@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"type": "StasisStart"}', "x" * 1_000_000])
async def test_a_damaged_event_is_counted_and_the_link_stays(
    asterisk: FakeAsterisk, office: Office, text: str
) -> None:
    office.answer_with(lambda call: call.ask([], 5))
    await asterisk.start_call()
    await asterisk.send_text(text)
    await asterisk.press("5")

    assert await office.outcome() == "5"
    assert office.link.status.unreadable == 1
    assert office.link.status.connects == 1


@pytest.mark.fault("F08")
async def test_an_unknown_event_is_counted_and_the_link_stays(asterisk: FakeAsterisk, office: Office) -> None:
    await asterisk.send("ChannelTeleported", channel=channel())
    await eventually(lambda: office.link.status.ignored == 1)

    assert office.link.status.connected_since


@pytest.mark.parametrize(
    "args", [(), ("absent",), ("mad", "101"), ("absent", "101&PJSIP/trunk"), ("absent", "101", "", "x")]
)
async def test_a_call_with_arguments_we_do_not_know_goes_to_the_fallback(
    asterisk: FakeAsterisk, office: Office, args: tuple[str, ...]
) -> None:
    await asterisk.send("StasisStart", channel=channel(), args=list(args))

    await asterisk.until_asked("POST", f"{CHANNEL_ID}/continue")
    assert office.link.status.calls == 0
