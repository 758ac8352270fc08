"""The sounds that ship: complete, intact, of one loudness, and understood by somebody who does not know them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pocketsphinx import Decoder

from ari_absence.speech import shaping
from ari_absence.speech.audio import Sound, peak_dbfs, power, read_wav
from ari_absence.speech.command import verify
from ari_absence.speech.english import English
from ari_absence.speech.language import AnyUtterance
from ari_absence.speech.library import SoundLibrary
from ari_absence.speech.manifest import SUFFIX
from tests.speech.announcements import ANNOUNCEMENTS
from tests.speech.hearing import Heard, joined, listen, through_g711, word_error_rate

SOUNDS = Path(__file__).parents[2] / "sounds"
ENGLISH = SOUNDS / "en"
WIDEBAND_WER_MAX, G711_WER_MAX = 0.10, 0.15
SIZE_MAX_BYTES = 64_000_000  # half for callers, half for the house (codes, mailbox, receptionist)
LEAD_SECONDS_MAX, TAIL_SECONDS_MAX = 0.25, 0.35


def test_the_sounds_are_those_of_the_manifest_and_of_the_catalogue() -> None:
    assert verify(SOUNDS) == []


def test_the_sounds_are_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in ENGLISH.iterdir()) < SIZE_MAX_BYTES


def test_no_sound_is_louder_or_softer_than_the_others() -> None:
    levels = {path.stem: shaping.speech_dbfs(read_wav(path)) for path in ENGLISH.glob(f"*{SUFFIX}")}
    assert all(abs(level - shaping.TARGET_DBFS) < 1.5 for level in levels.values()), levels
    assert statistics.pstdev(levels.values()) < 0.5


def test_no_sound_clips_and_none_keeps_the_caller_waiting() -> None:
    for path in ENGLISH.glob(f"*{SUFFIX}"):
        sound = read_wav(path)
        assert peak_dbfs(sound.samples) <= shaping.PEAK_DBFS + 0.1, path
        frame = sound.rate_hz // 100
        loud = [
            at for at in range(0, len(sound.samples), frame) if power(sound.samples[at : at + frame]) > 100
        ]
        assert loud[0] / sound.rate_hz < LEAD_SECONDS_MAX, path
        assert (len(sound.samples) - loud[-1]) / sound.rate_hz < TAIL_SECONDS_MAX, path


@pytest.mark.parametrize(
    ("line", "wer_max"),
    [
        pytest.param(lambda sound: sound, WIDEBAND_WER_MAX, id="wideband"),
        pytest.param(through_g711, G711_WER_MAX, id="through G.711"),
    ],
)
def test_whole_announcements_are_understood(line: Callable[[Sound], Sound], wer_max: float) -> None:
    decoder = _decoder()
    heard = [listen(said, line(sound), decoder) for said, sound in _announcements(ANNOUNCEMENTS)]
    assert word_error_rate(heard) < wer_max, "\n".join(map(_report, heard))


def test_a_voice_that_speaks_too_fast_would_be_found_out() -> None:
    """The measurement is no formality: the same announcements, half as fast again, fail it by far."""
    decoder = _decoder()
    hurried = [
        listen(said, shaping.resampled(Sound(sound.samples, 24_000), 16_000), decoder)
        for said, sound in _announcements(ANNOUNCEMENTS[:2])
    ]
    assert word_error_rate(hurried) > G711_WER_MAX


def _decoder() -> Decoder:
    """The recogniser as it comes: its own American English, no word of ours."""
    return Decoder(samprate=16_000, loglevel="FATAL")


def _announcements(wanted: tuple[tuple[AnyUtterance, ...], ...]) -> Iterator[tuple[str, Sound]]:
    """Text and sound of each announcement, joined from the files that Asterisk would be given."""
    library, catalogue = SoundLibrary(English(), ENGLISH, SOUNDS / "none"), English().catalogue
    for utterances in wanted:
        paths = [Path(f"{uri.removeprefix('sound:')}{SUFFIX}") for uri in library.media(utterances)]
        yield " ".join(catalogue[path.stem] for path in paths), joined(paths)


def _report(heard: Heard) -> str:
    return f"{heard.wrong} of {heard.words} wrong: {heard.said!r} was understood as {heard.understood!r}"
