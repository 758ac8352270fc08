"""Telephone audio at twice its rate, for an engine that was trained on more."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator

_TAPS = (0.6344, -0.2003, 0.1075, -0.0646, 0.0394, -0.0232, 0.0126, -0.0058)
"""Half of a symmetric half-band filter, from its middle outwards: flat to 3.4 kHz, its mirror image 37 dB below."""

_BLOCK = 65_536  # samples: a message as a whole would be a list of 100 MB
_FULL_SCALE = 32_767


def doubled(pcm: bytes) -> bytes:
    """16-bit samples at twice the rate: each as it was, and between two of them what belongs there."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    whole = array("h", bytes(4 * len(samples)))
    whole[0::2] = samples
    whole[1::2] = array("h", _between(samples))
    if sys.byteorder == "big":
        whole.byteswap()
    return whole.tobytes()


def _between(samples: array[int]) -> Iterator[int]:
    edge = array("h", bytes(2 * len(_TAPS)))
    padded = edge + samples + edge
    for at in range(0, len(samples), _BLOCK):
        count = min(_BLOCK, len(samples) - at)
        sums = [0.0] * count
        for number, tap in enumerate(_TAPS):
            before, after = at + len(_TAPS) - number, at + len(_TAPS) + 1 + number
            pairs = zip(sums, padded[before : before + count], padded[after : after + count], strict=True)
            sums = [value + tap * (left + right) for value, left, right in pairs]
        yield from (max(-_FULL_SCALE, min(_FULL_SCALE, round(value))) for value in sums)
