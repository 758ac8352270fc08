"""F60: the disk fills up while the service runs: callers hear the truth, the operator is told, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from ari_absence.lab import waiting
from ari_absence.ledger.store import FILE_NAME
from tests.real.ledger import Ledger
from tests.real.scenes import VOICE_HZ, Scene, Stage, tone_seconds
from tests.small_disk import PRIVATE

T = TypeVar("T")

pytestmark = pytest.mark.real

SIZE_MIB = 80
BELOW_THE_FLOOR_MIB = 20
KEPT_AGAIN_SECONDS = 20.0


class SeenLedger(Ledger):
    """A copy at each question: SQLite follows links by their names, and would leave the service's namespace."""

    def _ask(self, question: Callable[[Session], T]) -> T:
        self.close()
        there, self._data = self._data, Path(tempfile.mkdtemp())
        try:
            for file in (f"{FILE_NAME}-wal", FILE_NAME):
                shutil.copy(there / file, self._data)
            return super()._ask(question)
        finally:
            self.close()
            shutil.rmtree(self._data)
            self._data = there


class Disk:
    """The small disk of a service, seen from outside its namespace."""

    def __init__(self, data: Path) -> None:
        self._ballast = data / "ballast"

    def fill(self, *, leave_mib: int = 0) -> None:
        self.free()
        free = os.statvfs(self._ballast.parent)
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_bsize - leave_mib * 2**20)

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


async def open_on_small_disk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[Scene, Disk]:
    """The usual office, its data on a disk of its own."""
    scene = await stage.open(running=False)
    office, data = scene.office, scene.office.data
    run = [*PRIVATE, sys.executable, "-m", "tests.real.on_small_disk", str(data), str(SIZE_MIB * 1024)]
    ordinary = office._command
    monkeypatch.setattr(
        office,
        "_command",
        lambda *words: [*run, *ordinary(*words)[3:]] if words[0] == "run" else ordinary(*words),
    )
    office.data = office.config.parent / "seen"  # what the service sees, once it is there
    scene.ledger = SeenLedger(office.data)
    starting = asyncio.create_task(office.start_service())
    await waiting.until(lambda: office._service is not None, 15, "The service's process")
    office.data.symlink_to(f"/proc/{office.pid}/root{data}")
    await starting
    return scene, Disk(office.data)


@pytest.mark.fault("F60")
async def test_f60_a_disk_that_fills_up_is_told_before_the_beep_and_loses_no_word_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, disk = await open_on_small_disk(stage, monkeypatch)

    disk.fill(leave_mib=BELOW_THE_FLOOR_MIB)
    caller = await scene.call("101")
    await caller.chooses("1")
    await caller.hears("say-cannot-record")
    await caller.is_hung_up_on()
    assert "free some space" in scene.log
    assert (await scene.ledger.the_callback()).number == "0441112233"
    mails = await scene.office.mail.wait_for_mails(2)
    assert any("No messages can be taken: the disk is full" in str(mail["Subject"]) for mail in mails)

    disk.free()
    caller = await scene.caller_at_the_beep()
    disk.fill()
    await caller.speaks()
    await caller.presses("#")
    await caller.hears("say-call-not-noted")
    await caller.is_hung_up_on()
    assert "say-message-saved" not in scene.playbill.played

    disk.free()
    message = await scene.ledger.the_message(KEPT_AGAIN_SECONDS)
    assert tone_seconds(scene.ledger.audio(message), VOICE_HZ) == pytest.approx(1.5, abs=0.4)
    await waiting.until(
        lambda: all(call.ended_at for call in scene.ledger.calls()), KEPT_AGAIN_SECONDS, "The end of the call"
    )
