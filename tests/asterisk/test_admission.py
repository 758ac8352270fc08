"""F30: a storm of calls is bounded, and whoever is not served goes to the dialplan's fallback: none is lost."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from ari_absence.asterisk.channel_call import ChannelCall
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.protocol import Channel, StasisStart
from ari_absence.asterisk.sessions import Sessions
from ari_absence.asterisk.tools import Tools
from ari_absence.core.people import Limits
from tests.asterisk.test_sessions import Pbx
from tests.waiting import eventually

LIMITS = Limits(calls_at_once=20, calls_per_number_per_minute=10)


class Exchange:
    """Calls that come in, and are held until the test lets them go."""

    def __init__(self) -> None:
        self.pbx = Pbx()
        self.served: list[ChannelCall] = []
        self.over = asyncio.Event()
        tools = Tools(
            cast(AriClient, self.pbx),
            "ari-absence",
            lambda _: (),
            extension_of={"PJSIP/102": "102", "PJSIP/101": "101"}.get,
            name_of={"101": "Alice Tanaka"}.get,
            limits=lambda: LIMITS,
        )
        self.sessions = Sessions(tools, self._hold, self._no_orphans, self._no_code)

    def comes(self, call: int, number: str, *args: str, phone: str = "PJSIP/trunk") -> None:
        channel = Channel(f"c{call}", f"{phone}-{call:08}", "Ring", number, None)
        self.sessions.deliver(StasisStart(channel, args or ("absent", "101")))

    async def ends(self) -> None:
        self.over.set()
        await self.sessions.close(grace_seconds=5)

    async def _hold(self, call: ChannelCall) -> None:
        self.served.append(call)
        await self.over.wait()

    async def _no_orphans(self, _: list[str]) -> None:
        raise AssertionError

    async def _no_code(self, _: object) -> None:
        await self.over.wait()


@pytest.mark.fault("F30", "P8")
async def test_of_fifty_calls_of_one_number_some_are_served_and_the_rest_released() -> None:
    exchange = Exchange()
    for call in range(50):
        exchange.comes(call, "0441112233")
    await eventually(lambda: len(exchange.served) + len(exchange.pbx.sent) == 50)

    assert len(exchange.served) == LIMITS.calls_per_number_per_minute
    assert exchange.pbx.sent == ["ari-absence,fallback"] * 40
    assert exchange.sessions.counters["TOO_OFTEN"] == 40
    exchange.comes(50, "0442223344")  # another caller is served meanwhile
    await eventually(lambda: len(exchange.served) == LIMITS.calls_per_number_per_minute + 1)
    await exchange.ends()


@pytest.mark.fault("F30", "P8")
async def test_a_storm_is_bounded_and_every_call_is_served_or_released() -> None:
    exchange = Exchange()
    for call in range(500):
        exchange.comes(call, f"044{call:07}")
    await eventually(lambda: len(exchange.served) + len(exchange.pbx.sent) == 500)

    assert len(exchange.served) == len(exchange.sessions.calls) == LIMITS.calls_at_once
    assert exchange.sessions.counters["TOO_MANY_CALLS"] == 480
    await exchange.ends()
    assert len(exchange.pbx.ended) == LIMITS.calls_at_once
    assert not exchange.sessions.calls


@pytest.mark.parametrize(
    ("args", "phone"),
    [
        (("noanswer", "101"), "PJSIP/102"),
        (("noanswer", "101", "", "PJSIP/102-00000001"), "PJSIP/trunk"),
        (("code", "*31"), "PJSIP/102"),
    ],
    ids=["a colleague", "a caller whom a colleague sends on", "a code"],
)
async def test_only_numbers_that_call_in_from_outside_are_counted(args: tuple[str, ...], phone: str) -> None:
    exchange = Exchange()
    for call in range(LIMITS.calls_per_number_per_minute + 5):
        exchange.comes(call, "0441112233", *args, phone=phone)

    assert len(exchange.sessions.calls) == LIMITS.calls_per_number_per_minute + 5
    await exchange.ends()
    assert exchange.pbx.sent == []
