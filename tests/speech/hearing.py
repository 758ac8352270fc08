"""Listening to announcements with a recogniser that knows nothing of them, wideband and through G.711."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ari_absence.speech.audio import WIDEBAND_HZ, Sound
from ari_absence.speech.shaping import resampled

NARROWBAND_HZ = 8_000
_BIAS = 132
_CLIP = 32_635


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, what was understood, and how many of the words went wrong."""

    said: str
    understood: str
    wrong: int
    words: int


def joined(paths: Iterable[Path]) -> Sound:
    """The files one after another, without a gap: as Asterisk plays a list of media."""
    samples = array("h")
    for path in paths:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (WIDEBAND_HZ, 1, 2)
            samples.frombytes(file.readframes(file.getnframes()))
    return Sound(samples, WIDEBAND_HZ)


def through_g711(sound: Sound) -> Sound:
    """``sound`` as it leaves a telephone line: 8 kHz, mu-law, and up to 16 kHz again for the recogniser."""
    narrow = resampled(sound, NARROWBAND_HZ)
    table = _mu_law()
    coded = array("h", (table[sample >> 2] for sample in narrow.samples))
    return resampled(Sound(coded, NARROWBAND_HZ), sound.rate_hz)


def listen(said: str, sound: Sound, decoder: Any) -> Heard:
    """What ``decoder`` (pocketsphinx) understands of ``sound``, against what was ``said``."""
    decoder.start_utt()
    decoder.process_raw(sound.samples.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    understood = hypothesis.hypstr if hypothesis else ""
    return compared(said, understood)


def compared(said: str, understood: str) -> Heard:
    """The words of both, and the fewest changes that lead from one to the other."""
    wanted, found = normal(said), normal(understood)
    return Heard(" ".join(wanted), " ".join(found), distance(wanted, found), len(wanted))


def word_error_rate(results: Sequence[Heard]) -> float:
    """Wrong words of all words."""
    return sum(result.wrong for result in results) / sum(result.words for result in results)


def normal(text: str) -> list[str]:
    """The words of ``text`` without case and signs; one spelling for what is written in two ways."""
    text = text.lower().replace("we're", "we are").replace("i'm", "i am")
    letters = "".join(sign if sign.isalnum() or sign == "'" else " " for sign in text)
    return letters.replace("call back", "callback").replace("mail box", "mailbox").split()


def distance(wanted: Sequence[str], found: Sequence[str]) -> int:
    """Levenshtein's distance in words."""
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, start=1):
        previous, row[0] = row[0], number
        for at, other in enumerate(found, start=1):
            previous, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, previous + (word != other))
    return row[-1]


@cache
def _mu_law() -> dict[int, int]:
    """What becomes of each sample (its upper 14 bits) when it is coded in mu-law and decoded again."""
    return {upper: _coded(upper << 2) for upper in range(-8_192, 8_192)}


def _coded(sample: int) -> int:
    size = min(abs(sample), _CLIP) + _BIAS
    exponent = int(math.log2(size)) - 7
    mantissa = (size >> (exponent + 3)) & 0x0F
    decoded = (((mantissa << 3) + _BIAS) << exponent) - _BIAS
    return int(math.copysign(decoded, sample))
