"""F62: "saved" was said, then the power goes. Whatever was not synced to the disk is gone; the message is not.

No machine is switched off here. The process runs with a library before libc that copies, at each fsync, what would
outlive the machine; the next process finds these copies and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ari_absence.ledger import reading
from tests.ledger.office import FakeClock, Office

# without a C compiler there is no library to preload; what then remains only shows that this test would notice
SYNCING = [True, False] if shutil.which("cc") else [False]

SAVES_AND_DIES = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.ledger.office import FakeClock, Office

async def main():
    office = Office(Path(sys.argv[1]), FakeClock())
    await office.leave_message()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def forgetful_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library to preload."""
    library = tmp_path_factory.mktemp("lasting") / "lasting.so"
    source = Path(__file__).with_name("lasting.c")
    if shutil.which("cc"):
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)  # noqa: S607
    return library


def names_in(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_ino for each in folder.iterdir() if not each.name.startswith(".")}


class Disk:
    """What outlives the machine: what there was when it was switched on, and what was synced since."""

    def __init__(self, root: Path, kept: Path) -> None:
        self._root = root.stat().st_ino
        self._kept = kept
        folders = [root, *(each for each in root.rglob("*") if each.is_dir())]
        self._names = {each.stat().st_ino: names_in(each) for each in folders}
        self._content = {each.stat().st_ino: each.read_bytes() for each in root.rglob("*") if each.is_file()}

    def after_power_cut(self, folder: Path, inode: int | None = None) -> None:
        """Write into ``folder`` what is found when the machine is switched on again."""
        folder.mkdir()
        for name, each in self._names_of(inode or self._root).items():
            if each in self._names or (self._kept / f"d-{each}").exists():
                self.after_power_cut(folder / name, each)
            else:
                kept = self._kept / f"f-{each}"
                (folder / name).write_bytes(
                    kept.read_bytes() if kept.exists() else self._content.get(each, b"")
                )

    def _names_of(self, inode: int) -> dict[str, int]:
        kept = self._kept / f"d-{inode}"
        if not kept.exists():
            return self._names[inode]
        lines = (line.split(" ", 1) for line in kept.read_text().splitlines())
        return {name: int(number) for number, name in lines}


@pytest.mark.fault("F62", "P2")
@pytest.mark.parametrize("syncing", SYNCING)
async def test_f62_message_is_there_when_the_power_goes_right_after_it_was_called_saved(
    tmp_path: Path, forgetful_disk: Path, syncing: bool
) -> None:
    """``syncing`` False: as if every fsync were left out; then the message is gone, so this test would notice."""
    data, kept = tmp_path / "data", tmp_path / "kept"
    kept.mkdir()
    before = Office(data, FakeClock())
    await before.thread.read(reading.messages)
    await before.close()
    disk = Disk(data, kept)
    lasting = {"LD_PRELOAD": str(forgetful_disk), "LASTING_DISK": str(kept)} if syncing else {}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SAVES_AND_DIES, str(data)),
        cwd=Path(__file__).parents[2],
        env={**os.environ, **lasting},
    )
    assert await child.wait() == -signal.SIGKILL
    disk.after_power_cut(tmp_path / "found")

    office = Office(tmp_path / "found", FakeClock())
    await office.recover()
    found = await office.thread.read(reading.messages)
    assert len(found) == syncing
    assert len(await office.thread.read(reading.outbox)) == syncing
    for message in found:
        audio = office.audio.path_of(message.audio_id)
        assert audio.read_bytes() == (data / "audio" / audio.name).read_bytes()
    await office.close()
