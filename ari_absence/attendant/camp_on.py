"""Camp-on: "ring me when she is back". The wish is kept, and carried out when she is there and both phones are free."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ari_absence.attendant.call import Callee, Display, HuntEnd, Ring, Verdict
from ari_absence.clock import wait_at_most
from ari_absence.core.numbers import DialPolicy, DialTarget
from ari_absence.core.people import Directory, Limits, Person, SetAbsences
from ari_absence.core.phrases import CalleeUtterance, Fixed, IsBack, Name, Phrase
from ari_absence.core.schedule import state_at
from ari_absence.errors import CallError, LedgerError

CALL, FORGET = "1", "2"

TRIES_MAX = 3
"""How often who asked is rung without an answer; whoever wants it then asks again."""

LOOK_SECONDS = 60.0
"""How often it is looked whether somebody is back whom no change of an absence tells of, or the clock was set."""

BUSY_LOOK_SECONDS = 5.0
"""How often it is looked whether both phones have become free, once the person is back."""

_log = structlog.get_logger()


class CampOns(Protocol):
    """Who is to be rung when somebody is back."""

    async def ask_for(self, extension: str, by: str) -> bool:
        """Have extension ``by`` rung as soon as ``extension`` is back and both phones are free.

        False when that can't be promised: an extension that is not ours, one's own, or a ledger that can't be used.
        To ask twice is to ask once, for the full time again.
        """


@dataclass(frozen=True, slots=True)
class CampOn:
    """A wish: ``by`` is rung when ``extension`` is back, not before ``next_at`` and not from ``until`` on (UTC)."""

    extension: str
    by: str
    until: datetime
    next_at: datetime
    tries: int = 0


class KeptCampOns(Protocol):
    """Where the wishes are kept, one for each pair. Every method raises :class:`LedgerError`."""

    async def keep(self, wish: CampOn) -> None:
        """Keep it, in the place of what the same pair had."""

    async def kept(self, now: datetime) -> list[CampOn]:
        """All that hold at ``now``; the others are forgotten."""

    async def forget(self, wish: CampOn) -> None:
        """It was carried out, or is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Two to be connected: ``asker`` is rung first and asked, then ``wanted``; ``called`` is what displays call them.

    ``sorry`` is said to the asker when nobody takes the second call.
    """

    asker: Sequence[Ring]
    wanted: Sequence[Ring]
    called: Display
    ring_seconds: float
    sorry: tuple[CalleeUtterance, ...]


@dataclass(frozen=True, slots=True)
class CampOnOffice:
    """What carrying out wishes needs of the rest."""

    directory: Callable[[], Directory]
    absences: Callable[[], SetAbsences]
    is_free: Callable[[Sequence[DialTarget]], Awaitable[bool]]
    connect: Callable[[Introduction], Awaitable[HuntEnd]]
    now: Callable[[], datetime]


class CampOnRounds:
    """Keeps the wishes, and carries them out as long as the service runs."""

    def __init__(self, wishes: KeptCampOns, office: CampOnOffice) -> None:
        self._wishes = wishes
        self._office = office
        self._woken = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}  # by who asked
        self._wanted: dict[str, str] = {}  # whom those who are being rung want, by who asked

    def wake(self) -> None:
        """Look again: somebody came or went, or the configuration is another."""
        self._woken.set()

    async def ask_for(self, extension: str, by: str) -> bool:
        """As :class:`CampOns` says."""
        directory, now = self._office.directory(), self._office.now()
        if extension == by or not {extension, by} <= directory.people.keys():
            return False
        until = now + timedelta(hours=directory.site.limits.camp_on_hours)
        try:
            await self._wishes.keep(CampOn(extension, by, until, now))
        except LedgerError as error:
            _log.error("camp_on.not_kept", reason=str(error))
            return False
        _log.info("camp_on.kept", extension=extension, by=by)
        self.wake()
        return True

    async def run(self) -> None:
        """Carry out whatever is due, for ever."""
        try:
            while True:
                self._woken.clear()
                seconds = await self._look()
                await wait_at_most(seconds, self._woken)
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def _look(self) -> float:
        """Carry out the wishes whose time has come; gives the seconds until it is to be looked again."""
        try:
            wishes = await self._wishes.kept(self._office.now())
            seconds = [await self._consider(wish) for wish in wishes]
        except LedgerError as error:
            _log.warning("camp_on.ledger", reason=str(error))
            return LOOK_SECONDS
        return max(0.1, min([LOOK_SECONDS, *seconds]))

    async def _consider(self, wish: CampOn) -> float:
        """Carry out one wish if its time has come; gives the seconds until it is to be considered again.

        Whoever asked is rung for one wish at a time, and for one person only one of those who asked; the end of that
        wakes us.
        """
        if wish.by in self._under_way or wish.extension in self._wanted.values():
            return LOOK_SECONDS
        people, now = self._office.directory().people, self._office.now()
        person, asker = people.get(wish.extension), people.get(wish.by)
        if person is None or asker is None:
            await self._wishes.forget(wish)
            return LOOK_SECONDS
        back_in = self._seconds_until_back(person, now)
        if back_in or wish.next_at > now:
            return max(back_in, (wish.next_at - now).total_seconds())
        if self._seconds_until_back(asker, now):
            return await self._postpone(wish, "the asker is absent")
        policy = DialPolicy(self._office.directory().dialing)
        phones, own = policy.phones_of(person), policy.phones_of(asker)
        if not (await self._office.is_free(phones) and await self._office.is_free(own)):
            return BUSY_LOOK_SECONDS
        self._begin(wish, self._introduction(person, phones, asker, own))
        return LOOK_SECONDS

    def _seconds_until_back(self, person: Person, now: datetime) -> float:
        state = state_at(person, now, self._office.absences().of(person.extension))
        if state.present:
            return 0.0
        return LOOK_SECONDS if state.until is None else max(0.1, (state.until - now).total_seconds())

    def _begin(self, wish: CampOn, arranged: tuple[News, Introduction]) -> None:
        task = asyncio.create_task(self._carry_out(wish, *arranged), name=f"camp-on {wish.by}")
        self._under_way[wish.by], self._wanted[wish.by] = task, wish.extension
        task.add_done_callback(lambda _: self._is_over(wish.by))

    def _is_over(self, by: str) -> None:
        self._under_way.pop(by, None)
        self._wanted.pop(by, None)
        self.wake()

    def _introduction(
        self, person: Person, phones: Sequence[DialTarget], asker: Person, own: Sequence[DialTarget]
    ) -> tuple[News, Introduction]:
        """The talk with the asker, and what is needed to connect the two."""
        limits = self._office.directory().site.limits
        news = News(person, limits)
        shown, back = (
            Display(asker.extension, asker.name),
            Display(person.extension, f"{person.name} is back"),
        )
        return news, Introduction(
            [Ring(phone, back, news.tell) for phone in own],
            [Ring(phone, shown) for phone in phones],
            Display(person.extension, person.name),
            limits.desk_ring_seconds,
            (Fixed(Phrase.NOT_REACHED),),
        )

    async def _carry_out(self, wish: CampOn, news: News, introduction: Introduction) -> None:
        _log.info("camp_on.rings", extension=wish.extension, by=wish.by)
        try:
            end = await self._office.connect(introduction)
            if end is HuntEnd.TALKED or news.verdict is Verdict.NOT_ME:
                await self._wishes.forget(wish)
            else:
                await self._postpone(wish, "nobody answered")
        except (CallError, LedgerError) as error:
            _log.warning("camp_on.failed", reason=str(error))

    async def _postpone(self, wish: CampOn, why: str) -> float:
        if wish.tries + 1 >= TRIES_MAX:
            _log.info("camp_on.dropped", extension=wish.extension, by=wish.by, reason=why)
            await self._wishes.forget(wish)
            return LOOK_SECONDS
        seconds = self._office.directory().site.limits.camp_on_again_seconds
        next_at = self._office.now() + timedelta(seconds=seconds)
        await self._wishes.keep(CampOn(wish.extension, wish.by, wish.until, next_at, wish.tries + 1))
        return seconds


@dataclass(slots=True)
class News:
    """The talk with who asked. ``verdict``: what they chose, once they have heard it."""

    person: Person
    limits: Limits
    verdict: Verdict | None = None

    async def tell(self, callee: Callee) -> Verdict | None:
        """Tell who is back; TAKE calls them, NOT_ME forgets it, None after ``screen_rounds`` silent rounds."""
        for _ in range(self.limits.screen_rounds):
            spoken = (IsBack(Name.of(self.person)), Fixed(Phrase.CAMP_ON_MENU))
            key = await callee.ask(spoken, self.limits.screen_seconds)
            self.verdict = _VERDICTS.get(key or "")
            if self.verdict is Verdict.NOT_ME:
                await callee.say(Fixed(Phrase.CAMP_ON_FORGOTTEN))
            if self.verdict is not None:
                break
        return self.verdict


_VERDICTS = {CALL: Verdict.TAKE, FORGET: Verdict.NOT_ME}
