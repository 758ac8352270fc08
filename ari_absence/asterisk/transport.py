"""The way to Asterisk: a small pool of HTTP connections, and the event socket.

Every request has a time limit of its own. What goes wrong is mapped here and nowhere else:

- :class:`AlreadyGone`: the channel, bridge, playback or recording no longer exists;
- :class:`RequestRefused`: Asterisk answered with any other error status;
- :class:`AsteriskUnreachable`: nobody answered, or not in time. A POST may have taken effect all the same
  and is never repeated here.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from ari_absence.asterisk.requests import REQUEST_SECONDS, Request
from ari_absence.errors import AlreadyGone, AsteriskUnreachable, RequestRefused

POOL_CONNECTIONS = 20
"""Connections at most; Asterisk closes the hundred-and-first of all its HTTP clients without a word."""

KEEPALIVE_SECONDS = 10.0
"""Asterisk closes an idle connection after 15 s; we must never send into one that is just closing."""

SOCKET_MESSAGE_BYTES_MAX = 4 * 1024 * 1024
"""Beyond this the event socket itself is given up; what is merely too long is dropped by ``protocol``."""

SOCKET_PING_SECONDS = 5.0
"""Silence on the event socket after which we ping; an answer is due within half of that (aiohttp's rule)."""

_WITH_BODY = frozenset({"POST", "PUT"})
# Their parameters travel as a JSON body: Asterisk ends a request line at 4096 characters, which the sounds
# of one menu can exceed.

_SENTENCE_CHARS_MAX = 200


class Transport:
    """The connections to one Asterisk; opened when first needed."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._limits: dict[float, aiohttp.ClientTimeout] = {}

    async def close(self) -> None:
        """Close all connections. Whoever asks afterwards finds Asterisk unreachable."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def ask(self, request: Request, *ids: str, **values: object) -> bytes:
        """Make the request; gives the body of the answer. None among ``values`` is left out."""
        given = _given(request, values)
        in_body = request.method in _WITH_BODY
        try:
            async with self._pool().request(
                request.method,
                URL(self._url + _path(request, ids) + ("" if in_body else _query(given)), encoded=True),
                json=given.get(request.body, given) or None if in_body else None,
                timeout=self._limit(request.seconds),
                allow_redirects=False,  # Asterisk never redirects; whoever does shall not get the password
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise AsteriskUnreachable(self._silence(str(request), error)) from error
        if response.status >= 400:
            raise _error(request, response.status, body)
        return body

    async def read_object(self, request: Request, *ids: str, **values: object) -> dict[str, Any]:
        """Make the request; gives the JSON object that Asterisk answers."""
        answer = _json(request, await self.ask(request, *ids, **values))
        if not isinstance(answer, dict):
            raise RequestRefused(200, f"{request}: the answer is not an object")
        return answer

    async def read_list(self, request: Request, *ids: str, **values: object) -> list[dict[str, Any]]:
        """Make the request; gives the JSON objects of the list that Asterisk answers."""
        answer = _json(request, await self.ask(request, *ids, **values))
        if not isinstance(answer, list):
            raise RequestRefused(200, f"{request}: the answer is not a list")
        return [entry for entry in answer if isinstance(entry, dict)]

    @asynccontextmanager
    async def events(self, app: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The event socket of ``app``, pinged; open within the limit of a request, or not at all."""
        what = "GET /events"
        url = URL(f"{self._url}/events?app={quote(app, safe='')}&subscribeAll=false", encoded=True)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                socket = await self._pool().ws_connect(
                    url, heartbeat=SOCKET_PING_SECONDS, max_msg_size=SOCKET_MESSAGE_BYTES_MAX
                )
        except aiohttp.WSServerHandshakeError as error:
            raise RequestRefused(error.status, _refusal(what, error.status, "")) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise AsteriskUnreachable(self._silence(what, error)) from error
        try:
            yield socket
        finally:
            await socket.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._closed:
            raise AsteriskUnreachable(f"the connections to {self._url} were closed by us")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=POOL_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS)
            self._session = aiohttp.ClientSession(
                headers=self._headers, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def _limit(self, seconds: float) -> aiohttp.ClientTimeout:
        return self._limits.setdefault(seconds, aiohttp.ClientTimeout(total=seconds))

    def _silence(self, what: str, error: BaseException) -> str:
        return f"Asterisk does not answer at {self._url} ({what}: {type(error).__name__})"


def _given(request: Request, values: Mapping[str, object]) -> dict[str, object]:
    unknown = values.keys() - request.parameters
    if unknown:  # it would escape the comparison with Asterisk's own description
        raise ValueError(f"{request} has no parameter {sorted(unknown)}; add it to the table of requests")
    return {name: value for name, value in values.items() if value is not None}


def _path(request: Request, ids: Sequence[str]) -> str:
    path = request.path
    for thing_id in ids:
        before, _, rest = path.partition("{")
        path = before + quote(thing_id, safe="") + rest.partition("}")[2]
    return path


def _query(given: Mapping[str, object]) -> str:
    text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
    return f"?{text}" if text else ""


def _error(request: Request, status: int, body: bytes) -> AlreadyGone | RequestRefused:
    sentence = _refusal(str(request), status, _reason(body))
    return AlreadyGone(sentence) if status in request.gone else RequestRefused(status, sentence)


def _reason(body: bytes) -> str:
    """What Asterisk gives as the reason; the key is ``error`` when something could not be allocated."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    reason = answer.get("message") or answer.get("error") if isinstance(answer, dict) else None
    return str(reason or "")[:_SENTENCE_CHARS_MAX]


def _refusal(what: str, status: int, reason: str) -> str:
    if status == 401:
        return f"{what}: Asterisk refused our user name or password (401); compare them with ari.conf"
    if status == 403:
        return f"{what}: Asterisk lets our user only read (403); set read_only = no in ari.conf"
    return f"{what}: Asterisk answered {status}{': ' + reason if reason else ''}"


def _json(request: Request, body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(200, f"{request}: the answer is not JSON; is this Asterisk's ARI?") from error
