"""The small port through which a conversation speaks with a caller.

``asterisk.channel_call`` implements it on a real channel; the tests implement it as a script.
Every method raises :class:`CallerGone` once the caller has hung up, and :class:`EffectFailed` when
Asterisk refused or did not answer. No method waits without a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Utterance


class RecordingEnd(StrEnum):
    """What ended a recording."""

    KEY = "key"
    SILENCE = "silence"
    LIMIT = "limit"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True)
class RecordingTerms:
    """How long a recording may be, in seconds, and what ends it besides ``#``."""

    max_seconds: int
    silence_seconds: int
    beep: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished recording that still lies in Asterisk under ``name``."""

    name: str
    seconds: float
    ended_by: RecordingEnd


class Connection(StrEnum):
    """How an attempt to connect the caller with a phone ended."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


class Call(Protocol):
    """One caller, waiting to be spoken with."""

    @property
    def call_id(self) -> str:
        """Our own id of this call, unique for ever."""

    @property
    def caller(self) -> Caller:
        """Who calls."""

    @property
    def extension(self) -> str:
        """The extension that was called."""

    @property
    def why(self) -> Why:
        """How the call came to us."""

    async def answer(self) -> None:
        """Pick up. Also tells the guard in the dialplan that somebody is here."""

    async def say(self, *utterances: Utterance, skip: str = "") -> None:
        """Say it to the end, or until the key ``skip``, which may wait already. Keys pressed meanwhile are
        dropped."""

    async def ask(self, utterances: Sequence[Utterance], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait ``patience_seconds`` for a key; None is silence.

        A key pressed while another method ran, after the last ``ask``, counts as pressed now.
        """

    async def ask_digits(
        self, utterances: Sequence[Utterance], digits_max: int, patience_seconds: float
    ) -> str:
        """Say it, unless a key interrupts, and collect keys up to ``#``, ``digits_max`` or silence."""

    async def record(self, terms: RecordingTerms) -> Recording:
        """Beep and record. A caller who hangs up meanwhile gives a recording ended by ``HANGUP``;
        only the next method raises ``CallerGone``. Keys pressed while speaking are dropped."""

    async def play(self, recording: Recording) -> str | None:
        """Play a recording back; a key interrupts and is returned."""

    async def connect(self, targets: Sequence[DialTarget], ring_seconds: float) -> Connection:
        """Ring the targets at once, join the first who answers with the caller, return when they are done.

        The caller hears ringing meanwhile. The caller's display never changes to a private number.
        """

    async def release_to_dialplan(self) -> None:
        """Hand the caller to the dialplan's own fallback; the call is over for us."""

    async def hang_up(self) -> None:
        """End the call. A caller who is gone already is no error."""
