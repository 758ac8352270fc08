"""Keeps everybody's message lamp equal to the ledger: lit while a message is unheard.

The lamp is a state, not a message: what is shown is the count at that moment, however many changes led to it.
Asterisk keeps it in memory only and phones not at all, so everything is shown anew after each connect, and in
between a few lamps at a time are compared with what they should be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Protocol

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.mailbox import MessageCounts
from ari_absence.core.people import Directory
from ari_absence.errors import AsteriskError, LedgerError, RequestRefused

ROUND_SECONDS = 30.0  # how often lamps are compared with what they should be
LAMPS_PER_ROUND = (
    20  # of which so many each time: an office of 20 as a whole, ten thousand people in four hours
)
FIRST_ROUND_SECONDS = 1.0  # after everything was shown: whether it can be shown at all is to be known at once
RETRY_SECONDS = (
    30.0  # a module that is missing does not load itself, and a refused password must not look like an attack
)
BATCH = 50  # lamps that are counted in one query; a fresh message waits for one batch at most

_NOTHING = MessageCounts()

log = structlog.get_logger()


class MessageLamp(Protocol):
    """A way to light the lamps of a person's phones. Its methods raise AsteriskError.

    ``remedy`` says what to do when the lamps do not follow; ``phones_forget``: a phone that has registered anew
    must be told again by us.
    """

    remedy: str
    phones_forget: bool

    async def show(self, extension: str, counts: MessageCounts) -> None:
        """Have the phones of ``extension`` show these counts."""

    async def is_lit(self, extension: str) -> bool | None:
        """Whether the lamp is lit; None if nobody knows."""


class NoLamp:
    """``pbx.message_lamp: none``."""

    remedy = ""
    phones_forget = False

    async def show(self, extension: str, counts: MessageCounts) -> None:
        """Nothing is shown."""

    async def is_lit(self, extension: str) -> bool | None:  # noqa: ARG002 - nobody's is
        """Nobody looks."""
        return None


Count = Callable[[Collection[str] | None], Awaitable[Mapping[str, MessageCounts]]]
"""The messages that wait, by extension; of None: of everybody who has one. Raises LedgerError."""


class MessageLamps:
    """Everybody's message lamp. It shows their own messages and those of everybody they watch."""

    def __init__(
        self, directory: Callable[[], Directory], count: Count, lamp: MessageLamp, clock: Clock
    ) -> None:
        self._directory = directory
        self._count = count
        self._lamp = lamp
        self._clock = clock
        self._shown: dict[str, MessageCounts] = {}
        self._stale: dict[str, None] = {}
        self._backlog: dict[str, None] = {}
        self._everything_stale = False
        self._woken = asyncio.Event()
        self._rounds_due = clock.monotonic() + ROUND_SECONDS
        self._refused: dict[str, None] = {}
        self._put_right: set[str] = set()
        self._complained = False

    @property
    def settled(self) -> bool:
        """Whether every lamp shows what it should, as far as is known."""
        return not (self._everything_stale or self._stale or self._backlog or self._refused)

    def refresh(self, extensions: Iterable[str]) -> None:
        """The messages of these extensions have changed: show what there is now, at once."""
        directory = self._directory()
        for box in extensions:
            self._stale |= dict.fromkeys((box, *_watchers(directory, box)))
        self._woken.set()

    def refresh_all(self) -> None:
        """Anything may have changed, here or in Asterisk: show everything anew, unheard messages first."""
        self._everything_stale = True
        self._woken.set()

    def registered(self, extension: str) -> None:
        """A phone of ``extension`` has registered. Where Asterisk tells it by itself, nothing is to be done."""
        if self._lamp.phones_forget:
            self._shown.pop(extension, None)
            self._stale[extension] = None
            self._woken.set()

    async def run(self) -> None:
        """Follow the ledger until cancelled. What fails is told once, and tried again."""
        while True:
            try:
                await self._catch_up()
                await wait_at_most(self._rounds_due - self._clock.monotonic(), self._woken)
                if self._clock.monotonic() >= self._rounds_due:
                    await self._compare_a_few()
            except (AsteriskError, LedgerError) as error:
                self._complain(str(error))
                await wait_at_most(RETRY_SECONDS, self._woken)

    async def _catch_up(self) -> None:
        self._woken.clear()
        if self._everything_stale:
            await self._begin_anew()
        while waiting := self._stale or self._backlog:
            batch = list(islice(waiting, BATCH))
            for owner in batch:  # before they are counted: what changes from now on makes them stale again
                del waiting[owner]
            try:
                await self._bring_up_to_date(batch)
            except (AsteriskError, LedgerError):
                self._stale |= dict.fromkeys(batch)
                raise

    async def _begin_anew(self) -> None:
        """Asterisk may have forgotten everything, and may still light what was heard meanwhile."""
        counts = await self._count(None)
        people = self._directory().people
        lit = []  # first: these are waited for
        for number, owner in enumerate(people):
            if self._total(owner, counts).new:
                lit.append(owner)
            if number % BATCH == 0:
                await asyncio.sleep(0)  # calls go on meanwhile
        gone = [owner for owner in self._shown if owner not in people]
        self._backlog = dict.fromkeys((*lit, *gone, *people))
        self._shown.clear()
        self._everything_stale = False
        self._rounds_due = self._clock.monotonic() + FIRST_ROUND_SECONDS

    async def _bring_up_to_date(self, owners: Collection[str]) -> None:
        counts = await self._count(sorted({box for owner in owners for box in self._boxes(owner)}))
        for owner in owners:
            try:
                await self._show(owner, self._total(owner, counts))
            except RequestRefused as error:  # of this one; the others are not to wait for it
                self._refused[owner] = None
                self._complain(str(error))

    async def _show(self, owner: str, wanted: MessageCounts) -> None:
        known = self._shown.get(owner)
        if known == wanted:
            return
        if known is not None or wanted != _NOTHING or await self._lamp.is_lit(owner) is not False:
            await self._lamp.show(owner, wanted)
        self._shown[owner] = wanted
        if owner not in self._directory().people:
            del self._shown[owner]

    # -- whose messages

    def _boxes(self, owner: str) -> tuple[str, ...]:
        """Whose messages the lamp of ``owner`` shows; nobody's if they have left."""
        person = self._directory().people.get(owner)
        if person is None:
            return ()
        teams = self._directory().teams
        watched = (teams[key].members if key in teams else (key,) for key in person.watches)
        return tuple(dict.fromkeys((owner, *(box for boxes in watched for box in boxes))))

    def _total(self, owner: str, counts: Mapping[str, MessageCounts]) -> MessageCounts:
        each = [counts.get(box, _NOTHING) for box in self._boxes(owner)]
        return MessageCounts(
            sum(box.new for box in each), sum(box.old for box in each), sum(box.urgent for box in each)
        )

    # -- now and then

    async def _compare_a_few(self) -> None:
        self._stale |= self._refused
        self._refused.clear()
        before = self._put_right & self._shown.keys()
        self._rounds_due = self._clock.monotonic() + ROUND_SECONDS
        again, others = sorted(before)[:LAMPS_PER_ROUND], islice(self._shown, LAMPS_PER_ROUND)
        for owner in dict.fromkeys((*again, *others)):
            shown = self._shown.pop(owner)  # and to the end of the queue
            self._shown[owner] = shown
            await self._compare(owner, shown)
        if self._put_right - before:  # whether that helped is to be known soon
            self._rounds_due = self._clock.monotonic() + FIRST_ROUND_SECONDS
        if self.settled and not self._put_right:
            self._complained = False

    async def _compare(self, owner: str, shown: MessageCounts) -> None:
        lit = await self._lamp.is_lit(owner)
        if lit is None or lit == bool(shown.new):
            self._put_right.discard(owner)
            return
        if owner in self._put_right:
            self._complain(f"the message lamp of {owner} does not follow; {self._lamp.remedy}")
        self._put_right.add(owner)
        await self._lamp.show(owner, shown)

    def _complain(self, sentence: str) -> None:
        """One line for an outage, not one for each attempt."""
        if not self._complained:
            log.warning("message_lamps.failed", reason=sentence)
        self._complained = True


def _watchers(directory: Directory, box: str) -> Iterable[str]:
    """Who sees the messages of ``box`` on their own lamp."""
    names = {box, *(key for key, team in directory.teams.items() if box in team.members)}
    return (person.extension for person in directory.people.values() if not names.isdisjoint(person.watches))
