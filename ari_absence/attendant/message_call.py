"""A call that reads a message out to whom it was left for: at their desk or, if it is urgent, on all their own
phones of the urgent ladder at once; heard by one key.

A mailbox that answers presses nothing, and has heard nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ari_absence.attendant.urgent_alarm import Alarm
from ari_absence.attendant.urgent_rounds import Office
from ari_absence.core.ladder import Leg
from ari_absence.core.numbers import DialPolicy
from ari_absence.core.people import Person
from ari_absence.core.phrases import Name
from ari_absence.core.steps import Way
from ari_absence.errors import CallError, SpeechError


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A message to be read out. ``caller_number`` None: withheld."""

    audio_id: str
    caller_number: str | None
    urgent: bool


class MessageCalls:
    """Calls people with their messages."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._playing: set[asyncio.Task[None]] = set()

    async def tell(self, extension: str, message: LeftMessage) -> bool:
        """Ring; whether somebody pressed the key to hear it. It goes on playing to them after this returns."""
        person = self._office.directory().people.get(extension)
        legs = await self._legs(person, urgent=message.urgent) if person is not None else []
        if person is None or not legs:
            return False
        heard = asyncio.Event()
        limits = self._office.directory().site.limits
        alarm = Alarm(
            person,
            message.caller_number,
            message.audio_id,
            limits,
            urgent=message.urgent,
            on_heard=heard.set,
        )
        call = asyncio.create_task(self._ring(alarm, legs, limits.step_ring_seconds))
        self._playing.add(call)
        call.add_done_callback(self._playing.discard)
        await _first(heard, call)
        return alarm.heard_by is not None

    async def close(self) -> None:
        """Hang up on everybody."""
        for call in self._playing:
            call.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    async def _ring(self, alarm: Alarm, legs: Sequence[Leg], ring_seconds: int) -> None:
        try:
            async with self._office.lend(alarm.audio_id):
                await self._office.alert([alarm.ring_of(leg) for leg in legs], ring_seconds)
        except (CallError, SpeechError):
            return  # told again later

    async def _legs(self, person: Person, *, urgent: bool) -> list[Leg]:
        """Of an urgent message their own phones on the ladder, each allowed now; else, and of all others, their desk:
        nobody wants their mobile to ring, and pay, for what can wait."""
        attempts = self._office.attempts(person.extension, self._office.now()) if urgent else ()
        own = [leg for attempt in attempts for leg in attempt.legs if leg.own]
        phones = {leg.target.endpoint: leg for leg in own or _desk(self._office, person)}
        return [
            leg
            for leg in phones.values()
            if not leg.target.outside or await self._office.book_dial(person.extension)
        ]


def _desk(office: Office, person: Person) -> list[Leg]:
    policy = DialPolicy(office.directory().dialing)
    name = Name.of(person)
    return [
        Leg(Way.DESK, target, person.extension, name, own=True, screened=True)
        for target in policy.phones_of(person)
    ]


async def _first(heard: asyncio.Event, call: asyncio.Task[None]) -> None:
    """Wait for either; who is not waited for any more is not rung on."""
    waiting = asyncio.create_task(heard.wait())
    try:
        await asyncio.wait([waiting, call], return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        call.cancel()
        raise
    finally:
        waiting.cancel()
