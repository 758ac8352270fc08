"""Whoever presses the same keys for ever, or none at all, and never hangs up: every conversation ends by itself.

A stuck key, a fax machine, a child, or somebody who tries keys one after the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from ari_absence.attendant.notebook import Outcome
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.people import Caller, Directory, Why
from ari_absence.core.phrases import MessageAudio, Utterance
from tests.attendant.conversation import COLLEAGUE, OFFICE, OUTSIDER, WITHHELD, Conversation
from tests.attendant.desk_script import Dialled, MemoryPins, ScriptedDeskCall
from tests.attendant.mailbox_script import Session, letter
from tests.attendant.reach_office import office
from tests.attendant.script import MemoryNotebook, ScriptedCall, _PhonesDecide
from tests.attendant.test_next_callback import HANS, Asked
from tests.attendant.test_reaching import AT_ONCE, COVERED, REMOTE, TO_MOBILE, URGENT

STEPS_MAX = 5000  # the longest of our limits is a thousand keys, with a few sentences for each
COMPANY_KEYS = 3  # pressed while phones ring, until nobody has answered
SPOKEN_SECONDS = 12.0
SILENCE = "."

streams = st.text("0123456789*#ABCD" + SILENCE, min_size=1, max_size=10)
quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pressed(keys: str) -> Iterator[str | None]:
    """``keys`` for ever; a dot is silence."""
    return (None if key == SILENCE else key for key in itertools.cycle(keys))


def entered(keys: Iterator[str | None], digits_max: int) -> str:
    """What is entered at a question for digits: up to the pound key, to silence, or to as many as there may be."""
    digits = itertools.takewhile(lambda key: key not in (None, "#"), itertools.islice(keys, digits_max))
    return "".join(filter(None, digits))


@dataclass
class PressingCall(ScriptedCall):
    """A caller who never hangs up; whoever is rung for them does not answer."""

    keys: Iterator[str | None] = field(default_factory=lambda: pressed(SILENCE))
    company_keys_left: int | None = None

    def _step(self, what: str) -> None:
        super()._step(what)
        assert len(self.done) < STEPS_MAX, f"no end: {self.done[-20:]}"

    def _key(self) -> str | None:
        if self.company_keys_left == 0:
            raise _PhonesDecide
        if self.company_keys_left is not None:
            self.company_keys_left -= 1
        return next(self.keys)

    async def ask_digits(
        self, utterances: Sequence[Utterance], digits_max: int, patience_seconds: float
    ) -> str:
        self._step("ask_digits")
        return entered(self.keys, digits_max)

    async def record(self, terms: RecordingTerms) -> Recording:
        self._step("record")
        return Recording(f"recording-{len(self.done)}", SPOKEN_SECONDS, RecordingEnd.KEY)

    async def hunt(
        self,
        rings: Sequence[Ring],
        ring_seconds: float,
        pastime: Pastime | None = None,
        heir: Pastime | None = None,
    ) -> Hunt:
        self._step("hunt")
        self.company_keys_left = COMPANY_KEYS
        try:
            if pastime is not None:
                await pastime()
                return Hunt(HuntEnd.CALLER_CHOSE, None, (LegEnd.CANCELLED,) * len(rings))
        except _PhonesDecide:
            pass
        finally:
            self.company_keys_left = None
        return Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.NO_ANSWER,) * len(rings))


@dataclass
class PressingDeskCall(ScriptedDeskCall):
    """The same for somebody of the house."""

    stream: Iterator[str | None] = field(default_factory=lambda: pressed(SILENCE))

    def _step(self, what: str) -> None:
        super()._step(what)
        assert len(self.done) < STEPS_MAX, f"no end: {self.done[-20:]}"

    async def ask(self, utterances: Sequence[DeskUtterance], patience_seconds: float) -> str | None:
        self._step("ask")
        return next(self.stream)

    async def ask_digits(
        self, utterances: Sequence[DeskUtterance], digits_max: int, patience_seconds: float
    ) -> str:
        self._step("ask_digits")
        return entered(self.stream, digits_max)

    async def record(self, terms: RecordingTerms) -> Recording:
        self._step("record")
        return Recording(f"recording-{len(self.done)}", SPOKEN_SECONDS, RecordingEnd.KEY)

    async def play(self, recording: Recording) -> str | None:
        self._step("play")
        return next(self.stream)

    async def listen(self, message: MessageAudio, seconds: float, from_seconds: float = 0.0) -> Listened:
        self._step("listen")
        key = next(self.stream)
        return Listened(key, seconds / 2 if key else seconds)

    def _hunted(self, rings: int) -> Hunt:
        return Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.NO_ANSWER,) * rings)


def pressing(call: ScriptedDeskCall, keys: str) -> PressingDeskCall:
    """The same call, of somebody who presses ``keys`` for ever."""
    facts = {each.name: getattr(call, each.name) for each in fields(ScriptedDeskCall)}
    return PressingDeskCall(**facts, stream=pressed(keys))


async def held(
    keys: str, caller: Caller, directory: Directory, why: Why, notebook: MemoryNotebook
) -> tuple[Outcome, PressingCall]:
    talk = Conversation(caller=caller, office=directory, why=why, notebook=notebook)
    call = PressingCall(caller, "101", why, [], keys=pressed(keys))
    talk.talk.call = call
    return await talk.hold(), call


OFFICES = {
    "an ordinary call": (OFFICE, Why.NOANSWER),
    "a mobile is rung": (TO_MOBILE, Why.ABSENT),
    "a colleague covers": (COVERED, Why.ABSENT),
    "urgent calls climb a ladder": (URGENT, Why.ABSENT),
    "somebody works elsewhere": (REMOTE, Why.ABSENT),
    "calls are passed on at once": (AT_ONCE, Why.ABSENT),
    "the phone is busy": (OFFICE, Why.BUSY),
}


@pytest.mark.fault("F25", "P1", "P8")
@pytest.mark.parametrize("story", OFFICES)
@given(keys=streams, caller=st.sampled_from([OUTSIDER, WITHHELD, COLLEAGUE]), full=st.booleans())
@quickly
async def test_a_caller_who_presses_anything_for_ever_is_taken_leave_of_and_written_down_once(
    story: str, keys: str, caller: Caller, full: bool
) -> None:
    notebook = MemoryNotebook(places=0 if full else 100)

    outcome, call = await held(keys, caller, *OFFICES[story], notebook)

    assert len(notebook.messages) + len(notebook.callbacks) == 1, call.done
    assert call.done[-1] == "hang_up"
    assert outcome is not Outcome.LOST


@pytest.mark.fault("F25", "P8")
@given(keys=streams, letters=st.integers(0, 3))
@quickly
async def test_a_mailbox_ends_whatever_is_pressed_for_ever(keys: str, letters: int) -> None:
    session = Session(letters=[letter(number) for number in range(letters)])
    session.call = pressing(session.call, keys)
    session.talk = replace(session.talk, call=session.call)

    await session.hold()


CODES = ["*30", "*31", "*33", "*33*1530", "*34*0112", "*39", "*39101", "*930102", "*97", "*98", "*38*1"]


@pytest.mark.fault("F25", "P8")
@pytest.mark.parametrize("code", CODES)
@given(keys=streams, by=st.sampled_from(["101", "100", None]))
@quickly
async def test_a_code_ends_whatever_is_pressed_for_ever(code: str, keys: str, by: str | None) -> None:
    dialled = Dialled(code, office=office(), by=by, pins=MemoryPins({"101": "827364"}))
    dialled.call = pressing(dialled.call, keys)

    await dialled.serve()


@pytest.mark.fault("F25", "P8")
@given(keys=streams, calls=st.integers(0, 3))
@quickly
async def test_calls_to_be_returned_come_to_an_end_whatever_is_pressed_for_ever(
    keys: str, calls: int
) -> None:
    asked = Asked(owed=[HANS] * calls)
    asked.call = pressing(asked.call, keys)

    await asked.serve()
