"""The message lamp equals the ledger: also after failures, restarts, and what somebody else did to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio

from ari_absence.core.mailbox import MessageCounts
from ari_absence.core.people import Directory
from ari_absence.errors import AsteriskError, AsteriskUnreachable, LedgerError, RequestRefused
from ari_absence.presence import message_lamps
from ari_absence.presence.message_lamps import ROUND_SECONDS, MessageLamps
from tests.attendant.reach_office import office
from tests.presence.hand_clock import HandClock, settle
from tests.waiting import eventually


class Wall:
    """The lamps of an office, the ledger behind them, and what goes wrong with either."""

    def __init__(self, directory: Directory | None = None) -> None:
        self.directory = directory or office()
        self.ledger: dict[str, MessageCounts] = {}
        self.shown: dict[str, MessageCounts] = {}
        self.sent: list[str] = []
        self.clock = HandClock()
        self.trouble: dict[str, AsteriskError] = {}
        self.ledger_trouble: LedgerError | None = None
        self.knows = True
        self.remedy = "do something"
        self.phones_forget = False
        self.lamps = MessageLamps(lambda: self.directory, self.count, self, self.clock)

    async def count(self, extensions: Collection[str] | None) -> Mapping[str, MessageCounts]:
        if self.ledger_trouble:
            raise self.ledger_trouble
        counted = dict(self.ledger)
        await asyncio.sleep(0)
        return {key: count for key, count in counted.items() if extensions is None or key in extensions}

    async def show(self, extension: str, counts: MessageCounts) -> None:
        await asyncio.sleep(0)
        if extension in self.trouble:
            raise self.trouble[extension]
        self.shown[extension] = counts
        self.sent.append(extension)

    async def is_lit(self, extension: str) -> bool | None:
        return bool(self.shown.get(extension, MessageCounts()).new) if self.knows else None

    async def has(self, extension: str, new: int, old: int = 0) -> None:
        """The mailbox holds so many messages from now on."""
        self.ledger[extension] = MessageCounts(new, old)
        self.lamps.refresh([extension])
        await settle()

    async def a_round_later(self) -> None:
        self.clock.seconds += ROUND_SECONDS
        self.lamps._woken.set()
        await settle()

    def lit(self) -> set[str]:
        return {extension for extension, counts in self.shown.items() if counts.new}


@asynccontextmanager
async def running(wall: Wall) -> AsyncIterator[Wall]:
    task = asyncio.create_task(wall.lamps.run())
    wall.lamps.refresh_all()
    await settle()
    yield wall
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def wall() -> AsyncIterator[Wall]:
    async with running(Wall()) as wall:
        yield wall


async def test_a_message_lights_the_lamp_and_hearing_it_puts_it_out(wall: Wall) -> None:
    await wall.has("101", 1)
    assert wall.lit() == {"101"}
    await wall.has("101", 0, old=1)
    assert wall.shown["101"] == MessageCounts(0, 1)
    assert wall.lamps.settled


async def test_many_changes_at_once_are_told_once(wall: Wall) -> None:
    for count in range(1, 20):
        wall.ledger["101"] = MessageCounts(count)
        wall.lamps.refresh(["101"])
    await settle()
    assert wall.sent == ["101"]
    assert wall.shown["101"].new == 19


async def test_nothing_is_told_where_nothing_was_and_nothing_is(wall: Wall) -> None:
    assert wall.sent == []
    assert wall.lamps.settled


async def test_a_lamp_that_asterisk_still_lights_after_our_restart_is_put_out() -> None:
    wall = Wall()
    wall.shown["101"] = MessageCounts(2)
    async with running(wall):
        assert wall.lit() == set()


@pytest.mark.fault("F67", "P10")
async def test_after_a_restart_of_asterisk_every_lamp_is_shown_anew(wall: Wall) -> None:
    await wall.has("101", 1)
    await wall.has("102", 0, old=3)
    wall.shown.clear()
    wall.lamps.refresh_all()
    await settle()
    assert wall.shown["101"] == MessageCounts(1)
    assert wall.shown["102"] == MessageCounts(0, 3)


async def test_one_that_asterisk_refuses_keeps_no_other_waiting_and_is_tried_again(
    wall: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    wall.trouble["101"] = RequestRefused(500, "no such endpoint")
    await wall.has("101", 1)
    await wall.has("102", 1)
    for _ in range(3):
        await wall.a_round_later()
    assert wall.lit() == {"102"}
    assert capsys.readouterr().out.count("no such endpoint") == 1
    wall.trouble.clear()
    await wall.a_round_later()
    assert wall.lit() == {"101", "102"}


@pytest.mark.parametrize("away", ["asterisk", "ledger"])
async def test_what_could_not_be_shown_is_shown_when_it_can_be(
    wall: Wall, away: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(message_lamps, "RETRY_SECONDS", 0.01)
    if away == "asterisk":
        wall.trouble["101"] = AsteriskUnreachable("gone")
    else:
        wall.ledger_trouble = LedgerError("gone")
    await wall.has("101", 1)
    assert not wall.lamps.settled
    wall.trouble.clear()
    wall.ledger_trouble = None
    await eventually(lambda: wall.lit() == {"101"})
    assert capsys.readouterr().out.count("gone") == 1


async def test_a_lamp_that_somebody_else_changed_is_put_right_within_a_round(wall: Wall) -> None:
    await wall.has("101", 1)
    wall.shown["101"], wall.shown["102"] = MessageCounts(), MessageCounts(5)
    await wall.a_round_later()
    assert wall.lit() == {"101"}


@pytest.mark.fault("F66")
async def test_lamps_that_do_not_follow_are_told_once_with_what_to_do(
    wall: Wall, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_happens(_extension: str, _counts: MessageCounts) -> None:
        return

    monkeypatch.setattr(wall, "show", nothing_happens)
    await wall.has("101", 1)
    for _ in range(4):
        await wall.a_round_later()
    assert capsys.readouterr().out.count("do something") == 1


async def test_every_lamp_has_its_turn_to_be_compared() -> None:
    wall = Wall()
    someone = wall.directory.people["101"]
    crowd = {f"{n}": replace(someone, extension=f"{n}") for n in range(200, 290)}
    wall.directory = replace(wall.directory, people=crowd)
    async with running(wall):
        for extension in crowd:
            await wall.has(extension, 1)
        wall.shown.clear()
        for _ in range(1 + len(crowd) // message_lamps.LAMPS_PER_ROUND):
            await wall.a_round_later()
        assert wall.lit() == set(crowd)


async def test_who_watches_a_mailbox_or_a_team_sees_its_messages_too() -> None:
    wall = Wall()
    people = dict(wall.directory.people)
    team = next(iter(wall.directory.teams))
    member = wall.directory.teams[team].members[0]
    people["100"] = replace(people["100"], watches=("101", team))
    wall.directory = replace(wall.directory, people=people)
    async with running(wall):
        await wall.has("101", 1)
        assert wall.lit() == {"100", "101"}
        await wall.has(member, 2)
        assert wall.shown["100"].new == 3
        await wall.has("101", 0)
        await wall.has(member, 0)
        assert wall.lit() == set()


async def test_who_has_left_has_their_lamp_put_out(wall: Wall) -> None:
    await wall.has("101", 1)
    people = {key: person for key, person in wall.directory.people.items() if key != "101"}
    wall.directory = replace(wall.directory, people=people)
    wall.lamps.refresh_all()
    await settle()
    assert wall.lit() == set()


async def test_a_phone_that_registers_is_told_again_only_if_nobody_else_does(wall: Wall) -> None:
    await wall.has("101", 1)
    wall.lamps.registered("101")
    await settle()
    assert wall.sent == ["101"]
    wall.phones_forget = True
    wall.lamps.registered("101")
    await settle()
    assert wall.sent == ["101", "101"]


async def test_a_message_that_comes_while_its_lamp_is_being_set_is_not_lost(wall: Wall) -> None:
    wall.ledger["101"] = MessageCounts(1)
    wall.lamps.refresh(["101"])
    while not wall.sent:
        await asyncio.sleep(0)
        if wall.ledger["101"].new == 1 and not wall.lamps._stale:  # being counted
            wall.ledger["101"] = MessageCounts(2)
            wall.lamps.refresh(["101"])
    await settle()
    assert wall.shown["101"].new == 2
