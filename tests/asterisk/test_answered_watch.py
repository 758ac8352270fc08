"""Which talks settle what is owed, by what Asterisk tells unasked and by what it says when it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from ari_absence.asterisk import answered_watch, ids, protocol
from ari_absence.asterisk.answered_watch import AnsweredWatch, Debt
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.joined import HOPS_MAX, party_of
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import Bridge, Channel
from ari_absence.asterisk.tools import Tools
from ari_absence.core.people import Limits
from ari_absence.errors import AsteriskUnreachable, LedgerError
from tests.attendant.reach_office import office
from tests.waiting import eventually

HANS, HANS_KEY = "0312345678", "+81312345678"
HOUSE = office()
HOUSE = replace(HOUSE, site=replace(HOUSE.site, limits=Limits(settles_after_seconds=0.02)))
PHONES = {f"PJSIP/{extension}": extension for extension in HOUSE.people}


def channel(name: str, state: str = "Up", shown: str = "", exten: str = "") -> dict[str, Any]:
    """A channel as Asterisk writes it."""
    return {
        "id": f"id of {name}",
        "name": name,
        "state": state,
        "caller": {"number": "", "name": ""},
        "connected": {"number": shown, "name": ""},
        "dialplan": {"exten": exten},
    }


def bridge(*names: str, of: str = "basic", kind: str = "mixing") -> dict[str, Any]:
    """A bridge as Asterisk writes it."""
    ids = [f"id of {name}" for name in names]
    return {"id": f"of {names}", "bridge_type": kind, "bridge_class": of, "channels": ids}


@dataclass
class Pbx:
    """What Asterisk says when it is asked."""

    live: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    away: bool = False

    async def channels(self) -> list[dict[str, Any]]:
        return self._told(self.live)

    async def bridges(self) -> list[dict[str, Any]]:
        return self._told(self.joined)

    def _told(self, answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.requests += 1
        if self.away:
            raise AsteriskUnreachable("nobody answers")
        return answer


@dataclass
class Owed:
    """What 101 owes, by caller; ``settled`` is what was noted."""

    keys: set[str] = field(default_factory=lambda: {HANS_KEY})
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    settled: list[tuple[str, str]] = field(default_factory=list)
    failing: bool = False
    vain: list[tuple[str, str, str]] = field(default_factory=list)

    async def settled_by(self, talker: str, callers: Collection[str]) -> Sequence[Debt]:
        self.asked.append((talker, frozenset(callers)))
        if self.failing:
            raise LedgerError("the disk is full")
        return [Debt(f"owed to {key}", key) for key in sorted(self.keys & set(callers)) if talker == "101"]

    async def settle(self, debts: Sequence[Debt], by: str) -> None:
        self.settled += [(debt.caller, by) for debt in debts]

    async def tried(self, debts: Sequence[Debt], end: str, by: str) -> None:
        self.vain += [(debt.caller, end, by) for debt in debts]


@dataclass
class Watched:
    pbx: Pbx
    owed: Owed
    watch: AnsweredWatch
    tools: Tools

    def tell(self, kind: str, **body: object) -> None:
        event = protocol.read({"type": kind, **body})
        assert not isinstance(event, protocol.Ignored | protocol.Unreadable), event
        self.watch.take(cast(protocol.PhoneEvent, event))

    def dials(self, status: str, *, dialstring: str = "", peer: str = "PJSIP/trunk-2") -> None:
        """What Asterisk tells of a phone that 101 rings."""
        caller = channel("PJSIP/101-1", "Ring", exten="0312345678")
        self.tell("Dial", dialstatus=status, dialstring=dialstring, caller=caller, peer=channel(peer))

    def talks(self, party: str = "PJSIP/trunk-2", shown: str = HANS, *, of: str = "basic") -> None:
        """101's phone is answered and shows a number, and is joined with a channel."""
        self.pbx.live = [channel("PJSIP/101-1", shown=shown), channel(party)]
        self.pbx.joined = [bridge("PJSIP/101-1", party, of=of)]
        self.tell("ChannelStateChange", channel=self.pbx.live[0])

    async def looked(self, times: int = 1) -> None:
        """The ledger was asked so often."""
        await eventually(lambda: len(self.owed.asked) >= times)


@asynccontextmanager
async def watching(owed: Owed | None = None) -> AsyncIterator[Watched]:
    pbx, owed = Pbx(), owed or Owed()
    tools = Tools(cast(AriClient, pbx), "ari-absence", lambda _: (), extension_of=PHONES.get)
    watch = AnsweredWatch(tools, owed, lambda: HOUSE)
    running = asyncio.create_task(watch.run())
    try:
        yield Watched(pbx, owed, watch, tools)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answered_watch, "LOOK_EVERY_SECONDS", 0.01)


async def test_talk_with_whom_one_owes_a_call_settles_it() -> None:
    async with watching() as it:
        it.talks()
        await eventually(lambda: it.owed.settled == [(HANS_KEY, "101, by a call to PJSIP/101")])
        assert it.pbx.requests == 2


async def test_number_that_was_dialled_counts_though_the_carrier_shows_another() -> None:
    async with watching() as it:
        it.dials("", dialstring=f"{HANS}@trunk")
        it.talks(shown="0399999999")
        it.dials("ANSWER")
        await eventually(lambda: it.owed.settled == [(HANS_KEY, "101, by a call from PJSIP/101")])


@pytest.mark.parametrize(("status", "end"), [("NOANSWER", "no_answer"), ("BUSY", "busy")])
async def test_call_by_hand_that_nobody_answers_is_noted(status: str, end: str) -> None:
    async with watching() as it:
        it.dials("", dialstring=f"{HANS}@trunk")
        it.dials(status)
        it.tell("ChannelDestroyed", cause=16, channel=channel("PJSIP/101-1"))
        await eventually(lambda: it.owed.vain == [(HANS_KEY, end, "101, by a call from PJSIP/101")])
        assert it.pbx.requests == 0


async def test_call_that_we_make_for_a_phone_notes_its_end_itself() -> None:
    async with watching() as it:
        line = Line(ids.new_call_id(), Channel("id of PJSIP/101-1", "PJSIP/101-1", "Up", None, None))
        it.tools.switchboard.add_caller(line)
        leg = channel("PJSIP/trunk-2") | {"id": ids.of_leg(line.call_id, 1)}
        for caller in ({}, {"caller": channel("PJSIP/101-1")}):
            it.tell("Dial", dialstatus="", dialstring=f"{HANS}@trunk", peer=leg, **caller)
            it.tell("Dial", dialstatus="NOANSWER", dialstring="", peer=leg, **caller)
        it.tell("ChannelDestroyed", cause=16, channel=channel("PJSIP/101-1"))
        it.dials("", dialstring=f"{HANS}@trunk")
        it.dials("BUSY")
        it.tell("ChannelDestroyed", cause=16, channel=channel("PJSIP/101-1"))
        await eventually(lambda: [end for _, end, _ in it.owed.vain] == ["busy"])


async def test_number_that_we_ring_for_a_phone_of_ours_is_known() -> None:
    """``*38``: the phone has dialled nothing but a code, and shows nobody."""
    async with watching() as it:
        line = Line(ids.new_call_id(), Channel("id of PJSIP/101-1", "PJSIP/101-1", "Up", None, None))
        it.tools.switchboard.add_caller(line)
        leg = channel("PJSIP/trunk-2") | {"id": ids.of_leg(line.call_id, 1)}
        it.talks(shown="")
        it.pbx.live[1] = leg
        it.pbx.joined = [bridge("PJSIP/101-1", of="stasis")]
        it.pbx.joined[0]["channels"].append(leg["id"])
        it.tell("Dial", dialstatus="", dialstring=f"{HANS}@trunk", peer=leg)
        it.tell("Dial", dialstatus="ANSWER", dialstring="", peer=leg)
        await eventually(lambda: it.owed.settled == [(HANS_KEY, "101, by a call from PJSIP/101")])


async def test_phone_that_is_rung_for_nobody_is_nothing_to_us() -> None:
    async with watching() as it:
        it.tell("Dial", dialstatus="", dialstring=f"{HANS}@trunk", peer=channel("PJSIP/trunk-2"))
        assert it.watch.lines == 0


async def test_talk_with_somebody_to_whom_nothing_is_owed_costs_no_request() -> None:
    async with watching(Owed(keys=set())) as it:
        it.talks()
        await it.looked()
        it.tell("ChannelDestroyed", cause=16, channel=channel("PJSIP/101-1"))
        await eventually(lambda: it.watch.lines == 0)
        assert it.pbx.requests == 0


async def test_channels_that_are_no_phones_of_ours_are_not_remembered() -> None:
    async with watching() as it:
        it.tell("ChannelStateChange", channel=channel("PJSIP/trunk-2", shown="101"))
        assert it.watch.lines == 0


@pytest.mark.parametrize(
    "joined",
    [
        [],
        [bridge("PJSIP/101-1")],
        [bridge("PJSIP/101-1", "PJSIP/trunk-2", of="base")],
        [bridge("PJSIP/101-1", "PJSIP/trunk-2", kind="holding")],
        [bridge("PJSIP/101-1", "PJSIP/trunk-2", "PJSIP/102-3")],
    ],
    ids=["nobody", "alone", "conference", "waiting room", "three"],
)
async def test_phone_that_listens_or_confers_settles_nothing_and_is_looked_at_again(
    joined: list[dict[str, Any]],
) -> None:
    async with watching() as it:
        it.talks()
        it.pbx.joined, talk = joined, it.pbx.joined
        await it.looked(3)
        assert it.owed.settled == []
        it.pbx.joined = talk
        await eventually(lambda: it.owed.settled)


async def test_mailbox_behind_a_local_channel_is_nobody() -> None:
    async with watching() as it:
        it.talks("Local/0312345678@from-internal-1;1")
        it.pbx.live.append(channel("Local/0312345678@from-internal-1;2"))
        await it.looked(3)
        assert it.owed.settled == []


async def test_person_behind_a_local_channel_is_found() -> None:
    async with watching() as it:
        it.talks("Local/0312345678@from-internal-1;1")
        it.pbx.live += [channel("Local/0312345678@from-internal-1;2"), channel("PJSIP/trunk-4")]
        it.pbx.joined.append(bridge("PJSIP/trunk-4", "Local/0312345678@from-internal-1;2"))
        await eventually(lambda: it.owed.settled)


async def test_colleague_is_known_by_the_phone_not_by_the_number_shown() -> None:
    """Somebody outside who shows 102 is not Kenji; and whoever answers Kenji's phone was reached there."""
    async with watching(Owed(keys={"ext:102", "102"})) as it:
        it.talks(shown="102")
        await eventually(lambda: it.owed.settled == [("102", "101, by a call to PJSIP/101")])
    async with watching(Owed(keys={"ext:102", "102"})) as it:
        it.talks("PJSIP/102-2", shown="102")
        await eventually(lambda: it.owed.settled == [("ext:102", "101, by a call to PJSIP/101")])


async def test_colleague_who_was_dialled_is_known_whatever_the_phone_shows() -> None:
    async with watching(Owed(keys={"ext:102"})) as it:
        it.dials("", dialstring="102", peer="PJSIP/102-2")
        it.talks("PJSIP/102-2", shown="+81355500102")
        it.dials("ANSWER", peer="PJSIP/102-2")
        await eventually(lambda: it.owed.settled == [("ext:102", "101, by a call from PJSIP/101")])


async def test_colleague_who_calls_is_known_whatever_the_phone_shows() -> None:
    async with watching(Owed(keys={"ext:102"})) as it:
        caller, peer = channel("PJSIP/102-2", "Ring", exten="101"), channel("PJSIP/101-1", "Down")
        it.tell("Dial", dialstatus="", dialstring="101", caller=caller, peer=peer)
        it.talks("PJSIP/102-2", shown="+81355500102")
        await eventually(lambda: it.owed.settled == [("ext:102", "101, by a call to PJSIP/101")])


async def test_call_that_rang_a_colleague_and_reached_another_settles_nothing() -> None:
    async with watching(Owed(keys={"ext:102"})) as it:
        it.talks("PJSIP/100-2", shown="102")
        await it.looked()
        await eventually(lambda: it.pbx.requests == 2)
        assert it.owed.settled == []


async def test_ledger_or_asterisk_that_fails_is_asked_again() -> None:
    async with watching(Owed(failing=True)) as it:
        it.talks()
        await it.looked(2)
        it.owed.failing, it.pbx.away = False, True
        await eventually(lambda: it.pbx.requests >= 2)
        assert it.owed.settled == []
        it.pbx.away = False
        await eventually(lambda: it.owed.settled)


async def test_after_a_connect_the_calls_there_are_count_and_those_that_ended_are_forgotten() -> None:
    async with watching() as it:
        it.tell("ChannelStateChange", channel=channel("PJSIP/102-9", shown=HANS))
        it.pbx.live = [channel("PJSIP/101-1", shown=HANS), channel("PJSIP/trunk-2")]
        it.pbx.joined = [bridge("PJSIP/101-1", "PJSIP/trunk-2")]
        await it.watch.catch_up()
        assert it.watch.lines == 1
        await eventually(lambda: it.owed.settled)


async def test_asterisk_that_does_not_answer_after_a_connect_ends_no_talk() -> None:
    async with watching() as it:
        it.talks()
        it.pbx.away = True
        await it.watch.catch_up()
        assert it.watch.lines == 1


# -- with whom a channel is joined


def line(name: str, state: str = "Up") -> Channel:
    return Channel(name, name, state, None, None)


def pair(one: str, other: str) -> Bridge:
    return Bridge(f"{one}{other}", talked_in=True, channel_ids=(one, other))


def test_party_who_has_not_been_answered_is_none_yet() -> None:
    assert party_of("a", [line("a"), line("b", "Ringing")], [pair("a", "b")]) is None


def test_party_behind_a_transfers_local_channels_is_found_and_a_circle_of_them_has_an_end() -> None:
    locals_ = [line(f"Local/_attended@transfer-{count};{end}") for count in range(HOPS_MAX) for end in (1, 2)]
    names = [each.name for each in locals_]
    chain = [pair("a", names[0]), pair(names[1], names[3]), pair(names[2], "b")]
    assert party_of("a", [line("a"), line("b"), *locals_], chain) == line("b")

    circle = [pair("a", names[0]), pair(names[1], names[2]), pair(names[3], names[1])]
    assert party_of("a", [line("a"), *locals_], circle) is None


def test_local_channel_with_half_a_name_is_nobody() -> None:
    for name in ("Local/", "Local/x;", "Local/x;3", "Local/x;1"):
        assert party_of("a", [line("a"), line(name)], [pair("a", name)]) is None
