"""A disk of a few MiB that a process has for itself: a tmpfs in a mount namespace of its own, no root needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PRIVATE = ("unshare", "--user", "--map-root-user", "--mount")
LIMIT_SECONDS = 60.0


def run_on_small_disk(module: str, *arguments: str) -> Any:
    """What ``python -m module`` prints as JSON, run where it may mount what it likes; nobody else sees that."""
    command = [*PRIVATE, sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


class SmallDisk:
    """A tmpfs of ``size_kib`` at ``folder``; only for a process that runs in a namespace of its own."""

    def __init__(self, folder: Path, size_kib: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder)])

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self, *, leave_kib: int = 0) -> None:
        """Leave so much free."""
        self.free()
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\1" * 4096)
            except OSError:
                file.truncate(max(0, file.tell() - leave_kib * 1024))

    def free(self) -> None:
        """Have room again."""
        self._ballast.unlink(missing_ok=True)

    def make_read_only(self, *, read_only: bool = True) -> None:
        """As a file system is after an error of its disk."""
        run(["mount", "-o", f"remount,{'ro' if read_only else 'rw'}", str(self.folder)])


def run(command: Sequence[str]) -> None:
    """One of mount's commands; it must not fail."""
    subprocess.run(command, check=True, capture_output=True)
