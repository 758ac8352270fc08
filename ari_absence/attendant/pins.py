"""The port of the PINs: who is asked for one, and what it may be. ``ledger.pins`` implements it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from ari_absence.core.pins import PinFlaw

__all__ = ["PinBook", "PinCheck", "PinFlaw"]


class PinCheck(StrEnum):
    """What came of trying a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    """Too many were wrong; until the lock ends no PIN is looked at, not even the right one."""
    NOT_SET = "not_set"


class PinBook(Protocol):
    """The PINs of the people of the house. Every method may raise ``LedgerError``."""

    async def check(self, extension: str, pin: str, caller_number: str | None = None) -> PinCheck:
        """Whether ``pin`` is that of ``extension``. Wrong ones are counted for the extension, and for the
        number outside that ``caller_number`` names. For an unknown extension it takes just as long."""

    def flaw_of(self, extension: str, pin: str) -> PinFlaw | None:
        """Why ``pin`` is too easily guessed to be that of ``extension``; None: it may be."""

    async def change(self, extension: str, pin: str) -> PinFlaw | None:
        """Set a new PIN; None when done, else why it is too easily guessed."""

    async def is_set(self, extension: str) -> bool:
        """Whether there is a PIN to ask for."""
