"""The fallback attendant knows at every moment what the service knows: the snapshot follows each change."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ari_absence.app.fallback_folder import FallbackFolder
from ari_absence.app.parts import cancelled
from ari_absence.app.records import Records
from ari_absence.app.snapshots import Snapshots
from ari_absence.clock import SystemClock
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.facts import Kind
from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.people import SetAbsences
from ari_absence.core.snapshot import Snapshot, read
from ari_absence.errors import LedgerError
from ari_absence.speech.library import SoundLibrary
from tests.attendant.conversation import OFFICE
from tests.ledger.office import tone
from tests.waiting import eventually

NOW = SystemClock().now()
AWAY = DatedAbsence(Kind.AWAY, NOW, NOW + timedelta(hours=1))
GREETING = Greeting("A-1", GreetingKind.AWAY, NOW)


class Desk:
    """What the service goes by, and what it writes of it."""

    def __init__(self, folder: Path) -> None:
        self.records: Any = SimpleNamespace(
            directory=lambda: OFFICE, absences=SetAbsences(), greetings=SetGreetings()
        )
        self.audio = folder
        self.folder = FallbackFolder(folder / "data")
        self.folder.prepare()
        sounds = SimpleNamespace(voice=lambda: ("sound:/sounds/en", "sound:/own/made", {}))
        self.snapshots = Snapshots(
            cast(Records, self.records),
            cast(SoundLibrary, sounds),
            lambda audio_id: folder / f"{audio_id}.wav",
            self.folder,
            SystemClock(),
        )

    @property
    def file(self) -> Path:
        return self.folder.path / "directory"

    def read(self) -> Snapshot:
        return read(self.file.read_text(), "101", SystemClock().now())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.snapshots.run())
        await eventually(self.file.exists)
        yield
        await cancelled(task)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_what_is_set_is_in_the_snapshot_as_soon_as_it_is_told(desk: Desk) -> None:
    async with desk.running():
        assert desk.read().absences.of("101") == ()
        desk.records.absences = SetAbsences({"101": (AWAY,)})
        desk.snapshots.changed()

        await eventually(lambda: bool(desk.read().absences.of("101")))


async def test_asterisk_may_read_it_and_write_notes_and_nobody_else_sees_anything(desk: Desk) -> None:
    async with desk.running():
        assert stat.S_IMODE(desk.file.stat().st_mode) == 0o640
        for folder in (desk.folder.path, desk.folder.notes, desk.folder.path / "greetings"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o2770


async def test_a_folder_that_the_administrator_made_is_left_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "data" / "fallback"
    made.mkdir(parents=True)
    made.chmod(0o2750)

    FallbackFolder(tmp_path / "data").prepare()

    assert stat.S_IMODE(made.stat().st_mode) == 0o2750


async def test_a_greeting_in_force_is_there_to_be_played_and_goes_with_its_owners_wish(desk: Desk) -> None:
    (desk.audio / "A-1.wav").write_bytes(tone(2.0))
    desk.records.greetings = SetGreetings({"101": (GREETING,)})
    copy = desk.folder.path / "greetings" / "A-1.wav"

    await desk.snapshots.write()
    assert copy.read_bytes() == tone(2.0)
    assert desk.read().voice.greetings == {"A-1": f"sound:{copy.with_suffix('')}"}
    assert desk.read().greetings.of("101", Kind.AWAY, NOW) == GREETING

    desk.records.greetings = SetGreetings()
    await desk.snapshots.write()
    assert not copy.exists()


async def test_a_greeting_that_is_gone_is_left_out(desk: Desk) -> None:
    desk.records.greetings = SetGreetings({"101": (GREETING,)})

    await desk.snapshots.write()

    assert desk.read().voice.greetings == {}


async def test_what_was_there_before_stays_whole_when_the_disk_refuses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    await desk.snapshots.write()
    before = desk.file.read_text()
    monkeypatch.setattr("ari_absence.app.fallback_folder.os.fsync", full)
    desk.records.absences = SetAbsences({"101": (AWAY,)})
    with pytest.raises(LedgerError, match="No space left on device"):
        await desk.snapshots.write()

    assert desk.file.read_text() == before
    assert sorted(each.name for each in desk.folder.path.iterdir()) == ["directory", "greetings", "left"]
