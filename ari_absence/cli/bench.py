"""``ari-absence bench``: speed, measured side by side with what one would use instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ari_absence.cli.options import refuse

BENCH = Path(__file__).parent.parent.parent / "bench"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bench)


def bench(
    only: Annotated[
        str | None, typer.Option(help="Only this part: core, load, calls or followme.", metavar="PART")
    ] = None,
) -> None:
    """Measure, print a table, and write bench/results.json. Needs the source checkout."""
    if not (BENCH / "__main__.py").is_file():
        refuse("the benchmarks are part of the source checkout; run this there")
    arguments = [only] if only else []
    raise typer.Exit(subprocess.call([sys.executable, "-m", "bench", *arguments], cwd=BENCH.parent))  # noqa: S603
