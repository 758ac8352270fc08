"""Messages lent to Asterisk: the ledger's own folder is closed to it, so it is given a copy for one talk.

A copy has a random name in a folder that nobody can list. It is removed when the talk is over; what a
process left that died meanwhile is removed at the next start.
"""

from __future__ import annotations

import asyncio
import io
import secrets
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ari_absence.core.phrases import MessageAudio
from ari_absence.errors import SpeechError
from ari_absence.speech.audio import WIDEBAND_HZ, read_wav, wav_bytes, write_whole
from ari_absence.speech.hastening import hastened
from ari_absence.speech.manifest import SUFFIX

FOLDER = "lent"

_SUFFIXES = {8_000: ".wav", WIDEBAND_HZ: SUFFIX}  # Asterisk tells the rate by the ending
_PASSABLE_FOLDER = 0o711  # who knows a name may open it, and nobody can list the names


class Lending:
    """Copies of messages below ``folder``, which Asterisk finds at ``uri``."""

    def __init__(self, folder: Path, uri: str) -> None:
        self._folder = folder
        self._uri = uri
        self._names: dict[str, list[str]] = {}
        self._wanted: set[str] = set()

    def uri_of(self, audio_id: str) -> str | None:
        """The media URI of a message while it is lent."""
        names = self._names.get(audio_id)
        # Lent for two talks, there are two copies; the newest is likely to stay longest.
        return f"{self._uri}/{names[-1]}" if names else None

    @asynccontextmanager
    async def lend(self, audio_id: str, path: Path, *, factor: float = 1.0) -> AsyncIterator[MessageAudio]:
        """Let Asterisk play the message in ``path`` as long as the block lasts; ``factor`` times as fast.

        Raises:
            SpeechError: it can't be read or copied, or Asterisk could not play it.
        """
        name = secrets.token_hex(16)
        if factor != 1.0:
            audio_id = f"{audio_id}-{factor:g}"
        self._wanted.add(name)
        try:
            await asyncio.to_thread(self._copy, path, name, factor)
            self._names.setdefault(audio_id, []).append(name)
            yield MessageAudio(audio_id)
        finally:
            self._forget(audio_id, name)
            await asyncio.to_thread(self._remove, name)

    def remove_leftovers(self) -> None:
        """Remove what a service left that died; for the service alone, as another may be lending from here."""
        with suppress(OSError):
            found = list(self._folder.iterdir())
            # Looked at after the list: whatever of it is still being written has its name in here by now.
            wanted = set(self._wanted)
            for path in found:
                if path.stem not in wanted and not (wanted and path.name.startswith(".")):
                    path.unlink(missing_ok=True)

    def _forget(self, audio_id: str, name: str) -> None:
        self._wanted.discard(name)
        left = [each for each in self._names.pop(audio_id, []) if each != name]
        if left:
            self._names[audio_id] = left

    def _copy(self, path: Path, name: str, factor: float) -> None:
        content = _content(path)
        if factor != 1.0:
            content = wav_bytes(hastened(read_wav(content), factor))
        self._open_folder()
        write_whole(self._folder / f"{name}{_suffix(path, content)}", content)
        # A talk that was broken off can't stop this thread, and may have looked for the file too early.
        if name not in self._wanted:
            self._remove(name)

    def _open_folder(self) -> None:
        """Make the folder, and let Asterisk through to it whatever our umask is."""
        try:
            for folder in (*reversed(self._folder.parents[:2]), self._folder):
                if not folder.exists():
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(_PASSABLE_FOLDER)
            self._folder.chmod(_PASSABLE_FOLDER)
        except OSError as reason:
            raise SpeechError(f"{self._folder} can't be used: {reason.strerror}.") from reason

    def _remove(self, name: str) -> None:
        for suffix in _SUFFIXES.values():
            # What can't be removed now is tried again by remove_leftovers.
            with suppress(OSError):
                (self._folder / f"{name}{suffix}").unlink(missing_ok=True)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise SpeechError(f"{path} can't be read: {reason.strerror}.") from reason


def _suffix(path: Path, content: bytes) -> str:
    try:
        with wave.open(io.BytesIO(content)) as file:
            rate_hz = file.getframerate()
    except (wave.Error, EOFError) as reason:
        raise SpeechError(f"{path} can't be read as a WAV file: {reason}.") from reason
    if rate_hz not in _SUFFIXES:
        raise SpeechError(f"{path} has {rate_hz} Hz; Asterisk plays 8000 or {WIDEBAND_HZ}.")
    return _SUFFIXES[rate_hz]
