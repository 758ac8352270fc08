"""The outbox worker: delivers what the ledger owes, at least once, however long a server is away.

``pending -> claimed(lease) -> delivered | retry(at) | dead(why)``. All that is known of a delivery is in the
ledger, not in this process: a worker that dies leaves a lease that ends, and the next one carries on.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.delivery.backoff import GIVE_UP_AFTER, delay
from ari_absence.delivery.ports import (
    Claim,
    DestinationBusy,
    DestinationDown,
    Notifier,
    Outbox,
    RecipientAway,
)
from ari_absence.errors import (
    DeliveryError,
    DeliveryNeedless,
    DeliveryPostponed,
    DeliveryRefused,
    LedgerError,
)

ATTEMPT_LIMIT_SECONDS = 120.0  # one mail with five minutes of audio over a slow line
LEASE = timedelta(minutes=5)  # longer than any attempt, so that only a dead worker's lease ends
FAILURES_IN_A_ROW_MAX = 3  # of different deliveries: then it is the server that is ill, not the mails
RECHECK_SECONDS_MAX = (
    300.0  # the clock may be set while we sleep, or a command may have written to the ledger
)
LEDGER_PAUSE_SECONDS = 10.0  # after a fault of the ledger itself

_log = structlog.get_logger(__name__)


class OutboxWorker:
    """Delivers until :meth:`stop`. :meth:`wake` tells it that something was queued: it has no need to poll.

    Each channel has a task of its own, which sleeps and wakes by itself, so that a slow server holds up nobody else.
    """

    def __init__(
        self,
        outbox: Outbox,
        notifiers: Sequence[Notifier],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._lane_of = partial(_Lane, outbox, clock=clock, jitter=jitter)
        self._lanes = {each.channel: self._lane_of(each) for each in notifiers}
        self._clock = clock
        self._tasks: dict[_Lane, asyncio.Task[None]] = {}
        self._bell = asyncio.Event()
        self._stopping = False

    def use(self, notifiers: Sequence[Notifier]) -> None:
        """Deliver through these from now on; only an attempt under way ends as it was begun."""
        before, self._lanes = self._lanes, {}
        for notifier in notifiers:
            lane = before.pop(notifier.channel) if notifier.channel in before else self._lane_of(notifier)
            lane.use(notifier)
            self._lanes[notifier.channel] = lane
        for lane in before.values():
            lane.stop()
        if self._stopping:
            self.stop()
        self._bell.set()

    def wake(self) -> None:
        """Something was queued. Call it on the event loop."""
        for lane in self._lanes.values():
            lane.wake()

    def stop(self) -> None:
        """Let :meth:`run` return once the attempts under way are settled."""
        self._stopping = True
        for lane in self._lanes.values():
            lane.stop()
        self._bell.set()

    async def run(self) -> None:
        """Deliver what is due, sleep until something is, and so on. A fault never ends it."""
        try:
            while not self._stopping:
                self._bell.clear()
                self._start_lanes()
                await self._bury_stranded()
                await wait_at_most(RECHECK_SECONDS_MAX, self._bell)
        except asyncio.CancelledError:
            for task in self._tasks.values():
                task.cancel()
            raise
        finally:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def sweep(self) -> datetime | None:
        """Deliver everything that is due now; gives the moment when there is more to do, if any.

        Raises:
            LedgerError: the outbox itself can't be used.
        """
        await self._bury_stranded()
        moments = await asyncio.gather(*(lane.sweep() for lane in self._lanes.values()))
        return min((moment for moment in moments if moment is not None), default=None)

    def _start_lanes(self) -> None:
        """One task for each channel there is; those of channels that are gone end by themselves."""
        self._tasks = {lane: task for lane, task in self._tasks.items() if not task.done()}
        for lane in self._lanes.values():
            if lane not in self._tasks:
                self._tasks[lane] = asyncio.create_task(lane.run(), name=f"deliver by {lane.channel}")

    async def _bury_stranded(self) -> None:
        """A channel that is no longer configured has nobody who would ever give up what was left for it."""
        now = self._clock.now()
        try:
            gone = await self._outbox.bury_stranded(list(self._lanes), now - GIVE_UP_AFTER, now)
        except LedgerError as fault:
            _log.error("outbox_unusable", why=str(fault))
            return  # the lanes see it, too, and none of this is urgent
        if gone:
            _log.warning("deliveries_given_up", channels="not configured", count=gone)


class _Lane:
    """One channel's deliveries, one after the other: a slow mail server does not hold up a chat."""

    def __init__(self, outbox: Outbox, notifier: Notifier, clock: Clock, jitter: Callable[[], float]) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._jitter = jitter
        self._failures_in_a_row = 0
        self._bell = asyncio.Event()
        self._stopping = False

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self._notifier.channel

    def use(self, notifier: Notifier) -> None:
        """Deliver through this one of the same channel from the next attempt on."""
        self._notifier = notifier
        self._failures_in_a_row = 0
        self._bell.set()

    def wake(self) -> None:
        """There may be something to deliver."""
        self._bell.set()

    def stop(self) -> None:
        """Begin no attempt any more."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Deliver what is due, sleep until something is, until :meth:`stop`."""
        while not self._stopping:
            self._bell.clear()
            await wait_at_most(await self._sweep_or_pause(), self._bell)

    async def _sweep_or_pause(self) -> float:
        """Seconds until there may be more to do."""
        try:
            moment = await self.sweep()
        except LedgerError as fault:
            _log.error("outbox_unusable", channel=self.channel, why=str(fault))
            return LEDGER_PAUSE_SECONDS
        except Exception as fault:  # noqa: BLE001 -- nobody else would deliver what waits in this channel
            _log.error("outbox_failed", channel=self.channel, where=_place_of(fault))
            return LEDGER_PAUSE_SECONDS
        if moment is None:
            return RECHECK_SECONDS_MAX
        return min(max((moment - self._clock.now()).total_seconds(), 0.0), RECHECK_SECONDS_MAX)

    async def sweep(self) -> datetime | None:
        """Deliver until nothing is due, or the destination must rest; gives the next moment to look again."""
        while not self._stopping:
            notifier, now = self._notifier, self._clock.now()
            rest = await self._outbox.rest(notifier.destination)
            if rest is not None and rest.not_before > now:
                return await self._next_due(not_before=rest.not_before)
            claim = await self._outbox.claim(notifier.channel, now, now + LEASE)
            if claim is None:
                return await self._next_due(not_before=now)
            verdict = await self._attempt(notifier, claim)
            await self._settle(claim, verdict, _Server(notifier.destination, rest.failures if rest else 0))
        return None

    async def _next_due(self, not_before: datetime) -> datetime | None:
        due = await self._outbox.next_due([self._notifier.channel])
        return None if due is None else max(due, not_before)

    async def _attempt(self, notifier: Notifier, claim: Claim) -> DeliveryError | None:
        """The verdict; None when it was delivered. Poison, too, only marks its own row."""
        try:
            async with asyncio.timeout(ATTEMPT_LIMIT_SECONDS):
                memo = await self._outbox.memo(claim)
                await notifier.deliver(memo, claim.recipient, claim.key)
        except DeliveryError as verdict:
            return verdict
        except TimeoutError:
            return DeliveryPostponed(f"no end within {ATTEMPT_LIMIT_SECONDS:g} seconds")
        except Exception as poison:  # noqa: BLE001 -- whatever one row contains, the others are delivered
            return _Poison(f"it can't be prepared: {_place_of(poison)}")
        return None

    async def _settle(self, claim: Claim, verdict: DeliveryError | None, server: _Server) -> None:
        now = self._clock.now()
        kind = type(verdict).__name__ if verdict else "delivered"
        _log.info("delivery_attempted", delivery=claim.delivery_id, attempt=claim.attempts + 1, verdict=kind)
        match verdict:
            case None:
                await self._outbox.delivered(claim, now)
                await self._server_works(server)
            case DeliveryNeedless():
                pass  # the outbox has settled it
            case DeliveryRefused():
                await self._outbox.dead(claim, now, str(verdict))
                await self._server_works(server)
            case _:
                await self._postpone(claim, verdict, server, now)

    async def _postpone(self, claim: Claim, verdict: DeliveryError, server: _Server, now: datetime) -> None:
        not_before = now + delay(claim.attempts + 1, self._jitter())
        if isinstance(verdict, RecipientAway):
            not_before = max(not_before, now + verdict.wait)
        elif self._server_is_ill(verdict):
            wait = delay(server.failures + 1, self._jitter())
            not_before = now + (max(wait, verdict.wait) if isinstance(verdict, DestinationBusy) else wait)
            await self._outbox.set_rest(server.destination, server.failures + 1, not_before, str(verdict))
        if now - claim.queued_at >= GIVE_UP_AFTER:
            hours = GIVE_UP_AFTER.total_seconds() / 3600
            await self._outbox.dead(claim, now, f"given up after {hours:.0f} hours: {verdict}")
        else:
            await self._outbox.postponed(claim, not_before, str(verdict))

    def _server_is_ill(self, verdict: DeliveryError) -> bool:
        if isinstance(verdict, _Poison):
            return False
        self._failures_in_a_row += 1
        ill = isinstance(verdict, DestinationDown) or self._failures_in_a_row >= FAILURES_IN_A_ROW_MAX
        if ill:
            self._failures_in_a_row = 0
        return ill

    async def _server_works(self, server: _Server) -> None:
        self._failures_in_a_row = 0
        if server.failures:
            await self._outbox.clear_rest(server.destination)


@dataclass(frozen=True, slots=True)
class _Server:
    """Where an attempt went, and how often that failed as a whole before."""

    destination: str
    failures: int


class _Poison(DeliveryPostponed):
    """Our own code failed on this row. An upgrade may mend it, so it is tried again like the rest."""


def _place_of(fault: Exception) -> str:
    """Where a fault arose, without its text, which may quote a caller."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} at {last.filename}:{last.lineno}"
