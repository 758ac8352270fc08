"""Which holds are watched, by what Asterisk says when it is asked and by what it tells unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.held_channel import HeldChannel
from ari_absence.asterisk.phones_watch import SUBSCRIBED_AT_ONCE, OnHold, PhonesWatch
from ari_absence.asterisk.protocol import (
    CallEvent,
    Channel,
    ChannelDestroyed,
    ChannelHold,
    ChannelLeftBridge,
    ChannelUnhold,
    PhoneEvent,
)
from ari_absence.asterisk.tools import Tools
from ari_absence.errors import AlreadyGone, AsteriskUnreachable, RequestRefused
from tests.waiting import eventually

OURS = {"PJSIP/100": "100", "PJSIP/110": "110"}


def channel(name: str, state: str = "Up") -> Channel:
    return Channel(f"id of {name}", name, state, None, None)


@dataclass
class Pbx:
    """The requests a watch makes. ``known``: Asterisk's endpoints; ``holding``: the channels whose phone holds."""

    known: set[str] = field(default_factory=lambda: set(OURS))
    live: list[Channel] = field(default_factory=list)
    holding: set[str] = field(default_factory=set)
    subscribed: list[str] = field(default_factory=list)
    requests: int = 0
    away: bool = False
    created: dict[str, str] = field(default_factory=dict)

    async def subscribe(self, app: str, endpoints: Sequence[str]) -> None:
        self.requests += 1
        if not set(endpoints) <= self.known:
            raise RequestRefused(422, "no such event source")
        self.subscribed += endpoints

    async def channels(self) -> list[dict[str, Any]]:
        if self.away:
            raise AsteriskUnreachable("nobody answers")
        caller = {"number": "", "name": ""}
        return [
            {
                "id": each.id,
                "name": each.name,
                "state": each.state,
                "caller": caller,
                "connected": {"number": "", "name": f"who talks with {each.name}"},
                "creationtime": self.created.get(each.id, ""),
            }
            for each in self.live
        ]

    async def variable(self, channel_id: str, variable: str) -> str:
        assert variable == "CHANNEL(rtp,hold)"
        if channel_id == "id of PJSIP/100-gone":
            raise AlreadyGone("no such channel")
        return "1" if channel_id in self.holding else "0"


@dataclass
class Watched:
    """A watch, and whose holds it has begun and ended."""

    pbx: Pbx
    watch: PhonesWatch
    begun: list[str]
    ended: list[str]


@asynccontextmanager
async def watching(
    pbx: Pbx, phones: Sequence[str] = tuple(OURS), follow: OnHold | None = None
) -> AsyncIterator[Watched]:
    begun: list[str] = []
    ended: list[str] = []

    async def note(held: HeldChannel) -> None:
        begun.append(held.extension)
        try:
            await held.lasts(3600)
        finally:
            ended.append(held.extension)

    tools = Tools(cast(AriClient, pbx), "ari-absence", lambda _: (), extension_of=OURS.get)
    watch = PhonesWatch(tools, lambda: phones, follow or note)
    try:
        yield Watched(pbx, watch, begun, ended)
    finally:
        await watch.close()


async def test_every_phone_is_subscribed_to_in_few_requests() -> None:
    phones = [f"PJSIP/{number}" for number in range(1000, 1000 + 2 * SUBSCRIBED_AT_ONCE + 1)]
    async with watching(Pbx(known=set(phones)), phones) as it:
        await it.watch.subscribe()

    assert sorted(it.pbx.subscribed) == sorted(phones)
    assert it.pbx.requests == 3


async def test_phone_that_asterisk_does_not_know_keeps_no_other_from_being_watched() -> None:
    async with watching(Pbx(), ["PJSIP/100", "PJSIP/110", "PJSIP/nobody"]) as it:
        await it.watch.subscribe()

    assert it.pbx.subscribed == ["PJSIP/100", "PJSIP/110"]


async def test_hold_is_followed_until_it_is_resumed_or_ends() -> None:
    phone = channel("PJSIP/100-1")
    ends: list[CallEvent | PhoneEvent] = [
        ChannelUnhold(phone.id),
        ChannelDestroyed(phone.id, 16),
        ChannelLeftBridge(phone.id, "bridge"),
    ]
    for end in ends:
        async with watching(Pbx()) as it:
            it.watch.take(ChannelHold(phone))
            it.watch.take(ChannelHold(phone))  # told twice, it is one
            await eventually(lambda it=it: it.begun == ["100"])  # type: ignore[misc]
            it.watch.take(end)
            await eventually(lambda it=it: it.ended == ["100"])  # type: ignore[misc]
            assert it.watch.holds == 0


async def test_hold_by_a_phone_that_is_not_ours_is_nothing_to_us() -> None:
    async with watching(Pbx()) as it:
        it.watch.take(ChannelHold(channel("PJSIP/trunk-1")))
        assert it.watch.holds == 0


async def test_after_a_connect_what_is_on_hold_is_followed_and_what_is_over_is_not() -> None:
    held, talking, gone = (channel(f"PJSIP/{name}") for name in ("100-1", "110-2", "100-gone"))
    ringing = channel("PJSIP/110-3", "Ringing")
    pbx = Pbx(live=[held, talking, gone, ringing], holding={held.id, ringing.id})
    async with watching(pbx) as it:
        for missed in (talking, channel("PJSIP/110-9")):
            it.watch.take(ChannelHold(missed))
        await it.watch.catch_up()
        await eventually(lambda: it.watch.holds == 1)
        await eventually(lambda: "100" in it.begun)


async def test_of_two_holds_at_one_phone_one_has_its_turn_at_a_time_the_oldest_call_first() -> None:
    older, newer = channel("PJSIP/100-7"), channel("PJSIP/100-2")
    pbx = Pbx(
        live=[newer, older], holding={older.id, newer.id}, created={older.id: "10:00", newer.id: "10:05"}
    )
    turns: list[str] = []

    async def follow(held: HeldChannel) -> None:
        async with held.turn():
            turns.append((await held.party()).name)
            await held.lasts(3600)

    async with watching(pbx, follow=follow) as it:
        await it.watch.catch_up()
        await eventually(lambda: turns == ["who talks with PJSIP/100-7"])
        it.watch.take(ChannelUnhold(older.id))
        await eventually(lambda: turns[1:] == ["who talks with PJSIP/100-2"])


async def test_asterisk_that_does_not_answer_ends_no_hold() -> None:
    async with watching(Pbx(away=True)) as it:
        it.watch.take(ChannelHold(channel("PJSIP/100-1")))
        await it.watch.catch_up()
        assert it.watch.holds == 1


async def test_watch_that_is_closed_leaves_no_task_behind() -> None:
    async with watching(Pbx()) as it:
        it.watch.take(ChannelHold(channel("PJSIP/100-1")))
        await eventually(lambda: it.begun == ["100"])

    assert it.ended == ["100"]
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("hold ")]
