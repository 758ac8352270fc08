"""Urgent messages that nobody has heard yet: the next on the ladder is rung, again and again, until somebody has.

Once the person is back, their own desk comes first. After a day without anybody, it ends, and that is noted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from ari_absence.attendant.call import Hunt, Ring
from ari_absence.attendant.urgent_alarm import Alarm
from ari_absence.core.ladder import Attempt, Leg
from ari_absence.core.people import Directory, Limits, Person
from ari_absence.errors import CallError, LedgerError, SpeechError

GIVE_UP = timedelta(days=1)  # whoever has not heard by then reads it in the mail first
LOOK_SECONDS = (
    60.0  # minutes are the finest thing there is here; new messages and a clock that was set are noticed
)


class Unheard(Protocol):
    """An urgent message whose turn has come; ``step`` counts from 0."""

    @property
    def message_id(self) -> str:
        """The message."""

    @property
    def step(self) -> int:
        """How often it was told already."""

    @property
    def extension(self) -> str:
        """Whose message it is."""

    @property
    def at(self) -> datetime:
        """When it was left (UTC)."""

    @property
    def caller_number(self) -> str | None:
        """Who left it."""

    @property
    def audio_id(self) -> str:
        """The message itself."""


Claim = TypeVar("Claim", bound=Unheard)


class UnheardMessages(Protocol[Claim]):
    """Where they are kept. Every method raises :class:`LedgerError`."""

    async def due(self, now: datetime) -> list[Claim]:
        """Claim those whose time has come."""

    async def next_due_at(self) -> datetime | None:
        """When the next one comes."""

    async def advance(self, claim: Claim, next_at: datetime | None, now: datetime) -> bool:
        """It was told and not heard: again at ``next_at``; None: never."""

    async def mark_heard(self, message_id: str, by: str, at: datetime) -> bool:
        """Somebody has heard it."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the rounds need of the rest: who is rung now, how, and what is played to them."""

    directory: Callable[[], Directory]
    attempts: Callable[[str, datetime], Sequence[Attempt]]
    alert: Callable[[Sequence[Ring], float], Awaitable[Hunt]]
    lend: Callable[[str], AbstractAsyncContextManager[object]]
    book_dial: Callable[[str], Awaitable[bool]]
    now: Callable[[], datetime]


class UrgentRounds(Generic[Claim]):
    """Runs as long as the service does."""

    def __init__(self, messages: UnheardMessages[Claim], office: Office) -> None:
        self._messages = messages
        self._office = office

    async def run(self) -> None:
        """Tell whatever is due, for ever."""
        while True:
            await asyncio.sleep(await self._tell_due())

    async def _tell_due(self) -> float:
        """Tell all whose time has come, at the same time; gives the seconds until it is to be looked again."""
        try:
            claims = await self._messages.due(self._office.now())
            await asyncio.gather(*map(self._tell, claims))
            next_at = await self._messages.next_due_at()
        except LedgerError:
            return LOOK_SECONDS
        if next_at is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(1.0, (next_at - self._office.now()).total_seconds()))

    async def _tell(self, claim: Claim) -> None:
        person = self._office.directory().people.get(claim.extension)
        heard_by = await self._ring(claim, person) if person is not None else None
        now = self._office.now()
        if heard_by is not None:
            await self._messages.mark_heard(claim.message_id, heard_by, now)
        else:
            limits = self._office.directory().site.limits
            next_at = None if person is None else next_telling(claim.at, claim.step, now, limits)
            await self._messages.advance(claim, next_at, now)

    async def _ring(self, claim: Claim, person: Person) -> str | None:
        """Ring the step whose turn it is; the extension of whoever has heard the message."""
        office = self._office
        attempts = office.attempts(claim.extension, office.now())
        if not attempts:
            return None
        attempt = attempts[claim.step % len(attempts)]
        alarm = Alarm(person, claim.caller_number, claim.audio_id, office.directory().site.limits)
        legs = [leg for leg in attempt.legs if await self._may_be_rung(claim, leg)]
        if legs:
            await self._play_to(
                alarm, Attempt(tuple(legs), attempt.ring_seconds, attempt.name, attempt.source)
            )
        return alarm.heard_by

    async def _play_to(self, alarm: Alarm, attempt: Attempt) -> None:
        try:
            async with self._office.lend(alarm.audio_id):
                await self._office.alert(alarm.rings(attempt), attempt.ring_seconds)
        except (CallError, SpeechError):
            return  # told again at the next turn

    async def _may_be_rung(self, claim: Claim, leg: Leg) -> bool:
        return not leg.target.outside or await self._office.book_dial(claim.extension)


def next_telling(left_at: datetime, step: int, now: datetime, limits: Limits) -> datetime | None:
    """When a message left at ``left_at`` is told after its telling ``step`` at ``now``; None: no more.

    The minutes of ``urgent_again_minutes`` count from the message; after the last, its distance is kept.
    """
    minutes = limits.urgent_again_minutes
    if not minutes or now - left_at >= GIVE_UP:
        return None
    if step + 1 < len(minutes):
        return max(now, left_at + timedelta(minutes=minutes[step + 1]))
    distances = [later - earlier for earlier, later in pairwise((0, *minutes))]
    return now + timedelta(minutes=max(1, distances[-1]))
