"""Sees which calls of our people's phones are talks, and with whom, so that calls that are owed settle themselves.

Asterisk tells of the phones because ``phones_watch`` subscribes to them. A talk costs a question to the ledger; only
one with somebody to whom a call is owed costs two requests: whether they really talk, and nobody listens to a mailbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from ari_absence.asterisk import protocol
from ari_absence.asterisk.joined import party_of
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.tools import Tools
from ari_absence.core.answered import (
    PhoneLine,
    PhoneTalk,
    PhoneTalks,
    VainCall,
    as_dialled,
    in_dialstring,
    keys_of,
    keys_of_callers,
)
from ari_absence.core.owed import COLLEAGUE, caller_key
from ari_absence.core.people import Caller, Directory
from ari_absence.errors import AlreadyGone, AsteriskError, LedgerError

LOOK_EVERY_SECONDS = 0.5
"""How often we see whether a talk has lasted long enough. Without a call at any phone nothing is done at all."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Debt:
    """A call that is owed to ``caller`` (its key), and that is settled when they have talked."""

    id: str
    caller: str


class Debts(Protocol):
    """What is owed to whom; both raise LedgerError."""

    async def settled_by(self, talker: str, callers: Collection[str]) -> Sequence[Debt]:
        """What is owed to one of the callers, and is settled when the extension ``talker`` talks with them."""

    async def settle(self, debts: Sequence[Debt], by: str) -> None:
        """Note that they have talked."""

    async def tried(self, debts: Sequence[Debt], end: str, by: str) -> None:
        """Note that they were dialled by hand, in vain."""


class AnsweredWatch:
    """All talks at our people's phones. ``take`` never waits and never raises."""

    def __init__(self, tools: Tools, debts: Debts, directory: Callable[[], Directory]) -> None:
        self._tools = tools
        self._client = tools.client
        self._debts = debts
        self._directory = directory
        self._talks = PhoneTalks(lambda: directory().site.limits.settles_after_seconds)
        self._busy = asyncio.Event()

    @property
    def lines(self) -> int:
        """How many calls the phones of our people have."""
        return len(self._talks)

    def take(self, event: protocol.CallEvent | protocol.PhoneEvent) -> None:
        """Note what an event says of a call at a phone of ours."""
        match event:
            case protocol.ChannelStateChange() | protocol.ChannelConnectedLine():
                self._tell(event.channel)
            case protocol.Dial():
                caller = event.caller or self._whom_we_ring_for(event.channel_id)
                if caller is not None:
                    self._dial(event, caller)
            case protocol.ChannelDestroyed():
                self._talks.end(event.channel_id)

    async def catch_up(self) -> None:
        """After a connect: see which calls there are now. They count as begun now: what was before is not known."""
        try:
            channels = [protocol.read_channel(each) for each in await self._client.channels()]
        except AsteriskError as error:
            _log.warning("talks.unknown", error=str(error))
            return
        self._talks.keep_only({channel.id for channel in channels})
        for channel in channels:
            self._tell(channel)

    async def run(self) -> None:
        """Settle what talks settle, until cancelled."""
        while True:
            await self._busy.wait()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not self.lines:
                self._busy.clear()
            for talk in self._talks.due(_now()):
                await self._consider(talk)
            for call in self._talks.in_vain():
                await self._note(call)

    # -- what is told

    def _tell(self, channel: Channel) -> None:
        extension = self._tools.extension_of(channel.endpoint)
        if extension is not None:
            line = PhoneLine(channel.id, extension, channel.endpoint, channel.up, channel.connected_number)
            self._talks.tell(line, _now())
            self._busy.set()

    def _dial(self, event: protocol.Dial, caller: Channel) -> None:
        """News of a phone that is rung for a phone of ours, or that is one. Colleagues are known by their phones."""
        self._tell(caller)
        self._tell(event.peer)
        calling, called = (self._colleague(each) for each in (caller, event.peer))
        whom = called or self._dialled(caller.dialled_number, event.dialstring)
        by_hand = self._whom_we_ring_for(event.channel_id) is None
        self._talks.dial(caller.id, event.peer.id, event.status, whom, _now(), by_hand=by_hand)
        self._talks.rung_by(event.peer.id, calling)

    def _whom_we_ring_for(self, leg_id: str) -> Channel | None:
        """The caller of a phone that we ring ourselves: of ``*38``, say."""
        line = self._tools.switchboard.caller_of(leg_id)
        return line.channel if line else None

    def _colleague(self, channel: Channel) -> list[Caller]:
        extension = self._tools.extension_of(channel.endpoint)
        return [] if extension is None else [Caller(None, extension=extension)]

    def _dialled(self, at_the_phone: str | None, dialstring: str) -> list[Caller]:
        """Whom a number leads to, as it was dialled and as it goes out."""
        dialled = as_dialled(at_the_phone, self._directory().dialing) if at_the_phone else None
        return [Caller(number) for number in (dialled, in_dialstring(dialstring)) if number]

    # -- what follows

    async def _consider(self, talk: PhoneTalk) -> None:
        try:
            await self._settle(talk)
        except (AlreadyGone, AsteriskError, LedgerError) as error:
            _log.warning("talk.not_looked_at", extension=talk.line.extension, error=str(error))
            self._talks.doubt(talk, _now())
        except Exception:  # noqa: BLE001 - a mistake about one talk is no reason to miss the others
            _log.exception("talk.failed")

    async def _note(self, call: VainCall) -> None:
        """That it was tried in vain is worth knowing, no more."""
        try:
            keys = keys_of_callers(call.tried, self._directory())
            debts = await self._debts.settled_by(call.line.extension, keys)
            if debts:
                await self._debts.tried(debts, call.end, call.by)
        except LedgerError as error:
            _log.warning("attempt.not_noted", extension=call.line.extension, error=str(error))
        except Exception:  # noqa: BLE001 - as in :meth:`_consider`
            _log.exception("attempt.failed")

    async def _settle(self, talk: PhoneTalk) -> None:
        directory = self._directory()
        debts = await self._debts.settled_by(talk.line.extension, keys_of(talk, directory))
        if not debts:
            return
        party = await self._party(talk)
        if party is None:
            _log.debug("talk.with_nobody", extension=talk.line.extension)
            self._talks.doubt(talk, _now())
        elif self._talks.confirm(talk, _now()):
            reached = [debt for debt in debts if self._is_to(party, debt)]
            if reached:
                await self._debts.settle(reached, talk.by)

    async def _party(self, talk: PhoneTalk) -> Channel | None:
        """Whom they talk with, by what Asterisk says when asked."""
        channels = [protocol.read_channel(each) for each in await self._client.channels()]
        bridges = [protocol.read_bridge(each) for each in await self._client.bridges()]
        return party_of(talk.line.id, channels, bridges)

    def _is_to(self, party: Channel, debt: Debt) -> bool:
        """Who is at a phone of ours is known by the phone; a number of theirs that is shown outside proves nothing."""
        extension = self._tools.extension_of(party.endpoint)
        if extension is None:
            return not debt.caller.startswith(COLLEAGUE)
        return debt.caller == caller_key(Caller(None, extension=extension), "")


def _now() -> float:
    return asyncio.get_running_loop().time()
