"""What a caller brings along from outside, unchecked, goes no further: no leg inherits a diversion or a raw number."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_absence.attendant.call import Display, Ring
from ari_absence.core.people import Trunk
from ari_absence.lab import Lab
from tests.asterisk.conftest import APP, DIALPLAN, Office
from tests.asterisk.scenes import CALLER, TRUNK, hunting, mobile, screened

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "0791239876"
OWN = dataclasses.replace(TRUNK, shows="own", own_number="+41441230{extension}")
COMPANY = dataclasses.replace(TRUNK, shows="company", company_number="+41441230000")
DIVERTED, ODD, WITHHELD = "7103", "7104", "7003"

# what chan_pjsip makes of Diversion and History-Info, and of a caller number that is none
ARRIVING = """
[lab-shared](+)
exten => 7103,1,Set(REDIRECTING(from-num,i)=+491770000001)
 same => n,Set(REDIRECTING(from-name,i)=500&PJSIP/0900)
 same => n,Set(REDIRECTING(orig-num,i)=+491770000002)
 same => n,Set(REDIRECTING(to-num,i)=+491770000003)
 same => n,Set(REDIRECTING(reason,i)=cfu)
 same => n,Set(REDIRECTING(orig-reason,i)=cfb)
 same => n,Set(REDIRECTING(count,i)=3)
 same => n,Goto(7003,1)
exten => 7104,1,Set(CALLERID(num)=500&PJSIP/0900123)
 same => n,Set(CALLERID(name)=500&PJSIP/0900123)
 same => n,Goto(7003,1)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab(app=APP, extra_dialplan=DIALPLAN + ARRIVING) as running:
        yield running


async def rung_outside(
    lab: Lab, office: Office, ring: Ring, arrives: str, number: str | None = CALLER
) -> str:
    """The INVITE that goes out by the trunk for a call that arrives in one of these ways."""
    carrier = await lab.carrier()
    await lab.refused_outside(NUMBER, 486)
    office.answer_with(hunting(ring))
    await (await lab.outside_caller(number)).dial(arrives)
    await office.outcome()
    (invitation,) = carrier.invitations
    return invitation


async def rung_inside(lab: Lab, office: Office, ring: Ring, arrives: str, number: str | None = CALLER) -> str:
    """The INVITE that a colleague's phone gets."""
    colleague = await lab.desk_phone("102", on_ring="busy")
    office.answer_with(hunting(ring))
    await (await lab.outside_caller(number)).dial(arrives)
    await office.outcome()
    return next(each.text for each in colleague.sip_messages if each.text.startswith("INVITE"))


def header(message: str, name: str) -> str:
    """The content of a header, empty if there is none."""
    found = re.search(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


@pytest.mark.parametrize("trunk", [TRUNK, OWN, COMPANY], ids=lambda trunk: trunk.shows)
async def test_no_diversion_from_outside_goes_out_again(lab: Lab, office: Office, trunk: Trunk) -> None:
    invitation = await rung_outside(lab, office, mobile(NUMBER, trunk), DIVERTED)

    assert "4917700000" not in invitation
    assert "PJSIP/0900" not in invitation
    assert header(invitation, "History-Info") == ""
    diversion = header(invitation, "Diversion")
    if trunk.shows == "own":
        assert "<sip:+41441230101@" in diversion
        assert "reason=no-answer" in diversion
    else:
        assert diversion == ""


async def test_no_diversion_from_outside_reaches_a_colleagues_phone(lab: Lab, office: Office) -> None:
    invitation = await rung_inside(lab, office, screened("PJSIP/102"), DIVERTED)

    assert "4917700000" not in invitation
    assert not header(invitation, "Diversion") + header(invitation, "History-Info")


@pytest.mark.parametrize(("arrives", "number"), [(WITHHELD, None), (ODD, CALLER)], ids=["withheld", "odd"])
async def test_a_colleague_sees_for_whom_it_is_though_the_caller_has_no_number(
    lab: Lab, office: Office, arrives: str, number: str | None
) -> None:
    shown = Display(None, "for Alice Tanaka: unknown number")
    ring = dataclasses.replace(screened("PJSIP/102"), shown=shown)
    invitation = await rung_inside(lab, office, ring, arrives, number)

    assert header(invitation, "From").startswith('"for Alice Tanaka: unknown number" <sip:anonymous@')
    assert "0900123" not in invitation


@pytest.mark.parametrize(("arrives", "number"), [(WITHHELD, None), (ODD, CALLER)], ids=["withheld", "odd"])
async def test_a_caller_without_a_number_is_anonymous_outside(
    lab: Lab, office: Office, arrives: str, number: str | None
) -> None:
    ring = dataclasses.replace(mobile(NUMBER), shown=Display(None, "for Alice Tanaka: unknown number"))
    invitation = await rung_outside(lab, office, ring, arrives, number)

    assert header(invitation, "From").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert "0900123" not in invitation
    assert "Alice" not in invitation
