"""The port to the calls that somebody owes. ``app.callback_list`` implements it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish


@dataclass(frozen=True, slots=True)
class OwedCallback:
    """A call that is owed: to ``extension`` if that is a colleague, else to ``number``, as the network sent it.

    ``called`` is whom they had called; None: whoever owes it.
    """

    callback_id: str
    number: str
    extension: str | None
    wish: CallbackWish
    at: datetime
    name_audio_id: str | None
    called: str | None = None


class CallbackList(Protocol):
    """Where owed calls are kept. Every method may raise ``LedgerError``; nothing was changed then."""

    async def owed(self, extension: str) -> Sequence[OwedCallback]:
        """What somebody owes, the oldest first."""

    async def settle(self, callback_id: str, by: str) -> bool:
        """Note that it is done; False when nothing was owed any more."""

    async def note_attempt(self, callback_id: str, end: str, by: str) -> None:
        """Note that they were called, and how that ended."""

    async def hand_over(self, callback_id: str, to: str, by: str) -> bool:
        """Have somebody else owe it; False when nothing was owed any more."""

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number; False when the cap of this hour or day is used up."""

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the recorded name as long as the block lasts; raises ``SpeechError``."""
