"""Lamps follow the schedule, what is set, the end of what is set, and those on whom a forward hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.gate import DARK, LIT
from ari_absence.core.people import Kind, SetAbsences, SetForward, SetForwards
from ari_absence.core.steps import Situation
from ari_absence.presence.lamps import COMPARE_SECONDS, Lamps
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import office, steps
from tests.presence.hand_clock import HandClock

HOUR = timedelta(hours=1)


class Board:
    """Asterisk's device states."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.looks = 0
        self.settings = 0

    async def device_states(self) -> Mapping[str, str]:
        self.looks += 1
        return dict(self.shown)

    async def set_device_state(self, name: str, state: str) -> None:
        self.settings += 1
        self.shown[name] = state


class Wall:
    """Lamps of an office in which Alice forwards to Mori at once until eleven."""

    def __init__(self) -> None:
        self.board, self.clock = Board(), HandClock()
        self.absences = SetAbsences()
        forward = SetForward(steps("110"), MORNING + HOUR)
        self.forwards = SetForwards({"101": {Situation.AT_ONCE: forward}})
        directory = office()
        self.lamps = Lamps(
            lambda: directory, lambda: self.absences, self.board, self.clock, lambda: self.forwards
        )

    async def settle(self) -> None:
        self.lamps.refresh(())
        for _ in range(50):
            await asyncio.sleep(0)

    def gate(self) -> str:
        return self.board.shown.get("Stasis:absence-101", DARK)

    async def __aenter__(self) -> Wall:
        self._task = asyncio.create_task(self.lamps.run())
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def absent(extension: str) -> SetAbsences:
    return SetAbsences({extension: [DatedAbsence(Kind.OUT, MORNING, None, set_at=MORNING)]})


async def test_gate_opens_the_instant_a_set_forward_ends() -> None:
    async with Wall() as wall:
        assert wall.gate() == LIT
        assert wall.board.shown.get("Stasis:lamp-101", DARK) == DARK

        wall.clock.at = MORNING + HOUR
        await wall.settle()
        assert wall.gate() == DARK


async def test_gate_opens_when_whoever_takes_the_calls_goes_and_closes_when_they_are_back() -> None:
    async with Wall() as wall:
        wall.absences = absent("110")
        wall.lamps.refresh(["110"])
        await wall.settle()
        assert wall.gate() == DARK

        wall.absences = SetAbsences()
        wall.lamps.refresh(["110"])
        await wall.settle()
        assert wall.gate() == LIT


@pytest.mark.fault("F47")
async def test_clock_that_is_set_back_forgets_no_change() -> None:
    async with Wall() as wall:
        for later, expected in ((1, DARK), (0, LIT), (1, DARK)):
            wall.clock.at = MORNING + later * HOUR
            wall.lamps.refresh()
            await wall.settle()
            assert wall.gate() == expected


@pytest.mark.fault("F47")
async def test_f47_a_clock_that_jumps_is_told_and_the_schedule_followed_both_ways() -> None:
    async with Wall() as wall:
        with capture_logs() as logged:
            for later, expected in ((3, DARK), (0, LIT), (3, DARK)):
                wall.clock.at = MORNING + later * HOUR
                wall.clock.seconds += 1
                await wall.settle()
                assert wall.gate() == expected
    assert [line["seconds"] for line in logged if line["event"] == "clock.jumped"] == [10799, -10801, 10799]


async def test_a_state_that_somebody_else_changed_is_put_right_within_half_a_minute() -> None:
    async with Wall() as wall:
        await wall.settle()
        wall.board.shown |= {"Stasis:absence-101": DARK, "Stasis:lamp-102": "RINGING", "Stasis:door-101": LIT}
        wall.clock.seconds += COMPARE_SECONDS
        await wall.settle()
        assert wall.gate() == LIT
        assert wall.board.shown["Stasis:lamp-102"] == DARK
        assert wall.board.shown["Stasis:door-101"] == LIT  # is not ours


async def test_a_state_that_was_lost_is_set_again() -> None:
    async with Wall() as wall:
        wall.board.shown.clear()
        wall.clock.seconds += COMPARE_SECONDS
        await wall.settle()
        assert wall.gate() == LIT


async def test_while_all_is_well_comparing_costs_one_request_in_half_a_minute() -> None:
    async with Wall() as wall:
        settings, looks = wall.board.settings, wall.board.looks
        for _ in range(10):
            wall.clock.seconds += COMPARE_SECONDS / 2
            await wall.settle()
        assert (wall.board.settings, wall.board.looks) == (settings, looks + 5)
