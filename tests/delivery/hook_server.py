"""A real web server on the loopback that answers hooks as it is told, and keeps what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ari_absence.delivery.hooks import Hook, HookKind

HOST = "127.0.0.1"
SECRET_PATH = "/services/T000/B000/very-secret-path"
SECRET = "open-sesame-of-the-hook"

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    content: Any


@dataclass
class HookServer:
    """The server's switch: it can be down and up again on the same port. ``answering`` is its mood."""

    answering: Answering
    received: list[Received] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    def hook(
        self, kind: HookKind = HookKind.SLACK, name: str = "sales_chat", limit_seconds: float = 2.0
    ) -> Hook:
        """A hook that leads here."""
        matrix = kind is HookKind.MATRIX
        path = "" if matrix else SECRET_PATH
        room = "!room:example.org" if matrix else None
        return Hook(name, kind, f"http://{HOST}:{self.port}{path}", SECRET, room, limit_seconds)

    async def up(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._receive)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body, content = await request.read(), await request.json()
        self.received.append(Received(request.method, request.raw_path, dict(request.headers), body, content))
        return await self.answering(request)


def answers(
    status: int = 200, text: str = "ok", content_type: str = "text/plain", **headers: str
) -> Answering:
    """Always the same answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type=content_type, headers=named)

    return answer


def answers_json(text: str, status: int = 200) -> Answering:
    """Always the same JSON."""
    return answers(status, text, "application/json")


async def never(_request: web.Request) -> web.StreamResponse:
    """No answer, until the other side has had enough."""
    await asyncio.Event().wait()
    raise AssertionError("never comes")


async def hang_up(request: web.Request) -> web.StreamResponse:
    """The connection is dropped without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def break_off(request: web.Request) -> web.StreamResponse:
    """The answer begins, and the connection is dropped."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"o")
    assert request.transport is not None
    request.transport.abort()
    return response


@dataclass
class Flood:
    """An answer of a hundred million bytes; counts how many of them went out."""

    sent: int = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        for _ in range(1600):
            await response.write(b"o" * 65_536)
            self.sent += 65_536
        return response


@asynccontextmanager
async def hook_server(answering: Answering | None = None) -> AsyncIterator[HookServer]:
    """A server that is up, and takes what Slack would."""
    server = HookServer(answering or answers())
    await server.up()
    try:
        yield server
    finally:
        await server.down()
