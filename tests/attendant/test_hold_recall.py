"""Somebody on hold: the holder is reminded and rung, then the operator, and who waits hears a word now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ari_absence.attendant.call import Display, Ring
from ari_absence.attendant.hold_recall import HeldCall, keep_company, recall
from ari_absence.core.people import Directory, Limits
from ari_absence.core.phrases import Phrase
from tests.attendant.conversation import OFFICE


class HoldIsOverError(Exception):
    """What ends a hold in these tests; in the service the task is cancelled."""


@dataclass
class Held:
    """A hold that ends after so many seconds. ``other_talks``: whether the holder is in another talk, each time."""

    extension: str = "101"
    ends_after_seconds: float = 1000.0
    other_talks: list[bool] = field(default_factory=list)
    name: str = "Hans Huber"
    endpoint: str = "PJSIP/101"
    seconds: float = 0.0
    happened: list[str] = field(default_factory=list)
    talks_with_nobody: list[bool] = field(default_factory=list)
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)

    def turn(self) -> asyncio.Lock:
        return self.turns

    async def keeps_waiting(self) -> bool:
        assert self.turns.locked()
        return not (self.talks_with_nobody and self.talks_with_nobody.pop(0))

    async def lasts(self, seconds: float) -> None:
        self.seconds += seconds
        if self.seconds >= self.ends_after_seconds:
            raise HoldIsOverError

    async def party(self) -> Display:
        return Display("0441112233", self.name)

    async def remind_in_talk(self) -> bool:
        in_talk = bool(self.other_talks) and self.other_talks.pop(0)
        if in_talk:
            self.happened.append("beep")
        return in_talk

    async def ring(self, rings: Sequence[Ring], ring_seconds: float) -> None:
        assert all(ring.screening is None for ring in rings)
        assert self.turns.locked()
        self.happened += [f"{ring.target.endpoint}: {ring.shown.name}" for ring in rings]
        self.seconds += ring_seconds

    async def say(self, phrase: Phrase) -> None:
        self.happened.append(phrase.value)


async def recalled(held: Held, office: Directory = OFFICE) -> list[str]:
    port: HeldCall = held
    with pytest.raises(HoldIsOverError):
        await recall(port, lambda: office)
    return held.happened


async def test_holder_is_rung_twice_then_the_operator_then_the_holder_again() -> None:
    assert await recalled(Held(ends_after_seconds=300)) == [
        "PJSIP/101: On hold 1:00 Hans Huber",
        "PJSIP/101: On hold 2:15 Hans Huber",
        "PJSIP/100: On hold 2:30 Hans Huber, for Alice Tanaka",
        "PJSIP/101: On hold 3:45 Hans Huber",
    ]


async def test_operator_who_holds_is_not_rung_for_the_operator() -> None:
    rung = await recalled(Held("100", endpoint="PJSIP/100", ends_after_seconds=300))

    assert len(rung) == 4
    assert not any("for" in each for each in rung)


async def test_holder_in_another_talk_is_beeped_instead_of_rung() -> None:
    happened = await recalled(Held(other_talks=[True, False], ends_after_seconds=130))

    assert happened == ["beep", "PJSIP/101: On hold 2:00 Hans Huber"]


async def test_consultation_on_hold_that_talks_with_nobody_keeps_nobody_waiting() -> None:
    held = Held(talks_with_nobody=[True] * 3, other_talks=[True], ends_after_seconds=200)
    happened = await recalled(held)

    assert happened == ["beep"], "not before somebody has taken the call that was rung from there"


async def test_only_the_phone_that_holds_is_rung() -> None:
    alice = replace(OFFICE.people["101"], phones=("PJSIP/101", "PJSIP/111"))
    office = replace(OFFICE, people={**OFFICE.people, "101": alice})

    assert await recalled(Held(endpoint="PJSIP/111", ends_after_seconds=70), office) == [
        "PJSIP/111: On hold 1:00 Hans Huber"
    ]


async def test_caller_without_a_name_is_shown_by_number() -> None:
    assert await recalled(Held(name="", ends_after_seconds=70)) == ["PJSIP/101: On hold 1:00 0441112233"]


@pytest.mark.parametrize("ends_after_seconds", [1, 60, 61, 135, 140, 150, 151, 230])
async def test_end_of_the_hold_ends_the_recall_at_every_step(ends_after_seconds: float) -> None:
    held = Held(ends_after_seconds=ends_after_seconds)
    happened = await recalled(held)

    assert len(happened) <= 1 + ends_after_seconds // 60


async def test_caller_on_hold_hears_a_word_every_twenty_seconds() -> None:
    held = Held(ends_after_seconds=70)
    with pytest.raises(HoldIsOverError):
        await keep_company(held, Limits)

    assert held.happened == ["served_soon"] * 3
