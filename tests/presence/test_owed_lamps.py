"""The lamps of reminders follow the ledger: lit while a call falls due or is overdue, whoever changes what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from ari_absence.core.gate import DARK, LIT
from ari_absence.core.owed_lamp import Pressing, PressingCall, owed_lamps
from ari_absence.core.people import Team
from ari_absence.errors import AsteriskError, LedgerError
from ari_absence.presence.lamps import COMPARE_SECONDS
from ari_absence.presence.owed_lamps import OwedLamps
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import office
from tests.presence.hand_clock import HandClock, settle

ALICE, MORI = "Stasis:owed-101", "Stasis:owed-110"
HERS = Pressing((PressingCall("101"),))


class Board:
    """Asterisk's device states, which may be out of reach."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.settings = 0
        self.gone = False

    async def device_states(self) -> Mapping[str, str]:
        if self.gone:
            raise AsteriskError("Asterisk is away")
        return dict(self.shown)

    async def set_device_state(self, name: str, state: str) -> None:
        if self.gone:
            raise AsteriskError("Asterisk is away")
        self.settings += 1
        self.shown[name] = state


class Wall:
    """The lamps, a ledger of which the test says what presses, and Asterisk."""

    def __init__(self, pressing: Pressing | None = None) -> None:
        self.board, self.clock = Board(), HandClock()
        self.pressing = pressing or Pressing()
        self.looks = 0
        self.broken = False
        self.directory = office()
        self.lamps = OwedLamps(lambda: self.directory, self.look, self.board, self.clock)

    async def look(self) -> Pressing:
        self.looks += 1
        if self.broken:
            raise LedgerError("the ledger can't be read")
        return self.pressing

    async def told(self) -> None:
        """Somebody wakes the lamps."""
        self.lamps.wake()
        await settle()

    def shows(self, name: str = ALICE) -> str:
        return self.board.shown.get(name, DARK)

    async def __aenter__(self) -> Wall:
        self._task = asyncio.create_task(self.lamps.run())
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_lamp_is_lit_when_a_call_falls_due_and_put_out_when_it_is_over() -> None:
    async with Wall() as wall:
        assert wall.shows() == DARK
        wall.pressing = HERS
        await wall.told()
        assert (wall.shows(), wall.shows(MORI)) == (LIT, DARK)
        wall.pressing = Pressing()
        await wall.told()
        assert wall.shows() == DARK
        assert wall.board.settings == 2


async def test_lamp_is_lit_at_the_moment_itself_without_being_woken() -> None:
    async with Wall() as wall:
        wall.pressing = Pressing((), MORNING + timedelta(milliseconds=60))
        await wall.told()
        looks, wall.pressing = wall.looks, HERS
        async with asyncio.timeout(2.0):
            while wall.looks == looks:
                await asyncio.sleep(0)
        await settle()
        assert wall.shows() == LIT


async def test_lamp_left_lit_by_a_service_that_died_is_put_out_also_of_who_has_left() -> None:
    wall = Wall()
    wall.board.shown = {ALICE: LIT, "Stasis:owed-999": LIT, "Stasis:lamp-101": LIT, "Stasis:door-101": LIT}
    async with wall:
        assert wall.shows() == wall.shows("Stasis:owed-999") == DARK
        assert wall.shows("Stasis:lamp-101") == wall.shows("Stasis:door-101") == LIT


async def test_everything_is_set_again_after_asterisk_came_back_without_it() -> None:
    async with Wall(HERS) as wall:
        wall.board.shown.clear()
        wall.lamps.refresh()
        await settle()
        assert wall.shows() == LIT


async def test_what_somebody_else_changed_is_put_right_within_a_round() -> None:
    async with Wall(HERS) as wall:
        wall.board.shown[ALICE], wall.board.shown[MORI] = DARK, "RINGING"
        await wall.told()
        assert wall.shows() == DARK  # not yet
        wall.clock.seconds += COMPARE_SECONDS
        await wall.told()
        assert (wall.shows(), wall.shows(MORI)) == (LIT, DARK)


async def test_nothing_is_set_while_nothing_changes() -> None:
    async with Wall(HERS) as wall:
        for _ in range(5):
            wall.clock.seconds += COMPARE_SECONDS
            await wall.told()
        assert wall.board.settings == 1


async def test_lamp_is_right_when_asterisk_or_the_ledger_is_there_again() -> None:
    wall = Wall(HERS)
    wall.board.gone = True
    async with wall:
        wall.board.gone = False
        wall.lamps.refresh()
        await settle()
        assert wall.shows() == LIT
        wall.broken = True
        await wall.told()
        assert wall.shows() == LIT
        wall.broken, wall.pressing = False, Pressing()
        await wall.told()
        assert wall.shows() == DARK


async def test_whoever_has_claimed_a_call_is_shown_it_and_its_owner_no_more() -> None:
    async with Wall(Pressing((PressingCall("101", claimed_by="110"),))) as wall:
        assert (wall.shows(), wall.shows(MORI)) == (DARK, LIT)


def test_a_call_of_a_team_is_shown_to_all_who_have_not_left_it_to_the_others() -> None:
    directory = office()
    assert {"101", "110"} <= directory.people.keys()
    directory.teams["both"] = Team("both", "Both", ("101", "110", "999"))  # type: ignore[index]
    assert owed_lamps([PressingCall("team:both")], directory) == {ALICE, MORI}
    assert owed_lamps([PressingCall("team:both", declined=("101",))], directory) == {MORI}
    assert owed_lamps([PressingCall("team:both", declined=("101", "110"))], directory) == {ALICE, MORI}
    assert owed_lamps([PressingCall("team:gone"), PressingCall("999")], directory) == frozenset()
