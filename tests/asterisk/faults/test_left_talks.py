"""Two who talk when the service stops or dies: they talk on, and nobody is left alone. On a fake Asterisk."""

from __future__ import annotations

from typing import Any

import pytest

from ari_absence.asterisk import AriClient, ids
from ari_absence.attendant.call import HuntEnd
from tests.asterisk.conftest import APP, Office
from tests.asterisk.faults.fake import CHANNEL_ID, FakeAsterisk, channel
from tests.asterisk.faults.test_taken import talking

CALL = ids.new_call_id()
LEG, BRIDGE = ids.of_leg(CALL, 1), ids.of_bridge(CALL, 2)


def bridged(*channels: str) -> list[dict[str, Any]]:
    return [{"id": BRIDGE, "name": APP, "channels": list(channels)}]


async def taken_over(asterisk: FakeAsterisk, client: AriClient) -> Office:
    """An office that finds the talk of an earlier life."""
    asterisk.channel_ids = [CHANNEL_ID, LEG]
    asterisk.answer("GET", "/bridges", (200, bridged(CHANNEL_ID, LEG)))
    office = Office(client)
    await office.open()
    await asterisk.until_asked("GET", "/recordings/stored")  # the last thing that is looked at
    return office


def touched(asterisk: FakeAsterisk) -> list[str]:
    return [path for verb, path, _ in asterisk.requests if verb == "DELETE" or path.endswith("/continue")]


@pytest.mark.fault("F17", "F58")
@pytest.mark.parametrize(
    ("leaves", "stays"), [(CHANNEL_ID, LEG), (LEG, CHANNEL_ID)], ids=["caller", "colleague"]
)
async def test_talk_of_an_earlier_life_goes_on_and_who_stays_behind_is_hung_up(
    asterisk: FakeAsterisk, client: AriClient, leaves: str, stays: str
) -> None:
    office = await taken_over(asterisk, client)
    assert touched(asterisk) == []

    asterisk.answer("GET", "/bridges", (200, bridged(stays)))
    await asterisk.send("ChannelLeftBridge", channel=channel(leaves), bridge={"id": BRIDGE})
    await asterisk.send("StasisEnd", channel=channel(leaves))

    await asterisk.until_asked("DELETE", BRIDGE)
    assert touched(asterisk) == [f"/channels/{stays}", f"/bridges/{BRIDGE}"]
    await office.close()


async def test_who_takes_a_place_in_such_a_talk_by_a_transfer_is_one_of_the_two(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    office = await taken_over(asterisk, client)
    await asterisk.send("StasisStart", channel=channel("anna"), args=[], replace_channel=channel())
    await asterisk.send("StasisEnd", channel=channel())
    asterisk.answer("GET", "/bridges", (200, bridged("anna")))
    await asterisk.send("ChannelLeftBridge", channel=channel(LEG), bridge={"id": BRIDGE})

    await asterisk.until_asked("DELETE", BRIDGE)
    assert touched(asterisk) == ["/channels/anna", f"/bridges/{BRIDGE}"]
    await office.close()


async def test_who_was_left_alone_while_the_link_was_lost_is_hung_up_when_it_is_back(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    office = await taken_over(asterisk, client)
    asterisk.channel_ids = [CHANNEL_ID]
    asterisk.answer("GET", "/bridges", (200, bridged(CHANNEL_ID)))
    await asterisk.disconnect()

    await asterisk.until_asked("DELETE", BRIDGE)
    assert touched(asterisk) == [f"/channels/{CHANNEL_ID}", f"/bridges/{BRIDGE}"]
    await office.close()


@pytest.mark.fault("F17")
async def test_one_alone_in_a_bridge_of_an_earlier_life_is_no_talk(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.channel_ids = [CHANNEL_ID]
    asterisk.answer("GET", "/bridges", (200, bridged(CHANNEL_ID)))
    office = Office(client)
    await office.open()

    await asterisk.until_asked("POST", f"{CHANNEL_ID}/continue")
    await asterisk.until_asked("DELETE", BRIDGE)
    await office.close()


@pytest.mark.fault("F68")
async def test_service_that_stops_leaves_a_talk_to_itself_at_once(
    asterisk: FakeAsterisk, office: Office
) -> None:
    await talking(asterisk, office)
    await office.link.close(grace_seconds=60)

    assert (await office.outcome(1)).end is HuntEnd.TALKED
    assert touched(asterisk) == [f"/channels/{CHANNEL_ID}/ring"]  # they heard it before they talked
