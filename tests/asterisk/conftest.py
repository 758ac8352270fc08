"""A real Asterisk for each file of tests, and an office in it that answers with whatever a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest_asyncio

from ari_absence.asterisk import AriClient, ChannelCall, Link, Tools
from ari_absence.attendant.call import Display, Ring
from ari_absence.core.desk_phrases import RungUtterance
from ari_absence.core.numbers import DialTarget
from ari_absence.core.phrases import Utterance
from ari_absence.lab import Lab
from tests.waiting import eventually

Conversation = Callable[[ChannelCall], Awaitable[object]]

APP = "ari-absence"

DIALPLAN = """
[ari-absence]
exten => fallback,1,Answer()
 same => n,Playtones(1000)
 same => n,Wait(20)
"""


def sounds(utterances: Sequence[Utterance | RungUtterance]) -> list[str]:
    """Instead of a sound library: every utterance of these tests is a media URI itself."""
    return [str(utterance) for utterance in utterances]


def rings(*endpoints: str) -> list[Ring]:
    """Phones to ring that take the call by answering."""
    return [Ring(DialTarget(endpoint), Display("0441112233", "Hans Huber")) for endpoint in endpoints]


class Office:
    """Our side of the lab: holds the link, and runs the test's conversation for the next call."""

    def __init__(self, client: AriClient) -> None:
        self.client = client
        self.orphans: list[str] = []
        self.link = self.new_link(client)
        self._conversation: Conversation | None = None
        self._outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._running: asyncio.Task[None] | None = None

    def new_link(self, client: AriClient) -> Link:
        tools = Tools(
            client,
            APP,
            media=sounds,
            callee_media=sounds,
            extension_of={"PJSIP/103": "103"}.get,
            name_of={"101": "Absent Alice"}.get,
        )
        return Link(tools, self._on_call, on_orphans=self._on_orphans)

    async def open(self) -> None:
        self._running = asyncio.create_task(self.link.run())
        await eventually(lambda: self.link.status.connected_since)

    async def close(self) -> None:
        await self.link.close(grace_seconds=0)
        if self._running is not None:
            await asyncio.wait_for(self._running, 5)

    def answer_with(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._outcome = asyncio.get_running_loop().create_future()

    async def outcome(self, seconds: float = 10.0) -> Any:
        """What the conversation returned, or the error it ended with."""
        return await asyncio.wait_for(asyncio.shield(self._outcome), seconds)

    async def _on_call(self, call: ChannelCall) -> None:
        assert self._conversation is not None
        try:
            result = await self._conversation(call)
        except BaseException as error:
            if not self._outcome.done():  # of several calls the first that ends counts
                self._outcome.set_exception(error)
                self._outcome.exception()  # a test that does not ask has not forgotten it
            raise
        if not self._outcome.done():
            self._outcome.set_result(result)

    async def _on_orphans(self, names: list[str]) -> None:
        self.orphans += names


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab(app=APP, extra_dialplan=DIALPLAN) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def office(lab: Lab) -> AsyncIterator[Office]:
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        opened = Office(client)
        await opened.open()
        yield opened
        await (
            lab.close_phones()
        )  # first: who talks when we close talks on, and the bridge waits for our next life
        await opened.close()
        await nothing_is_left(client)


async def nothing_is_left(client: AriClient) -> None:
    """Fail if a channel or bridge outlives the test."""
    left: list[dict[str, Any]] = []

    async def nothing() -> bool:
        left[:] = await client.channels() + await client.bridges()
        return not left

    try:
        await eventually(nothing)
    except AssertionError:
        raise AssertionError(f"left behind: {left}") from None
