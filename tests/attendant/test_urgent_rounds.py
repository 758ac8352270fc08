"""Urgent messages are told again until somebody has heard them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Ring, Verdict
from ari_absence.attendant.urgent_rounds import GIVE_UP, Office, UrgentRounds, next_telling
from ari_absence.core.decision import NO_FORWARDS
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import Caller, Handling, Kind, Limits, SetAbsences, Why
from ari_absence.core.phrases import MessageAudio, Phrase
from ari_absence.core.reachable import Case, Enquiry, alarm_attempts
from ari_absence.core.schedule import state_at
from ari_absence.core.steps import Situation
from ari_absence.errors import CalleeGone
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import ALICE, away, office, steps
from tests.attendant.script import ScriptedCallee

LADDER: dict[Kind | Situation, Handling] = {Kind.OUT: Handling(urgent=steps("mobile:7", "manager"))}


@dataclass
class Message:
    """One urgent message in memory."""

    step: int = 0
    message_id: str = "M-1"
    extension: str = "101"
    at: datetime = MORNING
    caller_number: str | None = "0441112233"
    audio_id: str = "A-1"


@dataclass
class Building:
    """Phones that are answered as told, a clock, and the messages in memory."""

    answers: list[str]
    alice_is_back: bool = False
    now: datetime = MORNING + timedelta(minutes=15)
    message: Message = field(default_factory=Message)
    rung: list[list[str]] = field(default_factory=list)
    heard: list[object] = field(default_factory=list)
    heard_by: str | None = None
    next_at: datetime | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)
    dials: int = 10

    async def due(self, now: datetime) -> list[Message]:
        return [] if self.told.is_set() else [self.message]

    async def next_due_at(self) -> datetime | None:
        return self.next_at

    async def advance(self, claim: Message, next_at: datetime | None, now: datetime) -> bool:
        claim.step += 1
        self.next_at = next_at
        self.told.set()
        return True

    async def mark_heard(self, message_id: str, by: str, at: datetime) -> bool:
        self.heard_by = by
        self.told.set()
        return True

    async def book_dial(self, extension: str) -> bool:
        self.dials -= 1
        return self.dials >= 0

    def attempts(self, extension: str, at: datetime) -> Sequence[Attempt]:
        alice = ALICE if self.alice_is_back else away(ALICE, Kind.OUT)
        directory = office(alice, handling={**LADDER, Situation.NO_ANSWER: Handling()})
        enquiry = Enquiry("call-1", extension, Caller(None), Why.ABSENT, at)
        state = state_at(alice, at)
        return alarm_attempts(Case(enquiry, directory, SetAbsences(), NO_FORWARDS, alice, state))

    async def alert(self, rings: Sequence[Ring], ring_seconds: float) -> Hunt:
        self.rung.append([ring.target.endpoint for ring in rings])
        ends = [await self._answer(ring) for ring in rings]
        return Hunt(HuntEnd.NO_ANSWER, None, tuple(ends))

    async def _answer(self, ring: Ring) -> LegEnd:
        assert ring.screening is not None
        callee = ScriptedCallee(list(self.answers.pop(0)))
        try:
            if await ring.screening(callee) is Verdict.TAKE:
                assert ring.afterwards is not None
                await ring.afterwards(callee)
        except CalleeGone:
            return LegEnd.DECLINED
        finally:
            self.heard.extend(callee.heard)
        return LegEnd.TALKED

    @asynccontextmanager
    async def lend(self, audio_id: str) -> AsyncIterator[object]:
        yield audio_id

    async def one_round(self) -> None:
        """Run until the message was told once."""
        whole = Office(
            lambda: office(), self.attempts, self.alert, self.lend, self.book_dial, lambda: self.now
        )
        running = asyncio.create_task(UrgentRounds(self, whole).run())
        await asyncio.wait_for(self.told.wait(), 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_who_presses_one_hears_the_message_and_nobody_else_is_told() -> None:
    building = Building(["1."])

    await building.one_round()

    assert building.rung == [["PJSIP/+819012345678@trunk"]]
    assert MessageAudio("A-1") in building.heard
    assert building.heard_by == "101"


async def test_who_hangs_up_while_it_plays_knows_of_it() -> None:
    building = Building(["1"])

    await building.one_round()
    assert building.heard_by == "101"


@pytest.mark.parametrize("keys", ["2", "...", ""])
async def test_message_that_was_not_heard_is_told_to_the_next_half_an_hour_after_it_was_left(
    keys: str,
) -> None:
    building = Building([keys])

    await building.one_round()
    assert building.heard_by is None
    assert building.next_at == MORNING + timedelta(minutes=30)

    building.now, building.answers = MORNING + timedelta(minutes=30), ["1."]
    building.told.clear()
    await building.one_round()
    assert building.rung[-1] == ["PJSIP/110"]
    assert building.heard_by == "110"


async def test_message_goes_round_the_ladder_until_somebody_has_heard_it() -> None:
    building = Building([])
    for keys in ("", "...", "2", "", "1."):
        assert building.heard_by is None
        building.answers = [keys]
        building.told.clear()
        await building.one_round()
        assert building.next_at is not None
        building.now = max(building.now, building.next_at)

    mobile, manager = ["PJSIP/+819012345678@trunk"], ["PJSIP/110"]
    assert building.rung == [mobile, manager, mobile, manager, mobile]
    assert building.heard_by == "101"


async def test_person_who_is_back_is_rung_at_the_desk_first() -> None:
    building = Building(["1."], alice_is_back=True)

    await building.one_round()
    assert building.rung == [["PJSIP/101"]]


async def test_used_up_cap_rings_nobody_outside_and_the_next_is_told_later() -> None:
    building = Building([], dials=0)

    await building.one_round()
    assert building.rung == []
    assert building.next_at is not None


async def test_passing_on_is_confirmed() -> None:
    building = Building(["2"])

    await building.one_round()
    assert any(getattr(each, "phrase", None) is Phrase.URGENT_PASSED_ON for each in building.heard)


@pytest.mark.parametrize(
    ("minutes", "step", "expected"),
    [((15, 30), 0, 30), ((15, 30), 1, 45), ((15, 30), 7, 45), ((10,), 0, 40), ((), 0, None)],
)
def test_tellings_follow_the_minutes_and_then_keep_their_distance(
    minutes: tuple[int, ...], step: int, expected: int | None
) -> None:
    now = MORNING + timedelta(minutes=30 if step else 15)
    if minutes == (10,):
        now = MORNING + timedelta(minutes=30)
    limits = Limits(urgent_again_minutes=minutes)
    due = next_telling(MORNING, step, now, limits)

    assert due == (None if expected is None else MORNING + timedelta(minutes=expected))


def test_after_a_day_it_ends() -> None:
    assert next_telling(MORNING, 3, MORNING + GIVE_UP, Limits()) is None
