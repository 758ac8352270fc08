"""Somebody in their mailbox who follows a script, and a mailbox that remembers: fakes of the ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ari_absence.attendant.call import (
    Hunt,
    HuntEnd,
    LegEnd,
    Listened,
    Pastime,
    Recording,
    RecordingEnd,
    RecordingTerms,
    Ring,
)
from ari_absence.attendant.mailbox import open_mailbox
from ari_absence.attendant.mailbox_book import Fill, ForwardDraft, Forwarded, MailboxContent
from ari_absence.attendant.mailbox_talk import INSTANT_SECONDS, MailboxTalk
from ari_absence.attendant.notebook import AudioFault, KeptAudio
from ari_absence.attendant.pins import PinCheck
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox import Letter
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Dialing, Directory, Team, Trunk
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.pins import PinFlaw, PinRules, pin_flaw
from ari_absence.errors import CallerGone, EffectFailed, LedgerError
from ari_absence.speech.english import English
from tests.attendant.conversation import MORNING, SITE, person
from tests.attendant.script import Speaks

WORDS = English()
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


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A key that is pressed while something is said that is no question."""

    key: str


@dataclass(frozen=True, slots=True)
class Plays:
    """What ends the playing of a message, at which second of it."""

    key: str | None = None
    at_seconds: float = 0.0


Step = str | Meanwhile | Plays | Speaks | HuntEnd | None


@dataclass
class ScriptedListener:
    """A phone in a mailbox. A message that the script does not mention plays to its end."""

    caller: Caller
    steps: list[Step]
    dialled: str = "*97"
    call_id: str = "call-1"
    gone_after_steps: int | None = None
    failing_step: int | None = None
    heard: list[DeskUtterance] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    listened: list[tuple[str, float, float]] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """Every prompt as text."""
        return [WORDS.text(each) for each in self.heard]

    def _step(self, what: str) -> None:
        number = len(self.done)
        self.done.append(what)
        if number == self.failing_step:
            raise EffectFailed(f"Asterisk refused step {number}, {what}")
        if self.gone_after_steps is not None and number >= self.gone_after_steps:
            raise CallerGone(f"hung up before step {number}, {what}")

    def _key(self) -> str | None:
        if not self.steps:
            raise CallerGone("the script is over, and so is the call")
        step = self.steps.pop(0)
        assert step is None or isinstance(step, str), f"the script has {step} where a key is asked for"
        return step

    async def answer(self) -> None:
        self._step("answer")

    async def say(self, *utterances: DeskUtterance, skip: str = "") -> None:
        self._step("say")
        self.heard.extend(utterances)

    async def ask(self, utterances: Sequence[DeskUtterance], patience_seconds: float) -> str | None:
        self._step("ask")
        self.heard.extend(utterances)
        if patience_seconds > INSTANT_SECONDS:
            return self._key()
        meanwhile = self.steps.pop(0) if self.steps and isinstance(self.steps[0], Meanwhile) else None
        return meanwhile.key if isinstance(meanwhile, Meanwhile) else None

    async def ask_digits(
        self, utterances: Sequence[DeskUtterance], digits_max: int, patience_seconds: float
    ) -> str:
        assert patience_seconds > 0
        self._step("ask_digits")
        self.heard.extend(utterances)
        return (self._key() or "")[:digits_max]

    async def listen(self, message: MessageAudio, seconds: float, from_seconds: float = 0.0) -> Listened:
        self._step("listen")
        self.heard.append(message)
        self.listened.append((message.audio_id, seconds, from_seconds))
        step = self.steps.pop(0) if self.steps and isinstance(self.steps[0], Plays) else Plays()
        assert isinstance(step, Plays)
        return Listened(step.key, step.at_seconds if step.key else seconds)

    async def record(self, terms: RecordingTerms) -> Recording:
        self._step("record")
        step = self.steps.pop(0) if self.steps else Speaks(0, RecordingEnd.HANGUP)
        assert isinstance(step, Speaks), f"the script has {step} where something is recorded"
        if step.ended_by is RecordingEnd.HANGUP:
            self.gone_after_steps = len(self.done)
        return Recording(f"recording-{len(self.done)}", step.seconds, step.ended_by)

    async def play(self, recording: Recording) -> str | None:
        self._step("play")
        return self._key()

    async def wait(self, seconds: float, free: Sequence[DialTarget] = ()) -> str | None:
        raise AssertionError("nobody waits in a mailbox")

    async def wait_ringing(self, seconds: float) -> str | None:
        raise NotImplementedError

    async def hunt(
        self,
        rings: Sequence[Ring],
        ring_seconds: float,
        pastime: Pastime | None = None,
        heir: Pastime | None = None,
    ) -> Hunt:
        self._step("hunt")
        self.rung.extend(ring.target.endpoint for ring in rings)
        end = self.steps.pop(0)
        assert isinstance(end, HuntEnd), f"the script has {end} where somebody is rung"
        leg = LegEnd.CANCELLED if end is HuntEnd.CALLER_CHOSE else LegEnd(end.value)
        legs = (leg,) * len(rings)
        return Hunt(end, 0 if end is HuntEnd.TALKED else None, legs)

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        raise AssertionError("nobody waits in a mailbox")

    async def hang_up(self) -> None:
        self.done.append("hang_up")


@dataclass
class MemoryMailbox:
    """A mailbox in memory. ``failing``: every change fails as on a full disk. ``full``: mailboxes without a place."""

    letters: dict[str, Letter]
    fill: Fill = Fill.ROOMY
    greetings: dict[GreetingKind, Greeting] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    failing: bool = False
    full: frozenset[str] = frozenset()
    dials: int = 10
    name: str | None = None
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
        return MailboxContent(letters, self.fill, tuple(self.greetings.values()))

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


@dataclass
class MemoryPins:
    """One PIN for everybody."""

    pin: str = "482913"

    async def check(self, extension: str, pin: str, caller_number: str | None = None) -> PinCheck:
        return PinCheck.RIGHT if pin == self.pin else PinCheck.WRONG

    async def change(self, extension: str, pin: str) -> PinFlaw | None:
        flaw = pin_flaw(pin, extension, PinRules())
        self.pin = self.pin if flaw else pin
        return flaw

    async def is_set(self, extension: str) -> bool:
        return True


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
        self.call = ScriptedListener(
            caller, list(steps), gone_after_steps=gone_after_steps, failing_step=failing_step
        )
        self.book = book or MemoryMailbox({})
        self.book.letters |= {each.message_id: each for each in letters}
        self.pins = MemoryPins()
        self.talk = MailboxTalk(
            call=self.call,
            owner=office.people["101"],
            directory=office,
            book=self.book,
            pins=self.pins,
            now=lambda: MORNING,
            number_of=lambda digits: number_of(digits, "JP"),
            present=lambda: present,
            own_phone=caller.extension == "101",
        )

    async def hold(self) -> ScriptedListener:
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
