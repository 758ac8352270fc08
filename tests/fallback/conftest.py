"""The fallback attendant in a folder of its own, with an office and a caller."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ari_absence.app.fallback_folder import FallbackFolder
from ari_absence.asterisk.agi import AgiLine
from ari_absence.clock import SystemClock
from ari_absence.core import left
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.facts import Kind
from ari_absence.core.greetings import SetGreetings
from ari_absence.core.left import LeftNote
from ari_absence.core.people import SetAbsences
from ari_absence.core.snapshot import Snapshot, Voice, written
from ari_absence.fallback.serving import serve
from ari_absence.installed import folder as installed
from tests.attendant.conversation import OFFICE
from tests.fallback.script import ScriptedAsterisk

LABEL = "101=0441112233=absent=1795475958=1795475958.0="
KNOWN_BEFORE = f"{LABEL}{'ab' * 16}"
SOUNDS = installed("sounds") / "en"


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """The line takes these for its process; here they are given back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGALRM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Standby:
    """What stands by: the shared folder, and Asterisk's own."""

    def __init__(self, folder: Path) -> None:
        self.shared = FallbackFolder(folder / "data")
        self.shared.prepare()
        self.recordings = folder / "spool" / "ari-absence-fallback"
        self.write_snapshot()

    @property
    def snapshot_file(self) -> Path:
        return self.shared.path / "directory"

    def write_snapshot(self, at: datetime | None = None) -> None:
        """Alice, 101, is in a meeting until six."""
        at = at or SystemClock().now()
        meeting = DatedAbsence(Kind.MEETING, at - timedelta(hours=1), at + timedelta(hours=6))
        voice = Voice("en", f"sound:{SOUNDS}", f"sound:{self.shared.path}/made")
        known = Snapshot(OFFICE, SetAbsences({"101": (meeting,)}), SetGreetings(), voice, at)
        self.shared.write_snapshot(written(known))

    def serve(self, asterisk: ScriptedAsterisk, label: str = LABEL, *, said: bool = False) -> bool:
        """One call, from the first byte to the last."""
        line = AgiLine(asterisk.stdin, asterisk.stdout)
        line.begin_to_answer()
        return serve(line, self.shared.path, self.recordings, label, said=said)

    def notes(self) -> list[LeftNote]:
        """What was noted."""
        return [left.read(file.read_text()) for file in sorted(self.shared.notes.iterdir())]

    def audio(self) -> list[Path]:
        """What was recorded and kept."""
        return sorted(self.recordings.glob("*")) if self.recordings.exists() else []


@pytest.fixture
def standby(tmp_path: Path) -> Standby:
    return Standby(tmp_path)


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
