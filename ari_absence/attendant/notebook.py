"""The port through which a conversation writes things down. ``app`` joins it to the ledger.

What returns normally is on the disk: audio copied and synced, rows committed. Every method raises
:class:`LedgerError` when that could not be done, and has a time limit of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ari_absence.attendant.call import LegEnd, Recording
from ari_absence.core.decision import Decision
from ari_absence.core.steps import Way


class Wish(StrEnum):
    """What somebody who did not get through wants."""

    CALL_BACK = "call_back"
    JUST_CALLED = "just_called"
    MISSED = "missed"
    WILL_CALL_AGAIN = "will_call_again"


class Outcome(StrEnum):
    """How a whole call ended."""

    MESSAGE = "message"
    CALLBACK = "callback"
    JUST_CALLED = "just_called"
    CONNECTED = "connected"
    CAMPED_ON = "camped_on"
    MISSED = "missed"
    RELEASED = "released"
    CONSULTED = "consulted"
    """A colleague asked for a caller of their own, who stayed with them."""
    TRANSFERRED = "transferred"
    """A colleague asked, and somebody else was put into their place."""
    LOST = "lost"


class AudioFault(StrEnum):
    """Why a recording is not worth keeping."""

    TOO_SHORT = "too_short"
    SILENT = "silent"


TALK_SECONDS_MIN = 0.3  # shorter than the shortest "yes"; a click or the beep's echo stays below


def fault_of(seconds: float, loud_seconds: float, min_seconds: float) -> AudioFault | None:
    """Why a recording of so many seconds, of which so many are to be heard, is not worth keeping; None: it is."""
    if loud_seconds < TALK_SECONDS_MIN:
        return AudioFault.SILENT  # first: of somebody silent, Asterisk keeps a second or so
    return AudioFault.TOO_SHORT if seconds < min_seconds else None


@dataclass(frozen=True, slots=True)
class KeptAudio:
    """Audio that lies verified and synced in our own data folder."""

    audio_id: str
    seconds: float
    possibly_cut: bool = False


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message as it is about to be saved."""

    decision: Decision
    audio: KeptAudio
    urgent: bool
    due: datetime | None


@dataclass(frozen=True, slots=True)
class CallbackDraft:
    """Somebody to be called back, or to be told of. ``number`` None: withheld, kept as information.

    ``urgent``: the caller has said so.
    """

    decision: Decision
    wish: Wish
    number: str | None
    name_audio: KeptAudio | None
    due: datetime | None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class AttemptNote:
    """How the ringing of one phone ended. Never a number: ``extension`` says whose phone, ``way`` which of them."""

    call_id: str
    position: int
    way: Way
    extension: str
    ring_seconds: int
    began_at: datetime
    end: LegEnd
    ended_at: datetime


class Notebook(Protocol):
    """Where a conversation writes down what it was told."""

    async def open_call(self, decision: Decision) -> None:
        """Note that the call has begun, with the decision and its reasons."""

    async def note_urgent(self, call_id: str, *, urgent: bool) -> None:
        """Note that the caller has called it urgent, or has taken that back. Never raises."""

    async def reserve_place(self, call_id: str, extension: str) -> bool:
        """Keep a place for one more message; False when the mailbox is full.

        Raises:
            DiskFull: there is no room for a recording, so that none should be begun.
        """

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        """Fetch the recording from Asterisk, check it and copy it to our own disk.

        A recording that is not worth keeping stays nowhere.
        """

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        """Forget a recording the caller did not want. Never raises."""

    async def save_message(self, draft: MessageDraft) -> str:
        """Commit the message and its deliveries in one transaction; gives the message's id."""

    async def save_callback(self, draft: CallbackDraft) -> str:
        """Commit the callback and its deliveries in one transaction; gives the callback's id."""

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number for ``extension``; False when its cap of this hour or day is used up.

        The count is on the disk before the call is made, so that a restart forgets nothing.
        """

    async def note_attempts(self, notes: Sequence[AttemptNote]) -> None:
        """Note who was rung and who took the call."""

    async def calls_today(self, number: str, extension: str) -> int:
        """How many calls from ``number`` to ``extension`` came today by the extension's clock, this one included."""

    async def close_call(self, call_id: str, outcome: Outcome) -> None:
        """Note how the call ended, and free a place that was reserved and not used."""
