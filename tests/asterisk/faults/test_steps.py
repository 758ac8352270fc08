"""What a refused or unanswered request means for the conversation and for its caller. On a fake Asterisk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall, playing
from ari_absence.attendant.call import RecordingTerms
from ari_absence.errors import CallerGone, EffectFailed
from tests.asterisk.conftest import Office, rings
from tests.asterisk.faults.fake import CHANNEL_ID, NEVER, FakeAsterisk

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = rings("PJSIP/102")


STEPS: dict[str, Callable[[ChannelCall], Awaitable[object]]] = {
    "/variable": lambda call: call.answer(),
    "/answer": lambda call: call.answer(),
    "/play": lambda call: call.say(SOUND),
    "/record": lambda call: call.record(TERMS),
    "/moh": lambda call: call.wait(5),
    "/ring": lambda call: call.hunt(PHONE, 5),
}


@pytest.mark.fault("F12", "F13", "P1")
@pytest.mark.parametrize("ending", STEPS)
@pytest.mark.parametrize("status", [NEVER, 412, 500, 503])
async def test_a_step_that_asterisk_refuses_is_an_effect_that_failed(
    asterisk: FakeAsterisk, office: Office, impatient: None, ending: str, status: int
) -> None:
    asterisk.answer("POST", ending, status)
    asterisk.answer("DELETE", "-p1", 404)
    office.answer_with(STEPS[ending])
    await asterisk.start_call()

    with pytest.raises(EffectFailed):
        await office.outcome(2)
    # and the caller is not left in silence
    assert (await asterisk.until_asked("POST", "/continue"))["extension"] == "fallback"


UNANSWERED: dict[str, tuple[Callable[[ChannelCall], Awaitable[object]], tuple[str, str]]] = {
    "/play": (lambda call: call.say(SOUND), ("DELETE", "-p1")),
    "/record": (lambda call: call.record(TERMS), ("POST", "-r1/stop")),
}


@pytest.mark.fault("F13", "P1")
@pytest.mark.parametrize("ending", UNANSWERED)
@pytest.mark.parametrize("then", ["/play", "/record", "/moh"])
async def test_what_was_never_answered_is_ended_before_anything_else_is_asked_for(
    asterisk: FakeAsterisk, office: Office, impatient: None, ending: str, then: str
) -> None:
    """Asterisk may have begun it all the same: an apology would wait behind two minutes of recording."""
    step, (verb, its_end) = UNANSWERED[ending]

    async def conversation(call: ChannelCall) -> None:
        with pytest.raises(EffectFailed):
            await step(call)
        asterisk.answer("POST", then, 500)
        with pytest.raises(EffectFailed):
            await STEPS[then](call)

    asterisk.answer("POST", ending, NEVER)
    asterisk.answer("DELETE", "-p1", 404)
    office.answer_with(conversation)
    await asterisk.start_call()
    await office.outcome(5)

    asked = [(each, path) for each, path, _ in asterisk.requests if each in ("POST", "DELETE")]
    begun = [n for n, (each, path) in enumerate(asked) if each == "POST" and path.endswith((ending, then))]
    ended = [n for n, (each, path) in enumerate(asked) if each == verb and path.endswith(its_end)]
    assert begun[0] < ended[0] < begun[1]


@pytest.mark.fault("F10")
@pytest.mark.parametrize("ending", STEPS)
async def test_a_step_on_a_channel_that_is_gone_is_the_caller_gone(
    asterisk: FakeAsterisk, office: Office, ending: str
) -> None:
    asterisk.answer("POST", ending, 404)
    office.answer_with(STEPS[ending])
    await asterisk.start_call()

    with pytest.raises(CallerGone):
        await office.outcome(2)
    # no end of the call was reported, so it is made sure of
    await asterisk.until_asked("DELETE", CHANNEL_ID)


async def test_a_refusal_just_before_a_hangup_is_the_hangup(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("POST", "/record", 409)
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/record")
    await asterisk.end_call()

    with pytest.raises(CallerGone):
        await office.outcome(2)


async def test_a_caller_who_can_not_be_released_is_hung_up(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("POST", "/continue", 500)
    office.answer_with(lambda call: call.release_to_dialplan())
    await asterisk.start_call()
    await office.outcome()

    await asterisk.until_asked("DELETE", CHANNEL_ID)


async def test_a_playback_whose_end_is_not_reported_is_looked_for(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOOK_SECONDS", 0.1)
    asterisk.answer("GET", "-p1", (200, {}), 404)
    office.answer_with(lambda call: call.say(SOUND))
    await asterisk.start_call()

    await office.outcome(2)
    assert len([path for _, path, _ in asterisk.requests if path.startswith("/playbacks/")]) == 2


async def test_a_playback_that_is_stuck_is_stopped(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(playing, "STOP_SECONDS", 0.1)

    async def conversation(call: ChannelCall) -> None:
        await playing.play(call.line, office.client, ["tts:x"], sound_seconds_max=0.2)

    office.answer_with(conversation)
    await asterisk.start_call()

    await office.outcome(2)
    assert asterisk.asked("DELETE", "-p1")


async def test_a_playback_that_has_come_to_another_sound_is_not_stuck(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOOK_SECONDS", 0.1)
    sounds = [(200, {"media_uri": f"sound:{number}"}) for number in range(5)]
    asterisk.answer("GET", "-p1", *sounds, 404)

    async def conversation(call: ChannelCall) -> None:
        await playing.play(call.line, office.client, ["tts:x"], sound_seconds_max=0.2)

    office.answer_with(conversation)
    await asterisk.start_call()

    await office.outcome(3)
    assert not asterisk.asked("DELETE", "-p1")


@pytest.mark.fault("F12")
async def test_a_sound_that_can_not_be_stopped_is_tried_again(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("DELETE", "-p1", 500, (204, {}))
    office.answer_with(lambda call: call.ask([SOUND], 5))
    await asterisk.start_call()
    playback_id = (await asterisk.until_asked("POST", "/play"))["playbackId"]
    await asterisk.press("1")
    await asterisk.until_asked("DELETE", "-p1", times=2)
    await asterisk.send("PlaybackFinished", playback={"id": playback_id, "state": "done"})

    assert await office.outcome(3) == "1"
