"""What transcribing speaks with: the ledger's queue on one side, the engine that was chosen on the other.

``ledger.transcripts`` implements :class:`Queue` and :class:`Claim` by their shape alone. Instants are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

COMMAND = "command"
"""The engine that is a program of the site's own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine of the site, and what it may use.

    ``model`` is a file or folder, ``command`` an argument list for the engine ``command``, ``language`` two letters or
    None. ``seconds_per_minute``: how long it may work on one minute of audio; ``memory_mb``: its whole address space.
    """

    engine: str
    model: Path | None = None
    command: tuple[str, ...] = ()
    language: str | None = None
    seconds_per_minute: int = 120
    memory_mb: int = 1024


class Claim(Protocol):
    """A message leased to one worker."""

    @property
    def message_id(self) -> str:
        """The message."""

    @property
    def token(self) -> str:
        """Proof of the lease."""

    @property
    def audio(self) -> Path:
        """Where its audio lies."""

    @property
    def seconds(self) -> float:
        """How long it is."""


class Queue(Protocol):
    """Where it is kept what is to be transcribed. Every method may raise :class:`~ari_absence.errors.LedgerError`."""

    async def claim(self, now: datetime, lease_of: Callable[[float], timedelta]) -> Claim | None:
        """Lease the next message; ``lease_of`` gives for how long, by the seconds of its audio."""

    async def done(self, claim: Claim, text: str, engine: str, at: datetime) -> int:
        """Settle: this was heard; gives how many deliveries were queued of it."""

    async def failed(self, claim: Claim, why: str, at: datetime, again_at: datetime | None) -> None:
        """Settle: there is no transcript; it may be tried again at ``again_at`` (None: it may not)."""

    async def put_back(self, claim: Claim) -> None:
        """Settle: it was not tried."""

    async def release_all(self) -> None:
        """Nobody transcribes."""

    async def next_due(self, now: datetime) -> datetime | None:
        """When there is more to do; None when nothing is waiting."""
