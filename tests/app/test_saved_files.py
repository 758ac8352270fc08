"""Files that are saved while the service runs are read once, when whoever saves them has finished."""

from __future__ import annotations

from pathlib import Path

from ari_absence.app.saved_files import QUIET_SECONDS, SavedFiles
from tests.presence.hand_clock import HandClock


class Desk:
    """A folder, and how often somebody was told that its files were saved."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.told = folder, HandClock(), 0
        self.save("site: {}\n")
        self.files = SavedFiles(folder, self.clock, self.count)

    def count(self) -> None:
        self.told += 1

    def save(self, text: str, name: str = "absence.yaml") -> None:
        """As an editor does: written beside, and put into its place."""
        (self.folder / "new").write_text(text, encoding="utf-8")
        (self.folder / "new").rename(self.folder / name)

    def after(self, seconds: float) -> int:
        """Look again later; gives how often somebody was told so far."""
        self.clock.seconds += seconds
        self.files.take(self.files.look())
        return self.told


def test_files_that_nobody_touches_are_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert [desk.after(10) for _ in range(3)] == [0, 0, 0]


def test_a_file_that_was_saved_is_told_once_and_only_when_it_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.save("site: {a: 1}\n")
    assert desk.after(1) == 0
    desk.save("people: {}\n", "people.yaml")
    assert [desk.after(QUIET_SECONDS - 0.5), desk.after(0.4)] == [0, 0]
    assert [desk.after(QUIET_SECONDS), desk.after(10)] == [1, 1]


def test_a_file_that_vanished_and_one_that_came_are_told_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "absence.yaml").unlink()
    assert [desk.after(0.5), desk.after(QUIET_SECONDS)] == [0, 1]
    desk.save("X=1\n", ".env")
    assert [desk.after(0.5), desk.after(QUIET_SECONDS)] == [1, 2]


def test_what_was_read_by_command_meanwhile_is_not_read_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.save("site: {a: 1}\n")
    desk.files.forget()
    assert [desk.after(1), desk.after(QUIET_SECONDS), desk.after(10)] == [0, 0, 0]
