"""What a WAV file holds, read from its bytes alone, and the repair of one that was cut off.

Asterisk writes the lengths into the header when a recording ends. If it dies before, or the disk is full,
the header promises nothing or too much, while the audio is there: the lengths are then taken from the file.
Only 16-bit PCM with one channel is read, which is what we ask Asterisk to record.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass

_HEADER_BYTES_MIN = 12
_CHUNK_HEADER_BYTES = 8
_FORMAT_BYTES = 16
_PCM = 1
_SAMPLE_BYTES = 2
_RATES_HZ = range(4_000, 192_001)

_WINDOW_SECONDS = 0.02  # as long as one RTP packet: short enough to count syllables
_STRIDE = 3  # every third sample shows the swing as well; every fourth is deaf to 1, 2 and 3 kHz at 8 kHz
_LOUD_SWING = 500  # peak to peak; line noise and comfort noise stay below 150, a quiet talker above 1000


class NotWav(ValueError):
    """The bytes are no WAV file of the kind we record; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class WavFacts:
    """What was found. ``loud_seconds`` counts the time in which something was to be heard."""

    rate_hz: int
    seconds: float
    loud_seconds: float
    header_repaired: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the audio lies. ``promised_bytes`` is what the header says, ``audio_bytes`` what is there."""

    rate_hz: int
    audio_at: int
    audio_bytes: int
    promised_bytes: int
    riff_bytes: int

    @property
    def damaged(self) -> bool:
        riff_bytes_needed = self.audio_at - _CHUNK_HEADER_BYTES + self.audio_bytes
        return self.promised_bytes != self.audio_bytes or self.riff_bytes < riff_bytes_needed


def inspect(wav: bytes) -> WavFacts:
    """The facts of ``wav``; a broken header is seen through.

    Raises:
        NotWav: it is something else.
    """
    layout = _layout(wav)
    samples = _samples(wav, layout)
    seconds = len(samples) / layout.rate_hz
    loud_seconds = _loud_windows(samples, layout.rate_hz) * _WINDOW_SECONDS
    return WavFacts(
        rate_hz=layout.rate_hz,
        seconds=seconds,
        loud_seconds=min(loud_seconds, seconds),  # the last window may be a short one
        header_repaired=layout.damaged,
    )


def repaired(wav: bytes) -> bytes:
    """``wav`` with the lengths in its header set right; the same bytes if they are.

    Chunks behind the audio are left out of a file that is repaired: they can't be told from audio.

    Raises:
        NotWav: it is something else.
    """
    layout = _layout(wav)
    if not layout.damaged:
        return wav
    end = layout.audio_at + layout.audio_bytes
    riff = b"RIFF" + struct.pack("<I", end - 8) + wav[8 : layout.audio_at - 4]
    return riff + struct.pack("<I", layout.audio_bytes) + wav[layout.audio_at : end]


def joined(first: bytes, second: bytes, gap_seconds: float) -> bytes:
    """One after the other, with a silence between them.

    Raises:
        NotWav: one of them is something else, or they have different rates.
    """
    before, after = _layout(first), _layout(second)
    if before.rate_hz != after.rate_hz:
        raise NotWav(f"{before.rate_hz} and {after.rate_hz} Hz do not go together")
    gap = bytes(_SAMPLE_BYTES * round(gap_seconds * before.rate_hz))
    audio = (
        first[before.audio_at :][: before.audio_bytes] + gap + second[after.audio_at :][: after.audio_bytes]
    )
    return header(before.rate_hz, len(audio)) + audio


def header(rate_hz: int, audio_bytes: int) -> bytes:
    """What stands before ``audio_bytes`` of 16-bit PCM with one channel."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", _FORMAT_BYTES, _PCM, 1, rate_hz, 2 * rate_hz, 2, 16)
    whole = len(form) + 2 * _CHUNK_HEADER_BYTES - 4 + audio_bytes
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + form + struct.pack("<4sI", b"data", audio_bytes)


def _layout(wav: bytes) -> _Layout:
    if len(wav) < _HEADER_BYTES_MIN or wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NotWav("it does not begin like a WAV file")
    (riff_bytes,) = struct.unpack_from("<I", wav, 4)
    rate_hz: int | None = None
    at = _HEADER_BYTES_MIN
    while at + _CHUNK_HEADER_BYTES <= len(wav):
        kind, length = struct.unpack_from("<4sI", wav, at)
        at += _CHUNK_HEADER_BYTES
        if kind == b"fmt ":
            rate_hz = _rate_hz(wav, at, length)
        elif kind == b"data":
            return _with_audio_at(wav, at, length, riff_bytes, rate_hz)
        at += length + length % 2
    raise NotWav("it ends before any audio begins")


def _rate_hz(wav: bytes, at: int, length: int) -> int:
    if length < _FORMAT_BYTES or at + _FORMAT_BYTES > len(wav):
        raise NotWav("its format chunk is cut off")
    coding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", wav, at)
    if (coding, channels, bits) != (_PCM, 1, 8 * _SAMPLE_BYTES):
        raise NotWav(f"it holds coding {coding}, {channels} channels, {bits} bits, not 16-bit PCM mono")
    if rate_hz not in _RATES_HZ:
        raise NotWav(f"a sample rate of {rate_hz} Hz makes no sense")
    return int(rate_hz)


def _with_audio_at(wav: bytes, at: int, promised: int, riff_bytes: int, rate_hz: int | None) -> _Layout:
    if rate_hz is None:
        raise NotWav("its audio comes before its format")
    there = len(wav) - at
    never_closed = promised == 0 and there > 0
    audio_bytes = there if never_closed else min(promised, there)
    return _Layout(rate_hz, at, audio_bytes - audio_bytes % _SAMPLE_BYTES, promised, riff_bytes)


def _samples(wav: bytes, layout: _Layout) -> array[int]:
    samples = array("h")
    samples.frombytes(wav[layout.audio_at : layout.audio_at + layout.audio_bytes])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _loud_windows(samples: array[int], rate_hz: int) -> int:
    """How many windows swing enough; the swing, unlike the level, is blind to a constant offset."""
    thinned = samples[::_STRIDE]
    width = max(1, round(rate_hz * _WINDOW_SECONDS / _STRIDE))
    windows = (thinned[at : at + width] for at in range(0, len(thinned), width))
    return sum(max(window) - min(window) >= _LOUD_SWING for window in windows)
