"""Reading, inspecting and repairing recordings."""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

import pytest

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import (
    SILENT_DBFS,
    Sound,
    inspect_wav,
    peak_dbfs,
    read_wav,
    repair_wav,
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
    for reader in (read_wav, inspect_wav):
        with pytest.raises(SpeechError, match=r"\.$"):
            reader(content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"gone\.wav"):
        inspect_wav(tmp_path / "gone.wav")


def test_a_recording_is_measured() -> None:
    facts = inspect_wav(wav_bytes(hum(2.0, rate_hz=8_000)))
    assert (facts.duration_seconds, facts.sample_rate) == (2.0, 8_000)
    assert -18 < facts.rms_dbfs < -13
    assert -11 < facts.peak_dbfs < -9
    assert facts.talk_seconds > 1.5
    assert not facts.silent


def test_silence_is_known_as_silence() -> None:
    facts = inspect_wav(wav_bytes(SECOND_OF_SILENCE))
    assert facts.silent
    assert facts.rms_dbfs == SILENT_DBFS


def test_nothing_has_no_level() -> None:
    assert rms_dbfs(array("h")) == peak_dbfs(array("h")) == SILENT_DBFS


def test_a_file_that_was_cut_off_is_refused_until_it_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav_bytes(hum(2.0))[:-10_000])
    with pytest.raises(SpeechError, match="cut off"):
        inspect_wav(path)
    with pytest.raises(SpeechError):
        read_wav(path)
    assert repair_wav(path) is True
    assert inspect_wav(path).duration_seconds == pytest.approx(2.0 - 5_000 / 16_000)
    assert repair_wav(path) is False


def test_a_file_without_audio_can_t_be_repaired(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav_bytes(hum())[:30])
    with pytest.raises(SpeechError, match="can't be repaired"):
        repair_wav(path)
