"""A call that we forward outside and that comes back by the trunk is ended at once, through the real dialplan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd
from ari_absence.lab import Lab
from ari_absence.lab.carrier import Returned
from tests.asterisk.conftest import APP, Office
from tests.asterisk.scenes import CALLER, hunting, mobile

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

DIALPLAN = Path(__file__).parent.parent.parent / "dialplan" / "ari_absence.conf"
NUMBER = "0791239876"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab(app=APP, dialplan=DIALPLAN) as running:
        yield running


async def away(office: Office, *extensions: str) -> None:
    for extension in extensions:
        await office.client.set_device_state(f"Stasis:absence-{extension}", "INUSE")


async def test_our_forward_that_comes_back_is_busy_and_the_first_call_goes_on(
    lab: Lab, office: Office
) -> None:
    await away(office, "101")
    carrier = await lab.carrier()
    carrier.fates[NUMBER] = Returned("101")
    office.answer_with(hunting(mobile(NUMBER)))
    caller = await lab.outside_caller(CALLER)
    await caller.dial("101")
    hunt = await office.outcome()

    assert (hunt.end, hunt.legs) == (HuntEnd.BUSY, (LegEnd.BUSY,))
    assert len(carrier.invitations) == 1
    assert office.link.status.returned_forwards == 1


@pytest.mark.parametrize(
    "fate", [Returned("102", diversions=6), Returned("102", headers=6)], ids=["one header", "six headers"]
)
async def test_a_call_that_was_diverted_too_often_is_ended_whoever_sent_it(
    lab: Lab, office: Office, fate: Returned
) -> None:
    await away(office, "101", "102")
    carrier = await lab.carrier()
    carrier.fates[NUMBER] = fate
    office.answer_with(hunting(mobile(NUMBER)))
    caller = await lab.outside_caller(CALLER)
    await caller.dial("101")

    assert (await office.outcome()).end is HuntEnd.BUSY
    assert office.link.status.returned_forwards == 1


async def test_another_caller_is_served_while_a_phone_outside_is_rung(lab: Lab, office: Office) -> None:
    await away(office, "101")
    mobile_phone = await lab.outside_phone(NUMBER)
    office.answer_with(hunting(mobile(NUMBER), ring_seconds=3))
    first = await lab.outside_caller(CALLER)
    await first.dial("101")
    await mobile_phone.wait_incoming()
    second = await lab.outside_caller("0449998877")
    await second.dial("101")
    await second.wait_established()

    assert office.link.status.returned_forwards == 0
    assert office.link.status.calls == 2


async def test_a_diversion_header_full_of_hostile_text_is_only_text(lab: Lab, office: Office) -> None:
    came = asyncio.Event()

    async def conversation(call: ChannelCall) -> Hunt | None:
        if call.extension == "101":
            return await call.hunt([mobile(NUMBER)], 2)
        came.set()
        return None

    await away(office, "101", "102")
    carrier = await lab.carrier()
    carrier.fates[NUMBER] = Returned("102", suffix=';x="${SHELL(id)},)&|${EXTEN}";y=$[1+1]')
    office.answer_with(conversation)
    caller = await lab.outside_caller(CALLER)
    await caller.dial("101")
    await asyncio.wait_for(came.wait(), 5)

    assert office.link.status.returned_forwards == 0
    log = lab.log_file.read_text()
    assert "ari-absence,absent,102,reason=unconditional;counter=1;x=id;y=11" in log
    assert not [line for line in log.splitlines() if NUMBER in line and "Executing" in line]
