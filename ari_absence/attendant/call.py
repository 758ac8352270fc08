"""The small port through which a conversation speaks with a caller.

``asterisk.channel_call`` implements it on a real channel; the tests implement it as a script.
Every method raises :class:`CallerGone` once the caller has hung up, :class:`CallerReplaced` once a transfer put
somebody else into the caller's place, and :class:`EffectFailed` when Asterisk refused or did not answer. No method
waits without a limit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from ari_absence.core.desk_phrases import DeskUtterance, RungUtterance
from ari_absence.core.handover import Handover
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import CalleeUtterance, MessageAudio, Utterance
from ari_absence.core.steps import Situation

Sayable = TypeVar("Sayable", contravariant=True)

INSTANT_SECONDS = 0.1  # a word in between is no question: nobody waits for its answer


class RecordingEnd(StrEnum):
    """What ended a recording."""

    KEY = "key"
    SILENCE = "silence"
    LIMIT = "limit"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True)
class RecordingTerms:
    """How long a recording may be, in seconds, and what ends it besides ``#``.

    ``kept_if_replaced``: what was said until somebody else took the caller's place is kept, ended by ``HANGUP``.
    """

    max_seconds: int
    silence_seconds: int
    beep: bool = True
    kept_if_replaced: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished recording that still lies in Asterisk under ``name``."""

    name: str
    seconds: float
    ended_by: RecordingEnd


class Verdict(StrEnum):
    """What somebody who was rung for a caller decided."""

    TAKE = "take"
    NOT_ME = "not_me"
    TO_MESSAGE = "to_message"


class LegEnd(StrEnum):
    """How the ringing of one phone ended."""

    TALKED = "talked"
    DROPPED = "dropped"
    """Took the call, and hung up before they could talk: within a second, or before the caller was joined."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    TO_MESSAGE = "to_message"
    UNDECIDED = "undecided"
    """Answered, but no key came: as a mobile's own mailbox does."""
    CAP_USED_UP = "cap_used_up"
    """Not dialled at all: the person's outside calls of this hour or day are used up, or can't be counted."""
    CANCELLED = "cancelled"
    """Somebody else took the call, or the caller chose or left."""


class HuntEnd(StrEnum):
    """How the ringing of several phones at once ended for the caller."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    TO_MESSAGE = "to_message"
    CALLER_CHOSE = "caller_chose"


@dataclass(frozen=True, slots=True)
class Display:
    """What a phone's display shows of the other party; None means withheld."""

    number: str | None
    name: str


FREE = "free"
"""What :meth:`Call.wait` gives, instead of a key, when the phones that are waited for have become free."""


class Callee(Protocol):
    """Somebody who picked up a phone that we rang. Every method raises :class:`CalleeGone` once they hung up."""

    async def say(self, *utterances: RungUtterance) -> None:
        """Say it to the end. Keys pressed meanwhile are dropped."""

    async def ask(self, utterances: Sequence[RungUtterance], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait ``patience_seconds`` for a key; None is silence."""


Screening = Callable[[Callee], Awaitable[Verdict | None]]
"""The talk with one callee before the caller is joined; None: no decision came."""

Afterwards = Callable[["Callee"], Awaitable[None]]
"""What is said to who has taken it, and what they may choose then."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One phone to ring. ``shown`` is what its display shows; without ``screening`` who answers has taken."""

    target: DialTarget
    shown: Display
    screening: Screening | None = None
    too_late: tuple[CalleeUtterance, ...] = ()
    """Said to who is still deciding when another takes the call, and only then."""
    left: tuple[CalleeUtterance, ...] = ()
    """Said to who is still deciding, or just took it, when the caller has hung up."""
    afterwards: Afterwards | None = None
    """Without a caller: the talk with who has taken it, while all others have been let go."""
    not_needed: tuple[CalleeUtterance, ...] = ()
    """Said to who is still deciding when the caller has chosen something else, or another had a message taken."""
    forwarded_on: Situation = Situation.NO_ANSWER
    """Why the call goes on to this phone, which is told to one outside."""
    anew: Callable[[], Display] | None = None
    """What the display is to show once a transfer has put somebody else into the caller's place."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """How it ended, who talked with the caller (index of the ring), and how each ring ended, in order.

    ``passed_on``: meanwhile a transfer put somebody else into the caller's place; ``heir_joined``: while phones still
    rang, and it is they who were joined.
    """

    end: HuntEnd
    taken_by: int | None
    legs: tuple[LegEnd, ...]
    passed_on: bool = False
    heir_joined: bool = False


Pastime = Callable[[], Awaitable[None]]
"""What the caller does while phones ring. Its return means that the caller chose something else."""


class Conversing(Protocol[Sayable]):
    """One party that called us, by what can be said to it."""

    @property
    def call_id(self) -> str:
        """Our own id of this call, unique for ever."""

    @property
    def caller(self) -> Caller:
        """Who calls."""

    async def answer(self) -> None:
        """Pick up. Also tells the guard in the dialplan that somebody is here."""

    async def say(self, *utterances: Sayable, skip: str = "") -> None:
        """Say it to the end, or until the key ``skip``, which may wait already. Keys pressed meanwhile are
        dropped."""

    async def ask(self, utterances: Sequence[Sayable], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait ``patience_seconds`` for a key; None is silence.

        A key pressed while another method ran, after the last ``ask``, counts as pressed now.
        """

    async def ask_digits(
        self, utterances: Sequence[Sayable], digits_max: int, patience_seconds: float
    ) -> str:
        """Say it, unless a key interrupts, and collect keys up to ``#``, ``digits_max`` or silence."""

    async def record(self, terms: RecordingTerms) -> Recording:
        """Beep and record. A caller who hangs up meanwhile gives a recording ended by ``HANGUP``;
        only the next method raises ``CallerGone``. Keys pressed while speaking are dropped."""

    async def play(self, recording: Recording) -> str | None:
        """Play a recording back; a key interrupts and is returned."""

    async def wait(self, seconds: float, free: Sequence[DialTarget] = ()) -> str | None:
        """Music for so long; a key ends it and is returned, also one pressed before. None: nothing was pressed.

        With ``free``, it also ends, with ``FREE``, as soon as these inside phones are free.
        """

    async def wait_ringing(self, seconds: float) -> str | None:
        """As ``wait``, with ringing instead of music."""

    async def hunt(
        self,
        rings: Sequence[Ring],
        ring_seconds: float,
        pastime: Pastime | None = None,
        heir: Pastime | None = None,
    ) -> Hunt:
        """Ring all at once, screen each who answers, join the first taker, return when they have talked.

        ``ring_seconds`` is how long phones ring; screening takes its own time. Without ``pastime`` the caller
        hears ringing. Nobody's display or signalling towards the caller ever tells a number that was rung: the
        caller's phone goes on to show the extension called. Nothing that was rung outlives this method.

        With ``heir``, the phones ring on for somebody whom a transfer puts into the caller's place, and that is their
        pastime; without it, nobody is rung any more and CallerReplaced is raised.
        """

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        """Whether at least one of these inside phones is registered and none of them is in a call."""

    async def hang_up(self) -> None:
        """End the call. A caller who is gone already is no error."""


class Voice(Protocol[Sayable]):
    """What one vocabulary says on a line that also has another."""

    async def say(self, *utterances: Sayable) -> None:
        """As ``Conversing.say``."""

    async def ask(self, utterances: Sequence[Sayable], patience_seconds: float) -> str | None:
        """As ``Conversing.ask``."""

    async def ask_digits(
        self, utterances: Sequence[Sayable], digits_max: int, patience_seconds: float
    ) -> str:
        """As ``Conversing.ask_digits``."""


class Call(Conversing[Utterance], Protocol):
    """One caller, waiting to be spoken with."""

    @property
    def handover(self) -> Handover | None:
        """What came with a caller whom somebody transferred to us, taking that one's place on the line."""

    @property
    def transferred_by(self) -> str | None:
        """The extension of who sent the caller on, unasked, to the extension called; None if it is none of ours."""

    @property
    def astray(self) -> bool:
        """Whether the caller was sent on to where no caller is served; ``extension`` is who is to have them back."""

    @property
    def house(self) -> Voice[DeskUtterance]:
        """How a caller of the house is spoken with; CallerReplaced as soon as it is another who listens."""

    def hand_over(self, handover: Handover) -> None:
        """From now on, this goes with whoever takes the caller's place."""

    async def is_one_of_several(self) -> bool:
        """Whether the phone that calls, one of ours, has another call besides this one."""

    @property
    def extension(self) -> str:
        """The extension that was called."""

    @property
    def why(self) -> Why:
        """How the call came to us."""

    async def is_registered(self, targets: Sequence[DialTarget]) -> bool:
        """Whether at least one of these inside phones is registered, in a call or not."""

    async def release_to_dialplan(self) -> None:
        """Hand the caller to the dialplan's own fallback; the call is over for us."""


@dataclass(frozen=True, slots=True)
class Listened:
    """How the playing of a message ended: by which key (None: at its end), and at which second of it."""

    key: str | None
    at_seconds: float


class DeskCall(Conversing[DeskUtterance], Protocol):
    """Somebody of the house who dialled one of our codes, or whoever reached the access number from outside.

    ``caller.extension`` tells whose phone it is; None for a phone that is not ours.
    """

    async def listen(self, message: MessageAudio, seconds: float, from_seconds: float = 0.0) -> Listened:
        """Play a message that is ``seconds`` long: ``*`` and ``#`` skip 3 seconds, 0 pauses; other keys end it."""

    @property
    def dialled(self) -> str:
        """The code as it was dialled: ``*33*1530``."""
