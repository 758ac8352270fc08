"""Ringing real phones for a real caller: every outcome, talking both ways, and who hears what."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Callee, Hunt, HuntEnd, LegEnd, Verdict
from ari_absence.errors import CallerGone
from ari_absence.lab import Lab, Phone, audio
from tests.asterisk.conftest import Office, rings
from tests.asterisk.scenes import (
    BEEP,
    MONKEYS,
    PAUSE,
    call_us,
    ends,
    hear_each_other,
    hunting,
    joined,
    mobile,
    screened,
)
from tests.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

MUSIC_HZ = 620.0


def answered_legs(office: Office) -> int:
    return sum(1 for line in office.link.sessions.lines if line.leg and line.up)


async def music(call: ChannelCall) -> None:
    while await call.wait(1) != "#":
        await call.say(BEEP)


async def test_who_takes_the_call_hears_the_caller_and_is_heard(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(screened("PJSIP/101")))
    caller = await call_us(lab)
    await colleague.wait_established()
    await colleague.wait_for_sound()
    await colleague.press("1")
    await joined(office)
    await hear_each_other(caller, colleague)
    await colleague.hang_up()

    assert await office.outcome() == Hunt(HuntEnd.TALKED, 0, (LegEnd.TALKED,))


async def test_a_phone_without_screening_takes_by_answering_and_the_caller_comes_back(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.3)

    async def no_bridge_is_left() -> bool:
        return await office.client.bridges() == []

    async def conversation(call: ChannelCall) -> Hunt:
        await call.answer()
        hunt = await call.hunt(rings("PJSIP/102"), 5)
        await eventually(no_bridge_is_left, 2)  # Asterisk lists one for a moment after it has destroyed it
        await call.say(BEEP, PAUSE)
        return hunt

    office.answer_with(conversation)
    caller = await call_us(lab)
    await colleague.wait_established()
    await caller.wait_established()
    await joined(office)
    await hear_each_other(caller, colleague)
    await colleague.hang_up()

    await caller.wait_for_beep()
    assert (await office.outcome()).end is HuntEnd.TALKED


async def test_a_caller_who_was_not_answered_rings_until_they_are_joined(lab: Lab, office: Office) -> None:
    mobile_phone = await lab.outside_phone("0791234567")
    office.answer_with(hunting(mobile("0791234567", screening=None), answers=False))
    caller = await call_us(lab)
    await caller.wait_ringing()
    await mobile_phone.wait_incoming()
    assert "established" not in caller.current.history
    await mobile_phone.answer()
    await caller.wait_established()
    await hear_each_other(caller, mobile_phone)
    await mobile_phone.hang_up()

    assert (await office.outcome()).end is HuntEnd.TALKED


@pytest.mark.parametrize(
    ("key", "end", "leg"),
    [
        ("2", HuntEnd.DECLINED, LegEnd.DECLINED),
        ("3", HuntEnd.TO_MESSAGE, LegEnd.TO_MESSAGE),
        ("7", HuntEnd.NO_ANSWER, LegEnd.UNDECIDED),
    ],
)
async def test_what_the_callee_presses_decides(
    lab: Lab, office: Office, key: str, end: HuntEnd, leg: LegEnd
) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(screened("PJSIP/101")))
    await call_us(lab)
    await colleague.wait_established()
    await colleague.press(key)

    assert await office.outcome() == Hunt(end, None, (leg,))
    await colleague.wait_ended(3)


async def test_who_sends_the_caller_to_the_message_stops_all_other_phones(lab: Lab, office: Office) -> None:
    other = await lab.desk_phone("103")
    colleague = await lab.desk_phone("101", on_ring="answer", answer_after_s=0.3)
    office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103")))
    await call_us(lab)
    await other.wait_incoming()
    await colleague.wait_established()
    await colleague.press("3")

    assert ends(await office.outcome()) == ["to_message", "cancelled"]
    await other.wait_ended(3)


@pytest.mark.fault("F38")
async def test_a_mailbox_that_answers_and_presses_no_key_never_gets_the_caller(
    lab: Lab, office: Office
) -> None:
    mailbox = await lab.outside_phone("0791234567", on_ring="answer")

    async def impatient(callee: Callee) -> Verdict | None:
        return Verdict.TAKE if await callee.ask([BEEP], 1) == "1" else None

    office.answer_with(hunting(mobile("0791234567", screening=impatient)))
    await call_us(lab)
    await mailbox.wait_established()
    await mailbox.speak_tone(800, 1.0)

    assert await office.outcome() == Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.UNDECIDED,))


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (486, HuntEnd.BUSY),
        (603, HuntEnd.DECLINED),
        (503, HuntEnd.UNREACHABLE),
        (480, HuntEnd.UNREACHABLE),
        (404, HuntEnd.UNREACHABLE),
    ],
)
async def test_what_the_network_says_of_a_mobile_is_its_outcome(
    lab: Lab, office: Office, code: int, end: HuntEnd
) -> None:
    await lab.refused_outside("0791234567", code)
    office.answer_with(hunting(mobile("0791234567")))
    await call_us(lab)

    assert (await office.outcome(3)).end is end


async def test_a_phone_that_is_declined_by_its_owner_has_declined(lab: Lab, office: Office) -> None:
    await lab.refusing_phone("100", 603)
    office.answer_with(hunting(screened("PJSIP/100")))
    await call_us(lab)

    assert (await office.outcome(3)).end is HuntEnd.DECLINED


async def test_a_phone_that_is_busy_is_busy(lab: Lab, office: Office) -> None:
    await lab.desk_phone("102", on_ring="busy")
    office.answer_with(hunting(*rings("PJSIP/102")))
    await call_us(lab)

    assert (await office.outcome(3)).end is HuntEnd.BUSY


async def test_nobody_answers_within_the_ring_time(lab: Lab, office: Office) -> None:
    phone = await lab.desk_phone("102", on_ring="ring")
    office.answer_with(hunting(screened("PJSIP/102"), ring_seconds=0.8))
    await call_us(lab)
    await phone.wait_incoming()

    assert (await office.outcome(2)).end is HuntEnd.NO_ANSWER
    await phone.wait_ended(2)


async def test_the_ring_time_does_not_run_while_the_callee_decides(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    other = await lab.desk_phone("103")
    office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103"), ring_seconds=1))
    caller = await call_us(lab)
    await colleague.wait_established()
    await other.wait_incoming()
    await other.wait_ended(3)
    await colleague.press("1")
    await joined(office)
    await hear_each_other(caller, colleague)
    await colleague.hang_up()

    assert ends(await office.outcome()) == ["talked", "no_answer"]


@pytest.mark.parametrize(
    "endpoints", [("PJSIP/113",), ("PJSIP/no-such-phone",), ("PJSIP/113", "PJSIP/103"), ()]
)
async def test_a_phone_that_is_not_there_is_unreachable_at_once(
    lab: Lab, office: Office, endpoints: tuple[str, ...]
) -> None:
    office.answer_with(hunting(*rings(*endpoints)))
    await call_us(lab)

    assert (await office.outcome(2)).end is HuntEnd.UNREACHABLE


@pytest.mark.fault("F40")
async def test_of_two_who_answer_at_once_one_talks_and_the_other_is_told_that_it_is_too_late(
    lab: Lab, office: Office
) -> None:
    winner = await lab.desk_phone("101", on_ring="answer")
    loser = await lab.desk_phone("103", on_ring="answer")
    office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103")))
    caller = await call_us(lab)
    await winner.wait_established()
    await loser.wait_established()
    await eventually(lambda: answered_legs(office) == 2)
    await loser.wait_for_sound()
    await winner.press("1")
    await joined(office)
    await loser.wait_for_beep()
    await loser.wait_ended(3)
    await hear_each_other(caller, winner)
    await winner.hang_up()

    assert ends(await office.outcome()) == ["talked", "cancelled"]


async def test_phones_that_lose_while_ringing_log_no_missed_call(lab: Lab, office: Office) -> None:
    loser = await lab.desk_phone("101", on_ring="ring")
    winner = await lab.desk_phone("102", on_ring="answer", answer_after_s=0.7)
    office.answer_with(hunting(*rings("PJSIP/101", "PJSIP/102", "PJSIP/113")))
    await call_us(lab)
    await loser.wait_incoming()
    await winner.wait_established()
    await loser.wait_ended(3)

    assert any("completed elsewhere" in message.headers.get("reason", "") for message in loser.sip_messages)
    await joined(office)
    await winner.hang_up()
    assert ends(await office.outcome()) == ["cancelled", "talked", "unreachable"]


async def test_who_takes_the_call_and_hangs_up_in_the_same_instant_leaves_the_caller_with_us(
    lab: Lab, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> Hunt:
        await call.answer()
        hunt = await call.hunt([screened("PJSIP/101")], 6)
        await call.say(BEEP, PAUSE)
        return hunt

    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(conversation)
    caller = await call_us(lab)
    await colleague.wait_established()
    await colleague.wait_for_sound()
    await colleague.press("1")
    await joined(office)
    await colleague.hang_up()

    await caller.wait_for_beep()
    assert await office.outcome() == Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.DROPPED,))


async def test_a_caller_who_leaves_while_the_callee_decides_is_missed_with_a_word(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    ringing = await lab.desk_phone("103")
    office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103"), pastime=music))
    caller = await call_us(lab)
    await colleague.wait_established()
    await ringing.wait_incoming()
    await colleague.wait_for_sound()
    await caller.hang_up()
    await colleague.wait_for_beep()

    with pytest.raises(CallerGone):
        await office.outcome()
    await colleague.wait_ended(3)
    await ringing.wait_ended(3)


async def test_phones_stop_ringing_when_a_caller_who_hears_ringing_hangs_up(lab: Lab, office: Office) -> None:
    phone = await lab.desk_phone("102")
    office.answer_with(hunting(*rings("PJSIP/102"), ring_seconds=20))
    caller = await call_us(lab)
    await phone.wait_incoming()
    await caller.wait_for_sound(3)
    await caller.hang_up()

    with pytest.raises(CallerGone):
        await office.outcome(2)
    await phone.wait_ended(2)


async def test_a_callee_who_hangs_up_before_deciding_has_declined(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(screened("PJSIP/101")))
    await call_us(lab)
    await colleague.wait_established()
    await colleague.wait_for_sound()
    await colleague.hang_up()

    assert (await office.outcome()).end is HuntEnd.DECLINED


async def test_a_caller_who_chooses_something_else_is_free_and_the_callee_let_go_with_a_word(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    ringing = await lab.desk_phone("103")
    deciding = screened("PJSIP/101", not_needed=(BEEP, PAUSE))
    office.answer_with(hunting(deciding, screened("PJSIP/103"), pastime=music))
    caller = await call_us(lab)
    await ringing.wait_incoming()
    await colleague.wait_established()
    await caller.wait_for_sound()
    await caller.press("#")
    await colleague.wait_for_beep()

    assert (await office.outcome()).end is HuntEnd.CALLER_CHOSE
    await colleague.wait_ended(3)
    await ringing.wait_ended(3)


@pytest.mark.parametrize("leaving", ["caller", "callee"])
async def test_whoever_hangs_up_releases_the_other(lab: Lab, office: Office, leaving: str) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(*rings("PJSIP/101")))
    caller = await call_us(lab)
    await colleague.wait_established()
    await joined(office)
    await (caller if leaving == "caller" else colleague).hang_up()

    assert (await office.outcome(2)).end is HuntEnd.TALKED
    await colleague.wait_ended(2)
    await caller.wait_ended(2)


async def test_no_music_is_left_when_they_talk(lab: Lab, office: Office) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(screened("PJSIP/101"), pastime=music))
    caller = await call_us(lab)
    await colleague.wait_established()
    await caller.wait_for_sound()
    await colleague.press("1")
    await joined(office)
    await hear_each_other(caller, colleague)

    assert _power_at_end(caller, MUSIC_HZ, seconds=1.0) < 0.2
    await colleague.hang_up()
    assert (await office.outcome()).end is HuntEnd.TALKED


async def test_waiting_plays_music_until_a_key_and_leaves_none_on(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> list[Any]:
        await call.answer()
        silent = await call.wait(1.5)
        await call.say(BEEP)
        pressed = await call.wait(10)
        return [silent, pressed, await call.ask([], 3)]

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_established()
    await caller.wait_for_tone(MUSIC_HZ, 0.8)
    await caller.wait_for_beep()
    await caller.press("5")
    await caller.wait_for_quiet(1.0)
    await caller.press("6")

    assert await office.outcome() == [None, "5", "6"]


def _power_at_end(phone: Phone, frequency_hz: float, seconds: float) -> float:
    samples, rate_hz = audio.read(phone.heard)
    last = samples[-int(seconds * rate_hz) :]
    return audio.strength(last, frequency_hz, rate_hz=rate_hz) if audio.loudness(last) > 0.005 else 0.0


async def test_a_phone_that_forwards_elsewhere_is_not_followed(lab: Lab, office: Office) -> None:
    elsewhere = await lab.desk_phone("103", on_ring="ring")
    await lab.refusing_phone("110", 302, forwards_to="103")
    office.answer_with(hunting(*rings("PJSIP/110"), ring_seconds=4))
    await call_us(lab)

    assert (await office.outcome(3)).end is not HuntEnd.TALKED
    assert all(call.state == "ended" for call in elsewhere.calls)


async def test_the_conversation_goes_on_after_a_hunt_that_failed(lab: Lab, office: Office) -> None:
    await lab.desk_phone("102", on_ring="busy")

    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await call.hunt(rings("PJSIP/102"), 5)
        return await call.ask([MONKEYS], 5)

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await caller.wait_for_sound()
    await caller.press("6")

    assert await office.outcome() == "6"


async def test_a_service_that_stops_leaves_nobody_ringing(lab: Lab, office: Office) -> None:
    deciding = await lab.desk_phone("101", on_ring="answer")
    ringing = await lab.desk_phone("103")
    office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103"), pastime=music))
    await call_us(lab)
    await deciding.wait_established()
    await ringing.wait_incoming()
    await office.close()

    await deciding.wait_ended(2)
    await ringing.wait_ended(2)


async def test_two_who_talk_when_the_service_stops_talk_on_and_its_next_life_leaves_nobody_alone(
    lab: Lab, office: Office
) -> None:
    colleague = await lab.desk_phone("101", on_ring="answer")
    office.answer_with(hunting(*rings("PJSIP/101")))
    caller = await call_us(lab)
    await colleague.wait_established()
    await joined(office)
    await hear_each_other(caller, colleague)
    await office.close()

    await hear_each_other(caller, colleague)
    office.link = office.new_link(office.client)
    await office.open()
    await hear_each_other(caller, colleague)
    await caller.hang_up()
    await colleague.wait_ended()


async def test_an_alert_rings_screens_and_needs_no_caller(lab: Lab, office: Office) -> None:
    unwilling = await lab.desk_phone("101", on_ring="answer")
    ringing = await lab.desk_phone("103")
    alarmed = asyncio.create_task(
        office.link.alert([screened("PJSIP/101"), screened("PJSIP/102"), screened("PJSIP/103")], 8)
    )
    await unwilling.wait_established()
    await unwilling.press("2")
    await unwilling.wait_ended(3)
    await ringing.wait_incoming()
    await ringing.answer()
    await ringing.wait_for_sound()
    await ringing.press("1")

    hunt = await asyncio.wait_for(alarmed, 5)
    assert hunt == Hunt(HuntEnd.TALKED, 2, (LegEnd.DECLINED, LegEnd.UNREACHABLE, LegEnd.TALKED))
    await ringing.wait_ended(2)


async def test_a_phone_is_free_when_it_is_registered_and_in_no_call(lab: Lab, office: Office) -> None:
    phone = await lab.desk_phone("101", on_ring="answer")
    busy = await lab.desk_phone("103", on_ring="answer")
    await busy.call("7014")

    async def conversation(call: ChannelCall) -> list[bool]:
        questions = [
            ["PJSIP/101"],
            ["PJSIP/103"],
            ["PJSIP/113"],
            ["PJSIP/101", "PJSIP/103"],
            ["PJSIP/none"],
            [],
        ]
        return [await call.is_free([ring.target for ring in rings(*question)]) for question in questions]

    office.answer_with(conversation)
    await call_us(lab)

    assert await office.outcome() == [True, False, False, False, False, False]
    await phone.close()
