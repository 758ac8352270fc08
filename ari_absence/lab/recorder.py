"""Writing down what a phone hears, call by call.

A player of baresip's that is opened twice in quick succession, as hold does, or sound that overtakes the answer,
can go on as two threads, and then writes every moment twice. So calls begin with a player that does nothing, and
this recorder gives a call one that writes a file only when its sound flows.
"""

from __future__ import annotations

from ari_absence.lab.baresip import Baresip, Station
from ari_absence.lab.ear import Ear, Part
from ari_absence.lab.waiting import CLOCK

STALLED_S = 1.0
"""A file grows four times a second; one that did not for this long was closed by a change of the call's media."""


class Recorder:
    """Gives the ear of a call one file after another to listen to."""

    def __init__(self, station: Station, baresip: Baresip) -> None:
        self._station = station
        self._baresip = baresip
        self._number = 0

    def is_deaf(self, ear: Ear) -> bool:
        """Whether no file grows for this ear."""
        return ear.part is None or ear.part.stalled_s(CLOCK.monotonic()) > STALLED_S

    async def begin(self, ear: Ear) -> None:
        """Begin a new file; nothing changes if the call's sound does not flow yet."""
        self._number += 1
        path = self._station.folder / f"part-{self._number}.wav"
        if await self._baresip.hear_into(path):
            ear.begin(Part(path, CLOCK.monotonic()))
