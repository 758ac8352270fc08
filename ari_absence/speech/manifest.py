"""The list that ships with the sounds: what each file says, how long it is, and its checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import WIDEBAND_HZ, read_wav, write_whole
from ari_absence.speech.language import Language
from ari_absence.speech.repertoire import SUFFIX as SUFFIX  # part of what the list is about

NAME = "manifest.json"
NOT_SOUNDS = frozenset({NAME, "README.md", "LICENSE"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its text, its length in seconds with the pause behind it, the SHA-256 of its bytes."""

    text: str
    duration_seconds: float
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files of one language. ``voice`` and ``shaping`` tell how they were made."""

    language: str
    voice: str
    shaping: str
    entries: Mapping[str, Entry]


def checksum(content: bytes) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(sounds_dir: Path) -> Manifest:
    """The manifest in ``sounds_dir``.

    Raises:
        SpeechError: there is none, or it can't be understood.
    """
    path = sounds_dir / NAME
    try:
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        entries = {clip: Entry(**entry) for clip, entry in content["clips"].items()}
        return Manifest(content["language"], content["voice"], content["shaping"], entries)
    except OSError as reason:
        raise SpeechError(f"{path} can't be read: {reason.strerror}.") from reason
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise SpeechError(f"{path} is no manifest of sounds; please build them again.") from reason


def write_manifest(sounds_dir: Path, manifest: Manifest) -> None:
    """Write ``manifest`` into ``sounds_dir``, in a fixed order, so that it compares well."""
    clips = {
        clip: {"text": entry.text, "duration_seconds": entry.duration_seconds, "sha256": entry.sha256}
        for clip, entry in sorted(manifest.entries.items())
    }
    head = {"language": manifest.language, "voice": manifest.voice, "shaping": manifest.shaping}
    written = json.dumps({**head, "format": SUFFIX.strip("."), "clips": clips}, indent=1, ensure_ascii=False)
    write_whole(sounds_dir / NAME, f"{written}\n".encode())


def verify(language: Language, sounds_dir: Path) -> list[str]:
    """What is wrong with the sounds of ``language``, each as a sentence; nothing if all is well."""
    try:
        manifest = read_manifest(sounds_dir)
    except SpeechError as reason:
        return [str(reason)]
    return [
        *_wrong_texts(language.catalogue, manifest),
        *_wrong_files(sounds_dir, manifest),
        *_extra_files(sounds_dir, manifest),
    ]


def _wrong_texts(catalogue: Mapping[str, str], manifest: Manifest) -> Iterator[str]:
    for clip, text in catalogue.items():
        entry = manifest.entries.get(clip)
        if entry is None:
            yield f"The clip {clip} ({text!r}) has not been built yet."
        elif entry.text != text:
            yield f"The clip {clip} was built from {entry.text!r}; the catalogue now says {text!r}."
    for clip in manifest.entries.keys() - catalogue.keys():
        yield f"The clip {clip} is in the manifest, but no longer in the catalogue."


def _wrong_files(sounds_dir: Path, manifest: Manifest) -> Iterator[str]:
    for clip, entry in sorted(manifest.entries.items()):
        path = sounds_dir / f"{clip}{SUFFIX}"
        if not path.is_file():
            yield f"{path} is missing."
            continue
        content = path.read_bytes()
        if checksum(content) != entry.sha256:
            yield f"{path} is not the file that was built: its checksum differs."
        yield from _wrong_format(path, content)


def _wrong_format(path: Path, content: bytes) -> Iterator[str]:
    try:
        rate_hz = read_wav(content).rate_hz
    except SpeechError:
        yield f"{path} is no WAV file that Asterisk could play."
        return
    if rate_hz != WIDEBAND_HZ:
        yield f"{path} has {rate_hz} Hz; it must have {WIDEBAND_HZ}."


def _extra_files(sounds_dir: Path, manifest: Manifest) -> Iterator[str]:
    known = {f"{clip}{SUFFIX}" for clip in manifest.entries} | NOT_SOUNDS
    for path in sorted(sounds_dir.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            yield f"{path} is no file of the manifest."
