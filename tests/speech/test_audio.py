"""Reading and measuring sound."""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

import pytest

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import (
    SILENT_DBFS,
    Sound,
    peak_dbfs,
    read_wav,
    rms_dbfs,
    wav_bytes,
)
from tests.speech.small_language import hum

SECOND_OF_SILENCE = Sound(array("h", bytes(2 * 8_000)), 8_000)


def test_what_is_written_is_read_again() -> None:
    sound = hum()
    assert read_wav(wav_bytes(sound)) == sound


def test_two_channels_become_one(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "two.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(struct.pack("<4h", 100, 300, -100, -300))
    assert list(read_wav(tmp_path / "two.wav").samples) == [200, -200]


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"no sound at all, but long enough to look at", b"\0" * 100]
)
def test_what_is_no_wav_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(SpeechError, match=r"\.$"):
        read_wav(content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"gone\.wav"):
        read_wav(tmp_path / "gone.wav")


def test_a_sound_is_measured() -> None:
    sound = hum(2.0, rate_hz=8_000)
    assert (sound.duration_seconds, sound.rate_hz) == (2.0, 8_000)
    assert -18 < rms_dbfs(sound.samples) < -13
    assert -11 < peak_dbfs(sound.samples) < -9
    assert rms_dbfs(SECOND_OF_SILENCE.samples) == SILENT_DBFS


def test_nothing_has_no_level() -> None:
    assert rms_dbfs(array("h")) == peak_dbfs(array("h")) == SILENT_DBFS


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav_bytes(hum(2.0))[:-10_000])
    with pytest.raises(SpeechError, match=r"cut off|can't be read"):
        read_wav(path)
