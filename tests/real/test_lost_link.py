"""The link to Asterisk is lost, or Asterisk itself: callers notice nothing, or are called back."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from ari_absence.lab import waiting
from tests.asterisk.proxy import Proxy
from tests.real.crowd import PATIENT
from tests.real.scenes import VOICE_HZ, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

GUARD_SECONDS = 10.0


async def is_linked(scene: Scene) -> None:
    """Wait until the service has its link again."""
    await waiting.until(lambda: scene.office.status()["connected_since"], 10, "A new link")


async def cpu_share(pid: int, seconds: float = 2.0) -> float:
    """Which share of a processor a process takes while nothing happens."""
    percent: float = await asyncio.to_thread(psutil.Process(pid).cpu_percent, seconds)
    return percent / 100


async def test_a_link_lost_in_mid_recording_costs_the_caller_nothing(proxy: Proxy, far_scene: Scene) -> None:
    caller = await far_scene.caller_at_the_beep()
    await caller.speaks(1.0)
    await proxy.cut()
    await far_scene.log_tells("link.down")
    proxy.mend()
    await caller.speaks(1.0)
    await is_linked(far_scene)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()

    message = await far_scene.ledger.the_message()
    assert tone_seconds(far_scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    assert far_scene.ledger.callbacks() == []


@pytest.mark.fault("F04")
async def test_a_link_lost_in_the_greeting_costs_the_caller_nothing(proxy: Proxy, far_scene: Scene) -> None:
    caller = await far_scene.call("101")
    await caller.phone.wait_for_sound()
    await proxy.cut()
    await far_scene.log_tells("link.down")
    proxy.mend()
    await is_linked(far_scene)
    await caller.presses("1")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.hangs_up()
    await far_scene.ledger.the_message()


@pytest.mark.fault("F03", "P7")
async def test_a_recording_that_ends_while_the_link_is_lost_is_one_message(
    proxy: Proxy, far_scene: Scene
) -> None:
    caller = await far_scene.caller_at_the_beep()
    await proxy.cut()
    await caller.speaks()
    await caller.presses("#")
    await far_scene.log_tells("link.down")
    proxy.mend()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()
    await far_scene.ledger.the_message()


async def test_a_caller_who_hangs_up_while_the_link_is_lost_has_left_the_message(
    proxy: Proxy, far_scene: Scene
) -> None:
    caller = await far_scene.caller_at_the_beep()
    await caller.speaks()
    await proxy.cut()
    await caller.hangs_up()
    proxy.mend()
    await far_scene.ledger.the_message()
    assert (await far_scene.ledger.the_call()).outcome == "message"


@pytest.mark.fault("F67")
async def test_after_a_restart_of_asterisk_the_lamps_are_right_and_the_next_call_works(scene: Scene) -> None:
    await scene.lab.restart()
    await is_linked(scene)
    await waiting.until(lambda: scene.office.status()["lamps_set"], 10, "The lamps")
    assert (await scene.lab.lamp("101")).state == "confirmed"
    assert (await scene.lab.lamp("102")).state == "terminated"
    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.hears("say-message-saved")


async def test_lamps_that_changed_while_asterisk_was_away_are_right_afterwards(stage: Stage) -> None:
    scene = await stage.open(now="2037-11-25T10:00+09:00")
    await scene.lab.kill()
    await scene.office.cli("away", "102", "out")
    await scene.lab.restart()
    await (await scene.lab.lamp("102")).wait_for_state("confirmed")
    assert (await scene.lab.lamp("110")).state == "terminated"


@pytest.mark.fault("F02", "P7")
async def test_a_call_that_dies_with_asterisk_is_accounted_for(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.phone.wait_for_sound()
    await scene.lab.kill()
    await scene.lab.restart()
    callback = await scene.ledger.the_callback()
    assert (callback.wish, callback.number) == ("missed", "0441112233")
    assert (await scene.ledger.the_call()).outcome == "missed"


@pytest.mark.fault("F02", "P7")
async def test_a_message_under_way_when_asterisk_dies_is_kept(scene: Scene) -> None:
    caller = await scene.caller_at_the_beep()
    await caller.speaks(3.0)
    await scene.lab.kill()
    await scene.lab.restart()
    message = await scene.ledger.the_message()
    assert message.possibly_cut
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) > 1.0


@pytest.mark.fault("F01")
async def test_the_service_waits_for_an_asterisk_that_is_not_there_yet(stage: Stage) -> None:
    scene = await stage.open(running=False)
    await scene.lab.kill()
    starting = asyncio.create_task(scene.office.start_service())
    await scene.log_tells("link.down")
    trouble = scene.office.status()["trouble"]
    assert "Alice Tanaka" in await scene.office.cli("who")
    assert await cpu_share(scene.office.pid) < 0.5  # what asks without a pause takes all it gets
    await scene.lab.restart()
    await starting
    assert trouble.startswith("Asterisk does not answer at http://127.0.0.1:")
    caller = await scene.call("101")
    await caller.phone.wait_for_sound()


@pytest.mark.fault("F04", "F05", "P1")
async def test_a_link_that_freezes_without_closing_frees_who_waits_and_costs_who_speaks_nothing(
    proxy: Proxy, stage: Stage
) -> None:
    scene = await stage.open(limits={**PATIENT}, ari_url=f"http://127.0.0.1:{proxy.port}/ari")
    choosing, speaking = await scene.caller("0441000001"), await scene.caller("0441000002")
    for caller in (choosing, speaking):
        await caller.calls_among_others("101")
    await speaking.chooses("1")
    await speaking.phone.wait_for_beep()
    await choosing.phone.wait_for_quiet(1.0)
    proxy.freeze()
    began = waiting.CLOCK.monotonic()
    await speaking.speaks(1.0)
    await scene.log_tells("link.down")  # we notice by ourselves
    await choosing.hears("vm-intro", GUARD_SECONDS + 10)
    assert waiting.CLOCK.monotonic() - began < GUARD_SECONDS + 2
    await proxy.thaw()
    await is_linked(scene)
    assert choosing.phone.current.live  # nobody of ours disturbs who has gone to the dialplan
    await choosing.hangs_up()
    await speaking.speaks(1.0)
    await speaking.presses("#")
    await speaking.hears("say-review-menu")
    await speaking.presses("1")
    await speaking.hears("say-message-saved")
    await speaking.is_hung_up_on()

    message = await scene.ledger.the_message()
    assert message.caller_number == "0441000002"
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    assert len(scene.ledger.calls()) == len(scene.ledger.owed()) == 2


@pytest.mark.fault("F04")
async def test_over_a_slow_link_everything_takes_longer_and_nothing_is_lost_or_said_twice(
    proxy: Proxy, far_scene: Scene
) -> None:
    proxy.delay_seconds = 0.3  # each way
    caller = await far_scene.call("101")
    await caller.chooses("1")
    await caller.speaks_after_the_beep()
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()
    proxy.delay_seconds = 0.0

    message = await far_scene.ledger.the_message()
    assert tone_seconds(far_scene.ledger.audio(message), VOICE_HZ) == pytest.approx(1.5, abs=0.4)
    assert far_scene.playbill.played.count("welcome") == 1
    assert "link.down" not in far_scene.log
