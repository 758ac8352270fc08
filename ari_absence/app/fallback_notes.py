"""The notes that the fallback attendant has left for us: read, set aside, removed. Synchronous."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ari_absence.core import left
from ari_absence.core.left import NOTE_SUFFIX, LeftNote, NotLeft

UNFINISHED = ".part"
ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Found:
    """A file of theirs: its note, or what is wrong with it, as a sentence's end."""

    file: Path
    note: LeftNote | None
    fault: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether it may still be being written."""
        return self.file.suffix == UNFINISHED


class NoteFolder:
    """The folder ``folder``. An OSError is the caller's to tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def notes(self) -> list[Found]:
        """Everything that lies there, oldest call first as far as names tell."""
        files = (file for file in sorted(self.folder.iterdir()) if file.is_file())
        return [_found(file) for file in files]

    def remove(self, file: Path) -> None:
        """Forget a note; already gone is well."""
        file.unlink(missing_ok=True)

    def set_aside(self, file: Path) -> Path:
        """Put a file where a person can look at it and we do not look again; gives the new place."""
        (self.folder / ASIDE).mkdir(exist_ok=True)
        return file.rename(self.folder / ASIDE / file.name)


def _found(file: Path) -> Found:
    if not file.name.endswith((NOTE_SUFFIX, UNFINISHED)):
        return Found(file, None, "it is no note")
    try:
        with file.open(encoding="utf-8") as opened:
            note = left.read(opened.read(left.NOTE_CHARS_MAX + 1))
    except NotLeft as fault:
        return Found(file, None, str(fault))
    except UnicodeDecodeError:
        return Found(file, None, "it can't be read as a note")
    return Found(file, note)
