"""From what an engine says to what a telephone plays: one rate, no silence around it, one loudness.

Plain arithmetic in a fixed order: the same input gives the same bytes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from functools import cache
from itertools import cycle, pairwise
from operator import add, mul, sub
from statistics import fmean

from ari_absence.speech.audio import FULL_SCALE, WIDEBAND_HZ, Sound, decibels, power

VERSION = "2"  # part of a manifest: raise it with any change below or of an engine, and all is built anew
TARGET_DBFS = -20.0  # active speech level: as loud as Asterisk's own prompts, with room for the peaks
PEAK_DBFS = -3.0  # nothing is louder: codecs and gateways clip above
GATE_DB = 15.9  # the margin of ITU-T P.56: what is quieter than this below speech is a pause
FADE_SECONDS = 0.004

_FRAME_SECONDS = 0.01
_QUIET_DB = 42.0  # below the loudest frame: what begins or ends a clip lower than this is not heard
_LEAD_SECONDS, _TAIL_SECONDS = 0.015, 0.05  # kept around speech: soft beginnings and ends of words
_BLOCK_SECONDS = 0.001
_SMOOTH_BLOCKS = 4
_ZERO_CROSSINGS = 16
_TURN_STEPS = 8  # 2 kHz is an eighth of 16 kHz: after eight samples the shift repeats itself

# The silence around a clip: what a speaker leaves before and after a sentence, at a comma, within a phrase.
SENTENCE_PAUSE_SECONDS = 0.15
PAUSES_SECONDS = {
    ".": SENTENCE_PAUSE_SECONDS,
    "?": SENTENCE_PAUSE_SECONDS,
    "!": SENTENCE_PAUSE_SECONDS,
    ",": 0.14,
}
NO_PAUSE_SECONDS = 0.02

# What G.711 cuts off, moved to where it passes: the hiss of s, f and t lies above 4 kHz.
HISS_FROM_HZ = 4_500
HISS_DOWN_HZ = 2_000
HISS_TO_HZ = 3_900
_FILTER_HALF = 32  # taps to each side: edges of about 400 Hz

# What is left of a consonant just below that limit, made plainer: gain in dB at a frequency in Hz.
EDGE_LIFT_DB = ((0, 0.0), (3_000, 0.0), (3_400, 6.0), (3_900, 10.0), (4_200, 4.0), (8_000, 0.0))
_LIFT_HALF = 64


def shaped(sound: Sound, text: str) -> Sound:
    """``sound`` as a clip: 16 kHz, plain through G.711, trimmed, levelled, with the pauses ``text`` asks for."""
    return padded(levelled(trimmed(made_plainer(resampled(sound, WIDEBAND_HZ)))), text)


def made_plainer(sound: Sound) -> Sound:
    """``sound`` of 16 kHz with its consonants plainer to a telephone of 8 kHz; a wideband one hears little of it.

    The hiss sounds 2 kHz lower as well, as hearing aids do it, and what lies just below 4 kHz is lifted:
    without this, "six" and "fix", "press" and "prep" are the same behind G.711.
    """
    lows = _filtered(sound.samples, _low_pass(HISS_FROM_HZ))
    hiss = map(sub, sound.samples, lows)
    turn = (2 * math.cos(2 * math.pi * HISS_DOWN_HZ * step / WIDEBAND_HZ) for step in range(_TURN_STEPS))
    moved = _filtered(array("d", map(mul, hiss, cycle(turn))), _low_pass(HISS_TO_HZ))
    lifted = _filtered(array("d", map(add, sound.samples, moved)), _edge_lift())
    loudest = max(map(abs, lifted), default=0.0)
    factor = min(1.0, (FULL_SCALE - 1) / loudest) if loudest else 1.0
    return Sound(array("h", (_clipped(sample * factor) for sample in lifted)), sound.rate_hz)


def _filtered(samples: array[int] | array[float], kernel: tuple[float, ...]) -> array[float]:
    """``samples`` through a symmetric filter, as many as came in and not delayed."""
    width = len(kernel)
    edge = array("d", bytes(8 * (width // 2)))
    source = edge + array("d", samples) + edge
    return array("d", (sum(map(mul, kernel, source[at : at + width])) for at in range(len(samples))))


@cache
def _edge_lift() -> tuple[float, ...]:
    """The filter of :data:`EDGE_LIFT_DB`: its curve, sampled and turned into taps."""
    steps = 4 * _LIFT_HALF
    gains = [10 ** (_lift_db(WIDEBAND_HZ / 2 * step / steps) / 20) for step in range(steps + 1)]
    return tuple(_tap(gains, tap, steps) for tap in range(-_LIFT_HALF, _LIFT_HALF + 1))


def _tap(gains: list[float], tap: int, steps: int) -> float:
    waves = (gain * math.cos(math.pi * step * tap / steps) for step, gain in enumerate(gains))
    ends = gains[0] + gains[-1] * math.cos(math.pi * tap)
    window = 0.5 + 0.5 * math.cos(math.pi * tap / (_LIFT_HALF + 1))
    return window * (2 * sum(waves) - ends) / (2 * steps)


def _lift_db(hertz: float) -> float:
    for (low, low_db), (high, high_db) in pairwise(EDGE_LIFT_DB):
        if hertz <= high:
            return low_db + (high_db - low_db) * (hertz - low) / (high - low)
    return 0.0


@cache
def _low_pass(below_hz: int) -> tuple[float, ...]:
    cutoff = 2 * below_hz / WIDEBAND_HZ
    weights = [_weight(tap, _FILTER_HALF, cutoff) for tap in range(-_FILTER_HALF, _FILTER_HALF + 1)]
    return tuple(weight / sum(weights) for weight in weights)


def resampled(sound: Sound, rate_hz: int) -> Sound:
    """``sound`` at another rate, by a windowed sinc that keeps out what the new rate can't carry."""
    if sound.rate_hz == rate_hz:
        return sound
    divisor = math.gcd(sound.rate_hz, rate_hz)
    up, down = rate_hz // divisor, sound.rate_hz // divisor
    kernels = _kernels(up, down)
    half = len(kernels[0]) // 2
    edge = array("h", bytes(2 * half))
    source = edge + sound.samples + edge
    count = len(sound.samples) * up // down
    samples = (
        _dot(kernels[position % up], source, position // up + 1) for position in range(0, count * down, down)
    )
    return Sound(array("h", map(_clipped, samples)), rate_hz)


def trimmed(sound: Sound) -> Sound:
    """``sound`` without the silence before and after it."""
    width = round(sound.rate_hz * _FRAME_SECONDS)
    levels = [decibels(math.sqrt(power(frame)) / FULL_SCALE) for frame in _frames(sound.samples, width)]
    threshold = max(levels, default=0.0) - _QUIET_DB
    heard = [number for number, level in enumerate(levels) if level >= threshold]
    if not heard:
        return sound
    start = heard[0] * width - round(_LEAD_SECONDS * sound.rate_hz)
    end = (heard[-1] + 1) * width + round(_TAIL_SECONDS * sound.rate_hz)
    return Sound(sound.samples[max(0, start) : end], sound.rate_hz)


def levelled(sound: Sound) -> Sound:
    """``sound`` with its speech at the target level and its peaks below theirs."""
    factor = 10 ** ((TARGET_DBFS - speech_dbfs(sound)) / 20)
    gains = _limiting([sample * factor for sample in sound.samples], round(sound.rate_hz * _BLOCK_SECONDS))
    louder = (_clipped(sample * factor * gain) for sample, gain in zip(sound.samples, gains, strict=False))
    return Sound(array("h", louder), sound.rate_hz)


def _limiting(samples: list[float], width: int) -> Iterator[float]:
    """A gain for each sample that keeps peaks below the limit, and changes too smoothly to be heard."""
    limit = FULL_SCALE * 10 ** (PEAK_DBFS / 20)
    peaks = [max(map(abs, samples[at : at + width])) for at in range(0, len(samples), width)]
    needed = [min(1.0, limit / peak) if peak else 1.0 for peak in peaks]
    lowest = [min(_around(needed, at, 2 * _SMOOTH_BLOCKS)) for at in range(len(needed))]
    smooth = [fmean(_around(lowest, at, _SMOOTH_BLOCKS)) for at in range(len(lowest))]
    for gain, following in zip(smooth, [*smooth[1:], *smooth[-1:]], strict=True):
        for step in range(width):
            yield gain + (following - gain) * step / width


def _around(values: list[float], at: int, reach: int) -> list[float]:
    return values[max(0, at - reach) : at + reach + 1]


def speech_dbfs(sound: Sound) -> float:
    """The active speech level in dBFS, in the manner of ITU-T P.56: the mean over what is no pause.

    Frames quieter than 15.9 dB below the level found are left out, and the level is found again, until
    nothing changes.
    """
    width = round(sound.rate_hz * 2 * _FRAME_SECONDS)
    powers = [power(frame) for frame in _frames(sound.samples, width)]
    active = powers
    while active:
        mean = sum(active) / len(active)
        kept = [each for each in powers if each >= mean / 10 ** (GATE_DB / 10)]
        if len(kept) == len(active):
            break
        active = kept
    return decibels(math.sqrt(sum(active) / max(1, len(active))) / FULL_SCALE)


def padded(sound: Sound, text: str) -> Sound:
    """``sound``, faded in and out, with the pauses that the beginning and the end of ``text`` ask for."""
    before = _silence(SENTENCE_PAUSE_SECONDS if text[:1].isupper() else 0.0, sound.rate_hz)
    after = _silence(PAUSES_SECONDS.get(text.rstrip()[-1:], NO_PAUSE_SECONDS), sound.rate_hz)
    return Sound(before + _faded(sound.samples, round(FADE_SECONDS * sound.rate_hz)) + after, sound.rate_hz)


def _silence(seconds: float, rate_hz: int) -> array[int]:
    return array("h", bytes(2 * round(seconds * rate_hz)))


def _faded(samples: array[int], length: int) -> array[int]:
    faded = samples[:]
    length = min(length, len(faded) // 2)
    for number in range(length):
        factor = (number + 1) / (length + 1)
        faded[number] = round(faded[number] * factor)
        faded[-1 - number] = round(faded[-1 - number] * factor)
    return faded


def _frames(samples: array[int], width: int) -> list[array[int]]:
    return [samples[at : at + width] for at in range(0, len(samples), width)]


def _dot(kernel: tuple[float, ...], source: array[int], at: int) -> float:
    return float(sum(map(mul, kernel, source[at : at + len(kernel)])))


@cache
def _kernels(up: int, down: int) -> tuple[tuple[float, ...], ...]:
    """One set of weights for each of the ``up`` places an output sample can have between two inputs."""
    cutoff = min(1.0, up / down) * 0.95
    half = math.ceil(_ZERO_CROSSINGS / cutoff)
    return tuple(_kernel(phase / up, half, cutoff) for phase in range(up))


def _kernel(offset: float, half: int, cutoff: float) -> tuple[float, ...]:
    weights = [_weight(tap - offset, half, cutoff) for tap in range(1 - half, half + 1)]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _weight(distance: float, half: int, cutoff: float) -> float:
    window = 0.5 + 0.5 * math.cos(math.pi * distance / (half + 1))
    angle = math.pi * distance * cutoff
    return window * (math.sin(angle) / angle if angle else 1.0)


def _clipped(sample: float) -> int:
    return max(-FULL_SCALE, min(FULL_SCALE - 1, round(sample)))
