"""Speaking with a real caller: a real Asterisk, a SIP phone that presses keys, speaks and hears."""

from __future__ import annotations

import asyncio
import io
import time
import wave
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ari_absence.asterisk import ChannelCall, protocol
from ari_absence.asterisk.guard import GUARD_SECONDS
from ari_absence.attendant.call import Recording, RecordingEnd, RecordingTerms
from ari_absence.core.people import Caller, Why
from ari_absence.errors import AlreadyGone, CallerGone
from ari_absence.lab import Lab, Phone
from tests.asterisk.conftest import Office, rings
from tests.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

LONG: Any = "sound:tt-monkeysintro"
SHORT: Any = "sound:activated"
MISSING: Any = "sound:there-is-no-such-sound"
NAME_TERMS = RecordingTerms(max_seconds=2, silence_seconds=2, beep=False)
MESSAGE_TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)


async def call_us(lab: Lab, number: str | None = "0441112233", name: str = "Hans Huber") -> Phone:
    caller = await lab.outside_caller(number, name=name)
    await caller.dial("7003")
    return caller


async def test_a_call_says_who_calls_whom_and_why(lab: Lab, office: Office) -> None:
    async def facts(call: ChannelCall) -> tuple[Caller, str, Why]:
        return call.caller, call.extension, call.why

    office.answer_with(facts)
    await call_us(lab)

    assert await office.outcome() == (Caller("0441112233", "Hans Huber"), "101", Why.ABSENT)


async def test_a_colleague_is_known_by_the_phone_not_by_the_number(lab: Lab, office: Office) -> None:
    async def who(call: ChannelCall) -> Caller:
        return call.caller

    office.answer_with(who)
    colleague = await lab.desk_phone("103")
    await colleague.dial("7003")
    assert (await office.outcome()).extension == "103"

    office.answer_with(who)
    await call_us(lab, number="103")
    assert (await office.outcome()).extension is None


async def test_a_sentence_is_heard_to_its_end_and_keys_meanwhile_are_dropped(
    lab: Lab, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await call.say(SHORT, SHORT, SHORT)
        return await call.ask([], 0.3)

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await caller.press("7")

    assert await office.outcome() is None


@pytest.mark.fault("F26")
async def test_a_key_stops_the_whole_list_and_counts_once(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> tuple[str | None, float, str | None]:
        await call.answer()
        key = await call.ask([LONG, LONG, LONG], 5)
        stopped_at = time.monotonic()
        await call.say(SHORT)
        return key, time.monotonic() - stopped_at, await call.ask([], 0.3)

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await caller.press("4")

    key, next_sentence_seconds, surplus = await office.outcome(6)
    assert (key, surplus) == ("4", None)
    assert next_sentence_seconds < 2, "the next sentence waited for the rest of the list"


async def test_silence_after_a_question_is_none_after_the_patience(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        return await call.ask([SHORT], 0.5)

    office.answer_with(conversation)
    await call_us(lab)

    assert await office.outcome() is None


async def test_a_key_pressed_between_two_questions_counts_for_the_next(lab: Lab, office: Office) -> None:
    pressed = asyncio.Event()

    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await pressed.wait()
        return await call.ask([LONG], 5)

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_established()
    await caller.press("8")
    pressed.set()

    assert await office.outcome(3) == "8"


@pytest.mark.parametrize(("keys", "collected"), [("0123#", "0123"), ("987654", "9876"), ("55", "55")])
async def test_digits_are_collected_to_the_pound_key_the_limit_or_silence(
    lab: Lab, office: Office, keys: str, collected: str
) -> None:
    all_pressed = asyncio.Event()

    async def conversation(call: ChannelCall) -> str:
        await call.answer()
        digits = await call.ask_digits([LONG], digits_max=4, patience_seconds=1.0)
        await all_pressed.wait()
        return digits

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await caller.press(keys)
    all_pressed.set()

    assert await office.outcome() == collected


async def test_a_missing_sound_is_skipped_and_the_conversation_goes_on(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await call.say(SHORT)
        await call.say(MISSING)
        await call.say(MISSING, SHORT)
        await call.say()
        asking.set()
        return await call.ask([LONG], 5)

    asking = asyncio.Event()
    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await asyncio.wait_for(asking.wait(), 15)
    await caller.press("1")

    assert await office.outcome() == "1"


async def test_a_message_is_recorded_fetched_played_back_and_deleted(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> tuple[Recording, bytes, str | None, str | None]:
        await call.answer()
        recording = await call.record(MESSAGE_TERMS)
        audio = await office.client.fetch_recording(recording.name)
        interrupted_by = await call.play(recording)
        left = await call.ask([], 0.2)
        await office.client.delete_recording(recording.name)
        return recording, audio, interrupted_by, left

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_beep()
    await caller.speak_tone(600, 2.0)
    await caller.press("#")
    await caller.wait_for_sound()
    await caller.press("2")

    recording, audio, interrupted_by, left = await office.outcome()
    assert recording.ended_by is RecordingEnd.KEY
    assert 1 <= recording.seconds <= 4
    with wave.open(io.BytesIO(audio)) as wav:
        assert wav.getnframes() / wav.getframerate() == pytest.approx(2.2, abs=0.8)
    assert (interrupted_by, left) == ("2", None), "the pound key that ended the recording counts no more"
    assert await office.client.stored_recordings() == []


async def test_a_recording_ends_by_silence_or_at_its_limit(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> list[RecordingEnd]:
        await call.answer()
        silent = await call.record(NAME_TERMS)
        long = await call.record(RecordingTerms(max_seconds=1, silence_seconds=0, beep=False))
        for recording in (silent, long):
            await office.client.delete_recording(recording.name)
        return [silent.ended_by, long.ended_by]

    office.answer_with(conversation)
    await call_us(lab)

    assert await office.outcome() == [RecordingEnd.SILENCE, RecordingEnd.LIMIT]


async def test_a_hangup_while_speaking_keeps_what_was_said(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> tuple[Recording, int]:
        await call.answer()
        recording = await call.record(MESSAGE_TERMS)
        audio = await office.client.fetch_recording(recording.name)
        await office.client.delete_recording(recording.name)
        with pytest.raises(CallerGone):
            await call.say(SHORT)
        return recording, len(audio)

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_beep()
    await caller.speak_tone(600, 1.0)
    await caller.hang_up()

    recording, size_bytes = await office.outcome(3)
    assert recording.ended_by is RecordingEnd.HANGUP
    assert size_bytes > 8_000


Step = Callable[[ChannelCall], Awaitable[object]]

STEPS: dict[str, Step] = {
    "say": lambda call: call.say(LONG),
    "ask": lambda call: call.ask([LONG], 5),
    "wait for a key": lambda call: call.ask([], 10),
    "ask_digits": lambda call: call.ask_digits([], 10, 10),
    "play": lambda call: call.play(Recording("no-such-recording", 3.0, RecordingEnd.KEY)),
    "hunt": lambda call: call.hunt(rings("PJSIP/101"), 10),
    "wait": lambda call: call.wait(10),
}


@pytest.mark.fault("F21")
@pytest.mark.parametrize("step", [name for name in STEPS if name != "play"])
async def test_a_hangup_ends_any_step_at_once(lab: Lab, office: Office, step: str) -> None:
    begun = asyncio.Event()

    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        begun.set()
        await STEPS[step](call)

    phone = await lab.desk_phone("101")
    office.answer_with(conversation)
    caller = await call_us(lab)
    await asyncio.wait_for(begun.wait(), 15)
    await caller.wait_established()
    if step in ("say", "ask"):
        await caller.wait_for_sound()
    if step == "hunt":
        await phone.wait_incoming()
    await caller.hang_up()

    with pytest.raises(CallerGone):
        await office.outcome(2)


def end_has_arrived(call: ChannelCall) -> bool:
    """Whether the end of the call waits to be noticed by its own task."""
    ends = protocol.StasisEnd | protocol.ChannelHangupRequest
    return any(isinstance(event, ends) for event in call.line.inbox._waiting)


@pytest.mark.parametrize("step", STEPS)
async def test_every_step_after_a_hangup_says_that_the_caller_is_gone(
    lab: Lab, office: Office, step: str
) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await hung_up.wait()
        await eventually(lambda: end_has_arrived(call))
        await STEPS[step](call)

    hung_up = asyncio.Event()
    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_established()
    await caller.hang_up()
    hung_up.set()

    with pytest.raises(CallerGone):
        await office.outcome(3)


async def test_a_hangup_before_the_answer_is_the_caller_gone(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> None:
        await hung_up.wait()
        await eventually(lambda: end_has_arrived(call))
        await call.answer()

    hung_up = asyncio.Event()
    office.answer_with(conversation)
    caller = await call_us(lab)
    await eventually(lambda: office.link.sessions.calls)
    await caller.hang_up()
    hung_up.set()

    with pytest.raises(CallerGone):
        await office.outcome(3)


async def test_hanging_up_ends_the_callers_call(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await call.hang_up()
        await call.hang_up()
        with pytest.raises(CallerGone):
            await call.say(SHORT)

    office.answer_with(conversation)
    caller = await call_us(lab)

    await office.outcome()
    await caller.wait_ended(2)


async def test_a_conversation_that_just_ends_hangs_up(lab: Lab, office: Office) -> None:
    office.answer_with(lambda call: call.answer())
    caller = await call_us(lab)

    await caller.wait_ended(3)


async def test_a_released_caller_hears_the_dialplans_fallback(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await call.release_to_dialplan()

    office.answer_with(conversation)
    caller = await call_us(lab)

    await office.outcome()
    await caller.wait_for_sound(3)


@pytest.mark.parametrize("before", ["nothing", "prompt", "recording"])
async def test_a_conversation_that_fails_leaves_nobody_in_silence(
    lab: Lab, office: Office, before: str
) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        if before == "prompt":
            await asyncio.wait_for(call.say(LONG), 0.5)
        if before == "recording":
            await asyncio.wait_for(call.record(MESSAGE_TERMS), 1.0)
        raise ValueError("a mistake of ours")

    office.answer_with(conversation)
    caller = await call_us(lab)

    with pytest.raises((ValueError, TimeoutError)):
        await office.outcome()
    await fallback_is_heard(lab)
    await caller.hang_up()
    for name in await office.client.stored_recordings():
        await office.client.delete_recording(name)


async def fallback_is_heard(lab: Lab) -> None:
    async def in_fallback() -> bool:
        return "!ari-absence!fallback!" in await lab.cli("core show channels concise")

    await eventually(in_fallback)


async def test_the_guard_of_the_dialplan_is_put_off_by_the_answer(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> str:
        await office.client.set_variable(call.line.channel.id, "TIMEOUT(absolute)", "1")
        await call.answer()
        return await office.client.variable(call.line.channel.id, "TIMEOUT(absolute)")

    office.answer_with(conversation)
    await call_us(lab)

    assert GUARD_SECONDS - 5 < float(await office.outcome()) <= GUARD_SECONDS


async def test_what_is_gone_is_an_answer(office: Office) -> None:
    client = office.client
    requests = [
        client.answer("no-such-channel"),
        client.hang_up("no-such-channel"),
        client.play("no-such-channel", ["sound:activated"], "p"),
        client.stop_playback("p"),
        client.stop_recording("abs/none-r1"),
        client.fetch_recording("abs/none-r1"),
        client.delete_recording("abs/none-r1"),
        client.destroy_bridge("none"),
    ]
    for request in requests:
        with pytest.raises(AlreadyGone):
            await request


@pytest.mark.fault("F20", "P4")
async def test_callers_whom_we_do_not_take_hear_the_fallback_at_once(lab: Lab, office: Office) -> None:
    office.link.sessions.taking_calls = False
    caller = await call_us(lab)

    await fallback_is_heard(lab)
    await caller.wait_for_sound(2)
