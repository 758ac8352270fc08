"""State -> the two device states Asterisk holds for a person: the gate, and the lamp.

The gate decides in the dialplan whether a call rings the desk phone or comes to us; the lamp is what
colleagues see. They differ for somebody who is only away from the desk: lit, and the phone still rings.
"""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.core.people import Handling
from ari_absence.core.schedule import State

GATE, LAMP = "Stasis:absence-", "Stasis:lamp-"
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
            f"{GATE}{self.extension}": LIT if self.intercepts else DARK,
            f"{LAMP}{self.extension}": LIT if self.lit else DARK,
        }


def extension_of(device: str) -> str | None:
    """Whose gate or lamp a device state is, or None if it is not one of ours."""
    own = next((prefix for prefix in (GATE, LAMP) if device.startswith(prefix)), None)
    return None if own is None else device.removeprefix(own)


def gate_of(extension: str, state: State, handling: Handling) -> Gate:
    """The gate and the lamp for ``state``. Who works elsewhere (``remote``) counts as present."""
    absent = not state.present
    return Gate(extension, intercepts=absent and not handling.ring, lit=absent)
