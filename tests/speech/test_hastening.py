"""Speech made faster keeps its pitch and loses no word of it."""

from __future__ import annotations

from array import array

import pytest

from ari_absence.speech.audio import Sound, rms_dbfs
from ari_absence.speech.hastening import hastened
from tests.speech.small_language import hum


def pitch_hz(sound: Sound) -> float:
    """How often it swings a second."""
    pairs = zip(sound.samples, sound.samples[1:], strict=False)
    return sum(before < 0 <= after for before, after in pairs) / sound.duration_seconds


@pytest.mark.parametrize("hertz", [90.0, 220.0, 440.0, 1040.0])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_it_takes_two_thirds_of_its_time_at_its_own_pitch(hertz: float, rate_hz: int) -> None:
    spoken = hum(3.0, hertz=hertz, rate_hz=rate_hz)
    fast = hastened(spoken, 1.5)

    assert fast.duration_seconds == pytest.approx(2.0, abs=0.05)
    assert pitch_hz(fast) == pytest.approx(hertz, rel=0.04)
    assert rms_dbfs(fast.samples) == pytest.approx(rms_dbfs(spoken.samples), abs=1.0)


def test_every_word_is_still_there_in_order() -> None:
    words = [hum(0.4, hertz=hertz, rate_hz=8_000).samples for hertz in (300.0, 500.0, 800.0)]
    fast = hastened(Sound(words[0] + words[1] + words[2], 8_000), 1.5)
    third = len(fast.samples) // 3
    heard = [pitch_hz(Sound(fast.samples[n * third : (n + 1) * third], 8_000)) for n in range(3)]

    assert heard == pytest.approx([300.0, 500.0, 800.0], rel=0.15)


@pytest.mark.parametrize("count", [0, 1, 100, 400, 700])
def test_what_is_too_short_to_be_cut_stays_as_it_is(count: int) -> None:
    sound = Sound(array("h", [1000] * count), 8_000)

    assert len(hastened(sound, 1.5).samples) <= max(count, 1)
