"""What the service needs while it is called: memory, open files, tasks, and how long its event loop was held up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.usage import cpu_s, memory

LOOK_S = 5.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Need:
    """What the service needs at a moment: MB of its own, open files, asyncio tasks."""

    memory_mb: float
    files: int
    tasks: int


def need_of(pid: int, status: Mapping[str, Any]) -> Need:
    """What the process needs now; ``status`` is what the service says of itself."""
    return Need(memory(pid).uss, len(os.listdir(f"/proc/{pid}/fd")), int(status.get("tasks", 0)))  # noqa: PTH208


class Record:
    """Looks every five seconds at the service, across its restarts: its loop, and its memory in MB (RSS)."""

    def __init__(self, status: Callable[[], Mapping[str, Any]]) -> None:
        self._status = status
        self._blocked: dict[int, int] = {}
        self._starved: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self.longest_ms = 0.0
        self.memory_mb: list[float] = []

    @property
    def blocked(self) -> int:
        """How often it was held up for more than 50 ms."""
        return sum(self._blocked.values())

    @property
    def starved(self) -> int:
        """How often it waited for so long only because it had no processor."""
        return sum(self._starved.values())

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.look()

    async def look(self) -> None:
        """Take in what it says now."""
        status = await asyncio.to_thread(self._status)
        if "loop_blocked" in status:
            self.memory_mb.append(_resident_mb(status["pid"]))
            self._blocked[status["pid"]] = status["loop_blocked"]
            self._starved[status["pid"]] = status["loop_starved"]
            self.longest_ms = max(self.longest_ms, status["loop_longest_ms"])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()


class Machine:
    """Who used the processors: Asterisk, the service, the callers (we, SIPp), and everybody else."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._all = _all_s()
        self._we = _we_s()
        self._before = {name: _with_children_s(pid) for name, pid in pids.items()}
        self._began = asyncio.get_running_loop().time()

    def used_s(self, name: str) -> float:
        """Seconds of CPU of Asterisk or the service, since then."""
        return _with_children_s(self._pids[name]) - self._before[name]

    def others_share(self) -> float:
        """How much of one core everybody else had."""
        seconds = asyncio.get_running_loop().time() - self._began
        ours = _we_s() - self._we + sum(self.used_s(name) for name in self._pids)
        return max(0.0, (_all_s() - self._all - ours) / seconds)


def _resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _all_s() -> float:
    """All processors' time that was not idle."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_PER_S


def _we_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _with_children_s(pid: int) -> float:
    """Of a process, and of those it began that have ended: Asterisk's attendants of the fallback."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return cpu_s(pid) + (int(fields[13]) + int(fields[14])) / _TICKS_PER_S
