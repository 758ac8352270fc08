"""A call that we forward outside and that comes back by the trunk does not go round, through the real dialplan."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.asterisk import ChannelCall, sessions
from ari_absence.attendant.call import Display, Hunt, HuntEnd, LegEnd, Ring
from ari_absence.core.people import Trunk
from ari_absence.lab import Lab, Phone
from ari_absence.lab.carrier import Returned
from tests.asterisk.conftest import APP, Office
from tests.asterisk.scenes import CALLER, TRUNK, hunting, mobile
from tests.waiting import eventually

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


OWN = dataclasses.replace(TRUNK, shows="own", own_number="+41441230{extension}")
COMPANY = dataclasses.replace(TRUNK, shows="company", company_number="+41441230000")
OTHER = "0791112222"
MOBILES: dict[str, Ring] = {}


def forwarding(served: list[str], ring_seconds: float = 2) -> Callable[[ChannelCall], Awaitable[Hunt]]:
    """Everybody's calls go to their own mobile, with what their caller shows or what the trunk says."""

    async def conversation(call: ChannelCall) -> Hunt:
        served.append(call.extension)
        shown = Display(call.caller.number, "")
        rung = dataclasses.replace(MOBILES[call.extension], shown=shown)
        return await call.hunt([rung], ring_seconds)

    return conversation


async def nothing_went_round(office: Office, served: list[str], invitations: list[str]) -> None:
    """The first call alone was served, its mobile rang in vain, and what came back has ended."""
    hunt = await office.outcome()
    assert (hunt.end, hunt.legs) == (HuntEnd.NO_ANSWER, (LegEnd.NO_ANSWER,))
    await eventually(lambda: office.link.status.returned_forwards == 1)
    await eventually(lambda: office.link.status.calls == 0)
    assert served == ["101"]
    assert len(invitations) == 1


@pytest.mark.fault("F37")
@pytest.mark.parametrize(
    ("trunk", "number", "back_to"),
    [
        pytest.param(TRUNK, CALLER, "101", id="caller"),
        pytest.param(TRUNK, None, "101", id="withheld"),
        pytest.param(TRUNK, None, "110", id="withheld, crosswise"),
        pytest.param(OWN, CALLER, "101", id="own"),
        pytest.param(OWN, None, "110", id="own, crosswise"),
        pytest.param(COMPANY, CALLER, "101", id="company"),
        pytest.param(COMPANY, CALLER, "110", id="company, crosswise"),
    ],
)
async def test_our_forward_that_comes_back_is_not_served_and_ends_with_what_it_was(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch, trunk: Trunk, number: str | None, back_to: str
) -> None:
    monkeypatch.setitem(MOBILES, "101", mobile(NUMBER, trunk))
    monkeypatch.setitem(MOBILES, "110", mobile(OTHER, trunk))
    await away(office, "101", "110")
    carrier = await lab.carrier()
    carrier.fates |= {NUMBER: Returned(back_to), OTHER: Returned("101")}
    served: list[str] = []
    office.answer_with(forwarding(served))
    caller = await lab.outside_caller(number)
    await caller.dial("101")

    await nothing_went_round(office, served, carrier.invitations)


@pytest.mark.parametrize("number", [CALLER, None], ids=["a main number", "withheld"])
async def test_a_genuine_second_caller_with_the_same_number_rings_and_is_served_then(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch, number: str | None
) -> None:
    monkeypatch.setitem(MOBILES, "101", mobile(NUMBER))
    await away(office, "101")
    mobile_phone = await lab.outside_phone(NUMBER, on_ring="ring")
    served: list[str] = []
    office.answer_with(forwarding(served))
    first = await lab.outside_caller(number)
    await first.dial("101")
    await mobile_phone.wait_incoming()
    second = await lab.outside_caller(number)
    await second.dial("101")
    await second.wait_ringing()
    await office.outcome()
    assert served == ["101"]
    await eventually(lambda: served == ["101", "101"])

    assert "established" not in second.current.history
    assert office.link.status.returned_forwards == 0


async def two_callers_with_one_number(lab: Lab, office: Office, served: list[str]) -> tuple[Phone, Phone]:
    """While a mobile rings for the first, the second rings."""
    await away(office, "101")
    mobile_phone = await lab.outside_phone(NUMBER, on_ring="ring")
    office.answer_with(forwarding(served, ring_seconds=6))
    first, second = await lab.outside_caller(CALLER), await lab.outside_caller(CALLER)
    await first.dial("101")
    await mobile_phone.wait_incoming()
    await second.dial("101")
    await second.wait_ringing()
    await eventually(lambda: office.link.status.calls == 2)
    return first, second


async def test_a_genuine_second_caller_who_gives_up_meanwhile_is_not_forgotten(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOBILES, "101", mobile(NUMBER))
    served: list[str] = []
    first, second = await two_callers_with_one_number(lab, office, served)
    assert served == ["101"]
    await second.hang_up()
    await eventually(lambda: served == ["101", "101"])
    await first.hang_up()

    assert office.link.status.returned_forwards == 0


async def test_nobody_is_held_back_for_longer_than_a_limit(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOBILES, "101", mobile(NUMBER))
    monkeypatch.setattr(sessions, "HELD_SECONDS_MAX", 0.6)
    served: list[str] = []
    first, second = await two_callers_with_one_number(lab, office, served)
    await eventually(lambda: served == ["101", "101"], 3)
    assert not office._outcome.done()
    await first.hang_up()
    await second.hang_up()


@pytest.mark.fault("F37")
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


@pytest.mark.fault("A12")
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
    await asyncio.wait_for(came.wait(), 15)

    assert office.link.status.returned_forwards == 0
    log = lab.log_file.read_text()
    assert "ari-absence,absent,102,reason=unconditional;counter=1;x=id;y=11" in log
    assert not [line for line in log.splitlines() if NUMBER in line and "Executing" in line]
