"""Two ways to speak for the office under test: the voice that ships, and a brisk one that only hums.

A brisk sentence is a hum of a quarter of a second, so that a conversation takes seconds; which sentence it was,
Asterisk's log tells. Names and the company's welcome are tones that a test can hear, in both ways.
"""

from __future__ import annotations

import os
from pathlib import Path

from ari_absence.config.loader import load
from ari_absence.lab import audio
from ari_absence.lab.office import Office
from ari_absence.speech.languages import language
from ari_absence.speech.manifest import SUFFIX

RATE_HZ = 16_000
BRISK_SENTENCE_HZ = 440.0
NAME_HZ = 820.0
WELCOME_HZ = 1500.0
WELCOME = "welcome"
TONE_SECONDS = 0.4
SITE_FOLDER = "site-en"


def write_brisk_sentences(folder: Path) -> Path:
    """Every sentence of the catalogue as the same short hum; returns ``folder``."""
    hum = folder / "hum.wav"
    samples = audio.tone(BRISK_SENTENCE_HZ, 0.25, rate_hz=RATE_HZ) + audio.silence(0.05, rate_hz=RATE_HZ)
    audio.write(hum, samples, rate_hz=RATE_HZ)
    for clip in language("en").catalogue:
        (folder / f"{clip}{SUFFIX}").symlink_to(hum)
    return folder


def give_names(office: Office) -> None:
    """Tones in the place of the site's own recordings: nothing has to be synthesised when the service starts."""
    folder = office.data / "sounds" / SITE_FOLDER / "names"
    folder.mkdir(parents=True, exist_ok=True)
    for clip in language("en").custom_clips(load(office.config, os.environ).directory):
        hz = WELCOME_HZ if clip.recording == WELCOME else NAME_HZ
        audio.write_tone(
            folder / f"{clip.recording}.wav", frequency_hz=hz, seconds=TONE_SECONDS, rate_hz=RATE_HZ
        )


def brisk_folder(folder: Path, sentences: Path, data: Path) -> Path:
    """A folder of sounds for Asterisk with brisk sentences and the site's own names."""
    folder.mkdir()
    (folder / "en").symlink_to(sentences)
    (folder / SITE_FOLDER).symlink_to(data / "sounds" / SITE_FOLDER)
    return folder
