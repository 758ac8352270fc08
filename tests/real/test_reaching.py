"""Calls go on to a mobile, a colleague, the next on the ladder; whoever answers is asked first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ari_absence.lab import Phone, waiting
from ari_absence.lab.carrier import Returned
from ari_absence.ledger.reading import RecordedCall
from tests.real.scenes import HANS, Caller, Scene, Stage
from tests.waiting import eventually

pytestmark = pytest.mark.real

ALICE_MOBILE = "+819012345678"
MORI_MOBILE = "+818011112222"
FAST: Mapping[str, Any] = {"screen_seconds": 2, "screen_rounds": 3, "step_ring_seconds": 6, "name_seconds": 2}


def trip(**handling: object) -> dict[str, Any]:
    """Changes by which Alice's business trip is handled so."""
    return {"handling": {"business_trip": {"urgent": ["mobile", "delegate"], **handling}}}


async def to_mobile(stage: Stage) -> Scene:
    """An office in which calls to Alice go to her mobile."""
    return await stage.open(limits=FAST, changes=trip(reach=["mobile"]))


async def says_name(caller: Caller) -> None:
    """The caller is asked for a name, and says one."""
    await caller.hears("say-name-after-tone")
    await caller.speaks_after_the_beep(0.8)


async def is_screened(scene: Scene, phone: Phone, menu: str = "say-screening-menu") -> None:
    """The phone has answered, and hears what it may press."""
    await phone.wait_established()
    await scene.playbill.hears(menu)


async def mobile_is_deciding(stage: Stage) -> tuple[Scene, Caller, Phone]:
    """A caller for Alice who has said a name, and her mobile, which has answered and hears what it may press."""
    scene = await to_mobile(stage)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller = await scene.call("101")
    await says_name(caller)
    await is_screened(scene, mobile)
    return scene, caller, mobile


async def hear_each_other(caller: Caller, phone: Phone) -> None:
    """A tone crosses each way."""
    await asyncio.gather(caller.speaks(1.2, 620), phone.wait_for_tone(620, 0.4, 8))
    await asyncio.gather(phone.speak_tone(930, 1.2), caller.phone.wait_for_tone(930, 0.4, 8))


async def ended_call(scene: Scene) -> RecordedCall:
    """The one call, when all is written down."""
    await waiting.until(lambda: any(call.ended_at for call in scene.ledger.calls()), 10, "The call's end")
    return await scene.ledger.the_call()


async def takers(scene: Scene) -> list[tuple[str | None, str | None]]:
    """Who took the call, by what."""
    call = await ended_call(scene)
    return [(call.taken_by, call.taken_way)]


async def attempts(scene: Scene) -> list[tuple[str, str, str]]:
    """Whose phones were rung, and how it ended."""
    call = await ended_call(scene)
    return [(each.way, each.extension, each.end) for each in call.attempts]


def said_anywhere(phone: Phone, digits: str) -> bool:
    """Whether the phone was ever told the digits, in any header or body of the SIP it has received."""
    return any(digits in str(message) for message in phone.sip_messages)


async def test_caller_is_put_through_to_the_mobile_once_its_owner_takes_the_call(stage: Stage) -> None:
    scene, caller, mobile = await mobile_is_deciding(stage)
    await mobile.press("1")
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    assert await takers(scene) == [("101", "mobile")]
    assert scene.ledger.callbacks() == []
    assert not said_anywhere(caller.phone, "9012345678")
    assert "9012345678" not in scene.log


async def test_callees_hanging_up_ends_the_callers_call_too(stage: Stage) -> None:
    _, caller, mobile = await mobile_is_deciding(stage)
    await mobile.press("1")
    await hear_each_other(caller, mobile)
    await mobile.hang_up()
    await caller.is_hung_up_on()


async def test_mailbox_of_a_mobile_answers_and_never_gets_the_call(stage: Stage) -> None:
    scene, caller, mailbox = await mobile_is_deciding(stage)
    await caller.hears("say-not-reached", 30)
    await mailbox.wait_ended()
    await caller.presses("1")
    await caller.speaks_after_the_beep()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await scene.ledger.the_message()
    assert await attempts(scene) == [("mobile", "101", "undecided")]


@pytest.mark.parametrize(("code", "end"), [(486, "busy"), (603, "declined"), (503, "unreachable")])
async def test_mobile_that_refuses_leads_back_to_the_choices(stage: Stage, code: int, end: str) -> None:
    scene = await to_mobile(stage)
    await scene.lab.refused_outside(ALICE_MOBILE, code)
    caller = await scene.call("101")
    await says_name(caller)
    await caller.hears("say-not-reached")
    await caller.presses("3")
    await caller.hears("say-call-noted")
    assert (await scene.ledger.the_callback()).wish == "just_called"
    assert await attempts(scene) == [("mobile", "101", end)]


async def test_mobile_that_nobody_answers_leads_back_to_the_choices(stage: Stage) -> None:
    scene = await stage.open(limits={**FAST, "step_ring_seconds": 2}, changes=trip(reach=["mobile"]))
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="ring")
    caller = await scene.call("101")
    await says_name(caller)
    await caller.hears("say-not-reached", 20)
    await mobile.wait_ended()
    await caller.hangs_up()
    assert await attempts(scene) == [("mobile", "101", "no_answer")]
    assert (await scene.ledger.the_callback()).wish == "missed"


async def test_pound_leads_to_the_message_while_the_mobile_rings(stage: Stage) -> None:
    scene = await to_mobile(stage)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="ring")
    caller = await scene.call("101")
    await says_name(caller)
    await mobile.wait_incoming()
    await caller.presses("#")
    await mobile.wait_ended()
    await caller.speaks_after_the_beep()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await scene.ledger.the_message()


@pytest.mark.fault("F39")
async def test_caller_who_leaves_while_the_callee_decides_is_not_forgotten_and_the_callee_is_told(
    stage: Stage,
) -> None:
    scene, caller, mobile = await mobile_is_deciding(stage)
    await caller.hangs_up()
    await scene.playbill.hears("say-caller-left")
    await mobile.wait_ended()
    assert (await scene.ledger.the_callback()).wish == "missed"


async def test_callee_who_picks_up_and_puts_down_has_declined(stage: Stage) -> None:
    scene, caller, mobile = await mobile_is_deciding(stage)
    await mobile.hang_up()
    await caller.hears("say-not-reached")
    await caller.hangs_up()
    assert await attempts(scene) == [("mobile", "101", "declined")]


async def test_used_up_cap_dials_nothing(stage: Stage) -> None:
    changes = {**trip(reach=["mobile"]), "dialing": {"per_hour": 0}}
    scene = await stage.open(limits=FAST, changes=changes)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller = await scene.call("101")
    await says_name(caller)
    await caller.hears("say-not-reached")
    await caller.hangs_up()
    assert mobile.calls == []


@pytest.mark.fault("F37")
async def test_call_that_comes_back_from_outside_does_not_go_round(stage: Stage) -> None:
    scene = await stage.open(limits={**FAST, "step_ring_seconds": 2}, changes=trip(reach=["mobile"]))
    (await scene.lab.carrier()).fates[ALICE_MOBILE] = Returned("101")
    caller = await scene.call("101")
    await says_name(caller)
    await caller.hears("say-not-reached", 20)
    await caller.hangs_up()
    assert len(scene.ledger.calls()) == 1
    assert scene.office.status()["returned_forwards"] == 1


# -- the colleague


async def test_colleague_hears_for_whom_it_is_and_takes_the_call(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller = await scene.call("101")
    await caller.chooses("4")
    await says_name(caller)
    await is_screened(scene, kenji, "say-screening-menu-with-note")
    assert "for Alice Tanaka: Hans Huber" in str(kenji.sip_messages)
    await kenji.press("4")
    await scene.playbill.hears("say-screening-menu-with-note")
    await kenji.press("1")
    await hear_each_other(caller, kenji)
    await caller.hangs_up()
    await kenji.wait_ended()
    assert await takers(scene) == [("102", "delegate")]


async def test_colleague_sends_the_caller_to_a_message(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller = await scene.call("101")
    await caller.chooses("4")
    await says_name(caller)
    await is_screened(scene, kenji, "say-screening-menu-with-note")
    await kenji.press("3")
    await caller.hears("say-cannot-take-now")
    await caller.speaks_after_the_beep()
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await scene.ledger.the_message()


async def test_colleague_without_a_registered_phone_is_not_offered(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    caller = await scene.call("101")
    await caller.chooses("4")
    await caller.hears("say-not-understood")
    await caller.hangs_up()
    assert "Kenji Ito is skipped: the phone is not registered, or in a call" in str(
        (await scene.ledger.the_call()).reasons
    )


@pytest.mark.fault("F34")
async def test_absent_delegates_are_passed_over_two_deep(stage: Stage) -> None:
    scene = await stage.open(limits=FAST, running=False)
    people = scene.office.config / "people.yaml"
    text = people.read_text(encoding="utf-8")
    for before, delegate in (("email: kenji@example.com", "103"), ("phones: [PJSIP/103, PJSIP/113]", "100")):
        assert before in text
        text = text.replace(before, f'{before}\n    delegates: ["{delegate}"]')
    night = 'hours: {mon-sun: ["22:00-06:00"]}'
    assert night in text
    people.write_text(text.replace(night, ""), encoding="utf-8")  # else the schedule keeps 103 away
    await scene.office.start_service()
    absent = [await scene.lab.desk_phone(each, on_ring="answer") for each in ("102", "103")]
    reception = await scene.lab.desk_phone("100", on_ring="answer")
    for extension in ("102", "103"):
        await scene.office.cli("away", extension, "meeting", "--until", "2026-11-25T12:00")
    caller = await scene.call("101")
    await caller.chooses("4")
    await says_name(caller)
    await is_screened(scene, reception)
    await reception.press("1")
    await hear_each_other(caller, reception)
    await caller.hangs_up()
    await reception.wait_ended()
    assert await takers(scene) == [("100", "delegate")]
    assert await attempts(scene) == [("delegate", "100", "talked")]
    assert [phone.calls for phone in absent] == [[], []]


async def test_team_rings_at_once_and_the_slower_one_hears_that_it_is_taken(stage: Stage) -> None:
    changes = trip(reach=[{"ring": ["102", "110"], "seconds": 8}], ask=False)
    scene = await stage.open(limits=FAST, changes=changes)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    caller = await scene.call("101")
    await says_name(caller)
    await asyncio.gather(kenji.wait_established(), mori.wait_established())
    await scene.playbill.hears("say-screening-menu")
    await mori.press("1")
    await hear_each_other(caller, mori)
    await scene.playbill.hears("say-already-taken")
    await kenji.wait_ended()
    await caller.hangs_up()
    await mori.wait_ended()
    assert await takers(scene) == [("110", "named")]


# -- urgent


async def test_urgent_call_climbs_its_ladder(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    caller = await scene.call("101")
    await caller.chooses("5")
    await says_name(caller)
    await is_screened(scene, mobile)
    await mobile.press("2")
    await is_screened(scene, kenji, "say-screening-menu-with-note")
    await kenji.press("1")
    await hear_each_other(caller, kenji)
    await caller.hangs_up()
    await kenji.wait_ended()
    assert await attempts(scene) == [("mobile", "101", "declined"), ("delegate", "102", "talked")]


async def test_urgent_message_that_nobody_heard_is_told_until_somebody_hears_it(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    await scene.lab.refused_outside(ALICE_MOBILE, 486)
    caller = await scene.call("101")
    await caller.chooses("5")
    await says_name(caller)
    await caller.hears("say-urgent-not-reached", 30)
    await caller.speaks_after_the_beep(2.0)
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.is_hung_up_on()
    message = await scene.ledger.the_message()
    assert message.urgent
    await scene.office.stop_service()

    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    scene.office.pretend_now = "2026-11-25T10:20+09:00"
    await scene.office.start_service()
    await mobile.wait_established(30)
    await scene.playbill.hears("say-urgent-menu")
    await mobile.press("1")
    await mobile.wait_for_tone(1040, 0.8)  # the caller's own voice
    await scene.playbill.hears("say-urgent-heard-menu")
    await mobile.hang_up()
    await waiting.until(
        lambda: scene.ledger.messages()[0].heard_at is not None, 10, "The mark that the message was heard"
    )


# -- elsewhere, forwards by command


async def test_who_works_elsewhere_is_rung_there_as_if_at_the_desk(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    await scene.office.cli("back", "101")
    await scene.office.cli("away", "101", "remote", "--until", "2026-11-25T17:00")
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller = await scene.caller()
    await caller.phone.dial("101")
    await is_screened(scene, mobile)
    assert not caller.phone.current.history.count("established"), "the caller just hears it ring"
    await mobile.press("1")
    await caller.phone.wait_established()
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    assert not said_anywhere(caller.phone, "9012345678")


async def test_who_works_elsewhere_has_a_message_taken_by_three_or_is_covered_by_a_colleague(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=FAST, running=False)
    show_the_companys_number(scene)
    await scene.office.start_service()
    await scene.office.cli("back", "101")
    await scene.office.cli("away", "101", "remote", "--until", "2026-11-25T17:00")
    mobile = await scene.lab.outside_phone(ALICE_MOBILE, on_ring="answer")
    caller = await scene.caller()
    await caller.phone.dial("101")
    await is_screened(scene, mobile)
    await mobile.press("3")
    await caller.hears("say-message-after-tone")
    await caller.hangs_up()
    assert "+81355550000" in str(mobile.sip_messages[0].headers["from"])
    assert not said_anywhere(mobile, "0441112233"), "the trunk shows the company's number, whoever calls"

    mobile.on_ring = "busy"
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    again = await scene.call("101", "0445556677")
    await again.chooses("4")
    await says_name(again)
    await is_screened(scene, kenji, "say-screening-menu-with-note")
    await kenji.press("1")
    await hear_each_other(again, kenji)
    await again.hangs_up()
    await kenji.wait_ended()


@pytest.mark.fault("F43")
async def test_forward_set_by_command_counts_from_the_next_call_and_its_owner_gets_a_mail(
    stage: Stage,
) -> None:
    scene = await stage.open(limits=FAST)
    mobile = await scene.lab.outside_phone(MORI_MOBILE, on_ring="answer")
    await scene.office.cli("forward", "110", "at_once", "mobile")
    mail = await scene.office.mail.wait_for_mails(1)
    assert "mori@example.com" in str(mail[0]["to"])
    caller = await scene.caller()
    await caller.phone.dial("110")
    await is_screened(scene, mobile)
    await mobile.press("1")
    await caller.phone.wait_established()
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    await scene.office.cli("forward", "110", "at_once", "--off")
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    await caller.phone.dial("110")
    await mori.wait_established()
    await caller.hangs_up()


async def test_desk_phone_rings_shorter_when_calls_go_on_to_the_mobile(stage: Stage) -> None:
    scene = await stage.open(limits=FAST)
    desk = await scene.lab.desk_phone("110", on_ring="ring")
    mobile = await scene.lab.outside_phone(MORI_MOBILE, on_ring="answer")
    await scene.office.cli("forward", "110", "no_answer", "mobile")
    state = "Stasis:followme-110"
    await until_lit(scene, state)
    caller = await scene.caller()
    await caller.phone.dial("8110")  # half a minute of ringing, two seconds with follow-me on
    await desk.wait_incoming()
    await caller.phone.wait_established(10)
    await says_name(caller)
    await is_screened(scene, mobile)
    await mobile.press("1")
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    assert await takers(scene) == [("110", "mobile")]


def show_the_companys_number(scene: Scene) -> None:
    """Have the trunk show the company's number to whoever is rung outside."""
    file = scene.office.config / "absence.yaml"
    site = yaml.safe_load(file.read_text(encoding="utf-8"))
    trunk = {"dial": site["dialing"].pop("trunk"), "shows": "company", "company_number": "+81355550000"}
    site["dialing"]["trunks"] = [trunk]
    file.write_text(yaml.safe_dump(site), encoding="utf-8")


async def until_lit(scene: Scene, device: str) -> None:
    """Wait until Asterisk holds the device state."""
    await eventually(lambda: is_lit(scene, device), 10)


async def is_lit(scene: Scene, device: str) -> bool:
    """Whether Asterisk holds the device as in use."""
    return "INUSE" in await scene.lab.cli(f"dialplan eval function DEVICE_STATE({device})")


@pytest.mark.fault("F41")
async def test_person_who_returns_meanwhile_changes_nothing_for_the_caller_who_is_being_served(
    stage: Stage,
) -> None:
    scene, caller, mobile = await mobile_is_deciding(stage)
    await scene.office.cli("back", "101")
    await mobile.press("1")
    await hear_each_other(caller, mobile)
    await caller.hangs_up()
    await mobile.wait_ended()
    assert await takers(scene) == [("101", "mobile")]


# -- a busy line


async def test_caller_who_waits_for_a_busy_line_is_connected_when_it_is_free(stage: Stage) -> None:
    scene = await stage.open(limits={**FAST, "busy_ask_seconds": 5})
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    first = await scene.caller("0315556677", name="Erika Muster")
    await first.phone.dial("110")
    await mori.wait_established()
    mori.on_ring = "busy"
    caller = await scene.caller(HANS)
    await caller.phone.dial("110")
    await caller.hears("who-on-another-call")
    await caller.presses("7")
    await caller.hears("say-still-busy")
    mori.on_ring = "answer"
    await first.hangs_up()
    await caller.hears("say-line-is-free")
    await mori.wait_established(20)
    await hear_each_other(caller, mori)
    await caller.hangs_up()
    await mori.wait_ended()
    assert scene.ledger.callbacks() == []
