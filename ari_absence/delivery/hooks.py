"""Delivering by a hook: one request, bounded in time and in what is read of the answer.

Neither the address nor the secret of a hook is ever in an error, not even in the cause of one: hooks go by their
names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256

import aiohttp
import structlog
from yarl import URL

from ari_absence.clock import Clock
from ari_absence.delivery.hook_answers import ANSWER_BYTES_MAX, Answer, judge
from ari_absence.delivery.hook_requests import Hook, HookKind, HookRequest, request_of
from ari_absence.delivery.ports import DestinationDown, Memo
from ari_absence.delivery.public_memo import PublicMemo, public_memo
from ari_absence.errors import DeliveryPostponed

_DIGEST_CHARS = 8
_log = structlog.get_logger(__name__)
_HEADERS = {"User-Agent": "ari-absence", "Accept-Encoding": "identity"}  # what is packed small may be large


class HookNotifier:
    """``delivery.ports.Notifier`` by one hook. ``tell`` makes of an item what may be told of it.

    ``clock`` dates signatures, and counts the time until a date a hook names.
    """

    def __init__(self, hook: Hook, clock: Clock, tell: Callable[[Memo], PublicMemo] = public_memo) -> None:
        self._hook = hook
        self._clock = clock
        self._tell = tell

    @property
    def channel(self) -> str:
        """The hook's name."""
        return self._hook.name

    @property
    def destination(self) -> str:
        """The hook, as the ledger names it: by its name and a digest of its address, which is a secret. One that is
        mended in ``.env`` does not inherit the rest of the old one."""
        return f"hook:{self._hook.name}:{sha256(self._hook.url.encode()).hexdigest()[:_DIGEST_CHARS]}"

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        """Tell it; raises what the answer means, as :func:`hook_answers.judge`."""
        request = request_of(self._hook, self._tell(memo), recipient, key, self._clock.now())
        if doubt := judge(self._hook, await self._exchange(request), self._clock.now()):
            _log.warning("hook_answer_unclear", delivery=key, what=doubt)

    async def _exchange(self, request: HookRequest) -> Answer:
        """Foreign errors end here, without their words: those name the address."""
        hook = self._hook
        try:
            async with asyncio.timeout(hook.limit_seconds):
                return await _exchange(request)
        except TimeoutError:
            raise DeliveryPostponed(
                f"the hook {hook.name} did not answer within {hook.limit_seconds:g} seconds"
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise DestinationDown(f"the hook {hook.name} can't be used: {_why(fault)}") from None


async def _exchange(request: HookRequest) -> Answer:
    limit = aiohttp.ClientTimeout(total=None)  # ours is around all of it
    async with (
        aiohttp.ClientSession(headers=_HEADERS, timeout=limit, auto_decompress=False) as session,
        session.request(
            request.method,
            URL(request.url, encoded=True),
            data=request.body,
            headers=request.headers,
            allow_redirects=False,  # what we tell is for the address we were given
        ) as response,
    ):
        body, whole = await _bounded(response.content)
        answer = Answer(
            response.status,
            body,
            response.headers.get("Content-Type", ""),
            response.headers.get("Retry-After"),
            whole,
        )
        if not whole:
            response.close()  # else the rest would be read to keep the connection
        return answer


async def _bounded(stream: aiohttp.StreamReader) -> tuple[bytes, bool]:
    """The first bytes, and whether they are all."""
    read = bytearray()
    while len(read) <= ANSWER_BYTES_MAX:
        part = await stream.read(ANSWER_BYTES_MAX + 1 - len(read))
        if not part:
            return bytes(read), True
        read += part
    return bytes(read[:ANSWER_BYTES_MAX]), False


_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not one we can trust"),
    (aiohttp.ClientSSLError, "its encryption is not as it should be"),
    (aiohttp.ClientConnectorDNSError, "nobody knows its name"),
    (aiohttp.ClientConnectorError, "nobody answers there"),
    (aiohttp.ServerDisconnectedError, "it hung up on us"),
    (aiohttp.InvalidURL, "its address is none; correct it in .env"),
    (aiohttp.ClientPayloadError, "its answer broke off"),
    (aiohttp.ClientResponseError, "its answer is not one of a web server"),
)


def _why(fault: Exception) -> str:
    return next((words for kind, words in _CAUSES if isinstance(fault, kind)), type(fault).__name__)


__all__ = ["Hook", "HookKind", "HookNotifier"]
