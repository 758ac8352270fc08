"""A fake Asterisk, for faults that a real one can't be made to show.

Those are: a request that is never answered, or answered 500, 409 or with rubbish; events that come twice,
in any order or damaged; a million characters in one event. Everything else is tested on a real Asterisk.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import WSMsgType, web

from tests.waiting import eventually

NEVER = 0
"""Instead of a status: the request is not answered."""

CHANNEL_ID = "1795428155.0"


def channel(
    channel_id: str = CHANNEL_ID, name: str = "PJSIP/trunk-00000001", state: str = "Up"
) -> dict[str, Any]:
    return {
        "id": channel_id,
        "name": name,
        "state": state,
        "caller": {"name": "Hans", "number": "0441112233"},
    }


class FakeAsterisk:
    """Answers 204 or an empty list unless told otherwise; sends what it is told. Use it as ``async with``."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.raw_paths: list[str] = []
        self.authorizations: set[str | None] = set()
        self.channel_ids: list[str] = []
        self._answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Event()
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._events = 0
        self.url = ""
        self.answers_pings = True

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/ari/events", self._socket)
        app.router.add_route("*", "/ari/{path:.*}", self._request)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/ari"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        assert self._runner is not None
        await self._runner.cleanup()

    def answer(self, method: str, path: str, *answers: int | tuple[int, Any]) -> None:
        """Answer requests whose path ends in ``path`` with these, one after the other; the last one for good."""
        self._answers[method, path] = [
            (a, {"message": "told to"}) if isinstance(a, int) else a for a in answers
        ]

    def asked(self, method: str, ending: str) -> list[dict[str, Any]]:
        """The parameters of every such request so far."""
        return [values for verb, path, values in self.requests if verb == method and path.endswith(ending)]

    async def until_asked(self, method: str, ending: str, times: int = 1) -> dict[str, Any]:
        """Wait for such a request; gives its parameters."""
        try:
            await eventually(lambda: len(self.asked(method, ending)) >= times)
        except AssertionError:
            raise AssertionError(f"nobody asked {method} {ending}: {self.requests}") from None
        return self.asked(method, ending)[times - 1]

    async def send(self, kind: str, **fields: object) -> str:
        """Send an event with a time stamp of its own; gives the text, to be sent again."""
        self._events += 1
        text = json.dumps({"type": kind, "timestamp": f"t{self._events}", **fields})
        await self.send_text(text)
        return text

    async def send_text(self, text: str) -> None:
        """Send any text to every socket."""
        await asyncio.wait_for(self._connected.wait(), 15)
        for socket in self._sockets:
            await socket.send_str(text)

    async def disconnect(self) -> None:
        """Close the event sockets."""
        for socket in list(self._sockets):
            await socket.close()

    async def start_call(self, *args: str) -> None:
        """A caller comes in, for extension 101 unless told otherwise."""
        self.channel_ids.append(CHANNEL_ID)
        await self.send("StasisStart", channel=channel(), args=list(args or ("absent", "101")))

    async def press(self, digit: str) -> str:
        """The caller presses a key; gives the event's text, to be sent again."""
        return await self.send("ChannelDtmfReceived", digit=digit, channel=channel())

    async def end_call(self) -> None:
        """The caller has hung up."""
        await self.send("StasisEnd", channel=channel())

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=self.answers_pings)
        await socket.prepare(request)
        self._sockets.append(socket)
        self._connected.set()
        async for message in socket:
            assert message.type is (WSMsgType.TEXT if self.answers_pings else WSMsgType.PING)
        self._sockets.remove(socket)
        return socket

    async def _request(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.rel_url.raw_path.removeprefix("/ari"))
        values = {**request.query, **(await request.json() if request.can_read_body else {})}
        self.requests.append((request.method, path, values))
        self.raw_paths.append(request.raw_path)
        self.authorizations.add(request.headers.get("Authorization"))
        status, body = self._next_answer(request.method, path)
        if status == NEVER:
            await self._over.wait()
        if (request.method, path, status) == ("POST", "/channels/create", 200):
            await self._make_leg(values["channelId"])
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)

    async def _make_leg(self, channel_id: str) -> None:
        """As a real one: the channel comes into the application's hands before it rings."""
        if self._connected.is_set():
            await self.send("StasisStart", channel=channel(channel_id, state="Down"), args=["leg"])

    def _next_answer(self, method: str, path: str) -> tuple[int, Any]:
        for (verb, ending), answers in self._answers.items():
            if verb == method and path.endswith(ending):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return 200, self._ordinary(method, path)

    def _ordinary(self, method: str, path: str) -> object:
        if method == "GET" and path == "/channels":
            return [channel(channel_id) for channel_id in self.channel_ids]
        if method == "GET" and path.startswith("/applications"):
            return {"name": "ari-absence", "channel_ids": self.channel_ids}
        lists = ("/bridges", "/recordings/stored", "/deviceStates")
        answer: list[object] | Mapping[str, object] = [] if method == "GET" and path in lists else {}
        return answer
