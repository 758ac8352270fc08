"""Somebody of the house who dials a code and follows a script, and books that remember: fakes of the ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ari_absence.attendant.absence_book import InForce, Waiting
from ari_absence.attendant.call import (
    INSTANT_SECONDS,
    DeskCall,
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
from ari_absence.attendant.code_desk import House, serve
from ari_absence.attendant.pins import PinCheck
from ari_absence.attendant.welcome_back import ReturnBook
from ari_absence.core.absences import DatedAbsence, NewAbsence
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Directory, Kind, Person, SetAbsences, SetForwards, Source
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.pins import PinFlaw, PinRules, pin_flaw
from ari_absence.core.status_phrases import StatusPhrase
from ari_absence.errors import CallerGone, EffectFailed, LedgerError
from ari_absence.speech.english import English
from tests.attendant.conversation import MORNING
from tests.attendant.script import Speaks

WORDS = English()


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
"""What somebody does next; "" and None are silence, a ``HuntEnd`` is how the ringing of one phone ends."""


@dataclass
class ScriptedDeskCall:
    """A phone on which ``keys`` are pressed in turn: one entry for each question. A message that the script does not
    mention plays to its end."""

    caller: Caller
    dialled: str
    keys: list[Step]
    call_id: str = "call-1"
    gone_after_steps: int | None = None
    failing_step: int | None = None
    heard: list[DeskUtterance] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    hunts: list[Hunt] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)
    listened: list[tuple[str, float, float]] = field(default_factory=list)
    over: bool = False

    @property
    def said(self) -> list[str]:
        """Every prompt as text."""
        return [WORDS.text(each) for each in self.heard]

    def _step(self, what: str) -> None:
        assert not self.over, f"{what} after the call was over"
        number = len(self.done)
        self.done.append(what)
        if number == self.failing_step:
            raise EffectFailed(f"Asterisk refused step {number}, {what}")
        if self.gone_after_steps is not None and number >= self.gone_after_steps:
            raise CallerGone(f"hung up before step {number}, {what}")

    def _key(self) -> str | None:
        if not self.keys:
            raise CallerGone("the script is over, and so is the call")
        step = self.keys.pop(0)
        assert step is None or isinstance(step, str), f"the script has {step} where a key is asked for"
        return step

    async def answer(self) -> None:
        self._step("answer")

    async def say(self, *utterances: DeskUtterance, skip: str = "") -> None:
        self._step("say")
        self.heard.extend(utterances)

    async def ask(self, utterances: Sequence[DeskUtterance], patience_seconds: float) -> str | None:
        assert patience_seconds > 0
        self._step("ask")
        self.heard.extend(utterances)
        if patience_seconds > INSTANT_SECONDS:
            return self._first_of(self._key() or "")
        meanwhile = self.keys.pop(0) if self.keys and isinstance(self.keys[0], Meanwhile) else None
        return meanwhile.key if isinstance(meanwhile, Meanwhile) else None

    def _first_of(self, keys: str) -> str | None:
        """The first key; those behind it are asked for next."""
        if len(keys) > 1:
            self.keys.insert(0, keys[1:])
        return keys[:1] or None

    async def ask_digits(
        self, utterances: Sequence[DeskUtterance], digits_max: int, patience_seconds: float
    ) -> str:
        assert patience_seconds > 0
        self._step("ask_digits")
        self.heard.extend(utterances)
        return (self._key() or "")[:digits_max]

    async def record(self, terms: RecordingTerms) -> Recording:
        self._step("record")
        step = self.keys.pop(0) if self.keys else Speaks(0, RecordingEnd.HANGUP)
        assert isinstance(step, Speaks), f"the script has {step} where something is recorded"
        if step.ended_by is RecordingEnd.HANGUP:
            self.gone_after_steps = len(self.done)
        return Recording(f"recording-{len(self.done)}", step.seconds, step.ended_by)

    async def play(self, recording: Recording) -> str | None:
        self._step("play")
        return self._key()

    async def listen(self, message: MessageAudio, seconds: float, from_seconds: float = 0.0) -> Listened:
        self._step("listen")
        self.heard.append(message)
        self.listened.append((message.audio_id, seconds, from_seconds))
        step = self.keys.pop(0) if self.keys and isinstance(self.keys[0], Plays) else Plays()
        assert isinstance(step, Plays)
        return Listened(step.key, step.at_seconds if step.key else seconds)

    async def wait(self, seconds: float, free: Sequence[DialTarget] = ()) -> str | None:
        raise NotImplementedError

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
        self.rung += [ring.target.endpoint for ring in rings]
        return self.hunts.pop(0) if self.hunts else self._hunted(len(rings))

    def _hunted(self, rings: int) -> Hunt:
        end = self.keys.pop(0)
        assert isinstance(end, HuntEnd), f"the script has {end} where somebody is rung"
        leg = LegEnd.CANCELLED if end is HuntEnd.CALLER_CHOSE else LegEnd(end.value)
        return Hunt(end, 0 if end is HuntEnd.TALKED else None, (leg,) * rings)

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        raise NotImplementedError

    async def hang_up(self) -> None:
        self.done.append("hang_up")
        self.over = True


@dataclass
class MemoryBook:
    """Keeps what is set in lists. ``broken``: as a ledger that can't be used."""

    directory: Directory
    at: datetime = MORNING
    broken: bool = False
    set_by: list[str] = field(default_factory=list)
    kept: dict[str, list[DatedAbsence]] = field(default_factory=dict)
    wait: Waiting = Waiting(3, 1)  # noqa: RUF009 - a frozen value

    def in_force(self) -> InForce:
        return InForce(self.directory, SetAbsences(self.kept), SetForwards())

    async def set(self, absence: NewAbsence) -> None:
        self._write()
        own = self.kept.setdefault(absence.extension, [])
        own[:] = [each for each in own if not (absence.corrects and each.kind is absence.kind)]
        self.set_by.append(absence.set_by)
        order = self.at + timedelta(microseconds=len(self.set_by))
        source = Source(f"set by {absence.set_by}")
        own.append(DatedAbsence(absence.kind, absence.begins_at, absence.until, source=source, set_at=order))

    async def end(self, extension: str, by: str) -> bool:
        self._write()
        own = self.kept.get(extension, [])
        if not own or own[-1].kind.is_presence:
            return False
        own.pop()
        return True

    async def waiting(self, extension: str) -> Waiting:
        self._write()
        return self.wait

    def _write(self) -> None:
        if self.broken:
            raise LedgerError("no space left")

    def now_set(self, extension: str) -> list[tuple[Kind, datetime | None]]:
        """What is set for somebody, the latest last."""
        return [(each.kind, each.end) for each in self.kept.get(extension, [])]


@dataclass
class MemoryPins:
    """PINs by extension; the third wrong one locks. Remembers who was asked about."""

    pins: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    broken: bool = False

    async def check(self, extension: str, pin: str, caller_number: str | None = None) -> PinCheck:
        if self.broken:
            raise LedgerError("no space left")
        self.asked.append((extension, caller_number))
        if self.wrong.get(extension, 0) >= 3:
            return PinCheck.LOCKED
        if extension not in self.pins:
            return PinCheck.NOT_SET
        if self.pins[extension] == pin:
            return PinCheck.RIGHT
        self.wrong[extension] = self.wrong.get(extension, 0) + 1
        return PinCheck.WRONG

    def flaw_of(self, extension: str, pin: str) -> PinFlaw | None:
        return pin_flaw(pin, extension, PinRules())

    async def change(self, extension: str, pin: str) -> PinFlaw | None:
        flaw = self.flaw_of(extension, pin)
        if flaw is None:
            self.pins[extension] = pin
        return flaw

    async def is_set(self, extension: str) -> bool:
        return extension in self.pins


class Dialled:
    """One code, dialled in ``office`` at ``at`` by the phone of ``by``, with the keys pressed at each question."""

    def __init__(
        self,
        code: str,
        *keys: Step,
        office: Directory,
        by: str | None = "101",
        at: datetime = MORNING,
        book: MemoryBook | None = None,
        pins: MemoryPins | None = None,
        gone_after_steps: int | None = None,
        failing_step: int | None = None,
        returns: ReturnBook | None = None,
    ) -> None:
        caller = Caller(by or "0311112222", extension=by)
        self.call = ScriptedDeskCall(
            caller, code, list(keys), gone_after_steps=gone_after_steps, failing_step=failing_step
        )
        self.book = book or MemoryBook(office, at)
        self.pins = pins or MemoryPins()
        self.mailboxes: list[str | None] = []
        self._house = House(self.book, self.pins, self._mailbox, self._callbacks, lambda: at, returns)

    async def serve(self) -> list[str]:
        """Serve it to its end; gives everything that was heard, as text."""
        await serve(self._house, self.call)
        return self.call.said

    async def _mailbox(self, call: object, owner: str | None) -> None:
        self.mailboxes.append(owner)

    async def _callbacks(self, call: DeskCall, owner: Person, by: str, code: str | None) -> None:
        await call.say(StatusPhrase.NO_CALLBACK)
