"""What became of each caller: every call that was answered is one call in the ledger, every message one mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from ari_absence.core.wav import NotWav, inspect
from ari_absence.ledger.model import CallbackRow, CallRow, MessageRow, PlaceRow
from ari_absence.ledger.store import default_url, open_existing
from bench.load.callers import CallMade

_SOME = 5


@dataclass(frozen=True, slots=True)
class Books:
    """What the ledger has: the callers' numbers by call id, and what the calls left, by item id."""

    calls: Mapping[str, str | None]
    open_calls: Collection[str]
    messages: Mapping[str, str]
    callbacks: Mapping[str, str]
    messages_without_audio: Collection[str]
    places: int


@dataclass(frozen=True, slots=True)
class Count:
    """Of the calls made: what is where. ``lost`` and ``doubled`` name callers by number.

    ``noted`` are calls that left no message, as owed; ``noted_before_their_message`` those that were lost with a
    service, noted at its next start, and whose recording it found in Asterisk a moment later: told as a message only.
    """

    made: int
    answered: int
    to_their_end: int
    messages: int
    noted: int
    noted_before_their_message: int
    mails: int
    lost: Sequence[str]
    doubled: Sequence[str]
    messages_unmailed: Sequence[str]
    mailed_twice: Sequence[str]
    without_audio: Sequence[str]
    left_open: int

    def mistakes(self, *, every_call_leaves_a_message: bool) -> list[str]:
        """What is wrong, as sentences; nothing, as it should be."""
        found = [
            f"{len(names)} {what}: {', '.join(list(names)[:_SOME])}"
            for names, what in (
                (self.lost, "callers were answered and are not in the ledger"),
                (self.doubled, "callers are in the ledger, or told of, more than once"),
                (self.messages_unmailed, "messages were not mailed"),
                (self.mailed_twice, "messages were mailed more than once"),
                (self.without_audio, "messages have no audio"),
            )
            if names
        ]
        if self.left_open:
            found.append(f"{self.left_open} calls or places are still open")
        if every_call_leaves_a_message and not self.made == self.to_their_end == self.messages == self.mails:
            found.append(
                f"{self.made} calls, {self.to_their_end} to their end, {self.messages} messages and {self.mails} mails"
            )
        return found


def count(made: Sequence[CallMade], books: Books, mailed: Sequence[str]) -> Count:
    """Compare the calls that were made with what is in the books and in the mails (their items' ids)."""
    answered = [call.number for call in made if call.answered_at is not None]
    in_ledger = Counter(number for number in books.calls.values() if number is not None)
    of_messages = Counter(books.calls[call_id] for call_id in books.messages.values())
    of_notes = Counter(books.calls[call_id] for call_id in books.callbacks.values())
    both = set(books.messages.values()) & set(books.callbacks.values())
    told_of_notes = {books.callbacks[item] for item in mailed if item in books.callbacks}
    told_of_both = {books.calls[call_id] for call_id in both & told_of_notes}
    mails = Counter(item for item in mailed if item in books.messages)
    return Count(
        made=len(made),
        answered=len(answered),
        to_their_end=sum(call.to_its_end for call in made),
        messages=len(books.messages),
        noted=len(books.callbacks) - len(both),
        noted_before_their_message=len(both),
        mails=sum(mails.values()),
        lost=[number for number in answered if not of_messages[number] + of_notes[number]],
        doubled=[
            number
            for number in in_ledger
            if number in told_of_both or max(in_ledger[number], of_messages[number], of_notes[number]) > 1
        ],
        messages_unmailed=[item for item in books.messages if not mails[item]],
        mailed_twice=[item for item, times in mails.items() if times > 1],
        without_audio=list(books.messages_without_audio),
        left_open=len(books.open_calls) + books.places,
    )


def read_books(data: Path) -> Books:
    """What the ledger in a service's data folder has."""
    store = open_existing(default_url(data))
    try:
        with store.reading() as session:
            calls = session.execute(select(CallRow.id, CallRow.caller_number, CallRow.ended_at)).all()
            messages = session.execute(select(MessageRow.id, MessageRow.call_id, MessageRow.audio_id)).all()
            callbacks = session.execute(select(CallbackRow.id, CallbackRow.call_id)).all()
            places = session.scalars(select(PlaceRow.call_id)).all()
    finally:
        store.close()
    return Books(
        calls={call.id: call.caller_number for call in calls},
        open_calls=[call.id for call in calls if call.ended_at is None],
        messages={message.id: message.call_id for message in messages},
        callbacks={each.id: each.call_id for each in callbacks},
        messages_without_audio=[
            message.id for message in messages if not _has_audio(data / "audio" / f"{message.audio_id}.wav")
        ],
        places=len(places),
    )


def _has_audio(path: Path) -> bool:
    try:
        return inspect(path.read_bytes()).seconds > 0
    except (OSError, NotWav):
        return False
