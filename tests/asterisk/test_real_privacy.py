"""The caller's phone never learns a number that was rung: every message towards it is searched, in every mode."""

from __future__ import annotations

import dataclasses

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Display, HuntEnd, Ring
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Trunk
from ari_absence.core.steps import Situation
from ari_absence.lab import Lab, Phone
from tests.asterisk.conftest import Office
from tests.asterisk.scenes import (
    BEEP,
    CALLER,
    SHOWN,
    TRUNK,
    call_us,
    hear_each_other,
    hunting,
    joined,
    mobile,
    screened,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "0791239876"
OWN = dataclasses.replace(TRUNK, shows="own", own_number="+41441230{extension}")
COMPANY = dataclasses.replace(TRUNK, shows="company", company_number="+41441230000")


def told(caller: Phone) -> list[str]:
    """Every message the caller's phone got, whole: headers, SDP and all."""
    return [message.text for message in caller.sip_messages if message.received]


def leaks(caller: Phone, number: str = NUMBER) -> list[str]:
    return [text for text in told(caller) if number[-7:] in text]


async def music(call: ChannelCall) -> None:
    while await call.wait(1) != "#":
        await call.say(BEEP)


async def taken(lab: Lab, office: Office, callee: Phone, *, screening: bool) -> None:
    await callee.wait_established()
    if screening:
        await callee.wait_for_sound()
        await callee.press("1")
    await joined(office)


@pytest.mark.parametrize("trunk", [TRUNK, OWN, COMPANY], ids=lambda trunk: trunk.shows)
@pytest.mark.parametrize("answers", [True, False], ids=["answered", "unanswered"])
@pytest.mark.parametrize("screening", [True, False], ids=["screened", "unscreened"])
async def test_no_message_to_the_caller_holds_the_number_of_the_mobile(
    lab: Lab, office: Office, trunk: Trunk, answers: bool, screening: bool
) -> None:
    # the network tells us the number in every answer, as if we had not dialled it ourselves
    (await lab.carrier()).asserts_number = True
    phone = await lab.outside_phone(NUMBER)
    changes = {} if screening else {"screening": None}
    office.answer_with(hunting(mobile(NUMBER, trunk, **changes), answers=answers))
    caller = await call_us(lab)
    await phone.wait_incoming()
    await phone.answer()
    await taken(lab, office, phone, screening=screening)
    await caller.wait_established()
    await hear_each_other(caller, phone)
    await phone.hold()  # a re-INVITE of the mobile's
    await phone.resume()
    await caller.hold()  # and one of the caller's, whose answer is a message too
    await caller.resume()
    await phone.hang_up()

    assert (await office.outcome()).end is HuntEnd.TALKED
    await caller.wait_ended()
    assert len(told(caller)) > 4
    assert leaks(caller) == []
    if trunk.shows != "caller":  # nor the mobile the caller's, where the trunk shows another
        assert leaks(phone, CALLER) == []


async def test_a_caller_with_music_and_many_phones_learns_none_of_them(lab: Lab, office: Office) -> None:
    (await lab.carrier()).asserts_number = True
    numbers = ["0791110001", "0792220002"]
    phones = [await lab.outside_phone(number, on_ring="answer") for number in numbers]
    colleague = await lab.desk_phone("103", on_ring="answer")
    office.answer_with(hunting(*(mobile(number) for number in numbers), screened("PJSIP/103"), pastime=music))
    caller = await call_us(lab)
    for phone in (*phones, colleague):
        await phone.wait_established()
    await phones[1].wait_for_sound()
    await phones[1].press("1")
    await joined(office)
    await phones[0].wait_ended()
    await colleague.wait_ended()
    await caller.hang_up()

    assert [leaks(caller, number) for number in numbers] == [[], []]
    assert not [text for text in told(caller) if "sip:103@" in text or "Desk" in text]


async def test_an_attempt_that_fails_tells_no_number_either(lab: Lab, office: Office) -> None:
    (await lab.carrier()).asserts_number = True
    await lab.refused_outside(NUMBER, 486)
    office.answer_with(hunting(mobile(NUMBER), answers=False))
    caller = await call_us(lab)

    assert (await office.outcome()).end is HuntEnd.BUSY
    await caller.wait_ended()
    assert leaks(caller) == []


async def test_the_colleague_sees_who_calls_and_the_caller_nothing_of_the_colleague(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.3)
    shown = Display(CALLER, "For Alice: Hans Huber")
    office.answer_with(hunting(Ring(DialTarget("PJSIP/102"), shown)))
    caller = await call_us(lab)
    rung = await colleague.wait_established()
    await joined(office)
    await hear_each_other(caller, colleague)

    assert CALLER in rung.peer_uri
    assert rung.peer_name == "For Alice: Hans Huber"
    assert not [text for text in told(caller) if "sip:102@" in text or "Desk" in text]


async def test_a_withheld_number_stays_withheld(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.2)
    office.answer_with(hunting(Ring(DialTarget("PJSIP/102"), Display(None, "Alice"))))
    await call_us(lab, number=None)

    rung = await colleague.wait_established()
    assert "anonymous" in rung.peer_uri.lower()


@pytest.mark.parametrize(
    ("trunk", "seen", "forwarded_on", "reason"),
    [
        (TRUNK, f"sip:{CALLER}@", Situation.NO_ANSWER, None),
        (OWN, "sip:+41441230101@", Situation.NO_ANSWER, "no-answer"),
        (OWN, "sip:+41441230101@", Situation.AT_ONCE, "unconditional"),
        (OWN, "sip:+41441230101@", Situation.BUSY, "user-busy"),
        (OWN, "sip:+41441230101@", Situation.UNREACHABLE, "unavailable"),
        (COMPANY, "sip:+41441230000@", Situation.NO_ANSWER, None),
    ],
    ids=["caller", "own", "own, at once", "own, busy", "own, unreachable", "company"],
)
async def test_the_trunk_decides_whom_the_called_party_sees(
    lab: Lab, office: Office, trunk: Trunk, seen: str, forwarded_on: Situation, reason: str | None
) -> None:
    carrier = await lab.carrier()
    await lab.refused_outside(NUMBER, 486)
    office.answer_with(hunting(mobile(NUMBER, trunk, forwarded_on=forwarded_on)))
    await call_us(lab)
    await office.outcome()
    (invitation,) = carrier.invitations
    headers = dict(line.split(": ", 1) for line in invitation.split("\r\n") if ": " in line)

    assert seen in headers["From"]
    assert seen in headers["P-Asserted-Identity"]
    assert (reason is None) == ("Diversion" not in headers)
    assert reason is None or f"<{seen}" in headers["Diversion"]
    assert reason is None or f";reason={reason}" in headers["Diversion"].replace('"', "")


@pytest.mark.parametrize(
    ("trunk", "seen"),
    [
        (OWN, "sip:+41441230101@"),
        (dataclasses.replace(OWN, shows="caller"), "sip:+41441230101@"),
        (TRUNK, None),
    ],
    ids=["own", "caller", "caller without any number of ours"],
)
async def test_an_alert_shows_outside_a_number_of_ours_or_none(
    lab: Lab, office: Office, trunk: Trunk, seen: str | None
) -> None:
    carrier = await lab.carrier()
    await lab.refused_outside(NUMBER, 486)
    ring = dataclasses.replace(mobile(NUMBER, trunk), shown=Display("101", "urgent for Alice"))
    await office.link.alert([ring], 4)
    (invitation,) = carrier.invitations

    origin = invitation.split("From:")[1].split("\r\n")[0]
    assert (seen or "anonymous") in origin.lower()
    assert "sip:101@" not in origin
    assert "Diversion" not in invitation


async def test_a_withheld_caller_is_anonymous_outside_too(lab: Lab, office: Office) -> None:
    carrier = await lab.carrier()
    await lab.refused_outside(NUMBER, 486)
    office.answer_with(hunting(dataclasses.replace(mobile(NUMBER), shown=Display(None, ""))))
    await call_us(lab, number=None)
    await office.outcome()

    assert "anonymous" in carrier.invitations[0].split("From:")[1].split("\r\n")[0].lower()


async def test_no_number_outside_is_logged(
    lab: Lab, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    await lab.outside_phone(NUMBER, on_ring="busy")
    ring = mobile(NUMBER)
    refused = dataclasses.replace(ring, target=DialTarget(f"PJSIP/{NUMBER}@no-such-trunk", TRUNK))
    office.answer_with(hunting(ring, refused))
    await call_us(lab)
    await office.outcome()

    assert NUMBER not in capsys.readouterr().out
    assert NUMBER not in repr(ring)
    assert SHOWN.name in repr(ring)
