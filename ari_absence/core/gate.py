"""State -> the two device states Asterisk holds for a person: the gate, and the lamp.

The gate decides in the dialplan whether a call rings the desk phone or comes to us; the lamp is what
colleagues see. They differ for somebody who is only away from the desk: lit, and the phone still rings.
"""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.core.people import Handling
from ari_absence.core.schedule import State

LIT, DARK = "INUSE", "NOT_INUSE"  # Asterisk's device states; any other reads as dark on phones


@dataclass(frozen=True, slots=True)
class Gate:
    """What Asterisk is told of one extension."""

    extension: str
    intercepts: bool
    lit: bool

    def device_states(self) -> dict[str, str]:
        """The device states by name, as the dialplan and the hints read them."""
        return {
            f"Stasis:absence-{self.extension}": LIT if self.intercepts else DARK,
            f"Stasis:lamp-{self.extension}": LIT if self.lit else DARK,
        }


def gate_of(extension: str, state: State, handling: Handling) -> Gate:
    """The gate and the lamp for ``state``. Who works elsewhere (``remote``) counts as present."""
    absent = not state.present
    return Gate(extension, intercepts=absent and not handling.ring, lit=absent)
