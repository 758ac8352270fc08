"""The port ``attendant.call.Call`` on a line over AGI: what can be said, asked and recorded. Nobody is rung."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from ari_absence.asterisk.agi import ALL_KEYS, AgiLine
from ari_absence.attendant.call import (
    Recording,
    RecordingEnd,
    RecordingTerms,
    Voice,
)
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.handover import Handover
from ari_absence.core.left import FOLDER, LeftCall
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Utterance
from ari_absence.errors import CallerGone, EffectFailed

END_KEY = "#"
LAST_RESORT = "sound:beep"  # Asterisk's own, for when it can't find one of ours
LIMIT_SLACK_SECONDS = 1.0  # Asterisk counts what it wrote, which ends a little before the limit


class AgiCall:
    """A caller whom the service does not serve. ``media`` gives what Asterisk plays, ``folder`` is where it records.

    The line is up already. ``released``: the conversation has given the caller back to the dialplan.
    """

    handover: Handover | None = None
    transferred_by: str | None = None
    astray = False

    def __init__(
        self,
        line: AgiLine,
        left: LeftCall,
        caller: Caller,
        media: Callable[[Sequence[Utterance]], Sequence[str]],
        folder: Path,
    ) -> None:
        self._line = line
        self._left = left
        self._caller = caller
        self._media = media
        self._folder = folder
        self._recorded = 0
        self.released = False

    @property
    def call_id(self) -> str:
        """Our own id of this call, unique for ever."""
        return self._left.call_id

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self._caller

    @property
    def extension(self) -> str:
        """The extension that was called."""
        return self._left.extension

    @property
    def why(self) -> Why:
        """How the call came to us."""
        return self._left.why

    @property
    def house(self) -> Voice[DeskUtterance]:
        """Nobody of the house is spoken with as such here."""
        raise EffectFailed("the fallback speaks with callers only")

    async def answer(self) -> None:
        """The line is up."""

    async def say(self, *utterances: Utterance, skip: str = "") -> None:
        """Say it to the end, or until the key ``skip``. Other keys are dropped."""
        self._play(utterances, skip)

    async def ask(self, utterances: Sequence[Utterance], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait for a key; None is silence."""
        return self._play(utterances) or self._line.key(patience_seconds) or None

    async def ask_digits(
        self, utterances: Sequence[Utterance], digits_max: int, patience_seconds: float
    ) -> str:
        """Say it, unless a key interrupts, and collect keys up to ``#``, ``digits_max`` or silence."""
        digits, key = "", self._play(utterances) or self._line.key(patience_seconds)
        while key not in ("", END_KEY):
            digits += key
            if len(digits) == digits_max:
                break
            key = self._line.key(patience_seconds)
        return digits

    async def record(self, terms: RecordingTerms) -> Recording:
        """Beep and record. A hang-up meanwhile gives a recording ended by ``HANGUP``, if there is a file of it."""
        self._recorded += 1
        name = self._left.recording(self._recorded)
        file = self.file_of(name)
        try:
            key, seconds = self._line.record(
                str(file.with_name(file.name.removesuffix(".wav"))), terms.max_seconds, terms.silence_seconds
            )
        except CallerGone:
            if not file.is_file():
                raise
            return Recording(name, 0.0, RecordingEnd.HANGUP)
        if key == END_KEY:
            return Recording(name, seconds, RecordingEnd.KEY)
        at_limit = seconds >= terms.max_seconds - LIMIT_SLACK_SECONDS
        return Recording(name, seconds, RecordingEnd.LIMIT if at_limit else RecordingEnd.SILENCE)

    async def play(self, recording: Recording) -> str | None:
        """Play a recording back; a key interrupts and is returned."""
        file = self.file_of(recording.name)
        seconds_max = round(recording.seconds) + 90
        return (
            self._line.play(str(file.with_name(file.name.removesuffix(".wav"))), seconds_max=seconds_max)
            or None
        )

    async def hang_up(self) -> None:
        """End the call. A caller who is gone already is no error."""
        try:
            self._line.hang_up()
        except (CallerGone, EffectFailed):
            return

    async def release_to_dialplan(self) -> None:
        """Have the plain dialplan go on with the caller."""
        self.released = True

    def file_of(self, recording: str) -> Path:
        """Where a recording of ours lies."""
        return self._folder / f"{recording.removeprefix(FOLDER)}.wav"

    # -- what needs the service

    async def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise EffectFailed("the fallback rings nobody and waits for nobody")

    wait = wait_ringing = hunt = _refuse

    async def is_free(self, *_: object) -> bool:
        """Nobody is asked about here."""
        return False

    async def is_registered(self, *_: object) -> bool:
        """Nobody is asked about here."""
        return False

    async def is_one_of_several(self) -> bool:
        """Nobody is asked about here."""
        return False

    def hand_over(self, _handover: Handover) -> None:
        """Nobody is transferred here."""

    def _play(self, utterances: Sequence[Utterance], keys: str = ALL_KEYS) -> str:
        """Play what says it; the key that ended it, or ``""``. A sound that is missing is left out, but not all."""
        heard = False
        for media in self._media(utterances):
            try:
                key = self._line.play(_file(media), keys)
            except EffectFailed:
                continue
            heard = True
            if key:
                return key
        return "" if heard or not utterances else self._line.play(_file(LAST_RESORT), keys)


def _file(media: str) -> str:
    return media.removeprefix("sound:")
