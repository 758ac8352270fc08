"""What the demonstration prints, and the checks it stands or falls with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ari_absence.clock import SystemClock

CLOCK = SystemClock()
LINE = "─" * 78


@dataclass
class Scene:
    """One call of the demonstration: what happened in it, and what was checked."""

    title: str
    heard: list[str] = field(default_factory=list)
    recognised: str = ""
    keys: list[str] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    checks: list[tuple[bool, str]] = field(default_factory=list)

    def check(self, held: object, sentence: str) -> None:
        """Note whether something held."""
        self.checks.append((bool(held), sentence))

    def result(self, what: str, where: object) -> None:
        """Note where something lies."""
        self.results.append((what, str(where)))

    @property
    def failed(self) -> list[str]:
        """The checks that did not hold."""
        return [sentence for held, sentence in self.checks if not held]


class Report:
    """Prints progress while things happen, and the scenes when they are over."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = CLOCK.monotonic()

    def step(self, text: str) -> None:
        """One line of progress, with the seconds since the beginning."""
        self._console.print(f"[dim]{CLOCK.monotonic() - self._began:5.1f} s[/]  {escape(text)}")

    def scene(self, number: int, scene: Scene) -> None:
        """Everything about one call."""
        show = self._console.print
        show(f"\n[bold]{LINE}\n{number}. {escape(scene.title)}[/]")
        if scene.heard:
            show("   [bold]said to the caller[/]")
            for sentence in scene.heard:
                show(f"     “{escape(sentence)}”")
        if scene.recognised:
            show("   [bold]what a speech recogniser understood in the phone's own recording[/]")
            show(f"     {escape(scene.recognised)}")
        show(f"   [bold]keys pressed[/]  {' '.join(scene.keys) or 'none'}")
        for what, where in scene.results:
            show(f"   [bold]{escape(what)}[/]  {escape(where)}")
        for held, sentence in scene.checks:
            show(f"   {'[green]✓' if held else '[red]✗ FAILED:'} {escape(sentence)}[/]")

    def verdict(self, scenes: list[Scene], folder: Path) -> int:
        """The last word, and the exit code."""
        failed = [sentence for scene in scenes for sentence in scene.failed]
        checks = sum(len(scene.checks) for scene in scenes)
        show = self._console.print
        show(f"\n[bold]{LINE}[/]")
        show(f"Everything lies in {folder}: what each phone heard, the mails, the ledger, the logs.")
        if failed:
            show(f"[red][bold]{len(failed)} of {checks} checks failed:[/][/]")
            for sentence in failed:
                show(f"  [red]✗[/] {escape(sentence)}")
            return 1
        seconds = CLOCK.monotonic() - self._began
        show(f"[green][bold]All {checks} checks held, in {seconds:.0f} s.[/][/]")
        return 0

    def own_softphone(self) -> None:
        """How to try it by hand."""
        self._console.print(
            "\nTo try it with a softphone of your own, in this folder:\n"
            "  .venv/bin/ari-absence lab try       starts Asterisk and the service, and tells server and password\n"
            "Register as 102 and dial 101: Alice is away. Ctrl-C ends it."
        )
