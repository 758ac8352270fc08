"""The port to what is in force, and through which a conversation changes it. ``app.absence_book`` implements it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ari_absence.core.absences import NewAbsence
from ari_absence.core.people import Directory, SetAbsences, SetForwards


@dataclass(frozen=True, slots=True)
class InForce:
    """The configuration, and what was set by phone, command or panel."""

    directory: Directory
    absences: SetAbsences
    forwards: SetForwards


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody: messages not heard yet, and calls to return."""

    messages: int
    callbacks: int


class AbsenceBook(Protocol):
    """Where absences are kept. What returns normally is on the disk and holds for the very next call.

    Every method but ``in_force`` may raise ``LedgerError``; nothing was changed then.
    """

    def in_force(self) -> InForce:
        """What holds now."""

    async def set(self, absence: NewAbsence) -> None:
        """Set an absence; one of the same kind is corrected by it."""

    async def end(self, extension: str, by: str) -> bool:
        """End the one that counts now of what was set; False when there was none."""

    async def waiting(self, extension: str) -> Waiting:
        """What waits for somebody."""
