"""Something that was really said: the house's own voice through a telephone line."""

from __future__ import annotations

from pathlib import Path

from ari_absence.core import wav
from ari_absence.speech.english import English
from ari_absence.speech.shaping import resampled
from tests.speech.hearing import NARROWBAND_HZ, joined, through_g711

SOUNDS = Path(__file__).parents[2] / "sounds" / "en"
CLIPS = ("mailbox-calling-back", "digit-4", "digit-1", "digit-7-end", "day-2-morning", "at-01-30-end")


def spoken(clips: tuple[str, ...] = CLIPS) -> bytes:
    """A WAV file of 8 kHz, as Asterisk records a caller."""
    line = resampled(through_g711(joined(SOUNDS / f"{clip}.wav16" for clip in clips)), NARROWBAND_HZ)
    audio = line.samples.tobytes()
    return wav.header(NARROWBAND_HZ, len(audio)) + audio


def words(clips: tuple[str, ...] = CLIPS) -> str:
    """What is said in it."""
    return " ".join(English().catalogue[clip] for clip in clips)
