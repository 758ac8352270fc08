"""The service as its users run it, but with names that need no speech engine: the machine's must not count.

``python -m bench.serve run --config …`` takes the same arguments as ``ari-absence``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

from ari_absence.core.people import Directory
from ari_absence.errors import SpeechError
from ari_absence.lab import audio
from ari_absence.speech.audio import WIDEBAND_HZ, Sound
from ari_absence.speech.languages import language
from ari_absence.speech.library import SoundLibrary

NAME_SECONDS = 0.8


class ToneVoice:
    """Stands where the speech engine does. It can't speak: all that is needed was made before."""

    voice = "bench:tone"

    def speak(self, text: str) -> Sound:
        """Never."""
        raise SpeechError(f"{text!r} was not made before the measurement.")


def sounds_of(data: Path, sounds: Path, code: str = "en") -> SoundLibrary:
    """The library the service will open, with the same voice."""
    return SoundLibrary(
        language(code), sounds / code, data.absolute() / "sounds" / f"site-{code}", ToneVoice()
    )


def make_names(library: SoundLibrary, directory: Directory) -> SoundLibrary:
    """Have a tone for every name and text of the site, as an earlier start would have made them."""
    tone = Sound(array("h", _tone()), WIDEBAND_HZ)
    with patch("ari_absence.speech.library.make_clip", lambda _engine, _text: tone):
        library.prepare_for(directory)
    return library


def _tone() -> Iterable[int]:
    return audio.tone(300, NAME_SECONDS, level=0.3, rate_hz=WIDEBAND_HZ)


VOICE_OF_THE_SERVICE = "ari_absence.app.parts.voice_here"
"""Where the service looks for its speech engine: synthesising would be measured along."""


def main() -> None:
    """Run the command."""
    from ari_absence.cli import main as ari_absence

    with patch(VOICE_OF_THE_SERVICE, ToneVoice):
        ari_absence()


if __name__ == "__main__":
    main()
