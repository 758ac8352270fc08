"""``python -m bench [core|owed|load|calls|followme]``: measure one part, or all of them."""

from __future__ import annotations

import argparse
import asyncio

from rich.console import Console

from ari_absence.clock import SystemClock
from bench import calls, core, figures, followme, loading, owed
from bench.telling import tell

TABLE_WIDTH_MIN = 150
"""Columns: a pipe has no width of its own."""

BUSY = 0.5
"""A load above which other programs are measured, too."""


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed, measured.")
    parser.add_argument(
        "part", nargs="?", choices=("core", "owed", "load", "calls", "followme"), help="only this part"
    )
    part = parser.parse_args().part
    clock = SystemClock()
    measured_on = figures.machine(clock)
    if measured_on["load_average"] > BUSY:
        tell(
            f"[bold]the machine is busy[/] (load {measured_on['load_average']:.1f}); only ratios will be of use"
        )
    began = clock.monotonic()
    alone = [each.measure for name, each in (("core", core), ("owed", owed)) if part in (None, name)]
    measured = [figure for measure in alone for figure in measure()]
    measured += asyncio.run(_with_asterisk(part))
    figures.save(figures.RESULTS, measured, measured_on)
    console = Console()
    console.width = max(console.width, TABLE_WIDTH_MIN)
    console.print(figures.table(measured))
    tell(f"took {clock.monotonic() - began:.0f} s; written to {figures.RESULTS}")


async def _with_asterisk(part: str | None) -> list[figures.Figure]:
    found: list[figures.Figure] = []
    if part in (None, "load"):
        found += await loading.measure()
    if part in (None, "calls"):
        found += await calls.measure()
    if part in (None, "followme"):
        found += await followme.measure()
    return found


main()
