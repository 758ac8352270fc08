"""Calling somebody back by command: the phones of whoever owes it ring first, then those who are to be called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from ari_absence.attendant.call import Callee, Display, HuntEnd, LegEnd, Ring, Verdict
from ari_absence.attendant.call_again import IF_NOBODY_SAYS, comes_again
from ari_absence.attendant.callback_list import Begun, CallbackList, OwedCallback, Taken
from ari_absence.attendant.calling_back import NumberOf, targets_of
from ari_absence.attendant.camp_on import Introduction
from ari_absence.core.numbers import DialPolicy, DialTarget
from ari_absence.core.owed import again_at
from ari_absence.core.people import Caller, Directory, Person
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.errors import CallError, LedgerError

_log = structlog.get_logger()


@dataclass(slots=True)
class DiallingBack:
    """Rings two and connects them. ``number_of`` reads a number as this country writes it."""

    callbacks: CallbackList
    directory: Callable[[], Directory]
    connect: Callable[[Introduction], Awaitable[HuntEnd]]
    number_of: NumberOf
    now: Callable[[], datetime]

    async def begin(self, owed: OwedCallback, owner: Person, by: str) -> Awaitable[None] | str:
        """What rings them both, to be awaited; or why it is not done, as the end of a sentence.

        Raises:
            LedgerError: the ledger can't be used; nothing is dialled.
        """
        policy = DialPolicy(self.directory().dialing)
        own = policy.phones_of(owner)
        theirs = targets_of(Caller(owed.number, extension=owed.extension), self.directory(), self.number_of)
        if not own:
            return f"{owner.name} has no phone that could ring"
        if not theirs:
            return "its number may not be dialled (dialing in absence.yaml)"
        begun = await self.callbacks.begin(owed.callback_id, owner, by)
        if isinstance(begun, Taken):
            return "it is settled already" if begun.by is None else f"extension {begun.by} has taken it"
        if any(each.outside for each in theirs) and not await self.callbacks.book_dial(owner.extension):
            await self.callbacks.end(begun, LegEnd.CAP_USED_UP, by, None)
            return f"the outside calls of extension {owner.extension} are used up for now"
        return self._carry_out(begun, owed, owner, (own, theirs), by)

    async def _carry_out(
        self,
        begun: Begun,
        owed: OwedCallback,
        owner: Person,
        phones: tuple[tuple[DialTarget, ...], tuple[DialTarget, ...]],
        by: str,
    ) -> None:
        """Ring them, and note how it ended, whatever happens: who is interrupted has not talked."""
        news = _News()
        end = LegEnd.CANCELLED
        try:
            hunt = await self.connect(self._introduction(owed, owner, phones, news))
            if news.picked_up:
                end = LegEnd(hunt.value)
        except CallError as error:
            _log.info("callback.dial_ended", callback=owed.callback_id, reason=str(error))
        finally:
            await asyncio.shield(self._note(begun, owner, end, by))

    async def _note(self, begun: Begun, owner: Person, end: LegEnd, by: str) -> None:
        again = again_at(IF_NOBODY_SAYS, owner, self.now()) if comes_again(end) else None
        try:
            await self.callbacks.end(begun, end, by, again)
        except LedgerError as error:
            _log.error("callback.not_noted", callback=begun.callback_id, reason=str(error))

    def _introduction(
        self,
        owed: OwedCallback,
        owner: Person,
        phones: tuple[tuple[DialTarget, ...], tuple[DialTarget, ...]],
        news: _News,
    ) -> Introduction:
        own, theirs = phones
        colleague = self.directory().people.get(owed.extension or "")
        name = colleague.name if colleague else owed.number
        limits = self.directory().site.limits
        shown = Display(owner.extension, owner.name)
        return Introduction(
            [Ring(phone, Display(owed.number, f"call back {name}"), news.tell) for phone in own],
            [Ring(target, shown) for target in theirs],
            Display(owed.number, name),
            limits.step_ring_seconds,
            (Fixed(Phrase.NOT_REACHED),),
        )


@dataclass(slots=True)
class _News:
    """Whether who owes the call has picked up: until then it was not tried."""

    picked_up: bool = False

    async def tell(self, callee: Callee) -> Verdict | None:
        """Say that they are being connected."""
        await callee.say(Fixed(Phrase.CONNECTING))
        self.picked_up = True
        return Verdict.TAKE
