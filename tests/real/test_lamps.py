"""The lamp on the receptionist's phone shows who is away, and the same state sends the calls to us."""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import yaml

from ari_absence.asterisk import AriClient
from ari_absence.lab import waiting
from tests.real.letters import Postbox
from tests.real.scenes import Scene, Stage

pytestmark = pytest.mark.real

FAR_MORNING = "2037-11-25T10:00+09:00"
"""A Wednesday. What a command sets begins now, so an office that rehearses must not lie in the past."""

JUST_BEFORE_TWO = "2026-11-30T13:59:50+09:00"
"""Ten seconds before 101 goes out."""


NO_MESSAGES = {
    "ABSENCE_MAILBOX": "101@default",
    "ABSENCE_NEW": "0",
    "ABSENCE_OLD": "0",
    "ABSENCE_URGENT": "0",
}


async def is_stood_in_for(scene: Scene, extension: str) -> None:
    """A call to the extension is taken by us at once."""
    caller = await scene.call(extension)
    await caller.phone.wait_for_sound()
    await caller.hangs_up()
    assert (await scene.ledger.the_call()).why == "absent"


def only_reception_stays(scene: Scene) -> None:
    """Everybody else is no longer in people.yaml."""
    people = {"100": {"name": "Reception", "phones": ["PJSIP/100"]}}
    (scene.office.config / "people.yaml").write_text(yaml.safe_dump({"people": people}), encoding="utf-8")


@asynccontextmanager
async def asterisk(scene: Scene) -> AsyncIterator[AriClient]:
    """Asterisk itself, past the service."""
    lab = scene.lab
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        yield client


async def device_states(scene: Scene) -> dict[str, str]:
    """What Asterisk holds."""
    async with asterisk(scene) as client:
        return await client.device_states()


async def beside_ours(scene: Scene) -> str:
    """A device state that another program has set, by its name."""
    name = "Stasis:door-101"
    async with asterisk(scene) as client:
        await client.set_device_state(name, "INUSE")
    return name


async def test_lamps_are_lit_and_put_out_at_once_by_commands_and_dark_for_who_works_elsewhere(
    stage: Stage,
) -> None:
    scene = await stage.open(now=FAR_MORNING)
    lamps = [await scene.lab.lamp("101", user=user) for user in ("110", "100")]
    for kind, state in (("out", "confirmed"), ("remote", "terminated"), ("dnd", "confirmed")):
        await scene.office.cli("away", "101", kind)
        for lamp in lamps:
            await lamp.wait_for_state(state)
        if kind == "out":
            await is_stood_in_for(scene, "101")
    await scene.office.cli("back", "101")
    for lamp in lamps:
        await lamp.wait_for_state("terminated")
        assert lamp.states == ["terminated", "confirmed", "terminated", "confirmed", "terminated"]


async def test_the_lamp_follows_the_schedule_to_the_second(stage: Stage) -> None:
    scene = await stage.open(now=JUST_BEFORE_TWO)
    lamp = await scene.lab.lamp("101")
    assert lamp.states == ["terminated"]
    await lamp.wait_for_state("confirmed", 15.0)
    await is_stood_in_for(scene, "101")
    (call,) = scene.ledger.calls()
    assert call.began_at.isoformat() >= "2026-11-30T05:00:00"
    assert call.state_kind == "out"


@pytest.mark.fault("F55")
async def test_the_number_of_somebody_who_has_left_rings_again(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING)
    await scene.office.cli("away", "101", "out")
    lamp = await scene.lab.lamp("101")
    await lamp.wait_for_state("confirmed")
    nobody = await beside_ours(scene)

    only_reception_stays(scene)
    os.kill(scene.office.pid, signal.SIGHUP)
    await lamp.wait_for_state("terminated")
    await waiting.until(lambda: scene.office.status()["lamps_set"], 15, "The lamps")
    states = await device_states(scene)
    assert (states["Stasis:absence-101"], states["Stasis:lamp-101"]) == ("NOT_INUSE", "NOT_INUSE")
    assert states[nobody] == "INUSE"

    alice = await scene.lab.desk_phone("101", on_ring="answer")
    await scene.call("101")
    await alice.wait_established()


async def test_who_left_while_the_service_was_stopped_is_forgotten_when_it_starts(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING)
    await scene.office.cli("away", "101", "out")
    lamp = await scene.lab.lamp("101")
    await lamp.wait_for_state("confirmed")
    await scene.office.stop_service()
    only_reception_stays(scene)
    await scene.office.start_service()
    await lamp.wait_for_state("terminated")
    assert (await device_states(scene))["Stasis:absence-101"] == "NOT_INUSE"


async def test_who_comes_back_during_a_call_is_rung_by_the_next_one(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING, limits={"message_silence_seconds": 20})
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    await scene.office.cli("away", "110", "out")
    caller = await scene.caller_at_the_beep("110")
    await scene.office.cli("back", "110")
    next_caller = await scene.call("110", "0442223344")
    await mori.wait_established()
    await next_caller.hangs_up()
    await caller.speaks()
    await caller.hangs_up()
    assert (await scene.ledger.the_message()).caller_number == "0441112233"
    assert len(scene.ledger.calls()) == 1


async def test_the_log_tells_whose_calls_were_moved_and_by_whom_and_never_the_number(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING, running=False)
    await scene.office.cli("forward", "110", "no_answer", "+81 3 1234 5678")
    await scene.office.start_service()
    await scene.log_tells("forwards.changed")
    for command in (
        ("forward", "101", "busy", "+81 3 1234 5678"),
        ("forward", "101", "--off"),
        ("away", "101", "out", "--reach", "+81 3 1234 5678"),
    ):
        await scene.office.cli(*command)
    await scene.log_tells("absences.changed")

    told = [
        line.split(" event=")[1].replace(" call=", "").split(" at=")[0]
        for line in scene.log.splitlines()
        if "s.changed" in line
    ]
    by = f'by="command ({getpass.getuser()})"'
    assert [line.replace("'", '"') for line in told] == [
        f"forwards.changed extension=110 what=set occasion=no_answer {by}",
        f"forwards.changed extension=101 what=set occasion=busy {by}",
        f"forwards.changed extension=101 what=removed occasion=busy {by}",
        f'absences.changed extension=101 what="set out" calls="go on by steps of its own" {by}',
    ]
    assert "1234" not in scene.log


async def test_what_others_did_to_lamps_and_displays_is_put_right_within_half_a_minute(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING)
    lamp = await scene.lab.lamp("101")
    display = await scene.lab.presence_key("101", user_agent="Sangoma D80")
    messages = await scene.lab.message_lamp("101")
    await scene.office.cli("away", "101", "dnd")
    await lamp.wait_for_state("confirmed")
    async with asterisk(scene) as client:
        await client.set_device_state("Stasis:lamp-101", "NOT_INUSE")
        await client.call_dialplan("ari-absence-mwi", "lamp", {**NO_MESSAGES, "ABSENCE_NEW": "7"})
    await scene.lab.cli("presencestate change CustomPresence:101 available")
    await lamp.wait_for_state("terminated")
    await messages.wait_for_state("yes")
    await waiting.until(lambda: 'type="available"' in display.bodies[-1], 15, "The wrong text")

    await lamp.wait_for_state("confirmed", 35.0)
    await messages.wait_for_state("no", 35.0)
    await waiting.until(lambda: "do not disturb" in display.bodies[-1], 35.0, "The text")


async def test_the_lamp_of_reminders_follows_the_ledger_whichever_side_restarts(stage: Stage) -> None:
    scene = await stage.open(running=False)
    Postbox(scene).leave(before=timedelta(hours=1), due=timedelta(minutes=70))  # in ten minutes
    await scene.office.start_service()
    lamp = await scene.lab.lamp("*38101", user="100")
    await lamp.wait_for_state("confirmed")
    other = await scene.lab.lamp("*38102")
    assert other.states == ["terminated"]

    async with asterisk(scene) as client:  # as after a database that was lost
        await client.set_device_state("Stasis:owed-101", "NOT_INUSE")
    await lamp.wait_for_state("terminated")
    await scene.lab.kill()
    await scene.lab.restart()
    lamp = await scene.lab.lamp("*38101")
    await lamp.wait_for_state("confirmed", 10.0)

    await scene.office.stop_service()
    (owed,) = await scene.office.callbacks()
    await scene.office.cli("callbacks", "settle", owed["id"])  # nobody is there to tell Asterisk
    assert lamp.states[-1] == "confirmed"
    await scene.office.start_service()
    await lamp.wait_for_state("terminated")
