"""A language of three clips, and a voice for it that needs no engine: what the tests of building use."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ari_absence.core.people import Directory
from ari_absence.errors import SpeechError
from ari_absence.speech.audio import Sound, wav_bytes
from ari_absence.speech.language import AnyUtterance, CatalogueClip, Clip, OwnClip

TEXTS = {"hello": "Hello.", "and": "and also", "goodbye": "Goodbye."}


def hum(seconds: float = 0.5, *, level: float = 0.3, rate_hz: int = 16_000, hertz: float = 440.0) -> Sound:
    """A steady tone that swells and fades like a syllable."""
    count = round(seconds * rate_hz)
    samples = (
        round(32_767 * level * math.sin(math.pi * n / count) * math.sin(2 * math.pi * hertz * n / rate_hz))
        for n in range(count)
    )
    return Sound(array("h", samples), rate_hz)


@dataclass
class SmallLanguage:
    """Says everything with its first clip."""

    texts: Mapping[str, str] = field(default_factory=lambda: dict(TEXTS))
    code: str = "xx"

    @property
    def catalogue(self) -> Mapping[str, str]:
        return self.texts

    def clips(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        return (CatalogueClip("hello"),)

    def simpler(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        return (CatalogueClip("goodbye"),)

    def text(self, utterance: AnyUtterance) -> str:
        return self.texts["hello"]

    def custom_clips(self, directory: Directory) -> tuple[OwnClip, ...]:
        return ()


@dataclass
class HummingEngine:
    """Hums every text, remembers it, and refuses some."""

    voice: str = "humming:one"
    refused: frozenset[str] = frozenset()
    said: list[str] = field(default_factory=list)

    def speak(self, text: str) -> Sound:
        self.said.append(text)
        if text in self.refused:
            raise SpeechError(f"{text!r} can't be hummed.")
        return hum(0.2 + len(text) / 50)


def write_recording(path: Path, sound: Sound | None = None) -> Path:
    """One's own recording, as a person would put it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav_bytes(sound or hum()))
    return path
