"""Progress, on standard error: the table alone goes to standard output."""

from __future__ import annotations

from rich.console import Console

_console = Console(stderr=True, highlight=False)


def tell(what: str) -> None:
    """Say what is being measured."""
    _console.print(f"[dim]bench:[/] {what}")
