"""What a phone says: sound files, and between them a silence that never ends.

baresip hangs up when the file it reads as its microphone ends, so every file here ends in a long silence,
which costs no room on disk, and is changed for a fresh one long before it is over.
"""

from __future__ import annotations

import asyncio
import wave
from array import array
from pathlib import Path

from ari_absence.lab import audio
from ari_absence.lab.baresip import Baresip, Station

SILENCE_S = 600
REFRESH_S = 400.0
"""After this long a live call's microphone gets a fresh silence, SILENCE_S before the old one can end."""


class Microphone:
    """The mouth of one phone."""

    def __init__(self, station: Station, baresip: Baresip) -> None:
        self._station = station
        self._baresip = baresip
        self._spoken = 0

    def prepare(self) -> None:
        """Write the silence that calls start with."""
        _write_with_silence(self._station.silence, array("h"), self._station.rate_hz)

    async def speak(self, wav: Path) -> None:
        """Say a WAV file; returns when it has been said."""
        samples, rate_hz = await asyncio.to_thread(audio.read, wav)
        await self._say(audio.at_rate(samples, rate_hz, self._station.rate_hz))

    async def hum(self, frequency_hz: float, seconds: float) -> None:
        """Say a tone; returns when it is over."""
        await self._say(audio.tone(frequency_hz, seconds, rate_hz=self._station.rate_hz))

    async def fall_silent(self) -> None:
        """Stop speaking, and start the silence anew."""
        await self._baresip.command("ausrc", f"aufile,{self._station.silence}")

    async def _say(self, samples: array[int]) -> None:
        self._spoken += 1
        path = self._station.folder / f"spoken-{self._spoken}.wav"
        _write_with_silence(path, samples, self._station.rate_hz)
        await self._baresip.command("ausrc", f"aufile,{path}")
        await asyncio.sleep(len(samples) / self._station.rate_hz)


def _write_with_silence(path: Path, samples: array[int], rate_hz: int) -> None:
    """Write samples and a long silence after them as a sparse file."""
    frames = len(samples) + SILENCE_S * rate_hz
    with path.open("w+b") as file:
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 2, rate_hz, 0, "NONE", ""))
            sound.writeframes(samples.tobytes())
        header = file.seek(0, 2) - 2 * len(samples)
        file.truncate(header + 2 * frames)
        for offset, size in ((4, header - 8 + 2 * frames), (header - 4, 2 * frames)):
            file.seek(offset)
            file.write(size.to_bytes(4, "little"))
