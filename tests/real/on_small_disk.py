"""``python -m tests.real.on_small_disk DATA SIZE_KIB ARGUMENTS...``: ``ari-absence`` with its data on a small disk.

Run in a mount namespace of its own (``tests.small_disk.PRIVATE``). The folder with the names stays the shared one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ari_absence.cli import main
from tests.small_disk import SmallDisk, run


def _bind(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    run(["mount", "--bind", str(source), str(target)])


if __name__ == "__main__":
    data, size_kib = Path(sys.argv[1]), int(sys.argv[2])
    del sys.argv[1:3]
    with tempfile.TemporaryDirectory() as aside:
        _bind(data / "sounds", Path(aside))
        SmallDisk(data, size_kib)
        _bind(Path(aside), data / "sounds")
        run(["umount", aside])
    main()
