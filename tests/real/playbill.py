"""What Asterisk plays to callers, read from its log while it is written."""

from __future__ import annotations

import re
from pathlib import Path

from ari_absence.lab import waiting

_PLAYING = re.compile(
    r"<(?P<channel>[^>]+)> Playing '(?P<file>[^']+)' (?:\(escape_digits=[^)]*\) \(sample_offset \d+\) )?\(language"
)
_DIGEST = re.compile(r"-[0-9a-f]{16}$")


class Playbill:
    """The names of the sounds played since it was opened, in order; with ``channel`` all those played there.

    ``hears`` goes through them like a listener: what came before the last awaited sound is past.
    """

    def __init__(self, log: Path, channel: str | None = None) -> None:
        self._log = log
        self._channel = channel
        self._read_to = 0 if channel else log.stat().st_size
        self._rest = ""
        self._played: list[str] = []
        self._past = self._forgotten = 0

    @property
    def played(self) -> list[str]:
        """Every sound so far, by its name without folder and type."""
        self._read()
        return list(self._played)

    @property
    def since_forgotten(self) -> list[str]:
        """What was played since the last awaited sound was forgotten."""
        return self.played[self._forgotten :]

    def forget(self) -> None:
        """What was played up to now is past."""
        self._past = self._forgotten = len(self.played)

    def comes(self, sound: str) -> bool:
        """Whether the sound was played after the last awaited one; it then is the last one."""
        try:
            self._past = self.played.index(sound, self._past) + 1
        except ValueError:
            return False
        return True

    async def hears(self, sound: str, deadline_s: float = 15.0) -> None:
        """Wait until the sound begins; a site's own sounds go by the name of their recording."""
        await waiting.until(
            lambda: self.comes(sound), deadline_s, f"The sound {sound} after {self._played[-8:]}"
        )

    def _read(self) -> None:
        with self._log.open("rb") as file:
            file.seek(self._read_to)
            new = file.read()
        self._read_to += len(new)
        *lines, self._rest = (self._rest + new.decode(errors="replace")).split("\n")
        found = [each for line in lines if (each := _PLAYING.search(line))]
        self._played += [_name(each["file"]) for each in found if self._channel in (None, each["channel"])]


def _name(file: str) -> str:
    return _DIGEST.sub("", Path(file).name.partition(".")[0])
