"""A mailbox that remembers, and somebody in it who follows a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ari_absence.attendant.call import DeskCall, LegEnd, Recording
from ari_absence.attendant.mailbox import open_mailbox
from ari_absence.attendant.mailbox_book import Fill, ForwardDraft, Forwarded, MailboxContent
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.notebook import AudioFault, KeptAudio
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox import Letter
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.people import Caller, Dialing, Directory, Person, Team, Trunk
from ari_absence.core.phrases import MessageAudio
from ari_absence.errors import CallerGone, LedgerError
from tests.attendant.conversation import MORNING, SITE, person
from tests.attendant.desk_script import MemoryPins, ScriptedDeskCall, Step

ALICE = Caller("101", "Desk 101", "101")
HANS = Caller("+81312345678")
OFFICE = Directory(
    SITE,
    {
        each.extension: each
        for each in (person("100", "Reception"), person("101", "Alice Tanaka"), person("102", "Kenji Ito"))
    },
    teams={"sales": Team("sales", "Sales", ("101", "102", "100"))},
    dialing=Dialing(frozenset({"JP"}), (Trunk("PJSIP/{number}@trunk"),)),
)


@dataclass
class MemoryMailbox:
    """A mailbox in memory. ``failing``: every change fails as on a full disk. ``full``: mailboxes without a place.
    ``settles_on_return``: the message that is settled once a call is returned."""

    letters: dict[str, Letter]
    fill: Fill = Fill.ROOMY
    greetings: dict[GreetingKind, Greeting] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    failing: bool = False
    full: frozenset[str] = frozenset()
    dials: int = 10
    name: str | None = None
    calls_owed: int = 0
    settles_on_return: str | None = None
    lent: int = 0
    history: list[tuple[str, str, str]] = field(default_factory=list)
    forwarded: list[ForwardDraft] = field(default_factory=list)
    kept: list[KeptAudio] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    taken_by: str | None = None
    again: list[datetime | None] = field(default_factory=list)

    async def open(self, extension: str) -> MailboxContent:
        assert extension == "101"
        self._check()
        letters = tuple(each for each in self.letters.values() if each.message_id not in self.deleted)
        return MailboxContent(letters, self.fill, tuple(self.greetings.values()), self.calls_owed)

    def _check(self) -> None:
        if self.failing:
            raise LedgerError("no space left")

    def lend(self, audio_id: str, *, fast: bool = False) -> AbstractAsyncContextManager[MessageAudio]:
        return self._lend(f"{audio_id} fast" if fast else audio_id)

    @asynccontextmanager
    async def _lend(self, audio_id: str) -> AsyncIterator[MessageAudio]:
        self.lent += 1
        try:
            yield MessageAudio(audio_id)
        finally:
            self.lent -= 1

    def _note(self, message_id: str, what: str, by: str) -> bool:
        self._check()
        if message_id in self.gone:
            return False
        self.history.append((message_id, what, by))
        return True

    async def mark_heard(self, message_id: str, by: str) -> bool:
        return self._note(message_id, "heard", by)

    async def save(self, message_id: str, by: str) -> bool:
        return self._note(message_id, "saved", by)

    async def delete(self, message_id: str, by: str) -> bool:
        done = self._note(message_id, "deleted", by)
        self.deleted |= {message_id} if done else set()
        return done

    async def restore(self, message_id: str, by: str) -> bool:
        self.deleted.discard(message_id)
        return self._note(message_id, "restored", by)

    async def settle(self, message_id: str, by: str) -> bool:
        return self._note(message_id, "settled", by)

    async def begin_attempt(self, message_id: str, extension: str, by: str) -> str | None:
        return self.taken_by

    async def note_attempt(self, message_id: str, end: LegEnd, by: str, again_at: datetime | None) -> None:
        self._note(message_id, end.value, by)
        self.again.append(again_at)

    async def put_off(self, message_id: str, until: datetime, by: str) -> None:
        self.again.append(until)

    async def book_dial(self, extension: str) -> bool:
        self._check()
        self.dials -= 1
        return self.dials >= 0

    async def forward(self, draft: ForwardDraft) -> Forwarded:
        self._check()
        self.forwarded.append(draft)
        full = tuple(each for each in draft.recipients if each in self.full)
        return Forwarded(tuple(each for each in draft.recipients if each not in full), full)

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        self._check()
        if recording.seconds < min_seconds:
            return AudioFault.TOO_SHORT
        self.kept.append(KeptAudio(recording.name, recording.seconds))
        return self.kept[-1]

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        self.discarded.append(recording.name)

    async def keep_greeting(
        self, extension: str, kind: GreetingKind, audio: KeptAudio, expires_at: datetime | None, by: str
    ) -> Greeting:
        self._check()
        self.greetings[kind] = Greeting(audio.audio_id, kind, MORNING, expires_at, audio.seconds)
        return self.greetings[kind]

    async def delete_greeting(self, extension: str, kind: GreetingKind) -> bool:
        self._check()
        return self.greetings.pop(kind, None) is not None

    async def keep_name(self, extension: str, audio: KeptAudio) -> None:
        self._check()
        self.name = audio.audio_id

    async def has_name(self, extension: str) -> bool:
        return self.name is not None

    async def delete_name(self, extension: str) -> bool:
        self._check()
        had, self.name = self.name, None
        return had is not None


def letter(number: int, **facts: object) -> Letter:
    """The ``number``-th message: one an hour, from Hans if nothing else is said."""
    message = Letter(f"M-{number}", f"A-{number}", MORNING - timedelta(hours=9 - number), 30.0, HANS)
    return replace(message, **facts)  # type: ignore[arg-type]


class Session:
    """Alice in her mailbox, pressing ``steps``, with these messages in it."""

    def __init__(
        self,
        *steps: Step,
        letters: Sequence[Letter] = (),
        book: MemoryMailbox | None = None,
        caller: Caller = ALICE,
        office: Directory = OFFICE,
        present: bool = False,
        gone_after_steps: int | None = None,
        failing_step: int | None = None,
    ) -> None:
        self.call = ScriptedDeskCall(
            caller, "*97", list(steps), gone_after_steps=gone_after_steps, failing_step=failing_step
        )
        self.returned: list[str] = []
        self.book = book or MemoryMailbox({})
        self.book.letters |= {each.message_id: each for each in letters}
        self.pins = MemoryPins({"101": "482913"})
        self.talk = MailboxTalk(
            call=self.call,
            owner=office.people["101"],
            directory=office,
            book=self.book,
            pins=self.pins,
            now=lambda: MORNING,
            number_of=lambda digits: number_of(digits, "JP"),
            present=lambda: present,
            return_calls=self._return_calls,
            own_phone=caller.extension == "101",
        )

    async def _return_calls(self, call: DeskCall, owner: Person, by: str) -> None:
        """One call is returned: the oldest."""
        assert owner.extension == "101"
        self.returned.append(by)
        self.book.calls_owed -= 1
        message_id = self.book.settles_on_return
        if message_id is not None:
            self.book.letters[message_id] = replace(self.book.letters[message_id], settled=True)

    async def hold(self) -> ScriptedDeskCall:
        """Hold the conversation until it is over, or its caller has hung up."""
        try:
            await open_mailbox(self.talk)
        except CallerGone:
            self.call.done.append("gone")
        assert self.book.lent == 0
        return self.call

    @property
    def heard(self) -> list[MailboxPhrase]:
        """The whole sentences of the mailbox that were heard."""
        return [each for each in self.call.heard if isinstance(each, MailboxPhrase)]

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """What has become of which message."""
        return [(message_id, what) for message_id, what, _ in self.book.history]
