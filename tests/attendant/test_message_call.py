"""A message that is read out by telephone to whom it was left for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd, Ring, Verdict
from ari_absence.attendant.message_call import LeftMessage, MessageCalls
from ari_absence.attendant.urgent_rounds import Office
from ari_absence.core.decision import NO_FORWARDS
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import Caller, Handling, Kind, SetAbsences, Why
from ari_absence.core.phrases import MessageAudio, MessageFor, UrgentMessageFor
from ari_absence.core.reachable import Case, Enquiry, alarm_attempts
from ari_absence.core.schedule import state_at
from ari_absence.errors import CalleeGone, EffectFailed
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import ALICE, away, office, steps
from tests.attendant.script import ScriptedCallee

MESSAGE = LeftMessage("A-1", "0441112233", urgent=False)


@dataclass
class House:
    """Alice is out; whoever answers her phones presses these keys."""

    keys: str = "1."
    ladder: Handling = field(default_factory=lambda: Handling(urgent=steps("mobile:7", "manager")))
    dials: int = 10
    fault: Exception | None = None
    rung: list[str] = field(default_factory=list)
    heard: list[object] = field(default_factory=list)
    playing: asyncio.Event | None = None
    lent: int = 0

    def attempts(self, extension: str, at: datetime) -> Sequence[Attempt]:
        alice = away(ALICE, Kind.OUT)
        enquiry = Enquiry("call-1", extension, Caller(None), Why.ABSENT, at)
        directory = office(alice, handling={Kind.OUT: self.ladder})
        return alarm_attempts(
            Case(enquiry, directory, SetAbsences(), NO_FORWARDS, alice, state_at(alice, at))
        )

    async def book_dial(self, extension: str) -> bool:
        self.dials -= 1
        return self.dials >= 0

    async def alert(self, rings: Sequence[Ring], ring_seconds: float) -> Hunt:
        if self.fault is not None:
            raise self.fault
        self.rung += [ring.target.endpoint for ring in rings]
        for ring in rings:
            assert ring.screening is not None
            callee = ScriptedCallee(list(self.keys))
            try:
                if await ring.screening(callee) is Verdict.TAKE:
                    assert ring.afterwards is not None
                    await ring.afterwards(callee)
            except CalleeGone:
                pass
            finally:
                self.heard.extend(callee.heard)
        if self.playing is not None:
            await self.playing.wait()
        return Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.TALKED,))

    @asynccontextmanager
    async def lend(self, audio_id: str) -> AsyncIterator[object]:
        self.lent += 1
        try:
            yield audio_id
        finally:
            self.lent -= 1

    @property
    def calls(self) -> MessageCalls:
        return MessageCalls(
            Office(lambda: office(), self.attempts, self.alert, self.lend, self.book_dial, lambda: MORNING)
        )

    async def told(self, message: LeftMessage = MESSAGE) -> bool:
        return await asyncio.wait_for(self.calls.tell("101", message), 5)


URGENT = LeftMessage("A-1", "0441112233", urgent=True)


async def test_what_can_wait_is_told_at_the_desk_and_never_on_a_mobile() -> None:
    house = House()

    assert await house.told()
    assert house.rung == ["PJSIP/101"]
    assert house.dials == 10  # no call outside is counted
    assert any(isinstance(each, MessageFor) for each in house.heard)


async def test_who_presses_one_hears_an_urgent_message_on_a_phone_of_their_own() -> None:
    house = House()

    assert await house.told(URGENT)
    assert house.rung == ["PJSIP/+819012345678@trunk"]
    assert MessageAudio("A-1") in house.heard


@pytest.mark.parametrize("keys", ["", "2", "...", "9..", "#.."])
async def test_a_hang_up_a_mailbox_that_answers_or_any_other_key_is_no_delivery(keys: str) -> None:
    house = House(keys)

    assert not await house.told()
    assert MessageAudio("A-1") not in house.heard


async def test_an_urgent_message_is_called_so() -> None:
    house = House()

    await house.told(LeftMessage("A-1", None, urgent=True))
    assert any(isinstance(each, UrgentMessageFor) for each in house.heard)


async def test_who_may_not_be_rung_elsewhere_is_rung_at_their_desk() -> None:
    house = House(ladder=Handling(urgent=steps("manager")))

    assert await house.told(URGENT)
    assert house.rung == ["PJSIP/101"]


async def test_a_used_up_cap_rings_nobody_outside() -> None:
    house = House(dials=0)

    assert not await house.told(URGENT)
    assert house.rung == []


async def test_a_telephone_system_that_refuses_has_told_nobody() -> None:
    assert not await House(fault=EffectFailed("no")).told()


async def test_it_goes_on_playing_after_the_key_and_ends_with_the_service() -> None:
    house = House(playing=asyncio.Event())
    calls = house.calls

    assert await asyncio.wait_for(calls.tell("101", MESSAGE), 5)
    assert house.lent == 1
    await calls.close()
    assert house.lent == 0


async def test_somebody_who_has_left_the_house_is_not_rung() -> None:
    house = House()

    assert not await house.calls.tell("999", MESSAGE)
    assert house.rung == []
