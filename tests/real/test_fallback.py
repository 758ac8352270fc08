"""The fallback attendant on a real Asterisk: what callers hear and leave while the service is away."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from ari_absence.asterisk import AriClient
from ari_absence.lab import waiting
from ari_absence.ledger.reading import Message
from tests.real.scenes import VOICE_HZ, Caller, Scene, Stage, tone_seconds

pytestmark = pytest.mark.real

SCRIPT = Path(sys.executable).parent / "ari-absence-fallback"


@pytest_asyncio.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """An office whose dialplan knows the attendant."""
    scene = await stage.open()
    await use(scene, SCRIPT)
    yield scene
    await use(scene, Path("/nowhere/ari-absence-fallback"))


async def use(scene: Scene, script: Path) -> None:
    await scene.lab.cli(f"dialplan set global ABSENCE_FALLBACK {script}")
    await scene.lab.cli(f"dialplan set global ABSENCE_FALLBACK_FOLDER {folder(scene)}")


def folder(scene: Scene) -> Path:
    return scene.office.data / "fallback"


def left(scene: Scene) -> list[Path]:
    """What still waits to be taken in."""
    spool = scene.lab.recordings / "ari-absence-fallback"
    return [*spool.glob("*"), *(folder(scene) / "left").glob("*")]


async def leaves_a_message(caller: Caller) -> None:
    await caller.hears("say-message-after-tone")
    await caller.phone.wait_for_beep()
    await caller.speaks(2.0)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()


async def comes_home_once(scene: Scene) -> Message:
    """The service starts, and has the caller's words, once; nothing waits any more."""
    await scene.office.start_service()
    message = await scene.ledger.the_message()
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    assert len(message.deliveries) == 1
    await waiting.until(lambda: not left(scene), 15, "The removal of what was taken in")
    assert len(scene.ledger.messages()) == 1
    assert len(scene.ledger.owed()) == 1
    return message


async def test_a_service_that_is_away_is_stood_in_for_in_the_same_words_and_the_message_comes_home(
    scene: Scene,
) -> None:
    await scene.office.stop_service()
    caller = await scene.call("101")
    await caller.hears("welcome")
    await caller.hears("who-out-of-office-until")
    await caller.presses("1")
    await leaves_a_message(caller)
    await comes_home_once(scene)
    assert [call.outcome for call in scene.ledger.calls()] == ["message"]


async def test_a_caller_whose_service_is_killed_in_the_greeting_is_not_greeted_twice(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.hears("who-out-of-office-until")
    await scene.office.kill_service()
    scene.playbill.forget()
    lab = scene.lab
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        (channel,) = await client.channels()
        await client.set_variable(channel["id"], "TIMEOUT(absolute)", "1")  # nobody waits ten minutes here
    await caller.hears("say-cannot-take-now")
    await leaves_a_message(caller)
    assert not {"welcome", "who-out-of-office-until"} & set(scene.playbill.since_forgotten)
    message = await comes_home_once(scene)
    assert [call.id for call in scene.ledger.calls()] == [message.call_id], (
        "one call, begun here and ended there"
    )


async def test_with_a_damaged_directory_and_an_attendant_that_is_killed_nothing_is_announced_twice(
    scene: Scene,
) -> None:
    await scene.office.stop_service()
    directory = folder(scene) / "directory"
    directory.write_text(directory.read_text()[:-100])
    caller = await scene.call("101")
    await caller.hears("say-cannot-take-now")
    await caller.hears("say-message-after-tone")
    attendant(scene).kill()
    await leaves_words_with_the_dialplan(caller)
    await comes_home_once(scene)


async def test_an_attendant_that_hangs_frees_its_caller_to_the_plain_dialplan(scene: Scene) -> None:
    await scene.office.stop_service()
    caller = await scene.call("101")
    await caller.hears("who-out-of-office-until")
    hanging = attendant(scene)
    hanging.suspend()
    (channel,) = [
        line.split("!")[0] for line in (await scene.lab.cli("core show channels concise")).splitlines()
    ]
    await scene.lab.cli(
        f"dialplan set chanvar {channel} TIMEOUT(absolute) 1"
    )  # nobody waits twenty minutes here
    await leaves_words_with_the_dialplan(caller)
    hanging.resume()
    await waiting.until(lambda: not hanging.is_running(), 15, "The end of the attendant")
    await comes_home_once(scene)


def attendant(scene: Scene) -> psutil.Process:
    """The process that talks with the caller."""
    children = psutil.Process(scene.lab.pid).children()
    (process,) = [each for each in children if str(SCRIPT) in each.cmdline()]
    return process


async def leaves_words_with_the_dialplan(caller: Caller) -> None:
    """Who has heard an announcement is asked for a message, and told nothing else."""
    await caller.hears("vm-intro")
    assert "vm-theperson" not in caller.scene.playbill.played
    await caller.phone.wait_for_beep()
    await caller.speaks(2.0)
    await caller.hangs_up()
    await caller.scene.lab.until_quiet()
