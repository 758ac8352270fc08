"""Somebody on hold: who put them there is reminded, then rung, then the operator; a word for who waits now and then.

Of several on hold at one phone, one is recalled at a time, who waits longest first. A call that is held while only we
are at its other end, as a consultation that talks with no person, keeps nobody waiting: nothing is due for it.

Plain hold belongs to the phone: the talk stays where it is, and nothing here ends it. Whatever goes wrong, the party on
hold stays on hold, and the next recall comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ari_absence.attendant.call import Display, Ring
from ari_absence.core.hold import Whom, held_label, recalls
from ari_absence.core.numbers import DialPolicy, DialTarget
from ari_absence.core.people import Directory, Limits, Person
from ari_absence.core.phrases import Phrase


class HeldCall(Protocol):
    """One call that a phone of ours has put on hold. Over as soon as it is resumed, transferred or ended: whoever
    speaks through it is cancelled then."""

    @property
    def extension(self) -> str:
        """Whose phone holds."""

    @property
    def endpoint(self) -> str:
        """The phone that holds: ``PJSIP/110``."""

    @property
    def seconds(self) -> float:
        """For how long it is on hold."""

    async def lasts(self, seconds: float) -> None:
        """Wait so long, the hold going on."""

    def turn(self) -> AbstractAsyncContextManager[object]:
        """The turn of this hold at the phone that holds: of several, only one has it, and who asked first is next."""

    async def keeps_waiting(self) -> bool:
        """Whether there is one person on hold just now."""

    async def party(self) -> Display:
        """Who is on hold, as the phone that holds has shown them."""

    async def remind_in_talk(self) -> bool:
        """If the phone that holds is in another talk: a beep into that, which only the holder hears."""

    async def ring(self, rings: Sequence[Ring], ring_seconds: float) -> None:
        """Ring; who answers first has the party on hold. Should that fail, they are told so, and the hold goes on."""

    async def say(self, phrase: Phrase) -> None:
        """A word to the party on hold, over the music. Where the music can't be talked over, it plays on instead."""


async def recall(held: HeldCall, directory: Callable[[], Directory]) -> None:
    """Remind whoever put the party on hold, again and again; the operator in between."""
    operator = _operator(directory(), held.extension)
    for step in recalls(directory().site.limits, operator=operator is not None):
        await held.lasts(step.wait_seconds)
        async with held.turn():
            if not await held.keeps_waiting():
                continue
            if step.whom is Whom.OPERATOR and operator is not None:
                await _ring_operator(held, directory(), operator)
            elif not await held.remind_in_talk():
                await _ring_holder(held, directory())


async def keep_company(held: HeldCall, limits: Callable[[], Limits]) -> None:
    """A word for the party on hold, every so often."""
    while True:
        await held.lasts(limits().word_every_seconds)
        await held.say(Phrase.SERVED_SOON)


async def _ring_holder(held: HeldCall, directory: Directory) -> None:
    phones = [each for each in _phones(directory, held.extension) if each.endpoint == held.endpoint]
    party = await held.party()
    shown = Display(party.number, held_label(held.seconds, party.name or party.number or ""))
    await held.ring([Ring(phone, shown) for phone in phones], directory.site.limits.recall_ring_seconds)


async def _ring_operator(held: HeldCall, directory: Directory, operator: Person) -> None:
    party = await held.party()
    holder = directory.people.get(held.extension)
    name = holder.name if holder else held.extension
    shown = Display(party.number, held_label(held.seconds, party.name or party.number or "", name))
    rings = [Ring(phone, shown) for phone in _phones(directory, operator.extension)]
    await held.ring(rings, directory.site.limits.recall_ring_seconds)


def _phones(directory: Directory, extension: str) -> Sequence[DialTarget]:
    person = directory.people.get(extension)
    return DialPolicy(directory.dialing).phones_of(person) if person else ()


def _operator(directory: Directory, holder: str) -> Person | None:
    """The operator, if that is somebody else than the holder."""
    operator = directory.people.get(directory.site.operator or "")
    return operator if operator and operator.extension != holder else None
