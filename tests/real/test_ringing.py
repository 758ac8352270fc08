"""Who is there is rung as ever; who does not take the call is stood in for, with the right words."""

from __future__ import annotations

import pytest

from ari_absence.lab import Phone
from tests.real.scenes import Scene, Stage
from tests.real.voices import WELCOME, WELCOME_HZ

pytestmark = pytest.mark.real

EVENING = "2026-11-25T20:00+09:00"


async def is_answered_by(phone: Phone, scene: Scene) -> None:
    """A call from outside rings the phone and is answered there, and both hear each other."""
    caller = await scene.caller()
    await caller.phone.dial("110")
    await caller.phone.wait_established()
    await phone.wait_established()
    await phone.speak_tone(900, 0.6)
    await caller.phone.wait_for_tone(900, 0.3)
    await caller.speaks(0.6, 1300)
    await phone.wait_for_tone(1300, 0.3)
    await caller.hangs_up()
    await phone.wait_ended()


@pytest.mark.fault("P4")
async def test_a_present_persons_phone_rings_and_is_answered_with_our_process_stopped(scene: Scene) -> None:
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    await scene.office.stop_service()
    await is_answered_by(mori, scene)
    await scene.office.start_service()


async def test_a_call_to_a_present_person_needs_nothing_of_our_process(scene: Scene) -> None:
    mori = await scene.lab.desk_phone("110", on_ring="answer")
    with scene.service_frozen():  # who stands still can neither ask nor answer anything
        await is_answered_by(mori, scene)
    assert scene.ledger.calls() == []


async def reaches_the_attendant(scene: Scene, why: str, sound: str) -> None:
    """A call to 110 is taken by us for this reason, and the caller hears these words."""
    caller = await scene.caller()
    await caller.phone.dial("110")
    await caller.hears(sound)
    await caller.hangs_up()
    call = await scene.ledger.the_call()
    assert (call.why, call.extension) == (why, "110")
    assert f"the dialplan says: {why}" in [reason["text"] for reason in call.reasons]


async def test_when_nobody_answers_the_caller_hears_that_she_cannot_come(scene: Scene) -> None:
    mori = await scene.lab.desk_phone("110", on_ring="ring")
    await reaches_the_attendant(scene, "noanswer", "who-cannot-come")
    assert mori.calls[0].history[0] == "incoming"


async def test_when_the_phone_is_busy_the_caller_hears_that_she_is_on_another_call(scene: Scene) -> None:
    await scene.lab.desk_phone("110", on_ring="busy")
    await reaches_the_attendant(scene, "busy", "who-on-another-call")


async def test_when_the_phone_is_off_the_caller_hears_that_she_cannot_come(scene: Scene) -> None:
    await reaches_the_attendant(scene, "unreachable", "who-cannot-come")


async def test_after_hours_the_caller_hears_that_the_office_is_closed(stage: Stage) -> None:
    scene = await stage.open(now=EVENING)
    caller = await scene.call("110")
    await caller.hears("office-closed")
    await caller.hears("who-back-until")
    await caller.hangs_up()
    call = await scene.ledger.the_call()
    assert (call.why, call.state_kind) == ("absent", "closed")


async def test_a_colleague_hears_why_she_is_away_and_not_the_companys_name(scene: Scene) -> None:
    kenji = await scene.colleague("102")
    await kenji.calls("101")
    await kenji.hears("who-on-business-trip-until")
    await kenji.hears("for-message-default")
    await kenji.hangs_up()
    assert WELCOME not in scene.playbill.played
    assert kenji.heard(WELCOME_HZ) == 0
    call = await scene.ledger.the_call()
    assert call.caller_extension == "102"
    assert "a colleague hears: on business trip" in [reason["text"] for reason in call.reasons]


async def test_an_outsider_hears_the_companys_name_and_only_that_she_is_out(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.hears("who-out-of-office-until")
    await caller.hears("for-message-default")
    await caller.hangs_up()
    assert "who-on-business-trip-until" not in scene.playbill.played
    assert caller.heard(WELCOME_HZ) == pytest.approx(0.4, abs=0.15)
    call = await scene.ledger.the_call()
    assert "an outsider hears: out of office (disclosure: class)" in [r["text"] for r in call.reasons]


@pytest.mark.fault("F29")
async def test_an_outsider_who_shows_a_colleagues_number_is_no_colleague(scene: Scene) -> None:
    caller = await scene.call("101", number="102")
    await caller.hears("who-out-of-office-until")
    await caller.hangs_up()
    assert WELCOME in scene.playbill.played
    assert (await scene.ledger.the_call()).caller_extension is None
