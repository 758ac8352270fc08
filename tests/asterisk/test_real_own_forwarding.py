"""A desk phone that forwards by itself (302): the number has passed no policy, so nothing follows it or tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.asterisk import ChannelCall
from ari_absence.lab import Lab
from tests.asterisk.conftest import APP, Office
from tests.asterisk.scenes import BEEP, CALLER, PAUSE

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

DIALPLAN = Path(__file__).parent.parent.parent / "dialplan" / "ari_absence.conf"
NUMBER = "+81901112223"

WAY_OUT = """
[lab-shared](+)
exten => _+X.,1,Dial(PJSIP/${EXTEN}@trunk,10)
 same => n,Hangup()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab(app=APP, dialplan=DIALPLAN, extra_dialplan=WAY_OUT) as running:
        yield running


async def test_a_present_persons_phone_that_forwards_by_itself_leads_to_us_and_not_outside(
    lab: Lab, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> tuple[str, str]:
        await call.answer()
        await call.say(BEEP, PAUSE)
        return call.extension, call.why.value

    carrier = await lab.carrier()
    await lab.refusing_phone("110", 302, forwards_to=NUMBER)
    office.answer_with(conversation)
    caller = await lab.outside_caller(CALLER)
    await caller.dial("110")
    await caller.wait_established()

    outcome = await office.outcome()
    assert carrier.invitations == []
    assert outcome == ("110", "busy")
    told = [message.text for message in caller.sip_messages if message.received]
    assert told
    assert not [text for text in told if NUMBER[-8:] in text or "SIP/2.0 181" in text or "Diversion" in text]
