"""One rate, one loudness, no silence but the wanted."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ari_absence.speech import shaping
from ari_absence.speech.audio import Sound, peak_dbfs, power, rms_dbfs
from tests.speech.small_language import hum


def silence(seconds: float, rate_hz: int = 16_000) -> array[int]:
    return array("h", bytes(2 * round(seconds * rate_hz)))


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 24_000, 32_000, 44_100, 48_000])
def test_every_rate_comes_to_16_khz_with_the_same_length_and_level(rate_hz: int) -> None:
    sound = hum(0.5, rate_hz=rate_hz)
    made = shaping.resampled(sound, 16_000)
    assert made.duration_seconds == pytest.approx(0.5, abs=0.001)
    assert rms_dbfs(made.samples) == pytest.approx(rms_dbfs(sound.samples), abs=0.2)


def test_what_the_new_rate_can_t_carry_is_left_out() -> None:
    high = hum(0.2, hertz=7_000)
    assert rms_dbfs(shaping.resampled(high, 8_000).samples) < rms_dbfs(high.samples) - 35


def test_silence_around_speech_is_trimmed() -> None:
    framed = Sound(silence(0.8) + hum(0.5).samples + silence(1.2), 16_000)
    assert shaping.trimmed(framed).duration_seconds == pytest.approx(0.55, abs=0.06)


def test_nothing_but_silence_is_left_as_it_is() -> None:
    nothing = Sound(silence(0.1), 16_000)
    assert shaping.shaped(nothing, "Hm.").duration_seconds > 0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 0.9))
def test_loud_and_quiet_come_to_one_level(level: float) -> None:
    made = shaping.levelled(hum(0.4, level=level))
    assert shaping.speech_dbfs(made) == pytest.approx(shaping.TARGET_DBFS, abs=0.5)
    assert peak_dbfs(made.samples) <= shaping.PEAK_DBFS + 0.1


def test_pauses_in_speech_don_t_count_as_quiet_speech() -> None:
    spoken = hum(0.5)
    with_pauses = Sound(spoken.samples + silence(2.0) + spoken.samples, 16_000)
    assert shaping.speech_dbfs(with_pauses) == pytest.approx(shaping.speech_dbfs(spoken), abs=0.3)


def test_a_sentence_has_a_breath_before_and_after_and_a_joint_has_none() -> None:
    spoken = hum(0.5)
    sentence = shaping.padded(spoken, "The office is closed now.")
    joint = shaping.padded(spoken, "is in a meeting and will be back")
    breath = shaping.SENTENCE_PAUSE_SECONDS
    assert sentence.duration_seconds == pytest.approx(0.5 + 2 * breath)
    assert joint.duration_seconds == pytest.approx(0.5 + shaping.NO_PAUSE_SECONDS)
    assert power(sentence.samples[: round(breath * 16_000)]) == 0


def test_hiss_is_heard_below_four_kilohertz_and_vowels_stay_as_they_are() -> None:
    hiss, vowel = hum(0.3, hertz=5_500), hum(0.3, hertz=700)
    narrow = [shaping.resampled(shaping.made_plainer(each), 8_000) for each in (hiss, vowel)]
    assert rms_dbfs(shaping.resampled(hiss, 8_000).samples) < -45
    assert rms_dbfs(narrow[0].samples) > -25
    assert rms_dbfs(narrow[1].samples) == pytest.approx(rms_dbfs(vowel.samples), abs=0.3)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert shaping.shaped(hum(), "Hello.") == shaping.shaped(hum(), "Hello.")
