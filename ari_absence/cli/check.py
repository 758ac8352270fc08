"""``ari-absence check``: every mistake in the configuration at once, and whether the ledger can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from ari_absence.cli.options import DEFAULT_CONFIG, ConfigOption, console, examine_ledger, load
from ari_absence.installed import folder

if TYPE_CHECKING:
    from ari_absence.config.settings import Configuration


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Read the configuration; print every mistake with its place and remedy, and exit 1 if there is one.

    A ledger that is there already must be usable, too: else callers hear announcements only.
    """
    configuration = load(config)
    for warning in (*configuration.warnings, *_unspoken(configuration), *_untranscribed(configuration)):
        console.print(f"[yellow]warning[/] {escape(warning)}")
    people, teams = len(configuration.directory.people), len(configuration.directory.teams)
    counted = f"{_counted(people, 'person', 'people')}, {_counted(teams, 'team', 'teams')}"
    console.print(f"[green]The configuration is good:[/] {counted}.")
    examine_ledger(configuration)


def _unspoken(configuration: Configuration) -> Iterator[str]:
    """A warning if callers will hear a neutral phrase where a name or a text of the site belongs."""
    from ari_absence.speech.engines import voice_here
    from ari_absence.speech.languages import language
    from ari_absence.speech.library import SoundLibrary, site_folder

    spoken = language(configuration.directory.site.language)
    own = site_folder(configuration.storage.folder, spoken)
    texts = SoundLibrary(spoken, folder("sounds") / spoken.code, own, voice_here()).unspoken(
        configuration.directory
    )
    if texts:
        others = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
        yield (
            f'no speech engine is here to say "{texts[0][:40]}"{others}, and callers hear a neutral phrase instead;'
            " pip install 'ari-absence[speech]', or record them (docs/speech.md)"
        )


def _untranscribed(configuration: Configuration) -> Iterator[str]:
    """A warning if messages are to be turned into text, and the engine for it is not complete."""
    from ari_absence.app.transcribing import choice_of
    from ari_absence.transcription.readiness import lacking

    choice = choice_of(configuration)
    sentence = lacking(choice) if choice else None
    if sentence:
        yield f"{sentence}; until then mails go out without"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
