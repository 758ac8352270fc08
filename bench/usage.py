"""What a process costs, as the kernel counts it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MB = 1024  # the kernel counts in kB


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used in all its threads, those that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


@dataclass(frozen=True, slots=True)
class Memory:
    """MB. RSS counts libraries shared with others whole, PSS in proportion, USS not at all."""

    rss: float
    pss: float
    uss: float


def memory(pid: int) -> Memory:
    """What a process has in memory now."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kb = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(kb["Rss"] / _MB, kb["Pss"] / _MB, (kb["Private_Clean"] + kb["Private_Dirty"]) / _MB)


class CpuMeter:
    """CPU of several processes between two moments, less what they use when idle."""

    def __init__(self, pids: Mapping[str, int], idle_share: Mapping[str, float]) -> None:
        """``idle_share`` is what each process uses of one core with nothing to do."""
        self._pids = pids
        self._idle_share = idle_share
        self._began = time.perf_counter()
        self._before = {name: cpu_s(pid) for name, pid in pids.items()}

    def used_s(self) -> dict[str, float]:
        """Seconds of CPU since the meter was made, by process."""
        elapsed_s = time.perf_counter() - self._began
        return {
            name: cpu_s(pid) - self._before[name] - elapsed_s * self._idle_share.get(name, 0.0)
            for name, pid in self._pids.items()
        }

    def shares(self) -> dict[str, float]:
        """The share of one core that each process used since the meter was made."""
        elapsed_s = time.perf_counter() - self._began
        return {name: (cpu_s(pid) - self._before[name]) / elapsed_s for name, pid in self._pids.items()}
