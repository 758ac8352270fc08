"""Connecting a real caller with real phones: ringing, talking both ways, and every way it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Connection
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import CallerGone
from ari_absence.lab import Lab, Phone
from tests.asterisk.conftest import Conversation, Office
from tests.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


def targets(*extensions: str) -> list[DialTarget]:
    return [DialTarget(f"PJSIP/{extension}") for extension in extensions]


def connecting(phones: Sequence[DialTarget], ring_seconds: float = 5) -> Conversation:
    async def conversation(call: ChannelCall) -> Connection:
        await call.answer()
        return await call.connect(phones, ring_seconds)

    return conversation


async def call_us(lab: Lab, number: str | None = "0441112233") -> Phone:
    caller = await lab.outside_caller(number, name="Hans Huber" if number else "")
    await caller.dial("7003")
    return caller


def joined(office: Office) -> bool:
    return any(call.line.bridge_id for call in office.link.sessions.calls.values())


async def test_two_who_are_connected_hear_each_other_and_the_caller_comes_back(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.3)
    came_back = asyncio.Event()

    async def conversation(call: ChannelCall) -> Connection:
        await call.answer()
        connection = await call.connect(targets("102"), 5)
        assert await office.client.bridges() == []
        await call.say("sound:activated")  # type: ignore[arg-type]
        came_back.set()
        return connection

    office.answer_with(conversation)
    caller = await call_us(lab)
    await colleague.wait_established()
    await caller.wait_established()
    await asyncio.gather(caller.speak_tone(600, 1.2), colleague.wait_for_tone(600, 0.5, 4))
    await asyncio.gather(colleague.speak_tone(900, 1.2), caller.wait_for_tone(900, 0.5, 4))
    await colleague.hang_up()

    await asyncio.wait_for(came_back.wait(), 5)
    assert await office.outcome() is Connection.TALKED


def identities_shown(phone: Phone) -> list[str]:
    received = [message.headers for message in phone.sip_messages if message.received]
    return [headers["p-asserted-identity"] for headers in received if "p-asserted-identity" in headers]


async def test_the_colleague_sees_the_caller_and_the_caller_never_the_colleagues_number(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.3)
    office.answer_with(connecting(targets("102")))
    caller = await call_us(lab)
    rung = await colleague.wait_established()
    await eventually(lambda: "Absent Alice" in str(identities_shown(caller)))  # updates follow the answer
    await colleague.hang_up()
    await caller.wait_ended()

    assert "0441112233" in rung.peer_uri
    assert rung.peer_name == "Hans Huber"
    shown = identities_shown(caller)
    assert not [identity for identity in shown if "sip:102@" in identity or "Desk" in identity]


async def test_a_withheld_number_stays_withheld(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.2)
    office.answer_with(connecting(targets("102")))
    await call_us(lab, number=None)

    rung = await colleague.wait_established()
    assert "anonymous" in rung.peer_uri.lower()


async def test_the_caller_hears_ringing_meanwhile(lab: Lab, office: Office) -> None:
    await lab.desk_phone("102", on_ring="ring")
    office.answer_with(connecting(targets("102"), ring_seconds=3))
    caller = await call_us(lab)

    await caller.wait_established()
    await caller.wait_for_sound(2.5)
    assert await office.outcome() is Connection.NO_ANSWER


async def test_nobody_answers(lab: Lab, office: Office) -> None:
    phone = await lab.desk_phone("102", on_ring="ring")
    office.answer_with(connecting(targets("102"), ring_seconds=1))
    await call_us(lab)

    assert await office.outcome(4) is Connection.NO_ANSWER
    await phone.wait_ended(2)


async def test_the_phone_is_busy(lab: Lab, office: Office) -> None:
    await lab.desk_phone("102", on_ring="busy")
    office.answer_with(connecting(targets("102")))
    await call_us(lab)

    assert await office.outcome(3) is Connection.BUSY


async def test_the_phone_is_declined(lab: Lab, office: Office) -> None:
    await lab.refusing_phone("100", 603)
    office.answer_with(connecting(targets("100")))
    await call_us(lab)

    assert await office.outcome(3) in (Connection.BUSY, Connection.NO_ANSWER)


@pytest.mark.parametrize("phones", [targets("113"), targets("no-such-phone"), targets("113", "103"), []])
async def test_a_phone_that_is_not_there_is_unreachable_at_once(
    lab: Lab, office: Office, phones: list[DialTarget]
) -> None:
    office.answer_with(connecting(phones))
    await call_us(lab)

    assert await office.outcome(2) is Connection.UNREACHABLE


async def test_one_of_several_answers_and_the_others_log_no_missed_call(lab: Lab, office: Office) -> None:
    loser = await lab.desk_phone("101", on_ring="ring")
    winner = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.7)
    office.answer_with(connecting([*targets("101", "102", "113")]))
    await call_us(lab)
    await loser.wait_incoming()
    await winner.wait_established()
    await loser.wait_ended(3)

    assert any("completed elsewhere" in message.headers.get("reason", "") for message in loser.sip_messages)
    await eventually(lambda: joined(office))
    await winner.hang_up()
    assert await office.outcome() is Connection.TALKED


async def test_phones_stop_ringing_when_the_caller_hangs_up(lab: Lab, office: Office) -> None:
    phone = await lab.desk_phone("102", on_ring="ring")
    office.answer_with(connecting(targets("102"), ring_seconds=20))
    caller = await call_us(lab)
    await phone.wait_incoming()
    await caller.hang_up()

    with pytest.raises(CallerGone):
        await office.outcome(2)
    await phone.wait_ended(2)


async def test_the_colleague_is_hung_up_when_the_caller_hangs_up_while_talking(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.2)
    office.answer_with(connecting(targets("102")))
    caller = await call_us(lab)
    await colleague.wait_established()
    await eventually(lambda: joined(office))
    await caller.hang_up()

    with pytest.raises(CallerGone):
        await office.outcome(2)
    await colleague.wait_ended(2)


async def test_a_phone_that_forwards_elsewhere_is_not_followed(lab: Lab, office: Office) -> None:
    elsewhere = await lab.desk_phone("103", on_ring="ring")
    await lab.refusing_phone("110", 302, forwards_to="103")
    office.answer_with(connecting(targets("110"), ring_seconds=4))
    await call_us(lab)

    assert await office.outcome(3) is not Connection.TALKED
    assert all(call.state == "ended" for call in elsewhere.calls)


async def test_the_conversation_goes_on_after_an_attempt_that_failed(lab: Lab, office: Office) -> None:
    await lab.desk_phone("102", on_ring="busy")

    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await call.connect(targets("102"), 5)
        asking.set()
        return await call.ask(["sound:tt-monkeysintro"], 5)  # type: ignore[list-item]

    asking = asyncio.Event()
    office.answer_with(conversation)
    caller = await call_us(lab)
    await asyncio.wait_for(asking.wait(), 5)
    await caller.wait_for_sound()
    await caller.press("6")

    assert await office.outcome() == "6"
