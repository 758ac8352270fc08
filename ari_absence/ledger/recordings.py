"""Audio in the data folder: kept whole or not at all, readable by the service alone.

A file is *owned* when a row of the ledger names it. A file that no row names was left by a process that
died in between; :meth:`RecordingStore.quarantine_except` moves it where a person can look at it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ari_absence.core import wav
from ari_absence.errors import DiskFull, LedgerError

FREE_SPACE_FLOOR_BYTES = 64 * 1024 * 1024  # ten messages of five minutes, and the ledger's journal
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PASSABLE_FOLDER = 0o711  # Asterisk must get to the names below `sounds`; nobody can list what else is here
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class VerifiedAudio:
    """Audio that was parsed to its end. ``wav`` has a right header, repaired if need be."""

    wav: bytes
    seconds: float
    loud_seconds: float
    repaired: bool


def verify(received: bytes) -> VerifiedAudio:
    """Parse what came from Asterisk.

    Raises:
        LedgerError: it is no recording of ours.
    """
    try:
        facts = wav.inspect(received)
        whole = wav.repaired(received)
    except wav.NotWav as fault:
        raise LedgerError(f"a recording can't be kept: {fault}") from fault
    return VerifiedAudio(whole, facts.seconds, facts.loud_seconds, facts.header_repaired)


class RecordingStore:
    """The audio below the data folder. Synchronous; a disk fault becomes a :class:`LedgerError`."""

    def __init__(self, data_folder: Path, free_space_floor_bytes: int = FREE_SPACE_FLOOR_BYTES) -> None:
        self._audio = data_folder / "audio"
        self._quarantine = data_folder / "quarantine"
        self._floor_bytes = free_space_floor_bytes
        _make_private(data_folder, _PASSABLE_FOLDER)
        for folder in (self._audio, self._quarantine):
            _make_private(folder, _PRIVATE_FOLDER)

    def path_of(self, audio_id: str) -> Path:
        """Where the audio lies, or would lie."""
        return self._audio / f"{audio_id}.wav"

    def keep(self, audio_id: str, whole: bytes) -> Path:
        """Write ``whole`` so that after a power cut it is there complete, or not at all."""
        target = self.path_of(audio_id)
        try:
            _write_synced(target, whole)
        except OSError as fault:
            raise LedgerError(f"{target} can't be written: {fault.strerror}") from fault
        return target

    def remove(self, audio_id: str) -> None:
        """Delete the audio. Already gone is well."""
        try:
            self.path_of(audio_id).unlink(missing_ok=True)
        except OSError as fault:
            raise LedgerError(f"{self.path_of(audio_id)} can't be removed: {fault.strerror}") from fault

    def check_room(self) -> None:
        """Refuse to begin a recording that the disk could not hold.

        Raises:
            DiskFull: less is free than the floor.
            LedgerError: the folder can't be looked at.
        """
        try:
            free_bytes = shutil.disk_usage(self._audio).free
        except OSError as fault:
            raise LedgerError(f"{self._audio} can't be used: {fault.strerror}") from fault
        if free_bytes < self._floor_bytes:
            free_mib, needed_mib = free_bytes // 2**20, self._floor_bytes // 2**20
            raise DiskFull(
                f"only {free_mib} MiB are free in {self._audio}, "
                f"{needed_mib} MiB are needed to take messages; free some space",
                free_mib,
                needed_mib,
            )

    def quarantine_except(self, owned: Collection[str]) -> list[Path]:
        """Move audio that is not ``owned`` (ids) aside and remove half-written files; gives the new places.

        Only for the start of the service: later, a conversation may hold audio that is not yet owned.
        """
        moved = []
        try:
            for file in sorted(self._audio.iterdir()):
                if file.suffix == _UNFINISHED:
                    file.unlink()
                elif file.stem not in owned:
                    moved.append(file.rename(self._quarantine / file.name))
        except OSError as fault:
            raise LedgerError(f"{self._audio} can't be tidied: {fault.strerror}") from fault
        return moved

    def set_aside(self, name: str, content: bytes) -> Path:
        """Put what can't be kept where a person can look at it; gives the place. The same again is the same file.

        Raises:
            LedgerError: it can't be written.
        """
        target = self._quarantine / name
        try:
            _write_synced(target, content)
        except OSError as fault:
            raise LedgerError(f"{target} can't be written: {fault.strerror}") from fault
        return target

    def take_back(self, audio_id: str) -> None:
        """Remove the copy in quarantine of audio that has an owner now: a process died between its file and its row."""
        with suppress(OSError):
            (self._quarantine / f"{audio_id}.wav").unlink(missing_ok=True)

    def in_quarantine(self) -> list[Path]:
        """Audio without an owner, oldest first."""
        return sorted(self._quarantine.iterdir())


def _make_private(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        folder.chmod(mode)
    except OSError as fault:
        raise LedgerError(f"the folder {folder} can't be used: {fault.strerror}; check its owner") from fault


def _write_synced(target: Path, content: bytes) -> None:
    """mkstemp makes the file 0600 whatever the umask says."""
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=target.stem, suffix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _PRIVATE_FILE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).rename(target)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk only when the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
