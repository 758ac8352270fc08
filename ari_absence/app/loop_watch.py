"""Notices when something holds up the event loop: nobody is served meanwhile, and no event is taken.

A turn of the loop begins when it has found what is to be done, and ends when it looks again. A thread of its own looks
at turns that take long, and notes where they are; so it also tells of one that never ends. A turn that took long only
because other processes had the processors is counted apart: no code of ours is to blame for it.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

TURN_MS_MAX = 50.0
"""Longer than this, and a caller may hear it."""

HANGS_MS = 1000.0
"""A turn that has taken so long is told of before it ends: it may never."""

_LOOK_SECONDS = 0.015
_LOOK_FROM_MS = 30.0  # with the pause between two looks below TURN_MS_MAX: no long turn is missed
_TOLD_PAUSE_SECONDS = 1.0  # between two lines in the log; all are counted
_FRAMES = 5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Share:
    """Milliseconds that a thread was on a processor, and that it could have been but waited for one."""

    used_ms: float
    waited_ms: float


class _Processors:
    """What the thread that makes this has of the processors, as Linux counts it (proc(5), schedstat)."""

    def __init__(self) -> None:
        try:
            self._file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1  # not told here: then nobody waits

    def share(self) -> _Share:
        if self._file < 0:
            return _Share(time.thread_time() * 1000, 0.0)
        used, waited, _ = os.pread(self._file, 128, 0).split()
        return _Share(int(used) / 1e6, int(waited) / 1e6)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass(slots=True)
class _Turn:
    """A turn of the loop: when it began, and what its thread had had of the processors then; where it was seen."""

    began: float
    had: _Share
    where: str = ""
    hangs_told: bool = False


class LoopWatch:
    """Counts the turns of an event loop that take longer than ``TURN_MS_MAX``, and logs where they were.

    Times are read from ``monotonic`` in seconds. It begins with ``begin``; what came before is the start's own affair.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._turn: _Turn | None = None
        self._loops_thread: int | None = None
        self._over = threading.Event()
        self._processors: _Processors | None = None
        self._told_at: float | None = None
        self.blocked = 0
        self.starved = 0
        self.longest_ms = 0.0

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop that this watches."""
        return asyncio.SelectorEventLoop(_WatchedSelector(self))

    def begin(self) -> None:
        """Count from now on the turns of the loop of this thread."""
        if self._loops_thread is None:
            self._loops_thread = threading.get_ident()
            self._processors = _Processors()
            threading.Thread(target=self._look_on, name="loop-watch", daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        if self._processors is not None:
            self._processors.close()

    def status(self) -> Mapping[str, Any]:
        """How often our code held up the loop, for how long at most; how often it had no processor."""
        longest_ms = round(self.longest_ms, 1)
        return {"loop_blocked": self.blocked, "loop_longest_ms": longest_ms, "loop_starved": self.starved}

    # -- from the loop

    def turn_begins(self) -> None:
        """The loop has found something to do."""
        if self._processors is not None:
            self._turn = _Turn(self._monotonic(), self._processors.share())

    def turn_ends(self) -> None:
        """The loop has done it."""
        turn, self._turn = self._turn, None
        if turn is None or self._processors is None:
            return
        ms, had = (self._monotonic() - turn.began) * 1000, self._processors.share()
        waited_ms = had.waited_ms - turn.had.waited_ms
        own_ms = ms - waited_ms
        self.longest_ms = max(self.longest_ms, own_ms)
        self.blocked += own_ms > TURN_MS_MAX
        self.starved += own_ms <= TURN_MS_MAX < ms
        if ms > TURN_MS_MAX:
            self._tell(turn, ms, had.used_ms - turn.had.used_ms, waited_ms)

    def _tell(self, turn: _Turn, ms: float, used_ms: float, waited_ms: float) -> None:
        now = self._monotonic()
        if self._told_at is not None and now - self._told_at < _TOLD_PAUSE_SECONDS:
            return
        self._told_at = now
        event = "loop.blocked" if ms - waited_ms > TURN_MS_MAX else "loop.starved"
        log.warning(
            event,
            ms=round(ms),
            cpu_ms=round(used_ms),
            no_cpu_ms=round(waited_ms),
            where=turn.where or "not seen",
        )

    # -- from the thread that looks on

    def _look_on(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Note where a turn is that takes long."""
        turn = self._turn
        if turn is None or self._loops_thread is None:
            return
        ms = (self._monotonic() - turn.began) * 1000
        if ms < _LOOK_FROM_MS:
            return
        frame = sys._current_frames().get(self._loops_thread)  # noqa: SLF001 - its documented name
        if self._turn is not turn:
            return  # it ended meanwhile, and this is where the next one is
        if not turn.where or ms <= TURN_MS_MAX:
            turn.where = _where(frame)
        if ms >= HANGS_MS and not turn.hangs_told:
            turn.hangs_told = True
            log.error("loop.hangs", ms=round(ms), where=_where(frame) or "not seen")


class _WatchedSelector(selectors.DefaultSelector):
    """Waits for the loop's files, and tells the watch when it does."""

    def __init__(self, watch: LoopWatch) -> None:
        super().__init__()
        self._watch = watch

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._watch.turn_ends()
        found = super().select(timeout)
        self._watch.turn_begins()
        return found


def _where(frame: FrameType | None) -> str:
    """File, line and function, the innermost first, as far as the loop. No values: they may be anybody's."""
    places: list[str] = []
    while frame is not None and len(places) < _FRAMES:
        code = frame.f_code
        if code.co_name == "_run_once":
            break
        path = Path(code.co_filename)
        places.append(f"{path.parent.name}/{path.name}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(places)
