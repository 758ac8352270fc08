"""What callers left while the service was away, taken into the ledger: each exactly once.

The id of the audio is made of the recording's name, and one transaction writes the call, the audio and what was left.
So whatever step the process dies at, the next look finds either all of it or nothing. What Asterisk and the fallback
still have of it goes afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ari_absence.attendant.notebook import (
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
from ari_absence.core.left import Kind, LeftCall, LeftNote, label_of
from ari_absence.core.people import Limits
from ari_absence.core.text import for_file_name
from ari_absence.errors import LedgerError
from ari_absence.ledger import writing
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.ids import Prefix
from ari_absence.ledger.model import AudioRow, CallbackRow, MessageRow
from ari_absence.ledger.notebook import KEEP_LIMIT_SECONDS, LedgerNotebook
from ari_absence.ledger.orphans import withdraw_missed
from ari_absence.ledger.recordings import RecordingStore, VerifiedAudio, verify
from ari_absence.ledger.thread import Changing, LedgerThread

NAME_MIN_SECONDS = 0.4  # as in a conversation: "Ito" is a name
_OUTCOMES = {
    Kind.MESSAGE: Outcome.MESSAGE,
    Kind.CALL_BACK: Outcome.CALLBACK,
    Kind.JUST_CALLED: Outcome.JUST_CALLED,
    Kind.WILL_CALL_AGAIN: Outcome.JUST_CALLED,
    Kind.MISSED: Outcome.MISSED,
}


@dataclass(frozen=True, slots=True)
class Item:
    """What a caller left. ``decision`` is that of the call's own instant.

    ``audio`` is the recording that ``note`` names; None: there is none, or it is gone from Asterisk.
    """

    decision: Decision
    note: LeftNote
    audio: bytes | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: of what kind it is, and what lies ``aside`` in quarantine, if something does."""

    kind: Kind
    aside: str | None = None


class Intake:
    """Takes items in. ``on_queued`` and ``on_message`` (with the extension) are called as ``LedgerNotebook``'s are."""

    def __init__(
        self,
        thread: LedgerThread,
        store: RecordingStore,
        notebook: LedgerNotebook,
        addressees: Addressees,
        limits: Callable[[], Limits],
        country: Callable[[], str],
        clock: Clock,
        on_queued: Callable[[], None],
        on_message: Callable[[str], None],
    ) -> None:
        self._thread = thread
        self._store = store
        self._notebook = notebook
        self._addressees = addressees
        self._limits = limits
        self._country = country
        self._clock = clock
        self._on_queued = on_queued
        self._on_message = on_message

    async def is_known(self, recording: str) -> bool:
        """Whether the recording was taken in already."""
        audio_id = audio_id_of(recording)
        return await self._thread.query(lambda connection: _is_known(connection, audio_id))

    async def set_aside(self, name: str, content: bytes) -> str:
        """Put what nobody can place where a person can look at it; gives the place. Raises LedgerError."""
        place = await self._thread.do(lambda: self._store.set_aside(for_file_name(name, 200), content))
        return str(place)

    async def take(self, item: Item) -> Taken:
        """Take it in; once more is the same.

        Raises:
            LedgerError: the ledger or the disk can't be used; nothing of it was written.
        """
        taken = await self._thread.job(lambda changing: self._taken(changing, item), KEEP_LIMIT_SECONDS)
        self._on_queued()
        if taken.kind is Kind.MESSAGE:
            self._on_message(item.decision.person.extension)
        return taken

    def _taken(self, changing: Changing, item: Item) -> Taken:
        try:
            verified = verify(item.audio) if item.audio is not None else None
        except LedgerError:
            return self._without_audio(changing, item, self._aside(item))
        if verified is None or self._fault(item.note, verified) is not None:
            return self._without_audio(changing, item)
        return self._with_audio(changing, item, verified)

    def _fault(self, note: LeftNote, verified: VerifiedAudio) -> AudioFault | None:
        is_message = note.kind is Kind.MESSAGE
        min_seconds = self._limits().message_min_seconds if is_message else NAME_MIN_SECONDS
        return fault_of(verified.seconds, verified.loud_seconds, min_seconds)

    def _aside(self, item: Item) -> str:
        name = for_file_name(item.note.recording or item.note.label, 200)
        return str(self._store.set_aside(name, item.audio or b""))

    def _with_audio(self, changing: Changing, item: Item, verified: VerifiedAudio) -> Taken:
        """First the file, synced, then all rows in one."""
        note = item.note
        assert note.recording is not None  # noqa: S101 -- its audio was fetched
        audio_id = audio_id_of(note.recording)
        cut = verified.repaired or note.possibly_cut
        audio = KeptAudio(audio_id, verified.seconds, cut)
        self._store.keep(audio_id, verified.wav)
        with changing() as connection:
            self._open(connection, item, note.kind)
            if not _is_known(connection, audio_id):
                writing.insert_audio(connection, audio, note.recording, self._clock.now())
            self._write(connection, item, note.kind, audio)
        self._store.take_back(audio_id)
        return Taken(note.kind)

    def _without_audio(self, changing: Changing, item: Item, aside: str | None = None) -> Taken:
        """A wish needs no audio; of a message whose words are lost, or that held none, the call itself remains."""
        kind = Kind.MISSED if item.note.kind is Kind.MESSAGE else item.note.kind
        with changing() as connection:
            if kind is not Kind.MISSED or not _left_something(connection, item.decision.enquiry.call_id):
                self._open(connection, item, kind)
                self._write(connection, item, kind, None)
        return Taken(kind, aside)

    def _open(self, connection: Connection, item: Item, kind: Kind) -> None:
        writing.insert_call(connection, item.decision)
        writing.end_call(connection, item.decision.enquiry.call_id, _OUTCOMES[kind], self._clock.now())

    def _write(self, connection: Connection, item: Item, kind: Kind, audio: KeptAudio | None) -> None:
        decision, note = item.decision, item.note
        if kind is Kind.MESSAGE and audio is not None:
            draft = MessageDraft(decision, audio, note.urgent, note.due)
            self._notebook.write_message(connection, draft, note.at)
        else:
            due = note.due or (decision.promise if kind is Kind.MISSED else None)
            callback = CallbackDraft(decision, Wish(kind.value), note.number, audio, due)
            noted = writing.NotedCallback.of(callback, self._country(), note.at)
            writing.save_callback(connection, noted, self._addressees, self._clock.now())
        if kind is not Kind.MISSED:
            withdraw_missed(connection, decision.enquiry.call_id)


def audio_id_of(recording: str) -> str:
    """The id that the audio of this recording has, whoever takes it in and how often."""
    at = LeftCall.of(label_of(recording) or "").at
    return f"{Prefix.AUDIO}-{at:%Y%m%d-%H%M%S}-{hashlib.sha256(recording.encode()).hexdigest()[:12]}"


def _left_something(connection: Connection, call_id: str) -> bool:
    """Whether there is more of the call than that it came: the dialplan went on where the attendant had to give up."""
    rows = (MessageRow.id, MessageRow.call_id), (CallbackRow.id, CallbackRow.call_id)
    return any(
        connection.scalar(select(row_id).where(of_call == call_id)) is not None for row_id, of_call in rows
    )


def _is_known(connection: Connection, audio_id: str) -> bool:
    return connection.scalar(select(AudioRow.id).where(AudioRow.id == audio_id)) is not None
