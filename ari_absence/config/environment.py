"""Secrets, from the environment or ``.env``; never from YAML, never printed."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from ari_absence.config.mistakes import FileMistakes, Mistakes, place
from ari_absence.config.reader import read_bytes
from ari_absence.config.settings import Secrets

NAME = ".env"


def read_secrets(folders: Iterable[Path], environment: Mapping[str, str], mistakes: Mistakes) -> Secrets:
    """The secrets; the environment counts before ``.env`` in the first of ``folders``, and that before the next."""
    known: dict[str, str] = {}
    for folder in folders:
        for name, value in _read_file(folder / NAME, mistakes).items():
            known.setdefault(name, value)
    known.update(environment)
    plain = (field.name for field in fields(Secrets) if field.name != "hooks")
    hooks = {name: value for name, value in known.items() if name.startswith("HOOK_") and value}
    return Secrets(**{name: known.get(name.upper()) or None for name in plain}, hooks=hooks)


def readable_by_all(folders: Iterable[Path]) -> Iterator[Path]:
    """The ``.env`` files that every user of this machine may read."""
    for folder in folders:
        with suppress(OSError):  # there is none
            if (folder / NAME).stat().st_mode & stat.S_IROTH:
                yield folder / NAME


def _read_file(path: Path, mistakes: Mistakes) -> dict[str, str]:
    """What stands in a ``.env`` file, if there is one. ``$`` is a character like any other in it."""
    of_file = FileMistakes(mistakes, NAME)
    content = read_bytes(path, of_file) if path.exists() else None
    found: dict[str, str] = {}
    for binding in parse_stream(StringIO(content.decode() if content else "")):
        if binding.error or (binding.key is not None and binding.value is None):
            of_file.add(place(binding.original.line, 1), "this line can't be read; write NAME=value")
        elif binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found
