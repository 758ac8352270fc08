"""Sound in memory and in WAV files, and what can be measured in it: the standard library only."""

from __future__ import annotations

import io
import math
import sys
import tempfile
import wave
from array import array
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from ari_absence.errors import SpeechError

WIDEBAND_HZ = 16_000
FULL_SCALE = 32_768
SILENT_DBFS = -120.0  # what the level of digital silence is reported as

_SAMPLE_BYTES = 2
_STEREO = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples of 16 bits, ``rate_hz`` of them to a second."""

    samples: array[int]
    rate_hz: int

    @property
    def duration_seconds(self) -> float:
        """How long it sounds, in seconds."""
        return len(self.samples) / self.rate_hz


def read_wav(source: bytes | Path) -> Sound:
    """The sound of a 16-bit WAV file or its bytes; two channels are mixed into one.

    Raises:
        SpeechError: it is no such file, or it is damaged.
    """
    content = _content(source)
    try:
        with wave.open(io.BytesIO(content)) as file:
            width, channels, rate_hz = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames, promised = file.readframes(file.getnframes()), file.getnframes()
    except (wave.Error, EOFError, ValueError) as reason:
        raise SpeechError(f"{_named(source)} can't be read as a WAV file: {reason}.") from reason
    if width != _SAMPLE_BYTES or channels not in (1, _STEREO):
        raise SpeechError(
            f"{_named(source)} must hold 16-bit PCM with one or two channels; please convert it."
        )
    if len(frames) != promised * channels * _SAMPLE_BYTES:
        raise SpeechError(f"{_named(source)} is cut off: its header promises more than it holds.")
    return Sound(_mono(_samples(frames), channels), rate_hz)


def wav_bytes(sound: Sound) -> bytes:
    """``sound`` as the bytes of a WAV file; the same sound gives the same bytes."""
    samples = sound.samples
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(sound.rate_hz)
        file.writeframes(samples.tobytes())
    return target.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody, Asterisk above all, ever sees half of it.

    Raises:
        SpeechError: the disk does not take it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(content)
        made = Path(file.name)
        made.chmod(0o644)
        made.replace(path)
    except OSError as reason:
        raise SpeechError(f"{path} can't be written: {reason.strerror}.") from reason


def rms_dbfs(samples: array[int]) -> float:
    """The mean level of ``samples`` in dB relative to full scale."""
    return decibels(math.sqrt(power(samples)) / FULL_SCALE)


def peak_dbfs(samples: array[int]) -> float:
    """The highest swing of ``samples`` in dB relative to full scale."""
    return decibels(max(max(samples), -min(samples)) / FULL_SCALE) if samples else SILENT_DBFS


def power(samples: array[int]) -> float:
    """The mean square of ``samples``."""
    return sum(map(mul, samples, samples)) / len(samples) if samples else 0.0


def decibels(ratio: float) -> float:
    """An amplitude ratio in decibels, never lower than silence."""
    return max(SILENT_DBFS, 20 * math.log10(ratio)) if ratio > 0 else SILENT_DBFS


def _content(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as reason:
        raise SpeechError(f"{source} can't be read: {reason.strerror}.") from reason


def _named(source: bytes | Path) -> str:
    return "The recording" if isinstance(source, bytes) else str(source)


def _samples(frames: bytes) -> array[int]:
    samples = array("h")
    samples.frombytes(frames)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _mono(samples: array[int], channels: int) -> array[int]:
    if channels == 1:
        return samples
    pairs = zip(samples[::_STEREO], samples[1::_STEREO], strict=True)
    return array("h", ((left + right) // 2 for left, right in pairs))
