"""A caller who follows a script, and a notebook that remembers: fakes of the conversation's two ports.

They stand where each step of a conversation must fail in turn, which a real telephone does not do on request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ari_absence.attendant.call import Connection, Recording, RecordingEnd, RecordingTerms
from ari_absence.attendant.notebook import (
    AudioFault,
    CallbackDraft,
    KeptAudio,
    MessageDraft,
    Outcome,
)
from ari_absence.core.decision import Decision
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Fixed, Phrase, Utterance
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

SILENCE = None


@dataclass(frozen=True, slots=True)
class Speaks:
    """The caller speaks for so many seconds into a recording, and ends it in some way."""

    seconds: float
    ended_by: RecordingEnd = RecordingEnd.KEY


Step = str | Speaks | Connection | None


@dataclass
class ScriptedCall:
    """A call whose caller presses, speaks and hangs up as told.

    ``gone_after_steps``: hangs up after that many steps. ``failing_step``: Asterisk refuses that one.
    """

    caller: Caller
    extension: str
    why: Why
    steps: list[Step]
    call_id: str = "call-1"
    gone_after_steps: int | None = None
    failing_steps: frozenset[int] = frozenset()
    heard: list[Utterance] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    skippable: dict[str, tuple[Utterance, ...]] = field(default_factory=dict)
    over: bool = False
    in_call: int = 0

    def _step(self, what: str) -> None:
        if self.over:
            raise AssertionError(f"{what} after the call was over")
        number = len(self.done)
        self.done.append(what)
        if self.gone_after_steps is not None and number >= self.gone_after_steps:
            raise CallerGone(f"the caller hung up before step {number}, {what}")
        if number in self.failing_steps:
            raise EffectFailed(f"Asterisk refused step {number}, {what}")

    def _next(self) -> Step:
        if not self.steps:
            raise CallerGone("the script is over, and so is the call")
        return self.steps.pop(0)

    def _key(self) -> str | None:
        step = self._next()
        assert step is None or isinstance(step, str), f"the script has {step} where a key is asked for"
        return step

    async def answer(self) -> None:
        self._step("answer")

    async def say(self, *utterances: Utterance, skip: str = "") -> None:
        self._step("say")
        self.heard.extend(utterances)
        if skip:
            self.skippable[skip] = utterances

    async def ask(self, utterances: Sequence[Utterance], patience_seconds: float) -> str | None:
        assert patience_seconds > 0
        self._step("ask")
        self.heard.extend(utterances)
        return self._key()

    async def ask_digits(
        self, utterances: Sequence[Utterance], digits_max: int, patience_seconds: float
    ) -> str:
        assert patience_seconds > 0
        self._step("ask_digits")
        self.heard.extend(utterances)
        return (self._key() or "")[:digits_max]

    async def record(self, terms: RecordingTerms) -> Recording:
        self._step("record")
        step = self._next()
        assert isinstance(step, Speaks), f"the script has {step} where something is recorded"
        if step.ended_by is RecordingEnd.HANGUP:
            self.gone_after_steps = len(self.done)
        return Recording(f"recording-{len(self.done)}", min(step.seconds, terms.max_seconds), step.ended_by)

    async def play(self, recording: Recording) -> str | None:
        self._step("play")
        return self._key()

    async def connect(self, targets: Sequence[DialTarget], ring_seconds: float) -> Connection:
        assert ring_seconds > 0
        self._step("connect")
        step = self._next()
        assert isinstance(step, Connection), f"the script has {step} where somebody is rung"
        return step

    async def release_to_dialplan(self) -> None:
        self.done.append("release_to_dialplan")
        self.over = True

    async def hang_up(self) -> None:
        self.done.append("hang_up")
        self.over = True

    def phrases(self) -> list[Phrase]:
        """The fixed sentences among what was heard, in order."""
        return [each.phrase for each in self.heard if isinstance(each, Fixed)]


@dataclass
class MemoryNotebook:
    """Keeps what it is told in lists. ``failing_steps``: those writes fail as a full disk would."""

    places: int = 100
    failing_steps: frozenset[int] = frozenset()
    kept: list[KeptAudio] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    messages: list[MessageDraft] = field(default_factory=list)
    callbacks: list[CallbackDraft] = field(default_factory=list)
    writes: int = 0

    def _write(self, what: str) -> None:
        number, self.writes = self.writes, self.writes + 1
        if number in self.failing_steps:
            raise LedgerError(f"no space left for {what}")

    async def open_call(self, decision: Decision) -> None:
        self._write("open_call")

    async def reserve_place(self, call_id: str, extension: str) -> bool:
        self._write("reserve_place")
        return self.places > 0

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        self._write("keep")
        if recording.seconds == 0:
            return AudioFault.SILENT
        if recording.seconds < min_seconds:
            return AudioFault.TOO_SHORT
        self.kept.append(KeptAudio(recording.name, recording.seconds))
        return self.kept[-1]

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        self.discarded.append(recording.name)

    async def save_message(self, draft: MessageDraft) -> str:
        self._write("save_message")
        self.messages.append(draft)
        return f"M-{len(self.messages)}"

    async def save_callback(self, draft: CallbackDraft) -> str:
        self._write("save_callback")
        self.callbacks.append(draft)
        return f"C-{len(self.callbacks)}"

    async def close_call(self, call_id: str, outcome: Outcome) -> None:
        self._write("close_call")
