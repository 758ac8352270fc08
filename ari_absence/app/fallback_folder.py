"""The folder that the fallback attendant shares with us: the directory it goes by, greetings it plays, notes it leaves.

Asterisk's user must be able to read the first two and to write the last; whoever else is on the machine sees nothing of
it. The administrator makes the folder for both (docs/fallback.md); where it is missing we make one for ourselves.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ari_absence.core import snapshot, wav
from ari_absence.core.left import NOTES_FOLDER
from ari_absence.errors import LedgerError

FOLDER = "fallback"
GREETINGS = "greetings"

_SHARED_FOLDER = 0o2770  # s: what is made in it belongs to the folder's group
_SHARED_FILE = 0o640
_UNFINISHED = ".part"
_SUFFIXES = {8_000: ".wav", 16_000: ".wav16"}  # Asterisk tells the rate by the ending


class FallbackFolder:
    """Synchronous. Raises LedgerError where nothing can be written."""

    def __init__(self, data_folder: Path) -> None:
        self.path = (data_folder / FOLDER).absolute()

    @property
    def notes(self) -> Path:
        """Where the attendant leaves notes."""
        return self.path / NOTES_FOLDER

    def prepare(self) -> None:
        """Make what is missing of it."""
        try:
            for folder in (self.path, self.notes, self.path / GREETINGS):
                if not folder.is_dir():
                    folder.mkdir(parents=True)
                    folder.chmod(_SHARED_FOLDER)
        except OSError as fault:
            raise LedgerError(
                f"the folder {self.path} can't be used: {fault.strerror}; check its owner (docs/fallback.md)"
            ) from fault

    def write_snapshot(self, text: str) -> None:
        """Have the attendant go by ``text`` from now on: the whole of it, or what was there before."""
        self._write(self.path / snapshot.FILE, text.encode("utf-8", "surrogatepass"))

    def lend_greetings(self, sources: Mapping[str, Path]) -> dict[str, str]:
        """Copy greetings, by the id of their audio, for Asterisk to play; gives where, as it names them.

        One that can't be copied is left out: callers hear our own words.
        """
        lent = {}
        for audio_id, source in sources.items():
            try:
                content = source.read_bytes()
                suffix = _SUFFIXES[wav.inspect(content).rate_hz]
            except (OSError, ValueError, KeyError):
                continue
            target = self.path / GREETINGS / f"{audio_id}{suffix}"
            if not target.exists():
                self._write(target, content)
            lent[audio_id] = f"sound:{target.with_suffix('')}"
        return lent

    def keep_greetings(self, audio_ids: Iterable[str]) -> None:
        """Remove all greetings but these: what an owner has deleted is not kept here either."""
        wanted = set(audio_ids)
        try:
            for file in (self.path / GREETINGS).iterdir():
                if file.stem not in wanted:
                    file.unlink(missing_ok=True)
        except OSError as fault:
            raise LedgerError(f"{self.path / GREETINGS} can't be tidied: {fault.strerror}") from fault

    def _write(self, target: Path, content: bytes) -> None:
        """To the disk, then into its place."""
        try:
            handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=_UNFINISHED)
        except OSError as fault:
            raise LedgerError(f"{target} can't be written: {fault.strerror}") from fault
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), _SHARED_FILE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).rename(target)
        except OSError as fault:
            Path(unfinished).unlink(missing_ok=True)
            raise LedgerError(f"{target} can't be written: {fault.strerror}") from fault
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
