"""A message lights the lamp of its owner's phones on the wire; hearing it puts the lamp out. By each of the ways."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import yaml

from ari_absence.lab import Lab, Phone, SubscriberPhone, waiting
from tests.real.scenes import Scene, Stage

pytestmark = pytest.mark.real

MANAGER = """[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}

[ari-absence]
secret = {secret}
read =
write = system
"""


async def leaves_a_message(scene: Scene, extension: str = "101") -> str:
    """Somebody outside leaves a message; gives its id."""
    known = {message.id for message in scene.ledger.messages()}
    caller = await scene.caller_at_the_beep(extension)
    await caller.speaks(1.1)
    await caller.hangs_up()
    await waiting.until(lambda: len(scene.ledger.messages()) > len(known), 15.0, "The message")
    return next(message.id for message in scene.ledger.messages() if message.id not in known)


async def shows(scene: Scene, extension: str, state: str) -> None:
    """A phone that asks now is told this state, at once or shortly after."""
    lamp = await scene.lab.message_lamp(extension)
    await lamp.wait_for_state(state)
    await lamp.close()


async def restart_asterisk(scene: Scene) -> None:
    """Asterisk crashes and comes back; return when the service has told it everything."""
    before = scene.office.status()["connected_since"]
    await scene.lab.kill()
    await scene.lab.restart()
    await waiting.until(
        lambda: scene.office.status()["connected_since"] not in (None, before), 15.0, "The link"
    )
    await told(scene)


async def told(scene: Scene) -> None:
    """Wait until every message lamp has been shown."""
    await waiting.until(lambda: scene.office.status()["message_lamps_set"], 10.0, "The message lamps")


def watches(scene: Scene, extension: str, *boxes: str) -> None:
    """``extension`` is to see the messages of ``boxes``, too."""
    file = scene.office.config / "people.yaml"
    people = yaml.safe_load(file.read_text(encoding="utf-8"))
    people["people"][extension]["watches"] = list(boxes)
    file.write_text(yaml.safe_dump(people), encoding="utf-8")
    os.kill(scene.office.pid, signal.SIGHUP)


async def test_a_message_lights_every_phone_of_its_owner_and_of_who_watches(scene: Scene) -> None:
    lamps = [await scene.lab.message_lamp(extension) for extension in ("101", "101", "100")]
    stranger = await scene.lab.message_lamp("102")
    watches(scene, "100", "101")
    await scene.log_tells("configuration.taken")
    message = await leaves_a_message(scene)
    for lamp in lamps:
        await lamp.wait_for_state("yes")
        assert "Voice-Message: 1/0 (0/0)" in lamp.bodies[-1]
    await scene.office.cli("heard", message)
    for lamp in lamps:
        await lamp.wait_for_state("no")
        assert "Voice-Message: 0/1 (0/0)" in lamp.bodies[-1]
    assert set(stranger.states) == {"no"}


async def test_both_phones_of_a_person_are_told_and_a_deleted_message_goes_out(scene: Scene) -> None:
    lamps: list[SubscriberPhone] = [await scene.lab.message_lamp(phone) for phone in ("103", "113")]
    message = await leaves_a_message(scene, "103")
    for lamp in lamps:
        await lamp.wait_for_state("yes")
    await scene.office.cli("delete", message)
    for lamp in lamps:
        await lamp.wait_for_state("no")


@pytest.mark.fault("F67", "P10")
async def test_the_lamp_equals_the_ledger_whichever_side_restarts_in_between(scene: Scene) -> None:
    message = await leaves_a_message(scene)
    await shows(scene, "101", "yes")
    await restart_asterisk(scene)
    await shows(scene, "101", "yes")
    await scene.office.stop_service()
    await shows(scene, "101", "yes")
    await scene.office.cli("heard", message)  # nobody is there to tell Asterisk
    await scene.office.start_service()
    await told(scene)
    await shows(scene, "101", "no")
    other = await leaves_a_message(scene)
    await shows(scene, "101", "yes")
    await scene.lab.kill()
    await scene.office.cli("heard", other)  # nobody is there to be told
    await scene.lab.restart()
    await shows(scene, "101", "no")


@pytest.mark.fault("F66")
async def test_where_asterisk_has_no_mailboxes_that_is_told_once_and_messages_are_kept(stage: Stage) -> None:
    scene = await stage.open(changes={"pbx": {"sounds": str(stage.folder / "sounds"), "message_lamp": "ari"}})
    await scene.log_tells("load res_ari_mailboxes")
    await leaves_a_message(scene)
    assert scene.log.count("load res_ari_mailboxes") == 1


async def test_where_minivm_is_missing_that_is_told_with_what_to_load(scene: Scene) -> None:
    await leaves_a_message(scene)
    await scene.office.stop_service()
    await scene.lab.kill()  # else it would still know
    await scene.lab.restart()
    await scene.lab.cli("module unload app_minivm.so")
    try:
        await scene.office.start_service()
        await scene.log_tells("load app_minivm")
    finally:
        await scene.lab.cli("module load app_minivm.so")


@asynccontextmanager
async def manager_of(lab: Lab) -> AsyncIterator[int]:
    """Asterisk's manager interface answers inside this block, at the port that is given."""
    file, port = lab.settings.folders.etc / "manager.conf", lab.take_tool_port()
    before = file.read_text()
    file.write_text(MANAGER.format(port=port, secret=lab.phone_password))
    await lab.cli("manager reload")
    try:
        yield port
    finally:
        file.write_text(before)
        await lab.cli("manager reload")


async def is_notified(phone: Phone, counts: str) -> None:
    """Wait until the phone, which subscribes to nothing, is told of a message lamp."""

    def lamps() -> list[str]:
        told = (message for message in phone.sip_messages if message.received)
        return [message.body for message in told if message.first_line.startswith("NOTIFY")]

    await waiting.until(
        lambda: f"Voice-Message: {counts}" in "".join(lamps()[-1:]), 5.0, f"{counts} on the wire"
    )


async def test_the_manager_tells_both_phones_of_a_person(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMI_USERNAME", "ari-absence")
    monkeypatch.setenv("AMI_PASSWORD", stage.lab.phone_password)
    async with manager_of(stage.lab) as port:
        pbx = {"sounds": str(stage.folder / "sounds"), "message_lamp": "ami", "ami": f"127.0.0.1:{port}"}
        scene = await stage.open(changes={"pbx": pbx})
        phones = [await scene.lab.desk_phone("103")]
        message = await leaves_a_message(scene, "103")
        await is_notified(phones[0], "1/0 (0/0)")
        phones.append(await scene.lab.desk_phone("113"))  # is switched on, and told at once
        await is_notified(phones[1], "1/0 (0/0)")
        await scene.office.cli("heard", message)
        for phone in phones:
            await is_notified(phone, "0/1 (0/0)")
        assert scene.lab.phone_password not in scene.log
