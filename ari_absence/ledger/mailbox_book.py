"""The mailboxes in the ledger: ``attendant.mailbox_book.MailboxBook``, but for what needs the sounds.

Every method raises :class:`LedgerError` on a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import LegEnd, Recording
from ari_absence.attendant.mailbox_book import Fill, ForwardDraft, Forwarded, MailboxContent
from ari_absence.attendant.notebook import AudioFault, KeptAudio
from ari_absence.clock import Clock
from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.owed import members_of, owners_for
from ari_absence.core.people import Directory
from ari_absence.ledger import mailbox_changes, mailbox_reading
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.mailbox_forwarding import Forwarding, audio_of
from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.mailboxes import MailboxKeeper
from ari_absence.ledger.model import AudioRow
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.owed_reading import count_owed
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread

COPY_LIMIT_SECONDS = 30.0  # five minutes of audio for each of a team, synced

Change = Callable[[Session, str, str, datetime], str | None]


class LedgerMailboxes:
    """Everybody's mailboxes. ``on_changed`` is told on the event loop whose mailbox has changed, after each commit;
    ``on_queued`` that deliveries are owed."""

    def __init__(
        self,
        thread: LedgerThread,
        store: RecordingStore,
        notebook: LedgerNotebook,
        addressees: Addressees,
        directory: Callable[[], Directory],
        clock: Clock,
        on_queued: Callable[[], None],
        on_changed: Callable[[str], None],
    ) -> None:
        self._thread = thread
        self._store = store
        self._notebook = notebook
        self._addressees = addressees
        self._directory = directory
        self._clock = clock
        self._on_queued = on_queued
        self._on_changed = on_changed

    async def open(self, extension: str) -> MailboxContent:
        """What is in the mailbox now."""
        return await self._thread.read(lambda session: self._content(session, extension))

    def _content(self, session: Session, extension: str) -> MailboxContent:
        keeper, limits = self._keeper(), self._directory().site.limits
        teams = self._directory().teams.values()
        taken = keeper.taken(session.connection(), extension)
        fill = Fill.FILLING if taken >= limits.messages_warning else Fill.ROOMY
        if taken >= limits.messages_per_person:
            fill = Fill.FULL
        return MailboxContent(
            mailbox_reading.letters(session, extension),
            fill,
            mailbox_reading.greetings(session, extension),
            count_owed(session, owners_for(extension, teams), members_of(teams)),
        )

    async def mark_heard(self, message_id: str, by: str) -> bool:
        """Its owner hears it."""
        return await self._changed(mailbox_changes.hear_message, message_id, by)

    async def save(self, message_id: str, by: str) -> bool:
        """Put it into the saved ones."""
        return await self._changed(mailbox_changes.save_for_good, message_id, by)

    async def delete(self, message_id: str, by: str) -> bool:
        """Take it out of the mailbox."""
        return await self._changed(mailbox_changes.delete_kept, message_id, by)

    async def restore(self, message_id: str, by: str) -> bool:
        """Undo a deletion."""
        return await self._changed(mailbox_changes.restore_deleted, message_id, by)

    async def settle(self, message_id: str, by: str) -> bool:
        """Whoever left it was called back."""
        return await self._changed(mailbox_changes.settle_message, message_id, by)

    async def begin_attempt(self, message_id: str, extension: str, by: str) -> str | None:
        """Have nobody else call them meanwhile; gives the extension of a colleague who does already."""
        now = self._clock.now()
        return await self._thread.write(
            lambda session: mailbox_changes.begin_attempt(session, message_id, extension, by, now)
        )

    async def note_attempt(self, message_id: str, end: LegEnd, by: str, again_at: datetime | None) -> None:
        """Calling back has been tried."""

        def noted(session: Session, of: str, who: str, now: datetime) -> str | None:
            return mailbox_changes.note_attempt(session, of, end.value, who, now, again_at)

        await self._changed(noted, message_id, by)

    async def put_off(self, message_id: str, until: datetime, by: str) -> None:
        """Offer the call back again at ``until``."""

        def put(session: Session, of: str, who: str, now: datetime) -> str | None:
            return mailbox_changes.put_off(session, of, until, who, now)

        await self._changed(put, message_id, by)

    async def _changed(self, change: Change, message_id: str, by: str) -> bool:
        now = self._clock.now()
        extension = await self._thread.write(lambda session: change(session, message_id, by, now))
        if extension is not None:
            self._on_changed(extension)
        return extension is not None

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number."""
        return await self._notebook.book_dial(extension)

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        """Fetch the recording from Asterisk, check it and copy it to our own disk."""
        return await self._notebook.keep(recording, min_seconds)

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        """Forget a recording. Never raises."""
        await self._notebook.discard(recording, audio)

    # -- forwarding

    async def forward(self, draft: ForwardDraft) -> Forwarded:
        """Send a message on; nobody gets it if it can't be given to everybody who has a place."""
        people = self._directory().people
        recipients = [people[each] for each in dict.fromkeys(draft.recipients) if each in people]
        original = await self._thread.read(partial(_audio_of, draft.message_id))
        if original is None:
            return Forwarded()
        forwarding = Forwarding(
            draft.message_id,
            people[draft.sender],
            recipients,
            self._keeper(),
            self._addressees,
            self._clock.now(),
        )
        sent = await self._sent(forwarding, original, draft.introduction)
        if forwarding.queued:
            self._on_queued()
        for extension in sent.sent:
            self._on_changed(extension)
        return sent

    async def _sent(self, forwarding: Forwarding, original: str, introduction: KeptAudio | None) -> Forwarded:
        sent = Forwarded()
        try:
            await self._thread.do(
                lambda: forwarding.copy_audio(self._store, original, introduction), COPY_LIMIT_SECONDS
            )
            sent = await self._thread.write(forwarding.save)
        finally:
            await self._thread.do(lambda: forwarding.remove_files(self._store, sent.sent))
        return sent

    # -- greetings

    async def greetings(self) -> SetGreetings:
        """Everybody's greetings."""
        return await self._thread.read(mailbox_reading.set_greetings)

    async def keep_greeting(
        self, extension: str, kind: GreetingKind, audio: KeptAudio, expires_at: datetime | None, by: str
    ) -> Greeting:
        """Keep it, in the place of an older one of its kind."""
        now = self._clock.now()

        def keep(session: Session) -> Greeting:
            _remove_greeting(session, extension, kind)
            row = GreetingRow(
                id=new_id(Prefix.GREETING, now),
                extension=extension,
                kind=kind.value,
                audio_id=audio.audio_id,
                recorded_at=now,
                expires_at=expires_at,
                recorded_by=by,
            )
            session.add(row)
            session.flush()
            session.refresh(row)
            return mailbox_reading.greeting_of(row)

        greeting = await self._thread.write(keep)
        await self._notebook.clear_leftovers()
        self._on_changed(extension)
        return greeting

    async def delete_greeting(self, extension: str, kind: GreetingKind) -> bool:
        """Forget a greeting, its audio too; False when there is none."""
        deleted = await self._thread.write(lambda session: _remove_greeting(session, extension, kind))
        await self._notebook.clear_leftovers()
        self._on_changed(extension)
        return deleted

    def _keeper(self) -> MailboxKeeper:
        return MailboxKeeper(self._directory().site.limits, self._addressees)


def _audio_of(message_id: str, session: Session) -> str | None:
    return audio_of(session, message_id)


def _remove_greeting(session: Session, extension: str, kind: GreetingKind) -> bool:
    """Its audio is only marked: the file goes with the next clearing, after this is committed."""
    same = (GreetingRow.extension == extension, GreetingRow.kind == kind.value)
    row = session.scalar(select(GreetingRow).where(*same))
    if row is None:
        return False
    audio_id = row.audio_id
    session.delete(row)
    session.flush()
    session.get_one(AudioRow, audio_id).discarded = True
    return True
