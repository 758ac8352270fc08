"""Somebody parked whom nobody has picked up: back to who parked them, twice, then the operator, then a message."""

from __future__ import annotations

from ari_absence.attendant.call import Display, HuntEnd, Pastime, Ring
from ari_absence.attendant.greeting import greet
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.reach import Rung, recalled_way, ring_noted
from ari_absence.attendant.take_message import take_message
from ari_absence.attendant.talk import Talk
from ari_absence.core.hold import RECALLS_BEFORE_OPERATOR, parked_label
from ari_absence.core.phrases import Phrase

_STOPS = frozenset({HuntEnd.TALKED, HuntEnd.CALLER_CHOSE})


async def recall_parked(talk: Talk, slot: str) -> Outcome:
    """From the end of the parking time on. ``talk`` is with the caller, as one for who parked them."""
    await talk.call.answer()
    end = await _ring_in_turn(talk, slot)
    if end is HuntEnd.TALKED:
        await talk.call.hang_up()
        return Outcome.CONNECTED
    if end is HuntEnd.CALLER_CHOSE:
        return await take_message(talk) or await greet(talk)
    return await greet(talk)


async def _ring_in_turn(talk: Talk, slot: str) -> HuntEnd:
    parker, operator = talk.call.extension, talk.directory.site.operator
    end = await _ring(talk, parker, slot)
    for _ in range(RECALLS_BEFORE_OPERATOR - 1):
        if end in _STOPS:
            return end
        if await _wait_on(talk):
            return HuntEnd.CALLER_CHOSE
        end = await _ring(talk, parker, slot)
    if end not in _STOPS and operator in talk.directory.people and operator not in (None, parker):
        end = await _ring(talk, operator, slot, for_whom=talk.decision.person.name)
    return end


async def _ring(talk: Talk, extension: str, slot: str, for_whom: str | None = None) -> HuntEnd:
    caller = talk.call.caller
    shown = Display(caller.number, parked_label(slot, caller.name or caller.number or "", for_whom))
    rings = [Ring(phone, shown) for phone in talk.phones_of(extension)]
    if not rings:
        return HuntEnd.UNREACHABLE
    rung = Rung(recalled_way(talk, extension), extension)
    return (await ring_noted(talk, rung, rings, talk.limits.recall_ring_seconds, _company(talk))).end


def _company(talk: Talk) -> Pastime:
    """Music, a word every so often, and the key to the message."""

    async def company() -> None:
        """Until the caller chooses the message."""
        while not talk.wants_message(await talk.call.wait(talk.limits.word_every_seconds)):
            if await talk.tell(Phrase.SERVED_SOON):
                return

    return company


async def _wait_on(talk: Talk) -> bool:
    """The same between two recalls; True if the caller chose the message."""
    left = talk.limits.hold_reminder_seconds
    while left > 0:
        seconds = min(left, talk.limits.word_every_seconds)
        if talk.wants_message(await talk.call.wait(seconds)):
            return True
        left -= seconds
        if await talk.tell(Phrase.SERVED_SOON):
            return True
    return False
