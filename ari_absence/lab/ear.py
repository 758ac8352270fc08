"""What a phone hears: the growing sound files of its calls, read while they are written."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ari_absence.errors import LabError
from ari_absence.lab import audio
from ari_absence.lab.waiting import CLOCK

HEADER_BYTES = 44
WINDOW_S = 0.04
"""The grain of listening: long enough for a pitch, short enough not to blur a word's end."""

QUIET_LEVEL = 0.004
"""Root mean square, of full scale; speech is above 0.03, silence through a telephone codec below 0.001."""

TONE_SHARE = 0.8
"""A window belongs to a tone when this much of its power is there; speech never comes near for long."""

LISTEN_EVERY_S = 0.04


@dataclass
class Part:
    """One file of a call, which began at ``started`` (monotonic seconds)."""

    path: Path
    started: float
    size: int = 0
    grown: float = 0.0

    def stalled_s(self, now: float) -> float:
        """For how many seconds the file has not grown, as seen at the moments this was asked."""
        size = self.path.stat().st_size
        if size != self.size or not self.grown:
            self.size, self.grown = size, now
        return now - self.grown

    def samples(self, first: int = 0) -> array[int]:
        """The samples written so far, from number ``first`` on."""
        with self.path.open("rb") as file:
            file.seek(HEADER_BYTES + 2 * first)
            raw = file.read()
        return array("h", raw[: len(raw) // 2 * 2])


@dataclass
class Ear:
    """Everything heard in one call. Hold and resume begin new parts; together they keep real time.

    ``attention`` is the time in seconds from which the waiting functions listen: each moves it to where the
    awaited sound ended, so that the next one listens to what comes after.
    """

    rate_hz: int
    parts: list[Part] = field(default_factory=list)
    attention: float = 0.0
    part: Part | None = None

    def begin(self, part: Part) -> None:
        """Listen to this file from now on."""
        self.parts.append(part)
        self.part = part

    def rest(self) -> None:
        """Listen to nothing, until another part begins."""
        self.part = None

    def attend_now(self) -> None:
        """Forget what was heard before this moment."""
        self.attention = max(self.attention, self._clock())

    def samples(self) -> array[int]:
        """All that was heard so far, with silence where nothing was received."""
        whole: array[int] = array("h")
        for part in self.parts:
            missing = self._index(part) - len(whole)
            whole.extend(array("h", bytes(2 * max(0, missing))))
            del whole[len(whole) + min(0, missing) :]
            whole.extend(part.samples())
        return whole

    def since(self, seconds: float) -> array[int]:
        """What was heard from ``seconds`` after the call's first sound on, as far as the last part goes."""
        if not self.parts:
            return array("h")
        last = self.parts[-1]
        return last.samples(max(0, round(seconds * self.rate_hz) - self._index(last)))

    async def quiet(self, seconds: float, deadline_s: float) -> None:
        """Wait until something was heard and then nothing for ``seconds``."""
        await self._until(
            lambda levels: _end_of_quiet(levels, seconds), _loud, deadline_s, "sound, then silence"
        )

    async def sound(self, deadline_s: float) -> None:
        """Wait until anything is heard."""
        await self._until(_first, _loud, deadline_s, "a sound")

    async def tone(self, frequency_hz: float, seconds: float, deadline_s: float) -> None:
        """Wait until a tone of this frequency has lasted ``seconds`` and ended."""

        def is_tone(window: array[int]) -> bool:
            return _loud(window) and audio.strength(window, frequency_hz, rate_hz=self.rate_hz) > TONE_SHARE

        await self._until(
            lambda hits: _end_of_run(hits, seconds), is_tone, deadline_s, f"{frequency_hz:g} Hz"
        )

    async def _until(
        self,
        found: Callable[[list[bool]], int | None],
        judge: Callable[[array[int]], bool],
        deadline_s: float,
        what: str,
    ) -> None:
        """Judge each window since ``attention`` as it arrives until ``found`` names the one to go on from."""
        end = CLOCK.monotonic() + deadline_s
        start, windows = self.attention, list[bool]()
        grain = round(WINDOW_S * self.rate_hz)
        while True:
            fresh = self.since(start + len(windows) * WINDOW_S)
            windows += [judge(fresh[n : n + grain]) for n in range(0, len(fresh) - grain + 1, grain)]
            if (hit := found(windows)) is not None:
                self.attention = start + hit * WINDOW_S
                return
            if CLOCK.monotonic() > end:
                raise LabError(f"The phone did not hear {what} within {deadline_s:g} s.")
            await asyncio.sleep(LISTEN_EVERY_S)

    def _index(self, part: Part) -> int:
        return (
            round((part.started - self.parts[0].started) * self.rate_hz) if part is not self.parts[0] else 0
        )

    def _clock(self) -> float:
        return CLOCK.monotonic() - self.parts[0].started if self.parts else 0.0


def _loud(window: array[int]) -> bool:
    return audio.loudness(window) > QUIET_LEVEL


def _first(windows: list[bool]) -> int | None:
    return windows.index(True) if True in windows else None


def _end_of_quiet(loud: list[bool], seconds: float) -> int | None:
    """The window at which ``seconds`` of quiet after a sound are over."""
    first = _first(loud)
    return None if first is None else _run(loud, first, wanted=False, seconds=seconds)


def _end_of_run(hits: list[bool], seconds: float) -> int | None:
    """The window after a run of at least ``seconds`` of hits."""
    end = _run(hits, 0, wanted=True, seconds=seconds)
    while end is not None and end < len(hits) and hits[end]:
        end += 1
    return end if end is not None and end < len(hits) else None


def _run(windows: list[bool], first: int, *, wanted: bool, seconds: float) -> int | None:
    length = 0
    for number in range(first, len(windows)):
        length = length + 1 if windows[number] is wanted else 0
        if length * WINDOW_S >= seconds - 1e-9:
            return number + 1
    return None
