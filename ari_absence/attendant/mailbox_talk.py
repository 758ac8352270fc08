"""What every part of the talk in a mailbox needs: the call, whose mailbox it is, and where its owner has got to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ari_absence.attendant.call import INSTANT_SECONDS, DeskCall
from ari_absence.attendant.mailbox_book import MailboxBook, MailboxContent
from ari_absence.attendant.pins import PinBook
from ari_absence.attendant.welcome_back import ReturnBook
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.greetings import Greeting
from ari_absence.core.mailbox import Folder, Letter, in_order
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.people import Directory, Limits, Person, PrivateNumber
from ari_absence.core.phrases import Name
from ari_absence.errors import LedgerError

_FOLDERS = (Folder.NEW, Folder.OLD, Folder.SAVED)

ReturnCalls = Callable[[DeskCall, Person, str], Awaitable[None]]
"""Goes through the calls that somebody owes; the text says who does so, and where."""


@dataclass(slots=True)
class MailboxTalk:
    """One session in one mailbox.

    ``own_phone``: the phone is the owner's. ``number_of`` reads a caller's number as this country writes it,
    ``present`` tells whether the owner is at work. ``listed`` are the messages of the chosen folder, by id, as they
    were when it was chosen; ``position`` is the current one. ``calls_owed``: how many calls the owner owes, with a
    message or without. ``news`` is what the next question opens with, ``pressed`` a key that was pressed before it was
    asked for, ``fast`` the speed of playing.
    """

    call: DeskCall
    owner: Person
    directory: Directory
    book: MailboxBook
    pins: PinBook
    now: Callable[[], datetime]
    number_of: Callable[[str], PrivateNumber | None]
    present: Callable[[], bool]
    return_calls: ReturnCalls
    own_phone: bool = True
    returns: ReturnBook | None = None
    calls_owed: int = 0
    letters: dict[str, Letter] = field(default_factory=dict)
    greetings: tuple[Greeting, ...] = ()
    deleted: set[str] = field(default_factory=set)
    folder: Folder = Folder.NEW
    listed: list[str] = field(default_factory=list)
    position: int | None = None
    news: list[DeskUtterance] = field(default_factory=list)
    pressed: str | None = None
    fast: bool = False

    @property
    def limits(self) -> Limits:
        """The site's numbers."""
        return self.directory.site.limits

    @property
    def zone(self) -> ZoneInfo:
        """Where the owner's clock is."""
        return self.owner.zone

    @property
    def goes_on(self) -> bool:
        """Whether the call goes on when the mailbox is left: who came from outside goes back to the menu there."""
        return not self.call.caller.inside

    @property
    def by(self) -> str:
        """Who acts, for the history."""
        phone = self.call.caller.extension
        where = f"phone {phone}" if phone else "a phone outside"
        return where if phone == self.owner.extension else f"{self.owner.extension} at {where}"

    @property
    def letter(self) -> Letter | None:
        """The current message."""
        return None if self.position is None else self.letters[self.listed[self.position]]

    @property
    def is_deleted(self) -> bool:
        """Whether the current message was deleted in this session."""
        return self.letter is not None and self.letter.message_id in self.deleted

    @property
    def can_call_back(self) -> bool:
        """Whether 2 calls back at once: a call is owed for the current message, and this is a phone of the house."""
        letter = self.letter
        return letter is not None and letter.owed and self.call.caller.inside

    def take(self, content: MailboxContent) -> None:
        """Lay the messages out, and begin with the first folder that has any."""
        self.letters = {each.message_id: each for each in in_order(content.letters)}
        self.greetings, self.calls_owed = content.greetings, content.calls_owed
        found = self.filled_folders()
        self.open_folder(next((folder for folder in _FOLDERS if folder in found), Folder.NEW))

    def filled_folders(self) -> set[Folder]:
        """The folders that hold a message which has not been deleted."""
        return {each.folder for each in self.letters.values() if each.message_id not in self.deleted}

    async def look_at_calls(self) -> None:
        """See again which calls are owed: one that was made settles all that are owed to the same caller."""
        with suppress(LedgerError):  # what is offered is as it was
            content = await self.book.open(self.owner.extension)
            self.calls_owed = content.calls_owed
            for each in content.letters:
                if each.settled and each.message_id in self.letters:
                    self.change(each.message_id, settled=True)

    def open_folder(self, folder: Folder) -> None:
        """Go to a folder; its first message comes next."""
        inside = (each for each in self.letters.values() if each.folder is folder)
        self.folder, self.position = folder, None
        self.listed = [each.message_id for each in inside if each.message_id not in self.deleted]

    def change(
        self, message_id: str, *, heard: bool = False, saved: bool = False, settled: bool = False
    ) -> None:
        """Note what has become of a message."""
        letter = self.letters[message_id]
        self.letters[message_id] = replace(
            letter,
            heard=letter.heard or heard,
            saved=letter.saved or saved,
            settled=letter.settled or settled,
        )

    def name_of(self, extension: str) -> Name | None:
        """The public name of whose extension it is."""
        person = self.directory.people.get(extension)
        return Name.of(person) if person else None

    async def ask(self, *utterances: DeskUtterance) -> str | None:
        """Say what is news and then ``utterances``, unless a key interrupts, and wait for a key like every menu."""
        pressed, self.pressed = self.pressed, None
        if pressed is not None:
            self.news.clear()
            return pressed
        news, self.news = self.news, []
        return await self.call.ask([*news, *utterances], self.limits.menu_seconds)

    async def ask_digits(self, digits_max: int, *utterances: DeskUtterance) -> str:
        """Say what is news and then ``utterances``, unless a key interrupts, and collect keys up to ``#``."""
        news, self.news = self.news, []
        return await self.call.ask_digits([*news, *utterances], digits_max, self.limits.menu_seconds)

    async def tell(self, *utterances: DeskUtterance) -> str | None:
        """Say what is no question; a key interrupts and is returned."""
        return await self.call.ask(utterances, INSTANT_SECONDS)

    async def done(self, work: Awaitable[bool], said: Sequence[DeskUtterance]) -> bool:
        """Whether it was done; it is ``said`` next, or that it was not."""
        try:
            done = await work
        except LedgerError:
            self.news.append(MailboxPhrase.NOT_DONE)
            return False
        self.news.extend(said if done else (MailboxPhrase.NO_LONGER_THERE,))
        return done
