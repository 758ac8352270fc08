"""A caller who follows a script, and a notebook that remembers: fakes of the conversation's two ports.

They stand where each step of a conversation must fail in turn, which a real telephone does not do on request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ari_absence.attendant.call import (
    Hunt,
    HuntEnd,
    LegEnd,
    Pastime,
    Recording,
    RecordingEnd,
    RecordingTerms,
    Ring,
    Verdict,
)
from ari_absence.attendant.notebook import (
    AttemptNote,
    AudioFault,
    CallbackDraft,
    KeptAudio,
    MessageDraft,
    Outcome,
)
from ari_absence.core.decision import Decision
from ari_absence.core.desk_phrases import DeskUtterance, RungUtterance
from ari_absence.core.handover import Handover
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Fixed, Phrase, Utterance
from ari_absence.errors import CalleeGone, CallerGone, CallerReplaced, DiskFull, EffectFailed, LedgerError

SILENCE = None


@dataclass(frozen=True, slots=True)
class Speaks:
    """The caller speaks for so many seconds into a recording, and ends it in some way."""

    seconds: float
    ended_by: RecordingEnd = RecordingEnd.KEY


@dataclass(frozen=True, slots=True)
class Rings:
    """What happens to the phones of one hunt, in the order of its rings: an ending, or the keys of who answers.

    The keys of ``caller`` are those the caller presses meanwhile; None is silence.
    """

    phones: tuple[LegEnd | str, ...]
    caller: tuple[str | None, ...] = ()


class _PhonesDecide(BaseException):
    """The phones have decided while the caller was kept company."""


class _Decided:
    """A step nobody writes: here the caller's part of a hunt is over."""


_DECIDED = _Decided()

Step = str | Speaks | Rings | _Decided | None


@dataclass
class ScriptedCallee:
    """Somebody who answered: presses ``keys`` one by one; a dot is silence, and after the last key they hang up."""

    keys: list[str]
    heard: list[RungUtterance] = field(default_factory=list)

    async def say(self, *utterances: RungUtterance) -> None:
        self.heard.extend(utterances)

    async def ask(self, utterances: Sequence[RungUtterance], patience_seconds: float) -> str | None:
        assert patience_seconds > 0
        self.heard.extend(utterances)
        if not self.keys:
            raise CalleeGone("the callee has hung up")
        key = self.keys.pop(0)
        return None if key == "." else key


@dataclass
class ScriptedCall:
    """A call whose caller presses, speaks and hangs up as told.

    ``gone_after_steps``: hangs up after that many steps; ``replaced_after_steps``: another takes their place then.
    ``failing_step``: Asterisk refuses that one.
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
    off_script: bool = False
    in_call: int = 0
    replaced_after_steps: int | None = None
    heard_in_house: list[DeskUtterance] = field(default_factory=list)
    handover: Handover | None = None
    transferred_by: str | None = None
    astray: bool = False
    several: bool = False
    to_hand_over: Handover | None = None
    rung: list[list[tuple[str, str, float]]] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    callees: list[ScriptedCallee] = field(default_factory=list)
    off: frozenset[str] = frozenset()

    def _step(self, what: str) -> None:
        if self.over:
            raise AssertionError(f"{what} after the call was over")
        number = len(self.done)
        self.done.append(what)
        if self.gone_after_steps is not None and number >= self.gone_after_steps:
            raise CallerGone(f"the caller hung up before step {number}, {what}")
        if self.replaced_after_steps is not None and number >= self.replaced_after_steps:
            raise CallerReplaced(f"another took the caller's place before step {number}, {what}")
        if number in self.failing_steps:
            raise EffectFailed(f"Asterisk refused step {number}, {what}")

    def _next(self, *kinds: type) -> Step:
        """The next step; after a fault, that of the first kind that fits: the talk went another way."""
        while self.off_script and self.steps and not isinstance(self.steps[0], kinds):
            self.steps.pop(0)
        if not self.steps:
            raise CallerGone("the script is over, and so is the call")
        return self.steps.pop(0)

    def _key(self) -> str | None:
        step = self._next(str, type(None), _Decided)
        if step is _DECIDED:
            raise _PhonesDecide
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
        step = self._next(Speaks)
        assert isinstance(step, Speaks), f"the script has {step} where something is recorded"
        if step.ended_by is RecordingEnd.HANGUP:
            self.gone_after_steps = len(self.done)
        return Recording(f"recording-{len(self.done)}", min(step.seconds, terms.max_seconds), step.ended_by)

    async def play(self, recording: Recording) -> str | None:
        self._step("play")
        return self._key()

    async def wait(self, seconds: float, free: Sequence[DialTarget] = ()) -> str | None:
        assert seconds > 0
        self._step("wait")
        return self._key()

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        self._step("is_free")
        return self._key() == "free"

    async def is_registered(self, targets: Sequence[DialTarget]) -> bool:
        return not any(target.endpoint in self.off for target in targets)

    @property
    def house(self) -> HouseVoice:
        return HouseVoice(self)

    async def wait_ringing(self, seconds: float) -> str | None:
        return await self.wait(seconds)

    def hand_over(self, handover: Handover) -> None:
        self.to_hand_over = handover

    async def is_one_of_several(self) -> bool:
        self._step("is_one_of_several")
        return self.several

    async def hunt(
        self,
        rings: Sequence[Ring],
        ring_seconds: float,
        pastime: Pastime | None = None,
        heir: Pastime | None = None,
    ) -> Hunt:
        assert ring_seconds > 0
        assert rings
        self._step("hunt")
        self.rings.extend(rings)
        self.rung.append([(ring.target.endpoint, ring.shown.name, ring_seconds) for ring in rings])
        step = self._next(Rings)
        assert isinstance(step, Rings), f"the script has {step} where somebody is rung"
        chose, passed_on = await self._company(step.caller, pastime, heir)
        if chose:
            return Hunt(HuntEnd.CALLER_CHOSE, None, (LegEnd.CANCELLED,) * len(rings), passed_on)
        ends = [await self._end_of(ring, phone) for ring, phone in zip(rings, step.phones, strict=True)]
        return replace(_result(ends), passed_on=passed_on, heir_joined=passed_on)

    async def _company(
        self, keys: Sequence[str | None], pastime: Pastime | None, heir: Pastime | None
    ) -> tuple[bool, bool]:
        """Whether the caller chose something else, and whether another took their place."""
        try:
            return await self._chose_meanwhile(keys, pastime), False
        except CallerReplaced:
            if heir is None:
                raise
        self.replaced_after_steps = None
        end = self.steps.index(_DECIDED)
        left = self.steps[:end]
        del self.steps[: end + 1]
        return await self._chose_meanwhile(left, heir), True

    async def _chose_meanwhile(self, keys: Sequence[Step], pastime: Pastime | None) -> bool:
        """Whether the caller, pressing ``keys``, chose something before the phones decide."""
        if pastime is None:
            assert not keys, "this caller hears only ringing"
            return False
        self.steps[:0] = [*keys, _DECIDED]
        try:
            await pastime()
        except _PhonesDecide:
            return False
        self.steps.remove(_DECIDED)
        return True

    async def _end_of(self, ring: Ring, phone: LegEnd | str) -> LegEnd:
        if isinstance(phone, LegEnd):
            return phone
        if ring.screening is None:
            return LegEnd.TALKED
        callee = ScriptedCallee(list(phone))
        self.callees.append(callee)
        try:
            verdict = await ring.screening(callee)
        except CalleeGone:
            return LegEnd.DECLINED
        return LegEnd.UNDECIDED if verdict is None else _VERDICTS[verdict]

    async def release_to_dialplan(self) -> None:
        self.done.append("release_to_dialplan")
        self.over = True

    async def hang_up(self) -> None:
        self.done.append("hang_up")
        self.over = True

    def phrases(self) -> list[Phrase]:
        """The fixed sentences among what was heard, in order."""
        return [each.phrase for each in self.heard if isinstance(each, Fixed)]


class HouseVoice:
    """What is said on the same line to somebody of the house."""

    def __init__(self, call: ScriptedCall) -> None:
        self._call = call

    async def say(self, *utterances: DeskUtterance) -> None:
        self._call._step("say")
        self._call.heard_in_house.extend(utterances)

    async def ask(self, utterances: Sequence[DeskUtterance], patience_seconds: float) -> str | None:
        self._call._step("ask")
        self._call.heard_in_house.extend(utterances)
        return self._call._key()

    async def ask_digits(
        self, utterances: Sequence[DeskUtterance], digits_max: int, patience_seconds: float
    ) -> str:
        self._call._step("ask_digits")
        self._call.heard_in_house.extend(utterances)
        return (self._call._key() or "")[:digits_max]


_VERDICTS = {
    Verdict.TAKE: LegEnd.TALKED,
    Verdict.NOT_ME: LegEnd.DECLINED,
    Verdict.TO_MESSAGE: LegEnd.TO_MESSAGE,
}
_BY_WEIGHT = [
    (LegEnd.TALKED, HuntEnd.TALKED),
    (LegEnd.TO_MESSAGE, HuntEnd.TO_MESSAGE),
    (LegEnd.DECLINED, HuntEnd.DECLINED),
    (LegEnd.BUSY, HuntEnd.BUSY),
    (LegEnd.UNREACHABLE, HuntEnd.UNREACHABLE),
]


def _result(ends: list[LegEnd]) -> Hunt:
    end = next((end for leg, end in _BY_WEIGHT if leg in ends), HuntEnd.NO_ANSWER)
    taken_by = ends.index(LegEnd.TALKED) if end is HuntEnd.TALKED else None
    return Hunt(end, taken_by, tuple(ends))


@dataclass
class MemoryNotebook:
    """Keeps what it is told in lists. ``failing_steps``: those writes fail as a full disk would."""

    places: int = 100
    disk_full: bool = False
    failing_steps: frozenset[int] = frozenset()
    kept: list[KeptAudio] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    messages: list[MessageDraft] = field(default_factory=list)
    callbacks: list[CallbackDraft] = field(default_factory=list)
    attempts: list[AttemptNote] = field(default_factory=list)
    dials: int = 100
    calls: int = 1
    writes: int = 0

    def _write(self, what: str) -> None:
        number, self.writes = self.writes, self.writes + 1
        if number in self.failing_steps:
            raise LedgerError(f"no space left for {what}")

    async def open_call(self, decision: Decision) -> None:
        self._write("open_call")

    async def reserve_place(self, call_id: str, extension: str) -> bool:
        self._write("reserve_place")
        if self.disk_full:
            raise DiskFull("only 0 MiB are free")
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

    async def note_urgent(self, call_id: str, *, urgent: bool) -> None:
        self.called_urgent = urgent

    async def book_dial(self, extension: str) -> bool:
        self._write("book_dial")
        self.dials -= 1
        return self.dials >= 0

    async def note_attempts(self, notes: Sequence[AttemptNote]) -> None:
        self._write("note_attempts")
        self.attempts.extend(notes)

    async def calls_today(self, number: str, extension: str) -> int:
        self._write("calls_today")
        return self.calls

    async def close_call(self, call_id: str, outcome: Outcome) -> None:
        self._write("close_call")
