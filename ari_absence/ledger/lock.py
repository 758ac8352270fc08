"""One service per data folder: the second one refuses, and says who is there."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ari_absence.errors import LedgerError

FILE_NAME = "service.lock"
_PRIVATE_FILE = 0o600


class ServiceLock:
    """Held as long as the process lives or until :meth:`release`; the kernel frees it when we are killed.

    Raises:
        LedgerError: another service holds it; the text names its process id.
    """

    def __init__(self, data_folder: Path) -> None:
        file = data_folder / FILE_NAME
        try:
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        except OSError as fault:
            raise LedgerError(f"{file} can't be opened: {fault.strerror}") from fault
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            holder = os.read(self._handle, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._handle)
            raise LedgerError(
                f"another ari-absence service uses {data_folder} already (process {holder}); stop it first"
            ) from fault
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let another service begin."""
        os.close(self._handle)
