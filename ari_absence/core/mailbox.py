"""A mailbox as its owner finds it: which folder a message lies in, in which order, and what is said before it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.mailbox_phrases import (
    CallsToReturn,
    ForwardedBy,
    LeftBy,
    MailboxPhrase,
    MailboxUtterance,
    MessageNumber,
    Promised,
    Received,
    Totals,
)
from ari_absence.core.people import Caller
from ari_absence.core.phrases import CallerNumber, DayWord, Fixed, Moment, Name, Phrase, day_part
from ari_absence.core.status_phrases import CallbackWish, Counts
from ari_absence.core.wording import spoken_moment


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """How many messages wait in a mailbox: ``new`` ones, of these ``urgent`` ones, and ``old`` ones, saved ones too.

    What its owner has deleted does not count.
    """

    new: int = 0
    old: int = 0
    urgent: int = 0


class Folder(StrEnum):
    """Where a message lies."""

    NEW = "new"
    OLD = "old"
    """Heard."""
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as its owner finds it when the mailbox is opened. Instants are in UTC.

    ``due``: a call back was promised by then; ``settled``: they have been called back. ``wish`` is what whoever left
    it wants: that the message is heard, or, where they have asked for it as well, a call. ``forwarded_by`` is the
    extension of the colleague who sent it on.
    """

    message_id: str
    audio_id: str
    at: datetime
    seconds: float
    caller: Caller
    urgent: bool = False
    due: datetime | None = None
    settled: bool = False
    heard: bool = False
    saved: bool = False
    forwarded_by: str | None = None
    wish: CallbackWish = CallbackWish.MESSAGE

    @property
    def folder(self) -> Folder:
        """Where it lies."""
        if self.saved:
            return Folder.SAVED
        return Folder.OLD if self.heard else Folder.NEW

    @property
    def owed(self) -> bool:
        """Whether whoever left it is owed a call, and can be called."""
        return self.promised and not self.caller.withheld

    @property
    def promised(self) -> bool:
        """Whether a call back was promised and has not been made."""
        return self.due is not None and not self.settled


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """As app_voicemail has them: what is new and urgent first, then the oldest first."""

    def place(letter: Letter) -> tuple[bool, datetime, str]:
        urgent_now = letter.folder is Folder.NEW and letter.urgent
        return not urgent_now, letter.at, letter.message_id

    return sorted(letters, key=place)


def totals(letters: Sequence[Letter], whose: Name | None = None) -> MailboxUtterance:
    """How many messages there are; ``whose``: the mailbox may be somebody else's than the phone."""
    folders = [letter.folder for letter in letters]
    new, old, saved = (folders.count(folder) for folder in (Folder.NEW, Folder.OLD, Folder.SAVED))
    if not folders:
        return MailboxPhrase.MAILBOX_EMPTY
    urgent = sum(letter.urgent for letter in letters if letter.folder is Folder.NEW)
    return Totals(new, urgent, old, saved, whose)


def opening(letters: Sequence[Letter], calls: int, whose: Name | None = None) -> tuple[DeskUtterance, ...]:
    """How many messages there are, and how many ``calls`` are to be returned."""
    if not letters and calls:
        return (Counts(0, calls),)
    told = totals(letters, whose)
    if not (calls and isinstance(told, Totals)):
        return (told,)
    return (replace(told, goes_on=True), CallsToReturn(calls))


def received(at: datetime, now: datetime, zone: ZoneInfo) -> Received:
    """How the instant ``at``, which is past, is named in ``zone`` by somebody who speaks at ``now`` (both UTC)."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    moment = Moment(_past_word(today, local.date()), local.date(), local.hour, local.minute, day_part(local))
    return Received(moment, yesterday=(today - local.date()).days == 1)


def _past_word(today: date, day: date) -> DayWord:
    distance_days = (today - day).days
    if distance_days <= 0:
        return DayWord.TODAY
    if distance_days < 7:
        return DayWord.WEEKDAY
    return DayWord.DATE if distance_days < 335 else DayWord.DATE_AND_YEAR


NameOf = Callable[[str], Name | None]
"""The public name of whose extension it is."""


def envelope(
    letter: Letter, number: int, now: datetime, zone: ZoneInfo, name_of: NameOf
) -> tuple[MailboxUtterance, ...]:
    """What is said before a message: its number, when it came, from whom, what they want and were promised."""
    return (
        MessageNumber(number),
        *((MailboxPhrase.URGENT,) if letter.urgent else ()),
        received(letter.at, now, zone),
        *_from(letter, name_of),
        *_promise(letter, now, zone),
    )


def _from(letter: Letter, name_of: NameOf) -> Iterator[MailboxUtterance]:
    caller = letter.caller
    colleague = name_of(caller.extension) if caller.extension else None
    if colleague is not None:
        yield LeftBy(colleague)
    else:
        yield CallerNumber(caller.number) if caller.number else Fixed(Phrase.CALLER_WITHHELD)
    if (
        colleague is None or letter.wish is not CallbackWish.MESSAGE
    ):  # of a colleague that has been said already
        yield letter.wish
    forwarder = name_of(letter.forwarded_by) if letter.forwarded_by else None
    if forwarder is not None:
        yield ForwardedBy(forwarder)


def _promise(letter: Letter, now: datetime, zone: ZoneInfo) -> Iterator[MailboxUtterance]:
    if letter.settled:
        yield MailboxPhrase.CALLED_BACK
    elif letter.owed and letter.due is not None:
        yield (MailboxPhrase.OVERDUE if letter.due <= now else Promised(spoken_moment(now, letter.due, zone)))


FASTER = 1.5
"""How much faster than spoken a message is played to who is in a hurry: beyond it words run into each other."""
