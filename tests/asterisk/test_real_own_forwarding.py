"""A phone that forwards by itself (302): the number has passed no policy, so nothing follows it or tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Ring
from ari_absence.lab import Lab
from ari_absence.lab.carrier import Refused
from tests.asterisk.conftest import APP, Office
from tests.asterisk.scenes import BEEP, CALLER, PAUSE, call_us, ends, hunting, mobile, screened

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

DIALPLAN = Path(__file__).parent.parent.parent / "dialplan" / "ari_absence.conf"
NUMBER = "+81901112223"
PREMIUM = "0900123456"
DIAL_STRING = f"PJSIP%2F{PREMIUM}%40trunk"  # percent-encoded, as the user part of a Contact
MOBILE = "0791239876"
NEXT = "0791239877"

WAY_OUT = """
[lab-shared](+)
exten => _+X.,1,Dial(PJSIP/${EXTEN}@trunk,10)
 same => n,Hangup()
exten => _0X.,1,Dial(PJSIP/${EXTEN}@trunk,10)
 same => n,Hangup()
"""  # as at most sites: who may dial outside in the context of phones and trunk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab(app=APP, dialplan=DIALPLAN, extra_dialplan=WAY_OUT) as running:
        yield running


@pytest.mark.parametrize(("extension", "number"), [("110", NUMBER), ("101", PREMIUM)])
async def test_a_present_persons_phone_that_forwards_by_itself_leads_to_us_and_not_outside(
    lab: Lab, office: Office, extension: str, number: str
) -> None:
    async def conversation(call: ChannelCall) -> tuple[str, str]:
        await call.answer()
        await call.say(BEEP, PAUSE)
        return call.extension, call.why.value

    carrier = await lab.carrier()
    await lab.refusing_phone(extension, 302, forwards_to=number)
    office.answer_with(conversation)
    caller = await lab.outside_caller(CALLER)
    await caller.dial(extension)
    await caller.wait_established()

    outcome = await office.outcome()
    assert carrier.invitations == []
    assert outcome == (extension, "busy")
    told = [message.text for message in caller.sip_messages if message.received]
    assert told
    assert not [text for text in told if number[-8:] in text or "SIP/2.0 181" in text or "Diversion" in text]


@pytest.mark.parametrize(
    ("extension", "ring_seconds", "target"),
    [("102", 0.0, PREMIUM), ("103", 0.5, PREMIUM), ("113", 0.5, DIAL_STRING)],
)
async def test_nobody_outside_is_rung_for_a_colleagues_phone_that_forwards_by_itself(
    lab: Lab, office: Office, extension: str, ring_seconds: float, target: str
) -> None:
    carrier = await lab.carrier()
    await lab.outside_phone(PREMIUM, on_ring="answer")
    await lab.refusing_phone(extension, 302, ring_seconds=ring_seconds, forwards_to=target)
    office.answer_with(hunting(screened(f"PJSIP/{extension}"), ring_seconds=3))
    await call_us(lab)

    assert ends(await office.outcome()) == ["no_answer"]  # it rang, and nobody there took the call
    assert carrier.invitations == []


@pytest.mark.parametrize("target", [PREMIUM, DIAL_STRING, f"Local%2F{PREMIUM}%40lab-shared"])
async def test_nobody_else_is_rung_for_a_mobile_that_forwards_by_itself_and_the_next_phone_is(
    lab: Lab, office: Office, target: str
) -> None:
    carrier = await lab.carrier()
    carrier.fates[MOBILE] = Refused(302, contact=f"sip:{target}@127.0.0.1:{lab.sip_port}")
    await lab.refused_outside(NEXT, 486)
    office.answer_with(one_after_the_other(mobile(MOBILE), mobile(NEXT)))
    await call_us(lab)

    outcome = await office.outcome()
    assert [dialled(each) for each in carrier.invitations] == [MOBILE, NEXT]
    assert outcome == ["unreachable", "busy"]


async def test_nobody_outside_is_rung_for_an_alert_to_a_phone_that_forwards_by_itself(
    lab: Lab, office: Office
) -> None:
    carrier = await lab.carrier()
    await lab.refusing_phone("100", 302, ring_seconds=0.0, forwards_to=PREMIUM)
    await office.link.alert([screened("PJSIP/100")], 3)

    assert carrier.invitations == []


def one_after_the_other(*rings: Ring) -> Callable[[ChannelCall], Awaitable[list[str]]]:
    """A conversation that rings each phone in turn, as a ladder does; how it ended with each."""

    async def conversation(call: ChannelCall) -> list[str]:
        await call.answer()
        return [end for ring in rings for end in ends(await call.hunt([ring], 3))]

    return conversation


def dialled(invitation: str) -> str:
    return invitation.removeprefix("INVITE sip:").split("@")[0]
