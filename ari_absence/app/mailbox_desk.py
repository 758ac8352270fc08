"""Whoever wants to hear messages: whose mailbox it is, and everything that the talk in it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime

import structlog

from ari_absence.app.books import Books
from ari_absence.app.records import Records
from ari_absence.attendant.call import DeskCall
from ari_absence.attendant.login import ask_pin, identify
from ari_absence.attendant.mailbox import open_mailbox
from ari_absence.attendant.mailbox_talk import MailboxTalk, ReturnCalls
from ari_absence.attendant.notebook import KeptAudio
from ari_absence.attendant.pins import PinBook
from ari_absence.attendant.welcome_back import ReturnBook
from ari_absence.clock import Clock
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox import FASTER
from ari_absence.core.people import Person, PrivateNumber
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.schedule import state_at
from ari_absence.errors import LedgerError, SpeechError
from ari_absence.ledger.mailbox_book import LedgerMailboxes
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread
from ari_absence.speech.library import SoundLibrary

log = structlog.get_logger()


class GreetingLoans:
    """The greetings of the house, lent to Asterisk as long as they may be heard."""

    def __init__(
        self, records: Records, thread: LedgerThread, sounds: SoundLibrary, store: RecordingStore
    ) -> None:
        self._records = records
        self._thread = thread
        self._sounds = sounds
        self._store = store
        self._loans: dict[str, AsyncExitStack] = {}

    async def refresh(self) -> None:
        """Lend what is new, take back what is gone; only then do callers hear it, or no more. Raises LedgerError."""
        await self._records.read_greetings(self._thread)
        wanted = {each.audio_id for of in self._records.greetings.by_extension.values() for each in of}
        for audio_id in wanted - self._loans.keys():
            await self._lend(audio_id)
        for audio_id in self._loans.keys() - wanted:
            await self._loans.pop(audio_id).aclose()

    async def close(self) -> None:
        """Take everything back."""
        while self._loans:
            _, loan = self._loans.popitem()
            await loan.aclose()

    async def _lend(self, audio_id: str) -> None:
        loan = AsyncExitStack()
        try:
            await loan.enter_async_context(self._sounds.lend(audio_id, self._store.path_of(audio_id)))
        except SpeechError as error:
            log.error("a greeting can't be played; callers hear our own words", reason=str(error))
            return
        self._loans[audio_id] = loan


class SpokenMailboxes(LedgerMailboxes):
    """The mailboxes with their sounds: ``attendant.mailbox_book.MailboxBook``. ``on_changed`` is told whose mailbox
    has changed."""

    def __init__(
        self,
        records: Records,
        books: Books,
        sounds: SoundLibrary,
        loans: GreetingLoans,
        on_changed: Callable[[str], None],
    ) -> None:
        super().__init__(
            books.thread,
            books.store,
            books.notebook,
            books.addressees,
            records.directory,
            books.clock,
            books.outbox.wake,
            on_changed,
        )
        self._records = records
        self._sounds = sounds
        self._loans = loans

    def lend(self, audio_id: str, *, fast: bool = False) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the audio as long as the block lasts."""
        factor = FASTER if fast else 1.0
        return self._sounds.lend(audio_id, self._store.path_of(audio_id), factor=factor)

    async def keep_greeting(
        self, extension: str, kind: GreetingKind, audio: KeptAudio, expires_at: datetime | None, by: str
    ) -> Greeting:
        """Play it to callers from now on."""
        greeting = await super().keep_greeting(extension, kind, audio, expires_at, by)
        await self._loans.refresh()
        log.info("greeting.recorded", extension=extension, kind=kind.value, by=by)
        return greeting

    async def delete_greeting(self, extension: str, kind: GreetingKind) -> bool:
        """Forget a greeting."""
        deleted = await super().delete_greeting(extension, kind)
        await self._loans.refresh()
        return deleted

    async def keep_name(self, extension: str, audio: KeptAudio) -> None:
        """Have the name spoken like this from now on."""
        content = await self._thread.do(self._store.path_of(audio.audio_id).read_bytes)
        await asyncio.to_thread(self._sounds.record_name, extension, content, self._records.directory())
        self._records.on_change()
        log.info("name.recorded", extension=extension)

    async def has_name(self, extension: str) -> bool:
        """Whether the name is a recording."""
        return await asyncio.to_thread(self._sounds.has_recorded_name, extension)

    async def delete_name(self, extension: str) -> bool:
        """Have the name spoken by the voice again."""
        try:
            forgotten = await asyncio.to_thread(
                self._sounds.forget_name, extension, self._records.directory()
            )
        except SpeechError as error:
            raise LedgerError(str(error)) from error
        self._records.on_change()
        return forgotten


class MailboxDesk:
    """Lets people into their mailboxes. ``return_calls`` goes through the calls that somebody owes."""

    def __init__(
        self,
        records: Records,
        book: SpokenMailboxes,
        pins: PinBook,
        return_calls: ReturnCalls,
        returns: ReturnBook,
        clock: Clock,
    ) -> None:
        self._records = records
        self._book = book
        self._pins = pins
        self._return_calls = return_calls
        self._returns = returns
        self._clock = clock

    async def serve(self, call: DeskCall, owner: str | None) -> None:
        """One session in the mailbox of ``owner``; None: of whoever says so, with the PIN.

        At one's own phone no PIN is needed, unless the site wants it; who is here from any other phone as an owner
        has given theirs.
        """
        person = await self._let_in(call, owner)
        if person is not None:
            log.info("mailbox.opened", call=call.call_id, extension=person.extension)
            await open_mailbox(self._talk(call, person))

    async def _let_in(self, call: DeskCall, owner: str | None) -> Person | None:
        await call.answer()
        pins = self._pins
        at_own_phone = owner is not None and owner == call.caller.extension
        if owner is None:
            owner = await identify(call, pins)
        elif at_own_phone and self._records.configuration.mailbox.pin_from_own_phone:
            owner = owner if await ask_pin(call, pins, owner) else None
        return self._records.directory().people.get(owner or "")

    def _talk(self, call: DeskCall, person: Person) -> MailboxTalk:
        return MailboxTalk(
            call=call,
            owner=person,
            directory=self._records.directory(),
            book=self._book,
            pins=self._pins,
            now=self._clock.now,
            number_of=self._number_of,
            present=lambda: self._is_present(person),
            return_calls=self._return_calls,
            own_phone=call.caller.extension == person.extension,
            returns=self._returns,
        )

    def _number_of(self, digits: str) -> PrivateNumber | None:
        return number_of(digits, self._records.directory().site.country)

    def _is_present(self, person: Person) -> bool:
        return state_at(person, self._clock.now(), self._records.absences.of(person.extension)).present
