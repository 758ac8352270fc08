"""Building the catalogue: every text through one voice, shaped, listed. Only what changed is built again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ari_absence.errors import SpeechError
from ari_absence.speech import shaping
from ari_absence.speech.audio import WIDEBAND_HZ, Sound, wav_bytes, write_whole
from ari_absence.speech.engines import Engine
from ari_absence.speech.language import Language, as_spoken
from ari_absence.speech.manifest import (
    SUFFIX,
    Entry,
    Manifest,
    checksum,
    read_manifest,
    write_manifest,
)

INAUDIBLE_DBFS = -60.0  # an engine that makes less than this of a text has failed, whatever it says

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """How many clips were made, kept as they were, and removed; and what could not be made, as sentences."""

    made: int
    kept: int
    removed: int
    failures: tuple[str, ...] = ()


def build(
    language: Language,
    sounds_dir: Path,
    engine: Engine,
    progress: Progress | None = None,
    *,
    anew: bool = False,
) -> Built:
    """Make every clip of ``language`` that is missing, changed, or of another voice.

    ``progress`` is called with how many are done, how many there are to do, and the text just said.
    ``anew`` builds all. A clip that can't be made does not stop the others.
    """
    kept = {} if anew else _still_good(language, sounds_dir, engine)
    wanted = {clip: text for clip, text in language.catalogue.items() if clip not in kept}
    made, failures = _make_all(wanted, sounds_dir, engine, progress)
    removed = _remove_extra(sounds_dir, language.catalogue)
    write_manifest(sounds_dir, Manifest(language.code, engine.voice, shaping.VERSION, {**kept, **made}))
    return Built(len(made), len(kept), removed, tuple(failures))


def make_clip(engine: Engine, text: str) -> Sound:
    """``text`` as a finished clip in the voice of ``engine``.

    Raises:
        SpeechError: it can't be said, or nothing is to be heard.
    """
    spoken = engine.speak(as_spoken(text))
    if shaping.speech_dbfs(spoken) < INAUDIBLE_DBFS:
        raise SpeechError(f"{engine.voice} said {text!r} without a sound.")
    return shaping.shaped(spoken, text)


def _make_all(
    wanted: Mapping[str, str], sounds_dir: Path, engine: Engine, progress: Progress | None
) -> tuple[dict[str, Entry], list[str]]:
    made: dict[str, Entry] = {}
    failures: list[str] = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda item: _make(engine, sounds_dir, *item), wanted.items())
        for number, ((clip, text), result) in enumerate(zip(wanted.items(), results, strict=True), start=1):
            if isinstance(result, Entry):
                made[clip] = result
            else:
                failures.append(str(result))
            if progress is not None:
                progress(number, len(wanted), text)
    return made, failures


def _make(engine: Engine, sounds_dir: Path, clip: str, text: str) -> Entry | SpeechError:
    try:
        sound = make_clip(engine, text)
        content = wav_bytes(sound)
        write_whole(sounds_dir / f"{clip}{SUFFIX}", content)
    except SpeechError as reason:
        return reason
    return Entry(text, round(len(sound.samples) / WIDEBAND_HZ, 3), checksum(content))


def _still_good(language: Language, sounds_dir: Path, engine: Engine) -> dict[str, Entry]:
    try:
        manifest = read_manifest(sounds_dir)
    except SpeechError:
        return {}
    if (manifest.voice, manifest.shaping) != (engine.voice, shaping.VERSION):
        return {}
    catalogue = language.catalogue
    return {
        clip: entry
        for clip, entry in manifest.entries.items()
        if catalogue.get(clip) == entry.text and _is_intact(sounds_dir / f"{clip}{SUFFIX}", entry)
    }


def _is_intact(path: Path, entry: Entry) -> bool:
    return path.is_file() and checksum(path.read_bytes()) == entry.sha256


def _remove_extra(sounds_dir: Path, catalogue: Mapping[str, str]) -> int:
    extra = [path for path in _sound_files(sounds_dir) if path.stem not in catalogue]
    for path in extra:
        path.unlink(missing_ok=True)
    return len(extra)


def _sound_files(sounds_dir: Path) -> Iterator[Path]:
    return sounds_dir.glob(f"*{SUFFIX}")
