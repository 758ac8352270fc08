"""`lab up`, `status` and `down`: a lab that outlives the command that started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import command, packages

pytestmark = pytest.mark.real


UP = "import sys, pathlib; from ari_absence.lab import command; command.up(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, without a lab in the end."""
    with TemporaryDirectory(prefix="lab-") as name:
        place = Path(name) / "lab"
        yield place
        command.down(place, tell=lambda _: None)


def test_a_lab_outlives_the_command_and_can_be_ended_by_another(folder: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", UP, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    told: list[str] = []
    running = command.status(folder, tell=told.append)
    assert running is not None
    assert f"port {running.sip_port}" in started
    assert running.phone_password in started
    assert running.since in told[0]
    command.down(folder, tell=told.append)
    assert not running.alive
    assert not folder.exists()
    assert command.status(folder, tell=told.append) is None


def test_up_tells_about_the_lab_that_runs_already(folder: Path) -> None:
    told: list[str] = []
    first = command.up(folder, tell=told.append)
    second = command.up(folder, tell=told.append)
    assert first == second
    assert "A lab runs here already." in told


def test_up_replaces_a_lab_that_died(folder: Path) -> None:
    told: list[str] = []
    first = command.up(folder, tell=told.append)
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    assert not first.alive
    assert command.up(folder, tell=told.append).pid != first.pid


def test_up_leaves_a_folder_alone_that_is_not_a_labs(folder: Path) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(LabError, match="neither empty nor a lab's folder"):
        command.up(folder, tell=lambda _: None)
    assert (folder / "letter.txt").read_text() == "dear"


def test_fetch_tells_where_the_programs_are() -> None:
    told: list[str] = []
    assert (command.fetch(tell=told.append) / "usr/bin/baresip").is_file()
    assert told == [f"Asterisk and the lab's phones are in {packages.unpacked_root()}."]


def test_down_without_a_lab_says_so(folder: Path) -> None:
    told: list[str] = []
    command.down(folder, tell=told.append)
    assert told == [f"No lab runs in {folder.resolve()}; nothing to do."]


def test_a_damaged_state_file_is_told_with_what_to_do(folder: Path) -> None:
    folder.mkdir()
    state = folder / command.STATE_FILE
    state.write_text(json.dumps({"pid": 1}))
    with pytest.raises(LabError, match="can't be read"):
        command.status(folder)
    state.unlink()
