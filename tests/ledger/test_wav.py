"""A WAV file is believed only as far as its bytes go."""

from __future__ import annotations

import math
import struct
import time
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core import wav
from tests.ledger.office import tone, wav_of


def test_the_facts_of_a_whole_file() -> None:
    facts = wav.inspect(tone(2.5))

    assert (facts.rate_hz, facts.seconds, facts.header_repaired) == (8000, 2.5, False)
    assert facts.loud_seconds == pytest.approx(2.5)


def test_a_wideband_file_has_its_own_rate() -> None:
    assert wav.inspect(tone(2.0, rate_hz=16_000)).seconds == pytest.approx(2.0)


@pytest.mark.fault("F58")
@pytest.mark.parametrize("promised", [0, 1_000_000, 0xFFFFFFFF])
def test_f58_a_header_that_promises_something_else_is_repaired_from_what_is_there(promised: int) -> None:
    whole = tone(2.0)
    broken = (
        wav_of(whole[44:], promised_bytes=promised) if promised < 2**32 - 40 else _with_sizes(whole, promised)
    )

    assert wav.inspect(broken).header_repaired
    assert wav.inspect(broken).seconds == pytest.approx(2.0)
    assert wav.repaired(broken) == whole


def _with_sizes(whole: bytes, size: int) -> bytes:
    return whole[:4] + struct.pack("<I", size) + whole[8:40] + struct.pack("<I", size) + whole[44:]


def test_a_file_cut_in_the_middle_of_a_sample_loses_only_the_half_one() -> None:
    cut = tone(2.0)[:-1]

    facts = wav.inspect(cut)
    assert facts.header_repaired
    assert facts.seconds == pytest.approx(2.0, abs=0.001)
    assert not wav.inspect(wav.repaired(cut)).header_repaired


def test_a_whole_file_is_returned_as_it_is() -> None:
    whole = tone(1.0)

    assert wav.repaired(whole) is whole


def test_chunks_before_and_behind_the_audio_are_passed_over() -> None:
    whole = tone(1.0)
    note = b"LIST" + struct.pack("<I", 5) + b"hello\0"
    with_notes = whole[:36] + note + whole[36:] + note
    riff = b"RIFF" + struct.pack("<I", len(with_notes) - 8) + with_notes[8:]

    facts = wav.inspect(riff)
    assert facts.seconds == pytest.approx(1.0)
    assert not facts.header_repaired


def test_silence_with_a_constant_offset_and_line_noise_is_silence() -> None:
    hum = array("h", [1000, 1040, 1000, 960] * 8000).tobytes()

    assert wav.inspect(wav_of(hum)).loud_seconds == 0


def test_half_a_second_of_talk_in_silence_is_counted_as_such() -> None:
    talk = tone(0.5)[44:]
    silence = bytes(8000 * 2 * 2)

    assert wav.inspect(wav_of(silence + talk + silence)).loud_seconds == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b"", "does not begin like a WAV file"),
        (b"RIFF\0\0\0\0WAVE", "ends before any audio begins"),
        (b"<html>" * 100, "does not begin like a WAV file"),
        (tone(1.0)[:30], "its format chunk is cut off"),
        (tone(1.0).replace(b"fmt ", b"junk", 1), "audio comes before its format"),
        (tone(1.0)[:20] + struct.pack("<H", 7) + tone(1.0)[22:], "coding 7"),
        (tone(1.0)[:22] + struct.pack("<H", 2) + tone(1.0)[24:], "2 channels"),
        (tone(1.0)[:24] + struct.pack("<I", 7) + tone(1.0)[28:], "7 Hz makes no sense"),
    ],
)
def test_what_is_no_recording_of_ours_is_refused_with_a_reason(broken: bytes, why: str) -> None:
    with pytest.raises(wav.NotWav, match=why):
        wav.inspect(broken)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_at_all_do_anything_else(noise: bytes, header_bytes: int) -> None:
    for candidate in (noise, tone(0.01)[:header_bytes] + noise):
        try:
            facts = wav.inspect(candidate)
        except wav.NotWav:
            continue
        assert facts.seconds >= 0
        assert not wav.inspect(wav.repaired(candidate)).header_repaired


def test_five_minutes_are_inspected_in_well_under_a_tenth_of_a_second() -> None:
    long = tone(300.0)
    began = time.perf_counter()
    wav.inspect(long)

    assert time.perf_counter() - began < 0.2  # about 0.04 on a quiet machine


@pytest.mark.parametrize("frequency_hz", [500, 1000, 1333, 2000, 2500, 3000])
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_no_tone_is_taken_for_silence_because_of_the_samples_that_are_looked_at(
    frequency_hz: int, rate_hz: int
) -> None:
    turn = 2 * math.pi * frequency_hz / rate_hz
    whistle = array("h", (round(8000 * math.sin(turn * n)) for n in range(rate_hz)))

    assert wav.inspect(wav_of(whistle.tobytes(), rate_hz)).loud_seconds > 0.9
