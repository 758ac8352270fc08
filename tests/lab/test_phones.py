"""The lab's phones do what a person does with a phone."""

from __future__ import annotations

import asyncio
import math
from array import array
from pathlib import Path

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import Lab, Phone, audio, waiting

pytestmark = pytest.mark.real

PHONE_TONES_HZ = (600.0, 900.0, 1234.0)


def heard_share(phone: Phone, frequency_hz: float, *, seconds: float = 0.5) -> float:
    """The strongest share of a frequency in any stretch of what a phone heard."""
    samples, rate_hz = audio.read(phone.heard)
    size = round(seconds * rate_hz)
    starts = range(0, max(1, len(samples) - size), rate_hz // 20)
    return max(audio.strength(samples[n : n + size], frequency_hz, rate_hz=rate_hz) for n in starts)


def best_likeness(played: array[int], heard: array[int]) -> float:
    """The correlation, -1 to 1, of what was played with the most similar stretch of what was heard."""
    onset = next(n for n, sample in enumerate(heard) if abs(sample) > 1000)
    places = range(max(0, onset - 20), min(onset + 20, len(heard) - len(played)) + 1)
    return max(likeness(played, heard[place : place + len(played)]) for place in places)


def likeness(one: array[int], other: array[int]) -> float:
    """The correlation of two stretches of sound, -1 to 1."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


async def connected(lab: Lab, caller: Phone, extension: str) -> Phone:
    """A desk phone that has answered the caller."""
    callee = await lab.desk_phone(extension, on_ring="answer")
    await caller.call(extension)
    await callee.wait_established()
    return callee


async def test_desk_phones_call_each_other_and_each_hears_the_others_voice(lab: Lab) -> None:
    alice = await lab.desk_phone("100")
    bob = await connected(lab, alice, "101")
    await asyncio.gather(alice.speak_tone(900, 1.5), bob.speak_tone(1234, 1.5))
    assert heard_share(bob, 900) > 0.99
    assert heard_share(alice, 1234) > 0.99


async def test_a_wideband_phone_is_heard_at_full_loudness_above_what_a_narrow_line_carries(lab: Lab) -> None:
    wide = await lab.desk_phone("102")
    await wide.call("7010")
    await wide.speak_tone(5000, 1.5)
    assert heard_share(wide, 5000, seconds=0.5) > 0.95


async def test_a_spoken_file_arrives_unchanged(lab: Lab, tmp_path: Path) -> None:
    steps = [audio.tone(hz, 0.5) for hz in PHONE_TONES_HZ]
    spoken = audio.write(tmp_path / "steps.wav", steps[0] + steps[1] + steps[2])
    caller = await lab.outside_caller("0441112233")
    await caller.call("7010")
    await caller.speak(spoken)
    await caller.wait_for_quiet(0.3)
    samples, _ = audio.read(caller.heard)
    begins = next(n for n in range(0, len(samples), 80) if audio.loudness(samples[n : n + 80]) > 0.1)
    for number, frequency_hz in enumerate(PHONE_TONES_HZ):
        middle = begins + number * 4000 + 600
        assert audio.strength(samples[middle : middle + 2800], frequency_hz) > 0.99


async def test_a_played_prompt_is_heard_sample_for_sample(lab: Lab) -> None:
    sweep = array("h", (round(9000 * math.sin(n * (0.3 + n / 24000))) for n in range(16000)))
    audio.write(lab.settings.folders.spool / "prompt.wav", sweep)
    caller = await lab.outside_caller()
    await caller.call("7020")
    await caller.wait_ended()
    heard, _ = audio.read(caller.heard)
    assert best_likeness(sweep, heard) > 0.995


async def test_pressed_keys_arrive_in_order(lab: Lab) -> None:
    alice = await lab.desk_phone("100")
    bob = await connected(lab, alice, "101")
    await alice.press("159*0#")
    await waiting.until(lambda: len(bob.calls[0].keys_received) == 6, 15, "six keys")
    assert bob.calls[0].keys_received == list("159*0#")


async def test_a_caller_hears_the_beep_presses_a_key_and_leaves_a_recording(lab: Lab) -> None:
    caller = await lab.outside_caller("0441112233", name="Hans Huber")
    await caller.call("7001")
    await caller.wait_for_beep()
    await caller.press("5")
    await caller.wait_for_beep()
    await caller.speak_tone(1000, 1.5)
    await caller.hang_up()
    await lab.until_quiet()
    recording = max(lab.recordings.glob("plain-*.wav"), key=lambda path: path.stat().st_mtime)
    samples, rate_hz = audio.read(recording)
    assert audio.strength(samples[rate_hz // 2 : rate_hz], 1000, rate_hz=rate_hz) > 0.99
    assert "User entered '5'" in lab.log_file.read_text()


async def test_an_outside_callers_number_and_name_reach_the_desk_phone(lab: Lab) -> None:
    alice = await lab.desk_phone("101")
    caller = await lab.outside_caller("0441112233", name="Hans Huber")
    await caller.dial("101")
    call = await alice.wait_incoming()
    assert call.peer_uri.startswith("sip:0441112233@")
    assert call.peer_name == "Hans Huber"
    assert "from-trunk" in lab.log_file.read_text()


async def test_a_withheld_number_does_not_reach_the_desk_phone(lab: Lab) -> None:
    alice = await lab.desk_phone("101")
    caller = await lab.outside_caller(None)
    await caller.dial("101")
    assert (await alice.wait_incoming()).peer_uri.startswith("sip:anonymous@")


async def test_a_caller_hears_that_it_rings_and_gives_up(lab: Lab) -> None:
    alice = await lab.desk_phone("101")
    caller = await lab.outside_caller()
    await caller.dial("101")
    await caller.wait_ringing()
    await alice.wait_incoming()
    await caller.hang_up()
    await alice.wait_ended()


async def test_a_busy_phone_refuses_with_486_and_the_dialplan_goes_on(lab: Lab) -> None:
    await lab.desk_phone("103", on_ring="busy")
    caller = await lab.outside_caller()
    await caller.dial("103")
    await caller.wait_ended()
    assert "is busy" in lab.log_file.read_text()


async def test_a_refusing_phone_declines_with_603(lab: Lab) -> None:
    await lab.refusing_phone("113", 603)
    caller = await lab.outside_caller()
    await caller.dial("113")
    await caller.wait_ended()
    assert "PJSIP/113" in lab.log_file.read_text()


async def test_whoever_hangs_up_ends_the_call_for_both(lab: Lab) -> None:
    caller = await lab.outside_caller()
    alice = await connected(lab, caller, "101")
    await alice.hang_up()
    await caller.wait_ended()


async def test_a_caller_on_hold_hears_music_until_the_call_is_resumed(lab: Lab) -> None:
    caller = await lab.outside_caller()
    alice = await connected(lab, caller, "101")
    await alice.hold()
    await caller.wait_for_sound()
    await alice.resume()
    await caller.wait_for_tone(620, 0.1)
    await alice.speak_tone(1234, 1.0)
    await caller.wait_for_tone(1234, 0.5)


async def test_a_blind_transfer_connects_the_caller_with_the_third_phone(lab: Lab) -> None:
    caller = await lab.outside_caller()
    reception = await connected(lab, caller, "110")
    bob = await lab.desk_phone("100", on_ring="answer")
    await reception.transfer("100")
    await bob.wait_established()
    await reception.wait_ended()
    await bob.speak_tone(900, 1.0)
    await caller.wait_for_tone(900, 0.5)


async def test_an_attended_transfer_connects_the_caller_with_the_third_phone(lab: Lab) -> None:
    caller = await lab.outside_caller()
    reception = await connected(lab, caller, "110")
    await reception.hold()
    bob = await connected(lab, reception, "100")
    await bob.speak_tone(600, 0.6)
    await reception.wait_for_tone(600, 0.4)
    await reception.transfer_attended()
    await reception.wait_ended()
    await bob.speak_tone(900, 1.0)
    await caller.wait_for_tone(900, 0.5)


async def test_early_sound_is_heard_before_anybody_answers(lab: Lab) -> None:
    caller = await lab.outside_caller()
    await caller.dial("7013")
    await caller.wait_progress()
    await caller.wait_for_beep()
    assert caller.current.established_at is None


async def test_six_callers_speak_at_the_same_time(lab: Lab) -> None:
    callers = [await lab.outside_caller(f"04411122{n}") for n in range(6)]
    await asyncio.gather(*(caller.call("7010") for caller in callers))
    await asyncio.gather(*(caller.speak_tone(500 + 100 * n, 1.0) for n, caller in enumerate(callers)))
    assert all(heard_share(caller, 500 + 100 * n, seconds=0.3) > 0.95 for n, caller in enumerate(callers))


async def test_a_call_that_fails_says_why_it_was_not_answered(lab: Lab) -> None:
    caller = await lab.outside_caller()
    await caller.dial("7999")
    with pytest.raises(LabError, match="404"):
        await caller.wait_established()


async def test_an_unknown_desk_phone_is_refused_with_the_ones_there_are(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"no desk phone 199; it has 100, 101"):
        await lab.desk_phone("199")


async def test_phones_log_the_messages_they_send_and_get(lab: Lab) -> None:
    alice = await lab.desk_phone("101")
    lines = [message.first_line for message in alice.sip_messages]
    assert any(line.startswith("REGISTER ") for line in lines)
    assert "SIP/2.0 200 OK" in lines
