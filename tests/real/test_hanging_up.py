"""Callers who hang up in the middle of it: none is forgotten, and what was said is kept."""

from __future__ import annotations

import pytest

from tests.real.scenes import VOICE_HZ, Scene, tone_seconds

pytestmark = pytest.mark.real


async def is_noted_as_missed(scene: Scene) -> None:
    """The call is in the ledger as one that did not get through, and nothing else is."""
    callback = await scene.ledger.the_callback()
    assert (callback.wish, callback.number, callback.state) == ("missed", "0441112233", "open")
    assert (await scene.ledger.the_call()).outcome == "missed"
    assert scene.ledger.messages() == []


async def test_a_caller_who_hangs_up_in_the_greeting_is_noted_as_a_missed_call(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.phone.wait_for_sound()
    await caller.hangs_up()
    await is_noted_as_missed(scene)


async def test_a_caller_who_hangs_up_in_the_menu_is_noted_as_a_missed_call(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.hears("for-repeat-default")
    await caller.phone.wait_for_quiet(1.0)
    await caller.hangs_up()
    await is_noted_as_missed(scene)


@pytest.mark.fault("F22")
async def test_a_caller_who_hangs_up_during_the_beep_is_noted_as_a_missed_call(scene: Scene) -> None:
    caller = await scene.call("101")
    await caller.chooses("1")
    await caller.hears("beep")
    await caller.hangs_up()
    await is_noted_as_missed(scene)
    assert list(scene.office.data.glob("audio/*")) == []


async def test_a_caller_who_hangs_up_while_speaking_has_left_the_message(scene: Scene) -> None:
    caller = await scene.caller_at_the_beep()
    await caller.speaks(2.0)
    await caller.hangs_up()

    message = await scene.ledger.the_message()
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(2.0, abs=0.4)
    assert (await scene.ledger.the_call()).outcome == "message"
    assert scene.ledger.callbacks() == []


@pytest.mark.fault("F21")
async def test_a_caller_who_hangs_up_in_the_review_has_sent_the_message(scene: Scene) -> None:
    caller = await scene.caller_in_the_review()
    await caller.hangs_up()
    await scene.ledger.the_message()
    assert (await scene.ledger.the_call()).outcome == "message"
