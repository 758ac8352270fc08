"""Notices that the files of the configuration were saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from ari_absence.clock import Clock

LOOK_SECONDS = 1.0
QUIET_SECONDS = 2.0
"""Both files may be saved one after the other, and an editor writes a file in steps."""

NAMES = ("absence.yaml", "people.yaml", ".env")

_Look = tuple[tuple[int, int, int] | None, ...]


class SavedFiles:
    """Calls ``on_saved`` once for files of ``folder`` that were changed and then left alone for two seconds."""

    def __init__(self, folder: Path, clock: Clock, on_saved: Callable[[], None]) -> None:
        self._folder = folder
        self._clock = clock
        self._on_saved = on_saved
        self._known = self._seen = self.look()
        self._seen_at = clock.monotonic()

    def forget(self) -> None:
        """They were read just now: what is there is nothing new."""
        self._known = self._seen = self.look()

    async def run(self) -> None:
        """Look every second, for ever; a folder on a slow disk delays nobody."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.take(await asyncio.to_thread(self.look))

    def take(self, look: _Look) -> None:
        """Compare with what was seen before."""
        now = self._clock.monotonic()
        if look != self._seen:
            self._seen, self._seen_at = look, now
        elif look != self._known and now - self._seen_at >= QUIET_SECONDS:
            self._known = look
            self._on_saved()

    def look(self) -> _Look:
        """What tells one state of the files from another."""
        return tuple(_stamp(self._folder / name) for name in NAMES)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
