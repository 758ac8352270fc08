"""The ways to a message lamp that Debian's Asterisk can't show, or can't show failing, against stand-ins for it.

Debian builds no ``res_ari_mailboxes``: the mailboxes here are a fake that follows Asterisk's own description of them.
What ``MinivmMWI`` and ``PJSIPNotify`` do on a real Asterisk is shown by ``tests/real/test_message_lamps.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ari_absence.asterisk import ami
from ari_absence.asterisk.ami import AmiClient
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.message_lamp import AmiLamp, AriLamp
from ari_absence.core.mailbox import MessageCounts
from ari_absence.errors import AsteriskError, AsteriskUnreachable, RequestRefused


class FakeMailboxes:
    """Asterisk's ``/ari/mailboxes``, if ``there``."""

    def __init__(self) -> None:
        self.there = True
        self.boxes: dict[str, tuple[int, int]] = {}
        self.lists = 0
        self.application = web.Application()
        self.application.router.add_get("/ari/mailboxes", self.list)
        self.application.router.add_get("/ari/mailboxes/{name}", self.one)
        self.application.router.add_put("/ari/mailboxes/{name}", self.put)

    async def list(self, _request: web.Request) -> web.Response:
        self.lists += 1
        return web.json_response([]) if self.there else web.json_response({}, status=404)

    async def one(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self.boxes:
            return web.json_response({"message": "Mailbox not found"}, status=404)
        new, old = self.boxes[name]
        return web.json_response({"name": name, "new_messages": new, "old_messages": old})

    async def put(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.boxes[request.match_info["name"]] = (body["newMessages"], body["oldMessages"])
        return web.Response(status=204)


@asynccontextmanager
async def ari_lamp(fake: FakeMailboxes) -> AsyncIterator[AriLamp]:
    async with (
        TestServer(fake.application) as server,
        AriClient(str(server.make_url("/ari")), "", "") as client,
    ):
        yield AriLamp(client, "default")


async def test_aris_own_mailboxes_get_the_counts_and_tell_them() -> None:
    fake = FakeMailboxes()
    async with ari_lamp(fake) as lamp:
        assert await lamp.is_lit("101") is False
        await lamp.show("101", MessageCounts(new=2, old=3, urgent=1))
        assert fake.boxes == {"101@default": (2, 3)}
        assert await lamp.is_lit("101") is True
        assert fake.lists == 1


async def test_an_asterisk_without_mailboxes_is_told_from_one_without_this_mailbox() -> None:
    fake = FakeMailboxes()
    fake.there = False
    async with ari_lamp(fake) as lamp:
        for attempt in (lamp.is_lit("101"), lamp.show("101", MessageCounts(1))):
            with pytest.raises(AsteriskError, match="res_ari_mailboxes"):
                await attempt


class FakeManager:
    """A manager interface that answers each action with the next of ``answers``; None: it says nothing more."""

    def __init__(self, *answers: str | None) -> None:
        self.actions: list[str] = []
        self._answers = list(answers)
        self.left = asyncio.Event()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        self.left.set()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        while self._answers:
            self.actions.append((await reader.readuntil(b"\r\n\r\n")).decode())
            answer = self._answers.pop(0)
            if answer is None:
                await reader.read()
                return
            writer.write(answer.replace("\n", "\r\n").encode() + b"\r\n\r\n")


WELL = "Response: Success\nMessage: Authentication accepted"
EVENT = "Event: FullyBooted\nStatus: Fully Booted"


@asynccontextmanager
async def ami_lamp(manager: FakeManager, phones: Sequence[str] = ("PJSIP/101",)) -> AsyncIterator[AmiLamp]:
    server = await asyncio.start_server(manager.talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield AmiLamp(AmiClient("127.0.0.1", port, "absence", "secret"), lambda _: phones)
        async with asyncio.timeout(5):
            await manager.left.wait()


async def test_the_manager_is_asked_to_notify_each_phone_and_left() -> None:
    manager = FakeManager(WELL, f"{EVENT}\n\nResponse: Success", WELL, WELL)
    async with ami_lamp(manager, ("PJSIP/103", "PJSIP/113", "Local/5@x")) as lamp:
        await lamp.show("103", MessageCounts(new=3, old=1, urgent=1))
    login, first, second, logoff = manager.actions
    assert "Username: absence\r\nSecret: secret\r\nEvents: off" in login
    assert "Endpoint: 103\r\n" in first
    assert "Endpoint: 113\r\n" in second
    assert "Variable: Content=Messages-Waiting: yes\r\nVariable: Content=Voice-Message: 3/1 (1/0)" in second
    assert logoff == "Action: Logoff\r\n\r\n"


async def test_a_refused_phone_keeps_the_other_from_nothing_and_is_told_of() -> None:
    manager = FakeManager(WELL, "Response: Error\nMessage: Unable to retrieve endpoint 103", WELL, WELL)
    async with ami_lamp(manager, ("PJSIP/103", "PJSIP/113")) as lamp:
        with pytest.raises(RequestRefused, match=r"PJSIPNotify.*Unable to retrieve endpoint 103"):
            await lamp.show("103", MessageCounts(1))
    assert "Endpoint: 113" in manager.actions[2]


async def test_a_refused_password_is_told_without_it() -> None:
    manager = FakeManager("Response: Error\nMessage: Authentication failed")
    async with ami_lamp(manager) as lamp:
        with pytest.raises(RequestRefused, match=r"compare manager\.conf") as refusal:
            await lamp.show("101", MessageCounts(1))
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "answers", [(), (None,), (WELL, None), (WELL,)], ids=["shut", "mute", "stuck", "cut"]
)
async def test_a_manager_that_falls_silent_is_given_up(
    answers: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami, "ERRAND_SECONDS", 0.2)
    async with ami_lamp(FakeManager(*answers)) as lamp:
        with pytest.raises(AsteriskUnreachable):
            await lamp.show("101", MessageCounts(1))


async def test_no_manager_at_all_is_told() -> None:
    lamp = AmiLamp(AmiClient("127.0.0.1", 9, "absence", "secret"), lambda _: ["PJSIP/101"])
    with pytest.raises(AsteriskUnreachable, match=r"127\.0\.0\.1:9"):
        await lamp.show("101", MessageCounts(1))


@pytest.mark.fault("A3")
async def test_a_line_break_can_not_become_an_action_of_its_own() -> None:
    manager = FakeManager(WELL)
    async with ami_lamp(manager, ("PJSIP/101\r\nAction: Originate",)) as lamp:
        with pytest.raises(RequestRefused, match="control character"):
            await lamp.show("101", MessageCounts(1))
    assert len(manager.actions) == 1
