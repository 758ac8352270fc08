"""Star codes on real desk phones: what is heard, what holds for the next call, and what stays after a restart."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pocketsphinx import Decoder

from ari_absence.lab import waiting
from ari_absence.lab.load import Load, run_sipp
from ari_absence.lab.phone import Phone
from ari_absence.speech.audio import read_wav
from tests.real.letters import Postbox
from tests.real.scenes import Caller, Scene, Stage
from tests.speech.hearing import listen

pytestmark = pytest.mark.real

FAR_MORNING = "2037-11-25T10:00+09:00"
"""A Wednesday on which nobody is away; by the machine's own clock, what is set then still holds."""

A_LITTLE_LATER = "2037-11-25T10:30+09:00"
PATIENT: Mapping[str, Any] = {"menu_seconds": 10, "pin_digits": 4}
ACCESS = "5900"
OUTSIDE = "0312345678"
OTHER_HZ = 930
FLOODED = "5933"
DIRECT = {
    "*31*1545": "away",
    "*32*1545": "meeting",
    "*33*1545": "out",
    "*34*1545": "business-trip",
    "*35*1545": "left",
    "*36*1545": "day-off",
    "*37*1545": "dnd",
}


async def who(scene: Scene, extension: str) -> dict[str, Any]:
    """One person's row of ``ari-absence who``."""
    people = await scene.office.cli_json("who", "--at", A_LITTLE_LATER)
    return next(each for each in people if each["extension"] == extension)


async def confirmed(caller: Caller, code: str, sound: str) -> None:
    """Dial a code; it is confirmed, and the service hangs up."""
    await caller.calls(code)
    await caller.hears(sound)
    await caller.is_hung_up_on()


async def new_pin(scene: Scene, extension: str) -> str:
    """A PIN as an administrator gives it."""
    printed = await scene.office.cli("pin", extension)
    return printed.partition(": ")[2][:4]


async def logs_in(caller: Caller, extension: str, pin: str) -> None:
    """Answer the two questions of a login."""
    await caller.hears("status-enter-extension")
    await caller.presses(f"{extension}#")
    await caller.hears("status-enter-pin")
    await caller.presses(f"{pin}#")


async def test_a_code_with_a_time_holds_for_the_very_next_call_in_the_midst_of_a_flood_of_codes(
    scene: Scene,
) -> None:
    kenji = await scene.colleague("102")
    load = Load(FLOODED, calls=30, calls_per_s=30.0, listen_s=2.0, speak_s=0.1)
    flood = asyncio.create_task(run_sipp(scene.lab, load))
    await kenji.calls("*33*1530")
    await kenji.hears("status-out-back")
    await kenji.hears("today-15-30")
    await kenji.is_hung_up_on()
    await scene.log_tells("absences.changed")
    assert 'by="phone 102"' in scene.log
    assert "1530" not in scene.log

    caller = await scene.call("102")
    await caller.hears("who-out-of-office-until")
    await caller.hears("today-15-30")
    await caller.hangs_up()
    result = await flood
    assert (len(result.answered_ms), result.unanswered) == (30, 0)
    await waiting.until(lambda: not scene.office.status()["calls"], 10.0, "The end of the flood")


async def test_every_kind_is_set_in_one_go_and_shown_by_who_and_a_hash_ends_it(stage: Stage) -> None:
    scene = await stage.open(now=FAR_MORNING)
    kenji = await scene.colleague("102")
    await confirmed(kenji, "*33*%23", "status-out")
    await confirmed(kenji, "*33*1545%23", "status-out-back")
    for code, kind in DIRECT.items():
        await confirmed(kenji, code, f"status-{kind}-back")
        assert f'what="set {kind.replace("-", "_")}"' in scene.log
    shown = await who(scene, "102")
    assert (shown["kind"], shown["until"]) == ("dnd", "2037-11-25T15:45:00+09:00")
    assert shown["source"] == "set by phone 102"
    await confirmed(kenji, "*30", "status-you-are-back")


async def test_code_of_every_kind_alone_asks_and_digits_that_mean_two_things_are_offered_both_ways(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=PATIENT)
    kenji = await scene.colleague("102")
    await kenji.calls("*33*0915")
    await kenji.hears("status-time-past")
    await kenji.hears("status-back-when")
    await kenji.presses("2575#")
    await kenji.hears("status-not-a-time")
    await kenji.hears("status-back-when")
    await kenji.presses("1224#")
    await kenji.hears("status-out-back")
    await kenji.hears("status-other-reading")
    await kenji.presses("2")
    await kenji.hears("day-4-date")
    await kenji.hears("date-24-end")
    await kenji.is_hung_up_on()
    caller = await scene.call("102")
    await caller.hears("date-24")
    await caller.hangs_up()
    for code in ("*31", "*32", "*33", "*34", "*36", "*37"):
        await kenji.calls(code)
        await kenji.hears("status-back-when")
        await kenji.hangs_up()
    await confirmed(kenji, "*35", "status-left-back")  # the next working day goes without saying


async def test_a_planned_trip_is_ended_by_one_key_and_the_phone_rings_again(scene: Scene) -> None:
    alice = await scene.colleague("101")
    await alice.calls("*30")
    await alice.hears("status-business-trip-back")
    await alice.hears("status-end-it")
    await alice.presses("1")
    await alice.hears("status-you-are-back")
    await alice.is_hung_up_on()
    caller = await scene.caller()
    await caller.phone.dial("101")
    await alice.phone.wait_incoming()
    await caller.hangs_up()
    await alice.calls("*39")
    await alice.hears("status-you-are-present")
    await alice.hears("status-messages-00")
    await alice.hears("status-callbacks-00")
    await alice.is_hung_up_on()


async def test_the_lamp_follows_the_key_and_who_says_until_when_they_are_here_and_a_restart_forgets_neither(
    stage: Stage,
) -> None:
    """103 works at night and has two phones. While the service hangs or is away, phones are told so, and the
    announcement for callers is never played."""
    scene = await stage.open(now=FAR_MORNING, limits=PATIENT)
    key = await scene.lab.lamp("*39102", user="102")
    night = await scene.lab.lamp("103", user="100")
    assert (key.state, night.state) == ("terminated", "confirmed")
    kenji, desk, second = [await scene.colleague(phone) for phone in ("102", "103", "113")]
    await confirmed(kenji, "*39102", "status-away")
    await key.wait_for_state("confirmed")
    await second.calls("*30")
    await second.hears("status-here-until-when")
    await second.presses("1545#")
    await second.hears("status-here-back")
    await second.is_hung_up_on()
    await night.wait_for_state("terminated")
    assert 'what="set here" by="phone 103"' in scene.log
    shown = await who(scene, "103")
    assert (shown["present"], shown["until"]) == (True, "2037-11-25T15:45:00+09:00")

    with scene.service_frozen():
        await kenji.phone.dial("*33*1530")
        await kenji.hears("im-sorry", 20.0)
        await kenji.hangs_up()
    await scene.office.stop_service()
    await kenji.calls("*33*1530")
    await kenji.hears("im-sorry")
    await kenji.hears("please-try-call-later")
    await kenji.is_hung_up_on()
    assert "vm-theperson" not in scene.playbill.played
    scene.office.pretend_now = "2037-11-25T10:05+09:00"
    await scene.office.start_service()
    assert (key.states, night.states) == (["terminated", "confirmed"], ["confirmed", "terminated"])

    caller = await scene.call("102")
    await caller.hears("who-away-from-desk-shortly")
    await caller.hangs_up()
    await confirmed(kenji, "*39102", "status-you-are-back")
    await key.wait_for_state("terminated")
    await caller.phone.dial("103")
    await desk.phone.wait_incoming()
    await caller.hangs_up()
    await confirmed(desk, "*30*1400", "status-here-back")


async def test_reception_sets_a_colleague_by_right_and_others_by_pin_also_at_a_phone_of_nobody(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=PATIENT, running=False)
    people = scene.office.config / "people.yaml"
    people.write_text(people.read_text().replace("[PJSIP/103, PJSIP/113]", "[PJSIP/103]"))
    await scene.office.start_service()
    pin = await new_pin(scene, "102")
    reception, mori, stranger = [await scene.colleague(phone) for phone in ("100", "110", "113")]
    await reception.calls("*930102")
    await reception.hears("status-which-state")
    await reception.presses("3")
    await reception.hears("status-back-when")
    await reception.presses("1545#")
    await reception.hears("who-out-of-office-until")
    await reception.is_hung_up_on()
    await scene.log_tells('by="phone 100 for 102"')

    await mori.calls("*930102")
    await mori.hears("status-pin-of-owner")
    await mori.hears("status-enter-pin")
    await mori.presses("0#")
    await mori.hears("status-pin-wrong")
    await mori.hears("status-enter-pin")
    await mori.presses(f"{pin}#")
    await mori.hears("status-which-state")
    await mori.presses("0")
    await mori.hears("status-who-is-present")
    await mori.is_hung_up_on()
    await scene.log_tells('by="phone 110 for 102"')

    await stranger.calls("*33*1545")
    await stranger.hears("status-phone-of-nobody")
    await logs_in(stranger, "102", pin)
    await stranger.hears("status-out-back")
    await stranger.is_hung_up_on()
    await scene.log_tells('by="PIN 102"')
    assert pin not in scene.log


@pytest.mark.fault("A14")
async def test_who_guesses_a_pin_from_outside_is_locked_out_until_it_is_unlocked(stage: Stage) -> None:
    scene = await stage.open(limits={**PATIENT, "pin_tries": 2})
    pin = await new_pin(scene, "102")
    attacker = await scene.call(ACCESS)
    for guess in ("0", "1", pin):  # short: what takes time here is the keys
        await logs_in(attacker, "102", guess)
        await attacker.hears("status-no-such-pair")
    await attacker.hears("status-too-many-tries")
    await attacker.is_hung_up_on()
    (mail,) = await scene.office.mail.wait_for_mails(1)
    assert mail["Subject"].startswith("The PIN of extension 102 is locked")
    assert re.search(r"event=pin\.locked call=[0-9a-f]", scene.log)

    await scene.office.cli("pin", "102", "--unlock")
    kenji = attacker
    await kenji.calls(ACCESS)
    await logs_in(kenji, "102", pin)
    await kenji.hears("status-outside-menu")
    await kenji.presses("3")
    await kenji.hears("status-which-state")
    await kenji.presses("1")
    await kenji.hears("status-back-when")
    await kenji.presses("#")
    await kenji.hears("status-away")
    await kenji.hears("status-outside-menu")
    await kenji.presses("*")
    await kenji.hears("status-goodbye")
    await kenji.is_hung_up_on()
    await scene.log_tells('by="PIN 102 from outside"')
    assert pin not in scene.log


async def test_the_confirmation_is_understood_as_it_reaches_the_phone(stage: Stage) -> None:
    scene = await stage.open(real_voice=True)
    kenji = await scene.colleague("102")
    await confirmed(kenji, "*33*1530", "today-15-30")
    sound = read_wav(kenji.phone.heard)
    assert sound.rate_hz == 16_000
    heard = listen("Out, back this afternoon at three thirty.", sound, Decoder())
    assert heard.wrong <= 2, heard


async def test_a_call_is_returned_by_command_from_the_owners_phone_and_settled(stage: Stage) -> None:
    scene = await stage.open(running=False)
    Postbox(scene).leave(number="+81312345678", due=timedelta(hours=9))
    await scene.office.start_service()
    alice = await scene.colleague("101")
    alice.phone.on_ring = "answer"
    hans = await scene.lab.outside_phone("+81312345678", on_ring="answer")
    (owed,) = await scene.office.cli_json("callbacks")
    await scene.office.cli("callbacks", "dial", owed["id"])
    await alice.phone.wait_established()
    await hans.wait_established()
    await asyncio.gather(hans.speak_tone(OTHER_HZ, 1.2), alice.phone.wait_for_tone(OTHER_HZ, 0.4, 8))
    await hans.hang_up()
    await alice.is_hung_up_on()
    await scene.log_tells("callback.settled")
    (message,) = scene.ledger.messages("101")
    assert message.settled_at is not None
    assert message.history[-1]["by"].startswith("command (")
    assert "312345678" not in scene.log


async def one_of_the_team_tries_while_the_other_hears_of_it(
    scene: Scene, other: Caller, phone: Phone
) -> None:
    """Kenji calls back; meanwhile his colleague asks, too. They are busy, and are called again in a quarter."""
    kenji = await scene.colleague("102")
    await kenji.calls("*38")
    await kenji.hears("status-callback-number")
    await kenji.presses("1")
    await phone.wait_incoming()
    await other.calls("*38")
    await other.hears("status-taken-by")
    await other.is_hung_up_on()
    await phone.reject()
    await kenji.hears("status-callback-again-menu")
    await kenji.presses("1")
    await kenji.hears("status-again-in-a-quarter")
    await kenji.is_hung_up_on()
    (tried,) = scene.ledger.callbacks()
    *_, claimed, calling, busy, put_off = (step["what"] for step in tried.history)
    assert (claimed, calling, busy) == ("claimed for 102", "calling", "tried to call back: busy")
    assert put_off.startswith("put off until ")
    assert tried.state == "attempted"


async def test_the_next_callback_is_told_dialled_and_settled(stage: Stage) -> None:
    scene = await stage.open(limits=PATIENT)
    hans = await scene.call("103", OUTSIDE)  # the night desk, closed by day
    await hans.chooses("3")
    await hans.speaks_after_the_beep(1.0)
    await hans.is_hung_up_on()
    callback = await scene.ledger.the_callback()
    phone = await scene.lab.outside_phone("+81312345678")
    desk = await scene.colleague("103")
    (owed,) = await scene.office.cli_json("callbacks")
    assert (owed["number"], owed["caller"]) == (OUTSIDE, "+81312345678")
    await scene.office.cli("callbacks", "hand-over", owed["id"], "--to", "sales")
    await one_of_the_team_tries_while_the_other_hears_of_it(scene, desk, phone)
    await scene.office.cli("callbacks", "release", owed["id"])
    phone.on_ring = "answer"
    await desk.calls(f"*38*{owed['code']}")
    await desk.hears("status-callback-said")
    await desk.hears("status-callback-number")
    await desk.hears("status-wish-just-called")
    await desk.hears("status-callback-menu")
    await desk.presses("1")
    await phone.wait_established()
    await asyncio.gather(phone.speak_tone(OTHER_HZ, 1.2), desk.phone.wait_for_tone(OTHER_HZ, 0.4, 8))
    await phone.hang_up()
    await desk.is_hung_up_on()
    await scene.log_tells("callback.settled")
    (settled,) = scene.ledger.callbacks()
    assert (settled.id, settled.state) == (callback.id, "settled")
    assert settled.history[-1]["by"] == "phone 103"
    await confirmed(desk, "*38", "status-no-callback")
