"""Tones and how to hear them again, in plain Python."""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

from ari_absence.errors import LabError

NARROWBAND_HZ = 8000
FULL_SCALE = 32767


def tone(
    frequency_hz: float, seconds: float, *, level: float = 0.4, rate_hz: int = NARROWBAND_HZ
) -> array[int]:
    """Samples of a sine of ``level`` times full scale."""
    step = 2 * math.pi * frequency_hz / rate_hz
    return array(
        "h", (round(level * FULL_SCALE * math.sin(step * n)) for n in range(round(seconds * rate_hz)))
    )


def silence(seconds: float, *, rate_hz: int = NARROWBAND_HZ) -> array[int]:
    """Samples of digital silence."""
    return array("h", bytes(2 * round(seconds * rate_hz)))


def write_tone(
    path: Path, *, frequency_hz: float, seconds: float, level: float = 0.4, rate_hz: int = NARROWBAND_HZ
) -> Path:
    """Write a mono 16-bit WAV of a sine; returns ``path``."""
    return write(path, tone(frequency_hz, seconds, level=level, rate_hz=rate_hz), rate_hz=rate_hz)


def write(path: Path, samples: array[int], *, rate_hz: int = NARROWBAND_HZ) -> Path:
    """Write samples as a mono 16-bit WAV; returns ``path``."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(_little_endian(samples).tobytes())
    return path


def read(path: Path) -> tuple[array[int], int]:
    """The samples of a 16-bit WAV, mixed down to mono, and their rate in Hz."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise LabError(f"{path} must be a 16-bit WAV; it has {8 * file.getsampwidth()} bits per sample.")
        channels, rate = file.getnchannels(), file.getframerate()
        samples = _little_endian(array("h", file.readframes(file.getnframes())))
    if channels > 1:
        samples = array(
            "h", (sum(samples[n : n + channels]) // channels for n in range(0, len(samples), channels))
        )
    return samples, rate


def at_rate(samples: array[int], rate_hz: int, wanted_hz: int) -> array[int]:
    """The samples at another rate, interpolated in straight lines: good enough for speech and tones."""
    if rate_hz == wanted_hz or not samples:
        return samples
    last = len(samples) - 1
    return array(
        "h",
        (_between(samples, n * rate_hz / wanted_hz, last) for n in range(last * wanted_hz // rate_hz + 1)),
    )


def strength(samples: Sequence[int], frequency_hz: float, *, rate_hz: int = NARROWBAND_HZ) -> float:
    """How much of the samples' power is at a frequency: 0 (none) to 1 (a pure tone). Goertzel's algorithm."""
    power = sum(sample * sample for sample in samples)
    if not power:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * frequency_hz / rate_hz)
    older = newer = 0.0
    for sample in samples:
        older, newer = newer, sample + turn * newer - older
    return (older * older + newer * newer - turn * older * newer) * 2 / (power * len(samples))


def loudness(samples: Sequence[int]) -> float:
    """Root mean square, 0 to 1 of full scale."""
    if not samples:
        return 0.0
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples)) / FULL_SCALE


def loudest_frequency(
    samples: Sequence[int], candidates_hz: Sequence[float], *, rate_hz: int = NARROWBAND_HZ
) -> float:
    """Which of the candidates is strongest in the samples."""
    return max(candidates_hz, key=lambda frequency_hz: strength(samples, frequency_hz, rate_hz=rate_hz))


def _between(samples: array[int], position: float, last: int) -> int:
    left = int(position)
    right = min(left + 1, last)
    return round(samples[left] + (samples[right] - samples[left]) * (position - left))


def _little_endian(samples: array[int]) -> array[int]:
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples
