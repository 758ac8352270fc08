"""The link to Asterisk: the event socket, its heartbeat, its return after a loss, and what follows from it.

The reader only decodes and enqueues. Asterisk cuts off a slow reader after 100 ms by default, so nothing
here waits between two events.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import structlog

from ari_absence.asterisk import protocol
from ari_absence.asterisk.reconcile import reconcile
from ari_absence.asterisk.sessions import OnCall, OnCode, OnOrphans, OnParked, Sessions
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import Hunt, HuntEnd, Ring
from ari_absence.attendant.camp_on import Introduction
from ari_absence.clock import Clock, SystemClock, wait_at_most
from ari_absence.core.admission import Refusal
from ari_absence.errors import AlreadyGone, AsteriskError, RequestRefused

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
"""The pause before another attempt doubles from the first to the longest, less up to a half at random."""

STABLE_SECONDS = 60.0
"""A connection that lived this long starts the pauses anew."""

REFUSED_PAUSE_SECONDS = 30.0
"""Pause after a refused password: it does not become right by itself, and must not look like an attack."""

REPLACED_PAUSE_SECONDS = 30.0
"""How often we look whether the program that took our application's name has gone."""

DUPLICATES_REMEMBERED = 64
"""Texts of the latest events; one that comes again within them, time stamp and all, is the same event."""

KINDS_TOLD_MAX = 100
"""Kinds of ignored events that get a line in the log, one each."""

_PASSWORD_REFUSED = frozenset({401, 403})


async def _nothing() -> None:
    pass


async def _no_orphans(_: list[str]) -> None:
    pass


def _nobody_cares(_: str) -> None:
    pass


def _unheard(_: protocol.CallEvent | protocol.PhoneEvent) -> None:
    pass


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the link is, for health checks. ``trouble`` is a sentence, None while all is well."""

    connected_since: datetime | None
    replaced: bool
    trouble: str | None
    calls: int
    connects: int
    events: int
    ignored: int
    unreadable: int
    duplicates: int
    for_nobody: int
    returned_forwards: int
    too_many_calls: int
    too_often: int


class Backoff:
    """Growing pauses between attempts."""

    def __init__(self) -> None:
        self._pause_seconds = FIRST_PAUSE_SECONDS

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._pause_seconds = FIRST_PAUSE_SECONDS

    def next_seconds(self) -> float:
        """How long to pause before the next attempt."""
        pause, self._pause_seconds = (
            self._pause_seconds,
            min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS),
        )
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads attempts; nothing secret


class Link:
    """Holds the link and all calls that come over it."""

    def __init__(
        self,
        tools: Tools,
        on_call: OnCall,
        *,
        on_orphans: OnOrphans = _no_orphans,
        on_code: OnCode | None = None,
        on_parked: OnParked | None = None,
        on_connect: Callable[[], Awaitable[None]] = _nothing,
        on_phone_event: Callable[[protocol.CallEvent | protocol.PhoneEvent], None] = _unheard,
        on_registered: Callable[[str], None] = _nobody_cares,
        clock: Clock | None = None,
    ) -> None:
        """``on_connect`` runs after every connect and its reconciliation: lamps must be set anew then.

        ``on_phone_event`` is told of every channel, those of phones that we are subscribed to included, and
        ``on_registered`` of each of these (``PJSIP/101``) that registers; both must return at once.
        """
        self.sessions = Sessions(tools, on_call, on_orphans, on_code, on_parked)
        self._client = tools.client
        self._app = tools.app
        self._on_orphans = on_orphans
        self._on_connect = on_connect
        self._on_phone_event = on_phone_event
        self._on_registered = on_registered
        self._clock = clock or SystemClock()
        self._backoff = Backoff()
        self._closed = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._connected_since: datetime | None = None
        self._replaced = False
        self._trouble: str | None = "not connected yet"
        self._told: set[str] = set()
        self._counters: Counter[str] = Counter()
        self._unknown: set[str] = set()
        self._latest: deque[str] = deque(maxlen=DUPLICATES_REMEMBERED)
        self._log = structlog.get_logger().bind(app=tools.app)

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""
        count = self._counters
        return LinkStatus(
            connected_since=self._connected_since,
            replaced=self._replaced,
            trouble=self._trouble,
            calls=len(self.sessions.calls),
            connects=count["connects"],
            events=count["events"],
            ignored=count["ignored"],
            unreadable=count["unreadable"],
            duplicates=count["duplicates"] + self.sessions.counters["duplicates"],
            for_nobody=self.sessions.counters["for nobody"],
            returned_forwards=self.sessions.counters["returned forwards"],
            too_many_calls=self.sessions.counters[Refusal.TOO_MANY_CALLS.name],
            too_often=self.sessions.counters[Refusal.TOO_OFTEN.name],
        )

    async def run(self) -> None:
        """Stay connected until :meth:`close`. Loss of Asterisk is no reason to return."""
        try:
            while not self._closed.is_set():
                await wait_at_most(await self._one_connection(), self._closed)
        finally:
            await self.sessions.close(grace_seconds=0)

    async def close(self, grace_seconds: float = 10.0) -> None:
        """Take no more calls, give those that live ``grace_seconds`` to end, let :meth:`run` return."""
        await self.sessions.close(grace_seconds)
        self._closed.set()
        if self._socket is not None:
            await self._socket.close()

    async def alert(self, rings: Sequence[Ring], ring_seconds: float) -> Hunt:
        """Ring phones without a caller, as for an urgent message; who takes it is told by their screening."""
        return await self.sessions.alert(rings, ring_seconds)

    async def connect(self, introduction: Introduction) -> HuntEnd:
        """Ring one of the house, ask them, and connect them with another; how that ended, when they have talked."""
        return await self.sessions.connect(introduction)

    # -- one connection

    async def _one_connection(self) -> float:
        """Connect and stay until the connection is lost; gives the seconds to pause before the next."""
        began = self._clock.monotonic()
        try:
            async with self._client.events(self._app) as socket:
                await self._while_connected(socket)
            self._tell_trouble("the event socket was closed")
        except AsteriskError as error:
            self._tell_trouble(str(error))
            if isinstance(error, RequestRefused) and error.status in _PASSWORD_REFUSED:
                return REFUSED_PAUSE_SECONDS
        if self._replaced:
            await self._until_name_is_free()
        if self._clock.monotonic() - began > STABLE_SECONDS:
            self._backoff.reset()
        return self._backoff.next_seconds()

    async def _while_connected(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._connected_since = socket, self._clock.now()
        self._counters["connects"] += 1
        self._trouble = None
        self._told.clear()
        self._log.info("link.up")
        catching_up = asyncio.create_task(self._catch_up(socket), name="reconcile")
        try:
            await self._read(socket)
        finally:
            self._socket = self._connected_since = None
            catching_up.cancel()
            await asyncio.gather(catching_up, return_exceptions=True)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(message.data)
            if self._replaced:
                return

    async def _catch_up(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            await self._client.filter_events(self._app, protocol.WANTED)
            findings = await reconcile(self._client, self._app, self.sessions)
        except AsteriskError as error:
            self._log.warning("link.not_reconciled", error=str(error))
            await socket.close()  # what we believe is unproved; begin again
            return
        await self._tell_app(findings.orphans)

    async def _tell_app(self, orphans: tuple[str, ...]) -> None:
        try:
            if orphans:
                await self._on_orphans(list(orphans))
            await self._on_connect()
        except Exception:  # noqa: BLE001 - the app's own callbacks; the link does not depend on them
            self._log.exception("link.callback_failed")

    # -- events

    def _take(self, text: str) -> None:
        if text in self._latest:
            self._counters["duplicates"] += 1
            return
        self._latest.append(text)
        self._counters["events"] += 1
        event = protocol.decode(text)
        match event:
            case protocol.Ignored():
                self._ignore(event)
            case protocol.Unreadable():
                self._counters["unreadable"] += 1
                self._log.warning("event.unreadable", reason=event.reason)
            case protocol.ApplicationReplaced():
                self._give_way()
            case protocol.ChannelHold() | protocol.ChannelUnhold() | protocol.ChannelConnectedLine():
                self._on_phone_event(event)
            case protocol.ContactStatusChange():
                if event.registered:
                    self._on_registered(event.endpoint)
            case _:
                self.sessions.deliver(event)
                self._on_phone_event(event)

    def _ignore(self, event: protocol.Ignored) -> None:
        self._counters["ignored"] += 1
        if event.type not in self._unknown and len(self._unknown) < KINDS_TOLD_MAX:
            self._unknown.add(event.type)
            self._log.info("event.ignored", type=event.type)

    def _give_way(self) -> None:
        """Another program took our name and gets our events; to take it back would be a loop without end."""
        self._replaced = True
        self._trouble = f"another program serves the application {self._app}; stop it"
        self.sessions.taking_calls = False
        self.sessions.release_all()
        self._log.error("link.replaced", trouble=self._trouble)

    # -- pauses

    async def _until_name_is_free(self) -> None:
        while not self._closed.is_set():
            await wait_at_most(REPLACED_PAUSE_SECONDS, self._closed)
            try:
                await self._client.application(self._app)
            except AlreadyGone:
                break
            except AsteriskError as error:
                self._log.info("link.still_replaced", error=str(error))
        self._replaced, self.sessions.taking_calls = False, not self._closed.is_set()

    def _tell_trouble(self, sentence: str) -> None:
        """One line per outage and kind of trouble, not one per attempt."""
        if self._closed.is_set() or self._replaced:
            return
        if sentence not in self._told:
            self._told.add(sentence)
            self._log.warning("link.down", trouble=sentence)
        self._trouble = sentence
