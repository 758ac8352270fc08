"""What is put right after a connect, and what may fail meanwhile. On a fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import Any

from ari_absence.asterisk import AriClient, ids
from ari_absence.attendant.call import RecordingTerms
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk
from tests.waiting import eventually

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"


async def connected(asterisk: FakeAsterisk, office: Office, legs: int = 1) -> list[str]:
    office.answer_with(lambda call: call.hunt(rings(*(f"PJSIP/10{n}" for n in range(legs))), 5))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/channels/create", times=legs)
    return [values["channelId"] for values in asterisk.asked("POST", "/channels/create")]


async def test_a_reconciliation_that_fails_is_made_again(asterisk: FakeAsterisk, client: AriClient) -> None:
    asterisk.answer("GET", "/bridges", 503, (200, []))
    office = Office(client)
    await office.open()
    await asterisk.until_asked("GET", "/bridges", times=2)

    await eventually(lambda: office.link.status.connected_since)
    assert office.link.status.connects == 2
    await office.close()


async def test_a_missing_recording_folder_does_not_stop_the_link(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.answer("GET", "/recordings/stored", (500, {"error": "Allocation failed"}))
    reconciled = asyncio.Event()

    async def note() -> None:
        reconciled.set()

    office = Office(client)
    office.link._on_connect = note
    await office.open()
    await asyncio.wait_for(reconciled.wait(), 15)

    assert asterisk.asked("GET", "/recordings/stored")
    assert office.link.status.connects == 1
    await office.close()


async def test_a_leg_of_an_earlier_life_is_hung_up_and_a_caller_released(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    leg = ids.of_leg(ids.new_call_id(), 1)
    asterisk.channel_ids = [CHANNEL_ID, leg]
    office = Office(client)
    await office.open()

    await asterisk.until_asked("DELETE", leg)
    await asterisk.until_asked("POST", f"{CHANNEL_ID}/continue")
    await office.close()


async def test_an_answer_whose_event_was_lost_is_found(asterisk: FakeAsterisk, office: Office) -> None:
    (leg,) = await connected(asterisk, office)
    asterisk.channel_ids.append(leg)
    await asterisk.disconnect()

    assert (await asterisk.until_asked("POST", "/addChannel"))["channel"] == [CHANNEL_ID, leg]


async def test_a_recording_that_ends_for_nobody_is_an_orphan(asterisk: FakeAsterisk, office: Office) -> None:
    ours, others = ids.of_recording(ids.new_call_id(), 1), "voicemail/1"
    for name in (ours, others):
        await asterisk.send("RecordingFinished", recording={"name": name, "duration": 3})

    await eventually(lambda: office.orphans)
    assert office.orphans == [ours]


async def test_a_call_that_is_cancelled_before_its_first_step_is_released(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.ask([], 30))
    await asterisk.start_call()
    async with asyncio.timeout(5):
        while not office.link.sessions.calls:
            await asyncio.sleep(0)
    await office.link.close(grace_seconds=0)

    assert asterisk.asked("POST", f"{CHANNEL_ID}/continue")


async def test_an_app_whose_callback_fails_does_not_end_the_link(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    async def failing() -> None:
        called.append(True)
        raise ValueError("a mistake of the app's")

    called: list[bool] = []
    office = Office(client)
    office.link._on_connect = failing
    await office.open()
    await eventually(lambda: called)

    assert office.link.status.connected_since
    await office.close()
