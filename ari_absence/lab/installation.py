"""Writing a lab's folder: configuration, sounds, music."""

from __future__ import annotations

from pathlib import Path

from ari_absence.lab import audio, configuration
from ari_absence.lab.settings import Settings

MUSIC_HZ = 620
"""The pitch of the music on hold, which no other sound of the lab has."""

MUSIC_S = 10.0


def write(settings: Settings) -> None:
    """Make the lab's folders and write everything Asterisk reads when it starts."""
    for folder in settings.folders.all():
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in configuration.files(settings).items():
        (settings.folders.etc / name).write_text(text)
    _link_shared(settings)
    _write_music(configuration.music_folder(settings))


def _link_shared(settings: Settings) -> None:
    """Link sounds and documentation; Debian's own link to the English sounds leads nowhere when unpacked."""
    if settings.shared is None:
        return
    sounds = settings.folders.shared / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    for entry in settings.shared.iterdir():
        if entry.name != "sounds":
            _link(settings.folders.shared / entry.name, entry)
    _link(sounds / "en", settings.shared / "sounds" / "en_US_f_Allison")


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target)


def _write_music(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    audio.write_tone(folder / "music.wav", frequency_hz=MUSIC_HZ, seconds=MUSIC_S, level=0.2)
