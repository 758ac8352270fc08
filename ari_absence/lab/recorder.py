"""Keeping apart what a phone hears in each of its calls.

baresip writes what it hears to the one file name it was given, and begins that file anew with every call, and
with every hold and resume. The name is a link: whenever a file was begun, it is led to the next one.
"""

from __future__ import annotations

from pathlib import Path

from ari_absence.lab.baresip import Station
from ari_absence.lab.ear import Ear, Part
from ari_absence.lab.waiting import CLOCK


class Recorder:
    """Hands each file a phone begins to the ear of the call it belongs to."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._number = 0
        self._seen_at: float | None = None
        self.owner: Ear | None = None

    def prepare(self) -> None:
        """Lead baresip to the next file."""
        self._number += 1
        self._seen_at = None
        self._station.heard.unlink(missing_ok=True)
        self._station.heard.symlink_to(self._path())

    def look(self) -> None:
        """Give a file that was begun to ``owner``, the ear of the call whose media last changed.

        That happens when the file is seen for the second time: the event that tells whose it is was sent
        before the file was made, so by then it has been read.
        """
        if self.owner is None or not self._path().exists():
            return
        if self._seen_at is None:
            self._seen_at = CLOCK.monotonic()
            return
        self.owner.parts.append(Part(self._path(), self._seen_at))
        self.prepare()

    def _path(self) -> Path:
        return self._station.folder / f"part-{self._number}.wav"
