"""Tones are written, measured and found again."""

from __future__ import annotations

import asyncio
import wave
from array import array
from pathlib import Path

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import audio
from ari_absence.lab.ear import HEADER_BYTES, Ear, Part
from ari_absence.lab.waiting import CLOCK


def ear_that_heard(path: Path, samples: array[int]) -> Ear:
    """An ear with one part: these samples."""
    path.write_bytes(bytes(HEADER_BYTES) + samples.tobytes())
    return Ear(8000, [Part(path, CLOCK.monotonic())])


def test_a_tone_is_strong_at_its_own_frequency_and_nowhere_else() -> None:
    tone = audio.tone(1000, 0.5)
    assert audio.strength(tone, 1000) > 0.999
    assert audio.strength(tone, 1300) < 0.001
    assert audio.loudest_frequency(tone, (700, 1000, 1300)) == 1000


def test_silence_has_no_strength_and_no_loudness() -> None:
    silence = audio.silence(0.2)
    assert audio.strength(silence, 1000) == 0
    assert audio.loudness(silence) == 0
    assert audio.loudness(array("h")) == 0


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    tone = audio.tone(440, 0.1, rate_hz=16000)
    assert audio.read(audio.write(tmp_path / "a.wav", tone, rate_hz=16000)) == (tone, 16000)


def test_a_stereo_file_is_mixed_to_one_channel(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(array("h", [100, 300, -100, -300]).tobytes())
    assert audio.read(tmp_path / "stereo.wav") == (array("h", [200, -200]), 8000)


def test_a_file_that_is_not_of_16_bits_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "eight.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
    with pytest.raises(LabError, match="16-bit"):
        audio.read(tmp_path / "eight.wav")


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_a_tone_keeps_its_pitch_and_length_at_another_rate(rate_hz: int) -> None:
    changed = audio.at_rate(audio.tone(800, 0.5, rate_hz=rate_hz), rate_hz, 8000)
    assert abs(len(changed) - 4000) <= 2
    assert audio.strength(changed, 800) > 0.99


async def test_an_ear_finds_the_end_of_a_prompt_behind_a_silence(tmp_path: Path) -> None:
    ear = ear_that_heard(tmp_path / "p", audio.silence(1) + audio.tone(500, 1) + audio.silence(1))
    await ear.quiet(0.4, 0.1)
    assert ear.attention == pytest.approx(2.4, abs=0.09)


async def test_an_ear_does_not_take_a_pause_between_words_for_the_end(tmp_path: Path) -> None:
    ear = ear_that_heard(tmp_path / "p", audio.tone(500, 0.5) + audio.silence(0.2) + audio.tone(500, 0.5))
    with pytest.raises(LabError, match="did not hear sound, then silence within"):
        await ear.quiet(0.4, 0.1)


async def test_an_ear_tells_a_tone_from_a_voice_of_another_pitch(tmp_path: Path) -> None:
    ear = ear_that_heard(tmp_path / "p", audio.tone(500, 1) + audio.tone(700, 0.4) + audio.silence(0.5))
    await ear.tone(700, 0.2, 0.1)
    assert ear.attention == pytest.approx(1.4, abs=0.09)


async def test_an_ear_waits_for_a_tone_that_is_still_to_come(tmp_path: Path) -> None:
    ear = ear_that_heard(tmp_path / "p", audio.silence(0.5))
    waiting = asyncio.create_task(ear.tone(700, 0.2, 5))
    await asyncio.sleep(0)
    with ear.parts[0].path.open("ab") as file:
        file.write((audio.tone(700, 0.5) + audio.silence(0.5)).tobytes())
    await waiting


def test_parts_of_a_call_keep_their_place_in_time(tmp_path: Path) -> None:
    ear = ear_that_heard(tmp_path / "one", audio.tone(500, 1.5))
    second = ear_that_heard(tmp_path / "two", audio.tone(900, 1)).parts[0]
    ear.parts.append(Part(second.path, ear.parts[0].started + 2))
    third = ear_that_heard(tmp_path / "three", audio.tone(1300, 1)).parts[0]
    ear.parts.append(Part(third.path, ear.parts[0].started + 2.5))
    whole = ear.samples()
    assert len(whole) == 8000 * 3.5
    assert audio.loudness(whole[12100:15900]) == 0
    assert audio.strength(whole[16000:20000], 900) > 0.99
    assert audio.strength(whole[20000:28000], 1300) > 0.99
