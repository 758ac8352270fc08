"""Holds the configuration in force: a new one replaces it only as a whole, and only if nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ari_absence.config.loader import load
from ari_absence.config.settings import Configuration
from ari_absence.errors import ConfigurationError


class ConfigurationHolder:
    """The configuration in force, and the mistakes of the last attempt to replace it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Load ``folder`` for the first time.

        Raises:
            ConfigurationError: there is nothing good to begin with.
        """
        self._folder = folder
        self._environment = environment
        self._current = load(folder, environment)
        self._mistakes: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    @property
    def current(self) -> Configuration:
        """The last good configuration."""
        return self._current

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What was wrong when it was last tried to load a newer one; empty if that went well."""
        return self._mistakes

    def reload(self) -> list[str]:
        """Load the folder again; returns the mistakes, and changes nothing if there are any.

        Takes a few seconds of processor time for thousands of people: call it from a thread.
        """
        try:
            fresh = load(self._folder, self._environment)
        except ConfigurationError as error:
            self._mistakes = tuple(error.mistakes)
        else:
            self._current, self._mistakes = fresh, ()
        return list(self._mistakes)
