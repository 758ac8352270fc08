"""The notebook a conversation writes in, kept in the ledger.

The order of steps is the promise. Audio: fetched, verified, written and synced, then its row. Message: row
and deliveries in one transaction, after the audio is there. Asterisk's own copy goes last. Whatever step
the process dies at, there is a whole message, or audio without an owner; never a message without audio.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import (
    AttemptNote,
    AudioFault,
    CallbackDraft,
    KeptAudio,
    MessageDraft,
    Outcome,
    Wish,
    fault_of,
)
from ari_absence.clock import Clock
from ari_absence.core.decision import Decision
from ari_absence.core.known import Known
from ari_absence.core.people import Caller, Dialing, Limits
from ari_absence.errors import AsteriskError, DiskFull, LedgerError
from ari_absence.ledger import attempts, writing
from ari_absence.ledger.acknowledgements import Acknowledgements
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import Topic
from ari_absence.ledger.dials import SteadyTime, book_dial
from ari_absence.ledger.disk_alarm import tell_disk_full
from ari_absence.ledger.handovers import has_note
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.known_calls import known_of
from ari_absence.ledger.leftovers import Leftovers, forget_removed
from ari_absence.ledger.mailboxes import MailboxKeeper, free_place
from ari_absence.ledger.recordings import RecordingStore, VerifiedAudio, verify
from ari_absence.ledger.thread import LIMIT_SECONDS, Changing, LedgerThread

FETCH_LIMIT_SECONDS = 8.0  # five minutes of audio are 4.8 MB: under a second on a LAN, and the caller waits
KEEP_LIMIT_SECONDS = 2 * LIMIT_SECONDS  # a file and a transaction, each on a disk that may be slow
CUT_TOLERANCE_SECONDS = 2.0  # Asterisk's own count includes the beep and may lag; more missing is lost audio
_EMPTY_WAV_BYTES = 44  # nothing but a header

_log = structlog.get_logger(__name__)


class Recordings(Protocol):
    """The recordings that lie in Asterisk."""

    async def fetch_recording(self, name: str) -> bytes:
        """The whole file.

        Raises:
            AsteriskError: it is not there, or could not be fetched.
        """

    async def delete_recording(self, name: str) -> None:
        """Remove it.

        Raises:
            AlreadyGone: there is none.
            AsteriskError: it could not be removed.
        """


class LedgerNotebook:
    """``attendant.notebook.Notebook``, on the ledger and its data folder.

    ``on_queued`` is called on the event loop after each commit that queued deliveries or an urgent message to be
    told: it wakes whoever carries them out. ``dialing`` gives the caps of calls to outside numbers.
    ``on_message`` is called there, with the extension, after each commit of a message. ``country`` is the site's, by
    whose plan callers' numbers are read. ``acknowledgements`` are texted to callers; None: never.
    """

    def __init__(
        self,
        thread: LedgerThread,
        store: RecordingStore,
        recordings: Recordings,
        addressees: Addressees,
        limits: Callable[[], Limits],
        clock: Clock,
        on_queued: Callable[[], None],
        dialing: Callable[[], Dialing],
        on_message: Callable[[str], None] = lambda _: None,
        country: Callable[[], str] = lambda: "",
        acknowledgements: Acknowledgements | None = None,
    ) -> None:
        self._thread = thread
        self._store = store
        self._recordings = recordings
        self._addressees = addressees
        self._limits = limits
        self._clock = clock
        self._on_queued = on_queued
        self._dialing = dialing
        self._on_message = on_message
        self._country = country
        self._acknowledgements = acknowledgements
        self._steady = SteadyTime(clock)
        self._unkept: set[str] = set()
        self._unclosed: dict[str, Outcome] = {}
        self._leftovers = Leftovers(thread, store, recordings.delete_recording)

    async def open_call(self, decision: Decision) -> None:
        """Note that the call has begun, with the decision and its reasons."""
        await self._thread.change(lambda connection: writing.insert_call(connection, decision))

    async def note_urgent(self, call_id: str, *, urgent: bool) -> None:
        """Note what counts if we die before the call is over. Never raises."""
        try:
            await self._thread.change(partial(writing.note_urgent, call_id=call_id, urgent=urgent))
        except LedgerError as fault:
            _log.warning("urgency_not_noted", call=call_id, why=str(fault))

    async def mailbox_full(self, extension: str) -> bool:
        """Whether nobody can leave a message for ``extension`` now; what the decision wants to know."""
        return await self._thread.query(lambda connection: self._mailboxes().is_full(connection, extension))

    async def before_call(self, extension: str, caller: Caller) -> tuple[bool, Known | None]:
        """What the decision wants to know: whether the mailbox is full, and what is owed to ``caller`` already."""

        def look(connection: Connection) -> tuple[bool, Known | None]:
            known = known_of(connection, caller, extension, self._country())
            return self._mailboxes().is_full(connection, extension), known

        return await self._thread.query(look)

    async def reserve_place(self, call_id: str, extension: str) -> bool:
        """Keep a place for one more message; False when the mailbox is full.

        Raises:
            DiskFull: the disk has no room for another recording; the operator is told.
        """
        now = self._clock.now()

        def reserve(changing: Changing) -> bool:
            self._store.check_room()
            with changing() as connection:
                return self._mailboxes().reserve(connection, call_id, extension, now)

        try:
            reserved = await self._thread.job(reserve)
        except DiskFull as fault:
            await self._tell_disk_full(fault)
            raise
        if not reserved:
            self._on_queued()
        return reserved

    async def _tell_disk_full(self, fault: DiskFull) -> None:
        """A message of minutes needs room, a notice of a few words still finds it."""
        _log.error("no_room_for_messages", why=str(fault))
        now = self._clock.now()
        try:
            queued = await self._thread.change(
                lambda connection: tell_disk_full(connection, fault, self._addressees, now)
            )
        except LedgerError as other:
            _log.error("operator_not_told", why=str(other))
            return
        if queued:
            self._on_queued()

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        """Fetch the recording from Asterisk, check it and copy it to our own disk."""
        received = await self._fetch(recording.name)
        if len(received) <= _EMPTY_WAV_BYTES:
            return await self._reject(recording, AudioFault.TOO_SHORT)
        now = self._clock.now()

        def keep(changing: Changing) -> KeptAudio | AudioFault:
            verified = verify(received)
            fault = fault_of(verified.seconds, verified.loud_seconds, min_seconds)
            try:
                return fault or self._keep_verified(changing, recording, verified, now)
            except LedgerError:
                self._unkept.add(recording.name)  # it is still in Asterisk
                raise

        kept = await self._thread.job(keep, KEEP_LIMIT_SECONDS)
        return await self._reject(recording, kept) if isinstance(kept, AudioFault) else kept

    def take_unkept(self) -> list[str]:
        """The recordings that could not be kept since this was last asked: they still lie in Asterisk."""
        names = sorted(self._unkept)
        self._unkept.clear()
        return names

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        """Forget a recording the caller did not want. Never raises."""
        try:
            if audio is None:
                self._leftovers.add(recording.name)
            else:
                await self._thread.change(
                    lambda connection: writing.discard_audio(connection, audio.audio_id)
                )
        except LedgerError as fault:
            _log.warning("recording_not_discarded", recording=recording.name, why=str(fault))
        self._leftovers.clear_soon()

    async def save_message(self, draft: MessageDraft) -> str:
        """Commit the message and its deliveries in one transaction; gives the message's id."""

        def write(connection: Connection) -> writing.Saved:
            writing.insert_call(connection, draft.decision)
            saved = self.write_message(connection, draft)
            return self._with_text(connection, saved, draft.decision, Topic.MESSAGE.value)

        message_id = await self._saved(write)
        self._on_message(draft.decision.person.extension)
        return message_id

    async def save_callback(self, draft: CallbackDraft) -> str:
        """Commit the callback and its deliveries in one transaction; gives the callback's id."""

        def write(connection: Connection) -> writing.Saved:
            writing.insert_call(connection, draft.decision)
            noted = writing.NotedCallback.of(draft, self._country())
            saved = writing.save_callback(connection, noted, self._addressees, self._clock.now())
            if draft.wish is not Wish.CALL_BACK:
                return saved
            return self._with_text(connection, saved, draft.decision, draft.wish.value)

        return await self._saved(write)

    def _with_text(
        self, connection: Connection, saved: writing.Saved, decision: Decision, what: str
    ) -> writing.Saved:
        """Text the caller, if that is wanted, in the same transaction: it is not lost once they were told that it is
        saved. What they left counts for more: no fault of the text is a fault of that."""
        texts = self._acknowledgements
        if texts is None or not texts.wanted:
            return saved
        try:
            with connection.begin_nested():
                queued = texts.queue(connection, decision, what, self._clock.now())
        except (LedgerError, SQLAlchemyError) as fault:
            _log.warning("caller_not_texted", why=type(fault).__name__)
            return saved
        return replace(saved, queued=saved.queued + queued)

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number for ``extension``; False when its cap of this hour or day is used up."""
        now, caps = self._steady.now(), self._dialing()
        booked = await self._thread.change(lambda connection: book_dial(connection, extension, caps, now))
        if not booked:
            _log.warning("dial_cap_used_up", extension=extension)
        return booked

    async def note_attempts(self, notes: Sequence[AttemptNote]) -> None:
        """Note who was rung and who took the call: what they owed the caller is settled."""
        country, now = self._country(), self._clock.now()

        def note(session: Session) -> None:
            attempts.note_attempts(session.connection(), notes)
            attempts.settle_taken(session, notes, country, now)

        if notes:
            await self._thread.write(note)

    async def calls_today(self, number: str, extension: str) -> int:
        """How many calls from ``number`` to ``extension`` came today by the extension's clock, this one included."""
        now = self._clock.now()
        return await self._thread.query(
            lambda connection: attempts.calls_today(connection, number, extension, now)
        )

    async def close_call(self, call_id: str, outcome: Outcome) -> None:
        """Note how the call ended, and free a place that was reserved and not used."""
        now, removed = self._clock.now(), self._leftovers.take_removed()

        def close(connection: Connection) -> bool:
            writing.end_call(connection, call_id, outcome, now)
            free_place(connection, call_id)
            forget_removed(removed, connection)
            return has_note(connection, call_id)

        self._unclosed[call_id] = outcome
        if await self._thread.change(close):
            self._leftovers.clear_soon()
        self._unclosed.pop(call_id, None)

    async def close_again(self) -> None:
        """Note the ends of calls that could not be noted: their places would stay taken.

        Raises:
            LedgerError: they still can't be; none is forgotten.
        """
        for call_id, outcome in [*self._unclosed.items()]:
            await self.close_call(call_id, outcome)

    async def clear_leftovers(self) -> None:
        """Remove from Asterisk what is no longer needed there; what fails is tried again next time."""
        await self._leftovers.clear()

    async def finish(self) -> None:
        """Wait for the clearing that is under way. The ledger itself is closed by its owner."""
        await self._leftovers.finish()

    def _mailboxes(self) -> MailboxKeeper:
        return MailboxKeeper(self._limits(), self._addressees)

    async def _fetch(self, name: str) -> bytes:
        try:
            async with asyncio.timeout(FETCH_LIMIT_SECONDS):
                return await self._recordings.fetch_recording(name)
        except TimeoutError as fault:
            limit = f"{FETCH_LIMIT_SECONDS:g} s"
            raise LedgerError(f"recording {name} was not handed over within {limit}") from fault
        except AsteriskError as fault:
            raise LedgerError(f"recording {name} can't be fetched: {fault}") from fault

    async def _reject(self, recording: Recording, fault: AudioFault) -> AudioFault:
        _log.info("recording_rejected", recording=recording.name, fault=fault.value)
        self._leftovers.add(recording.name)
        self._leftovers.clear_soon()
        return fault

    def _keep_verified(
        self, changing: Changing, recording: Recording, verified: VerifiedAudio, now: datetime
    ) -> KeptAudio:
        """First the file, synced; then its row."""
        audio = KeptAudio(new_id(Prefix.AUDIO, now), verified.seconds, _possibly_cut(recording, verified))
        self._store.keep(audio.audio_id, verified.wav)
        try:
            with changing() as connection:
                writing.insert_audio(connection, audio, recording.name, now)
        except LedgerError:
            self._store.remove(audio.audio_id)
            raise
        return audio

    def write_message(
        self, connection: Connection, draft: MessageDraft, at: datetime | None = None
    ) -> writing.Saved:
        """The message as a part of a transaction; ``at`` (UTC) is when it was left, if not just now."""
        now, left = self._clock.now(), writing.LeftMessage.of(draft, self._country(), at)
        mailboxes, escalate_at = self._mailboxes(), self._escalate_at(draft, now)
        return writing.save_message(connection, left, mailboxes, self._addressees, now, escalate_at)

    def _escalate_at(self, draft: MessageDraft, now: datetime) -> datetime | None:
        """When others are told of an urgent message that nobody has heard by then; None: there is nobody."""
        after_minutes = self._limits().urgent_again_minutes
        if not (draft.urgent and draft.decision.urgent and after_minutes):
            return None
        return now + timedelta(minutes=after_minutes[0])

    async def _saved(self, write: Callable[[Connection], writing.Saved]) -> str:
        """The id of what was saved. Asterisk's own copy goes afterwards, in the background."""
        saved = await self._thread.change(write)
        if saved.queued:
            self._on_queued()
        if saved.audio_id is not None:
            self._leftovers.clear_soon(saved.audio_id, saved.recording_name)
        return saved.id


def _possibly_cut(recording: Recording, verified: VerifiedAudio) -> bool:
    missing_seconds = recording.seconds - verified.seconds
    reached_limit = recording.ended_by is RecordingEnd.LIMIT
    return verified.repaired or reached_limit or missing_seconds > CUT_TOLERANCE_SECONDS
