"""Sending a message on: a message of its own for everybody who gets it, with mail, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ari_absence.attendant.mailbox_book import Forwarded
from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.core import wav
from ari_absence.core.people import Person
from ari_absence.errors import LedgerError
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import queue_message
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.mailboxes import MailboxKeeper
from ari_absence.ledger.model import AudioRow, CallRow, MessageRow
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.settling import note_in_history

GAP_SECONDS = 0.6  # between the introduction and the message: long enough to tell the two voices apart
FORWARDED = "forwarded"
"""In the place of a reason, in the row of calls that a copy has of its own: nobody called there."""


@dataclass(slots=True)
class Forwarding:
    """One message going on. ``files`` are the copies of its audio on the disk, by recipient."""

    message_id: str
    sender: Person
    recipients: Sequence[Person]
    keeper: MailboxKeeper
    addressees: Addressees
    now: datetime
    files: dict[str, KeptAudio] = field(default_factory=dict)
    queued: int = 0

    def copy_audio(self, store: RecordingStore, original: str, introduction: KeptAudio | None) -> None:
        """First the files, synced: a message never has a row without them.

        Raises:
            LedgerError: they can't be read, joined or written.
        """
        whole = _whole(store, original, introduction)
        facts = wav.inspect(whole)
        for person in self.recipients:
            audio = KeptAudio(new_id(Prefix.AUDIO, self.now), facts.seconds)
            store.keep(audio.audio_id, whole)
            self.files[person.extension] = audio

    def remove_files(self, store: RecordingStore, but_of: Sequence[str] = ()) -> None:
        """Remove the copies of those who have not got the message."""
        for extension, audio in self.files.items():
            if extension not in but_of:
                store.remove(audio.audio_id)

    def save(self, session: Session) -> Forwarded:
        """Give it to everybody who has a place."""
        original = session.get(MessageRow, self.message_id)
        if original is None or original.deleted_at is not None:
            return Forwarded()
        sent = tuple(each.extension for each in self.recipients if self._give(session, original, each))
        if sent:
            told = ", ".join(sent)
            note_in_history(original, f"forwarded to {told}", f"phone {self.sender.extension}", self.now)
        return Forwarded(sent, tuple(each for each in self.files if each not in sent))

    def _give(self, session: Session, original: MessageRow, to: Person) -> bool:
        connection = session.connection()
        if not self.keeper.take(connection, to.extension):
            return False
        message_id, audio = new_id(Prefix.MESSAGE, self.now), self.files[to.extension]
        session.add(AudioRow(id=audio.audio_id, seconds=audio.seconds, kept_at=self.now))
        session.add(self._call(message_id, original.call, to))
        session.flush()
        session.add(self._message(message_id, original, to, audio))
        session.flush()
        there = self.addressees.of(to.extension)
        self.queued += queue_message(connection, message_id, there, self.now, urgent=original.urgent)
        self.queued += self.keeper.warn_if_filling(connection, to.extension, self.now)
        return True

    def _message(self, message_id: str, original: MessageRow, to: Person, audio: KeptAudio) -> MessageRow:
        sender = self.sender.extension
        noted = {"at": self.now.isoformat(), "what": "forwarded", "by": f"phone {sender}"}
        return MessageRow(
            id=message_id,
            call_id=message_id,
            extension=to.extension,
            at=original.at,
            audio_id=audio.audio_id,
            urgent=original.urgent,
            forwarded_by=sender,
            history=[noted],
        )

    def _call(self, call_id: str, original: CallRow, to: Person) -> CallRow:
        """Who called is a fact of the call: the copy has one of its own, for its owner."""
        reason = f"a message for {original.person_name}, forwarded by {self.sender.name}"
        return CallRow(
            id=call_id,
            extension=to.extension,
            person_name=to.name,
            zone=to.zone.key,
            caller_number=original.caller_number,
            caller_name=original.caller_name,
            caller_extension=original.caller_extension,
            why=FORWARDED,
            reasons=[
                {
                    "text": reason,
                    "source": "mailbox",
                    "forwarder": self.sender.name,
                    "left_for": original.person_name,
                }
            ],
            began_at=original.began_at,
            ended_at=self.now,
            outcome=Outcome.MESSAGE.value,
        )


def _whole(store: RecordingStore, original: str, introduction: KeptAudio | None) -> bytes:
    try:
        message = store.path_of(original).read_bytes()
        if introduction is None:
            return message
        return wav.joined(store.path_of(introduction.audio_id).read_bytes(), message, GAP_SECONDS)
    except OSError as fault:
        raise LedgerError(f"a message can't be copied: {fault.strerror}") from fault
    except wav.NotWav as fault:
        raise LedgerError(f"a message can't be copied: {fault}") from fault


def audio_of(session: Session, message_id: str) -> str | None:
    """The audio of a message that is there."""
    row = session.get(MessageRow, message_id)
    return row.audio_id if row is not None and row.deleted_at is None else None


def forwarding_of(message: MessageRow) -> dict[str, str] | None:
    """What a memo tells of a message that was sent on: by whom, and for whom it was left; None of any other."""
    if not message.forwarded_by:
        return None
    told = message.call.reasons[0] if message.call.reasons else {}
    names = {key: str(told[key]) for key in ("forwarder", "left_for") if key in told}
    return {"forwarded_by": message.forwarded_by} | names
