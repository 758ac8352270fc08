"""The port through which a mailbox is read and changed. ``app`` joins it to the ledger and to the sounds.

What returns normally is on the disk. Every method may raise :class:`LedgerError`, those that lend :class:`SpeechError`.
``by`` says who did it and from where, for the history of a message.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ari_absence.attendant.call import LegEnd, Recording
from ari_absence.attendant.notebook import AudioFault, KeptAudio
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox import Letter
from ari_absence.core.phrases import MessageAudio


class Fill(StrEnum):
    """How full a mailbox is."""

    ROOMY = "roomy"
    FILLING = "filling"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class MailboxContent:
    """What is in a mailbox, in no particular order."""

    letters: tuple[Letter, ...]
    fill: Fill
    greetings: tuple[Greeting, ...] = ()


@dataclass(frozen=True, slots=True)
class ForwardDraft:
    """A message as it is about to be sent on: to whom, by whom, and the introduction spoken before it."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    introduction: KeptAudio | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Into whose mailboxes it went, and whose are full; nothing at all: the message is no longer there."""

    sent: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


class MailboxBook(Protocol):
    """One office's mailboxes."""

    async def open(self, extension: str) -> MailboxContent:
        """What is in the mailbox now, without what its owner has deleted."""

    def lend(self, audio_id: str, *, fast: bool = False) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the audio as long as the block lasts; ``fast``: in two thirds of its time."""

    async def mark_heard(self, message_id: str, by: str) -> bool:
        """Its owner hears it: it is new no more, and nobody else is told of it. False: it is no longer there."""

    async def save(self, message_id: str, by: str) -> bool:
        """Put it into the saved ones. False: it is no longer there."""

    async def delete(self, message_id: str, by: str) -> bool:
        """Take it out of the mailbox. False: it is no longer there."""

    async def restore(self, message_id: str, by: str) -> bool:
        """Undo a deletion. False: it is no longer there."""

    async def settle(self, message_id: str, by: str) -> bool:
        """Whoever left it was called back: neither for it nor for their other calls is a call owed any more.

        False: it is no longer there.
        """

    async def begin_attempt(self, message_id: str, extension: str, by: str) -> str | None:
        """Have nobody else call them meanwhile; gives the extension of a colleague who does already."""

    async def note_attempt(self, message_id: str, end: LegEnd, by: str, again_at: datetime | None) -> None:
        """Calling back has been tried, and ended like this; it is offered again at ``again_at``; None: at once."""

    async def put_off(self, message_id: str, until: datetime, by: str) -> None:
        """Offer the call back again at ``until``."""

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number for ``extension``; False when its cap of this hour or day is used up."""

    async def forward(self, draft: ForwardDraft) -> Forwarded:
        """Send a message on, to everybody in one transaction; each gets one of their own, with mail."""

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        """Fetch the recording from Asterisk, check it and copy it to our own disk."""

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        """Forget a recording that is not wanted, or not any more. Never raises."""

    async def keep_greeting(
        self, extension: str, kind: GreetingKind, audio: KeptAudio, expires_at: datetime | None, by: str
    ) -> Greeting:
        """Play it to callers from now on, in the place of an older one of its kind."""

    async def delete_greeting(self, extension: str, kind: GreetingKind) -> bool:
        """Forget a greeting, its audio too; False when there is none."""

    async def keep_name(self, extension: str, audio: KeptAudio) -> None:
        """Have the name spoken like this from now on, in every prompt."""

    async def has_name(self, extension: str) -> bool:
        """Whether the name is a recording."""

    async def delete_name(self, extension: str) -> bool:
        """Have the name spoken by the voice again; False when it was not recorded."""
