"""Phones that hear nothing after a transfer are made to hear, and no others; whatever fails meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from structlog.testing import capture_logs

from ari_absence.asterisk import audio_watch
from ari_absence.asterisk.audio_watch import AudioWatch
from ari_absence.asterisk.channel_call import ChannelCall
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import Channel, StasisStart
from ari_absence.asterisk.sessions import Sessions
from ari_absence.asterisk.switchboard import Switchboard
from ari_absence.asterisk.tools import Tools
from ari_absence.errors import AlreadyGone, AsteriskUnreachable
from tests.waiting import eventually

RECEPTION = Channel("r2", "PJSIP/100-00000003", "Up", "100", "Reception")
HALF = Channel("half", "Local/_attended@transfer-00000001;2", "Up", None, None)
KENJI = Channel("abs-2-l1", "PJSIP/102-00000002", "Up", "102", "Kenji Ito")
LOOKS = 4


@dataclass
class Pbx:
    """Asterisk, by the phone of one who was rung: deaf until silence has begun ``repairs`` times and ended as often."""

    repairs: int = 1
    held: bool = False
    rtp: bool = True
    failing: dict[int, Exception] = field(default_factory=dict)
    silent: bool = False
    sent: int = 700
    asked: list[str] = field(default_factory=list)

    async def packets_sent(self, channel_id: str) -> int:
        self._note("count", channel_id)
        if not self.rtp:
            raise AlreadyGone
        self.sent += 15 * (self.silent or self.repairs <= 0)
        return self.sent

    async def channels(self) -> list[dict[str, object]]:
        return []

    async def bridges(self) -> list[dict[str, object]]:
        return []

    async def variable(self, channel_id: str, variable: str) -> str:
        self._note("hold?", channel_id)
        return "1" if self.held else "0"

    async def silence(self, channel_id: str) -> None:
        self.silent = True  # also where the answer is lost
        self._note("silence", channel_id)

    async def stop_silence(self, channel_id: str) -> None:
        self._note("stop", channel_id)
        self.silent, self.repairs = False, self.repairs - 1

    def _note(self, what: str, channel_id: str) -> None:
        assert channel_id == KENJI.id
        self.asked.append(what)
        error = self.failing.pop(len(self.asked), None)
        if error:
            raise error


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_watch, "LOOKS_AFTER_SECONDS", (0.0,) * LOOKS)
    monkeypatch.setattr(audio_watch, "LISTENED_SECONDS", 0.0)


@dataclass
class Talk:
    pbx: Pbx
    watch: AudioWatch
    joined: Line
    kenji: Line

    async def is_looked_after(self) -> None:
        self.watch.follow(self.joined)
        await eventually(lambda: not self.watch.followed)


@asynccontextmanager
async def talk(pbx: Pbx, bridge_id: str | None = "bridge") -> AsyncIterator[Talk]:
    """Kenji talks with the half that has taken the reception's place; somebody else talks elsewhere."""
    switchboard = Switchboard()
    joined = Line("abs-2", HALF, bridge_id=bridge_id)
    kenji = Line("abs-2", KENJI, leg="-l1", bridge_id=bridge_id)
    for line in (joined, kenji, Line("abs-3", RECEPTION, bridge_id="another"), Line("abs-4", RECEPTION)):
        switchboard.add_caller(line)
    watch = AudioWatch(cast(AriClient, pbx), switchboard)
    try:
        yield Talk(pbx, watch, joined, kenji)
    finally:
        await watch.close()


async def test_phone_that_is_sent_nothing_hears_after_silence_has_begun_and_ended() -> None:
    async with talk(Pbx()) as two:
        await two.is_looked_after()
    assert two.pbx.asked[:5] == ["count", "count", "hold?", "silence", "stop"]
    assert two.pbx.asked[5:] == ["count", "count"] * (LOOKS - 1)


async def test_phone_that_stays_deaf_is_tried_again_a_few_times_and_then_left() -> None:
    async with talk(Pbx(repairs=99)) as two:
        await two.is_looked_after()
    assert two.pbx.asked.count("silence") == two.pbx.asked.count("stop") == LOOKS


@pytest.mark.parametrize(
    "pbx", [Pbx(repairs=0), Pbx(held=True), Pbx(rtp=False)], ids=["hears", "holds", "no RTP"]
)
async def test_phone_that_hears_or_holds_or_is_none_is_not_touched(pbx: Pbx) -> None:
    async with talk(pbx) as two:
        await two.is_looked_after()
    assert "count" in pbx.asked
    assert "silence" not in pbx.asked


async def test_who_is_in_no_talk_has_nobody_looked_at() -> None:
    async with talk(Pbx(), bridge_id=None) as two:
        await two.is_looked_after()
    assert two.pbx.asked == []


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("error", [AsteriskUnreachable("lost"), ValueError("a mistake")])
async def test_whatever_fails_at_whatever_step_no_phone_is_left_in_silence(
    step: int, error: Exception
) -> None:
    async with talk(Pbx(failing={step: error})) as two:
        await two.is_looked_after()
    assert two.pbx.repairs <= 0
    assert not two.pbx.silent


@pytest.mark.parametrize("step", range(1, 6))
async def test_phone_that_is_gone_at_whatever_step_is_no_trouble(step: int) -> None:
    async with talk(Pbx(failing={step: AlreadyGone("gone")})) as two:
        with capture_logs() as told:
            await two.is_looked_after()
    assert [line for line in told if line["log_level"] != "info"] == []


async def test_phone_that_hangs_up_meanwhile_is_looked_at_no_more() -> None:
    async with talk(Pbx(repairs=99)) as two:
        two.kenji.gone = True
        await two.is_looked_after()
    assert two.pbx.asked == []


async def test_repair_that_has_begun_is_brought_to_its_end_when_the_service_stops() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Pbx):
        async def silence(self, channel_id: str) -> None:
            await super().silence(channel_id)
            begun.set()
            await go_on.wait()

    async with talk(Slow()) as two:
        two.watch.follow(two.joined)
        await begun.wait()
        asyncio.get_running_loop().call_soon(go_on.set)
        await two.watch.close()
    assert (two.pbx.silent, two.pbx.repairs, two.watch.followed) == (False, 0, 0)


@pytest.mark.parametrize(("name", "repaired"), [(HALF.name, True), ("PJSIP/103-00000009", False)])
async def test_half_that_takes_a_place_has_its_talk_looked_after_and_no_phone_does(
    name: str, repaired: bool
) -> None:
    pbx = Pbx()

    async def nothing(_: ChannelCall | list[str]) -> None:
        raise AssertionError

    tools = Tools(cast(AriClient, pbx), "ari-absence", lambda _: ())
    for line in (
        Line("abs-2", RECEPTION, bridge_id="bridge"),
        Line("abs-2", KENJI, leg="-l1", bridge_id="bridge"),
    ):
        tools.switchboard.add_caller(line)
    sessions = Sessions(tools, nothing, nothing)
    taker = Channel("new", name, "Up", None, None)
    sessions.deliver(StasisStart(taker, (), RECEPTION.id))
    if repaired:
        await eventually(lambda: "stop" in pbx.asked)
    await sessions.close(grace_seconds=0)
    assert ("stop" in pbx.asked) is repaired
