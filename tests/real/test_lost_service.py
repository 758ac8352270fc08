"""Our process dies, freezes, stops, or does not start: Asterisk's dialplan stands in, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_absence.asterisk import AriClient
from ari_absence.errors import LabError
from ari_absence.lab import waiting
from tests.real.scenes import HANS, VOICE_HZ, Caller, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

OTHER_HZ = 1300.0
GUARD_SECONDS = 10.0


def fallback_recordings(scene: Scene) -> list[Path]:
    """What the dialplan itself has recorded."""
    return sorted((scene.lab.recordings / "ari-absence-fallback").glob("101=*.wav"))


async def leaves_words_with_the_dialplan(caller: Caller, before: int) -> None:
    """The caller hears the plain announcement, speaks after the beep, hangs up, and the words are kept."""
    await caller.hears("vm-isunavail")
    await caller.phone.wait_for_beep()
    await caller.speaks(2.0)
    await caller.hangs_up()
    scene = caller.scene
    await waiting.until(lambda: len(fallback_recordings(scene)) > before, 15, "A recording of the dialplan's")
    await scene.lab.until_quiet()
    assert tone_seconds(fallback_recordings(scene)[-1], VOICE_HZ) == pytest.approx(2.0, abs=0.4)


@pytest.mark.fault("F74", "P4")
async def test_f74_with_service_and_python_away_the_dialplan_answers_and_records_and_that_is_taken_in(
    scene: Scene,
) -> None:
    before = len(fallback_recordings(scene))
    await scene.office.stop_service()
    caller = await scene.call("101")
    await leaves_words_with_the_dialplan(caller, before)
    await scene.office.start_service()

    message = await scene.ledger.the_message(15)
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    (call,) = scene.ledger.calls()
    assert (call.id, call.caller_number, call.outcome) == (message.call_id, HANS, "message")
    await waiting.until(lambda: not fallback_recordings(scene), 15, "The removal of what was taken in")


@pytest.mark.fault("F04", "P1")
async def test_a_frozen_service_frees_its_callers_to_the_dialplan_after_ten_seconds(scene: Scene) -> None:
    before = len(fallback_recordings(scene))
    with scene.service_frozen():
        caller = await scene.caller()
        began = waiting.CLOCK.monotonic()
        await caller.phone.dial("101")
        await caller.phone.wait_established(GUARD_SECONDS + 5)
        assert waiting.CLOCK.monotonic() - began == pytest.approx(GUARD_SECONDS, abs=2)
        await caller.hears("vm-theperson")
    # awake again, the service leaves a caller alone who is no longer its own
    await leaves_words_with_the_dialplan(caller, before)
    assert (await scene.ledger.the_call()).outcome == "missed"


@pytest.mark.fault("F58", "P7")
async def test_a_service_killed_in_mid_recording_adopts_the_message_exactly_once(stage: Stage) -> None:
    scene = await stage.open(limits={"message_silence_seconds": 20})  # however long a start takes
    caller = await scene.caller_at_the_beep()
    await caller.speaks(1.5)
    await scene.office.kill_service()
    await scene.office.start_service()
    await caller.speaks(1.5, OTHER_HZ)
    await caller.presses("#")
    await caller.hears("vm-intro")
    assert "vm-isunavail" not in scene.playbill.played  # who was greeted once is not greeted again
    await caller.hangs_up()

    message = await scene.ledger.the_message()
    stored = scene.ledger.audio(message)
    assert tone_seconds(stored, VOICE_HZ) == pytest.approx(1.5, abs=0.4)
    assert tone_seconds(stored, OTHER_HZ) == pytest.approx(1.5, abs=0.4)
    assert [call.outcome for call in scene.ledger.calls()] == ["lost"]
    assert len(message.deliveries) == 1
    assert [owed.owed_id for owed in scene.ledger.callbacks()] == [
        message.owed_id
    ]  # one call is owed, not two
    assert [owed.item_id for owed in scene.ledger.deliveries()] == [message.id]  # and no second mail


async def test_a_message_finished_while_the_service_was_dead_is_adopted_exactly_once(scene: Scene) -> None:
    caller = await scene.caller_at_the_beep()
    await scene.office.kill_service()
    await caller.speaks(1.5)
    await caller.hangs_up()
    await scene.lab.until_quiet()
    await scene.office.start_service()

    message = await scene.ledger.the_message()
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(1.5, abs=0.4)
    await waiting.until(lambda: not scene.recordings_in_asterisk(), 15, "The removal of Asterisk's copy")
    await scene.office.stop_service()
    await scene.office.start_service()
    assert len(scene.ledger.messages()) == 1


@pytest.mark.fault("F20", "F68", "P12")
async def test_a_service_that_stops_lets_the_running_call_end_and_takes_no_other(stage: Stage) -> None:
    scene = await stage.open(limits={"message_silence_seconds": 20})
    caller = await scene.caller_at_the_beep()
    stopping = asyncio.create_task(scene.office.stop_service())
    await scene.log_tells("service stopping")
    other = await scene.call("101", "0442223344")
    await other.hears("vm-theperson")
    await other.hangs_up()
    await caller.speaks()
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()
    assert await stopping == 0
    await scene.ledger.the_message()
    await scene.office.start_service()


@pytest.mark.fault("F16")
async def test_a_second_instance_refuses_and_names_the_first(scene: Scene) -> None:
    with pytest.raises(LabError, match=rf"(?s)exited 1: .*\(process {scene.office.pid}\)"):
        await scene.office.cli("run")
    assert scene.office.status()["connected_since"]


@pytest.mark.fault("F57")
async def test_a_bad_configuration_exits_78_and_the_dialplan_stands_in(scene: Scene) -> None:
    await scene.office.stop_service()
    file = scene.office.config / "absence.yaml"
    good = file.read_text()
    file.write_text(good.replace("company:", "compny:"))
    with pytest.raises(LabError, match=r"exited 78: (.|\n)*absence\.yaml:\d+.*compny"):
        await scene.office.cli("run")
    caller = await scene.call("101")
    await caller.hears("vm-isunavail")
    await caller.hangs_up()
    file.write_text(good)
    await scene.office.start_service()


async def test_a_service_killed_in_the_middle_of_a_code_keeps_nobody_for_ever(scene: Scene) -> None:
    caller = await scene.call("5900")
    await caller.hears("status-enter-extension")
    await scene.office.kill_service()
    lab = scene.lab
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        (channel,) = await client.channels()
        left_seconds = float(await client.variable(channel["id"], "TIMEOUT(absolute)"))
        assert 0 < left_seconds <= GUARD_SECONDS + 6, (
            "ten seconds after the question, Asterisk takes the call"
        )
        await client.set_variable(channel["id"], "TIMEOUT(absolute)", "1")  # the next test waits for it
    await caller.hears("im-sorry")
    await caller.is_hung_up_on()
    await scene.office.start_service()


async def test_a_service_that_freezes_while_phones_ring_leaves_the_caller_to_the_dialplan_in_ten_seconds(
    stage: Stage,
) -> None:
    """The phone that rings outside stops by itself: three seconds after its time."""
    changes = {"handling": {"business_trip": {"reach": ["mobile"]}}}
    scene = await stage.open(limits={"name_seconds": 2, "step_ring_seconds": 8}, changes=changes)
    mobile = await scene.lab.outside_phone("+819012345678", on_ring="ring")
    caller = await scene.call("101")
    await caller.hears("say-name-after-tone")
    await caller.speaks_after_the_beep(0.8)
    await mobile.wait_incoming()
    with scene.service_frozen():
        # Asterisk plays brisk sounds here; the service counts the nine seconds that its own take
        await caller.hears("vm-intro", GUARD_SECONDS + 20)
        assert "vm-theperson" not in scene.playbill.played  # who was greeted once is not greeted again
        await mobile.wait_ended()
        await caller.hangs_up()
