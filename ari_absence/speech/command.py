"""What ``ari-absence sounds`` does: build the catalogue, verify what is there."""

from __future__ import annotations

from pathlib import Path

from ari_absence.speech import manifest
from ari_absence.speech.building import Built, Progress
from ari_absence.speech.building import build as build_clips
from ari_absence.speech.engines import DEFAULT_ENGINE, RECORDINGS, Engine, find_engine, recordings
from ari_absence.speech.language import Language
from ari_absence.speech.languages import DEFAULT, language


def build(
    sounds_dir: Path,
    *,
    engine: str = DEFAULT_ENGINE,
    code: str = DEFAULT,
    progress: Progress | None = None,
    anew: bool = False,
) -> Built:
    """Build the clips of the language ``code`` into the folder of that name below ``sounds_dir``.

    ``engine`` is ``name``, ``name:voice`` (see ``speech.engines``) or ``recordings:/folder``.

    Raises:
        SpeechError: there is no such engine or language, or the manifest can't be written.
    """
    spoken = language(code)
    return build_clips(spoken, sounds_dir / spoken.code, _engine(engine, spoken), progress, anew=anew)


def verify(sounds_dir: Path, *, code: str = DEFAULT) -> list[str]:
    """What is wrong with the clips of the language ``code`` below ``sounds_dir``, each as a sentence."""
    spoken = language(code)
    return manifest.verify(spoken, sounds_dir / spoken.code)


def _engine(choice: str, spoken: Language) -> Engine:
    name, _, folder = choice.partition(":")
    if name == RECORDINGS:
        return recordings(Path(folder), spoken.catalogue)
    return find_engine(choice)
