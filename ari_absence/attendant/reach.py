"""Reaching somebody for the caller: phones ring, whoever answers is asked, the first taker is joined.

The caller is told first, then hears music, a word at least every ``word_every_seconds``, and may press the key for
the message at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ari_absence.attendant.call import Display, Hunt, HuntEnd, LegEnd, Pastime, Ring
from ari_absence.attendant.notebook import AttemptNote
from ari_absence.attendant.screening import screening_of
from ari_absence.attendant.talk import Talk
from ari_absence.core.handover import Taken
from ari_absence.core.ladder import Attempt, Leg
from ari_absence.core.phrases import Fixed, Phrase, Utterance
from ari_absence.core.steps import Situation, Way
from ari_absence.errors import CallerGone, CallerReplaced, LedgerError


@dataclass(frozen=True, slots=True)
class Rung:
    """A desk phone that is rung without a ladder: why, and whose it is."""

    way: Way
    extension: str


_STOPS = frozenset({HuntEnd.TALKED, HuntEnd.TO_MESSAGE, HuntEnd.CALLER_CHOSE})
_NOBODY = HuntEnd.UNREACHABLE


async def hunt_through(
    talk: Talk,
    attempts: Sequence[Attempt],
    *told: Phrase | Utterance,
    pastime: Pastime | None = None,
    heir: Pastime | None = None,
) -> HuntEnd:
    """Make the attempts in order until somebody took the call, wants a message taken, or the caller chose one.

    The caller hears ``told`` while the first phones ring already; with nothing to be told, they just hear it ring, as
    if it were the desk phone. ``pastime`` stands instead of all that; ``heir`` is that of who takes the caller's place,
    for whom no further phones are rung.
    """
    end, words = _NOBODY, told
    for attempt in attempts:
        end = await _try(talk, attempt, pastime or (keep_company(talk, words) if told else None), heir)
        if end in _STOPS or talk.passed_on:
            break
        words = (Phrase.STILL_TRYING,)
    return end


async def _try(talk: Talk, attempt: Attempt, pastime: Pastime | None, heir: Pastime | None = None) -> HuntEnd:
    ends = {leg: await _before_ringing(talk, leg) for leg in attempt.legs}
    legs = [leg for leg, end in ends.items() if end is LegEnd.CANCELLED]
    began_at = talk.now()
    if not legs:
        await _note(talk, ends, ends.values(), attempt.ring_seconds, began_at)
        return _NOBODY
    try:
        hunt = await talk.call.hunt([ring_of(talk, leg) for leg in legs], attempt.ring_seconds, pastime, heir)
    except (CallerGone, CallerReplaced):  # missed by a second, perhaps: who was rung is to be seen
        await _note(talk, ends, ends.values(), attempt.ring_seconds, began_at)
        raise
    talk.passed_on = hunt.passed_on
    if hunt.heir_joined and hunt.taken_by is not None:
        taker = legs[hunt.taken_by]
        talk.taken = Taken(taker.extension, taker.way, attempt.ring_seconds, began_at)
    ends |= zip(legs, hunt.legs, strict=True)
    await _note(talk, ends, ends.values(), attempt.ring_seconds, began_at)
    return hunt.end


async def ring_desk(talk: Talk, extension: str, ring_seconds: int) -> HuntEnd:
    """Ring the desk phones of somebody who need not be asked: the operator, or the person called."""
    shown = with_note(talk, display_for(talk, own=extension == talk.call.extension))
    rings = [Ring(phone, shown) for phone in talk.phones_of(extension)]
    if not rings:
        return _NOBODY
    way = Way.DESK if extension == talk.call.extension else Way.OPERATOR
    return (await ring_noted(talk, Rung(way, extension), rings, ring_seconds, keep_company(talk))).end


async def ring_noted(
    talk: Talk, rung: Rung, rings: Sequence[Ring], ring_seconds: int, pastime: Pastime | None
) -> Hunt:
    """Ring phones of one person at once, and note in the ledger's call how each of them ended."""
    began_at, ends = talk.now(), [LegEnd.CANCELLED] * len(rings)
    try:
        hunt = await talk.call.hunt(rings, ring_seconds, pastime)
        ends = list(hunt.legs)
    finally:  # also of a caller who was missed by a second: who was rung is to be seen
        await _note(talk, [rung] * len(rings), ends, ring_seconds, began_at)
    return hunt


def recalled_way(talk: Talk, extension: str) -> Way:
    """What ringing ``extension`` means for who was called: their own desk, the operator, or who sent the caller."""
    if extension == talk.call.extension:
        return Way.DESK
    return Way.OPERATOR if extension == talk.directory.site.operator else Way.NAMED


async def _before_ringing(talk: Talk, leg: Leg) -> LegEnd:
    """How ``leg`` would end before it rings. Outside only while the cap is not used up; unknown counts as used up."""
    if not leg.target.outside:
        return LegEnd.CANCELLED
    try:
        booked = await talk.notebook.book_dial(talk.call.extension)
    except LedgerError:
        booked = False
    return LegEnd.CANCELLED if booked else LegEnd.CAP_USED_UP


def ring_of(talk: Talk, leg: Leg) -> Ring:
    """The leg as it is rung: whom its display shows, and the talk with who answers.

    A number that came as a note is shown inside only: a trunk would carry it outside.
    """

    def shown() -> Display:
        display = display_for(talk, own=leg.own)
        return display if leg.target.outside else with_note(talk, display)

    if not leg.screened:
        return Ring(leg.target, shown(), forwarded_on=talk.forwarded_on, anew=shown)
    return Ring(
        leg.target,
        shown(),
        screening_of(talk, leg),
        too_late=(Fixed(Phrase.ALREADY_TAKEN),),
        left=(Fixed(Phrase.CALLER_LEFT),),
        not_needed=(Fixed(Phrase.THANK_YOU),),
        forwarded_on=talk.forwarded_on,
        anew=shown,
    )


def display_for(talk: Talk, *, own: bool) -> Display:
    """Who calls and, unless it is the called person's ``own`` phone, for whom: ``for Alice Tanaka: Hans Huber``."""
    caller = talk.call.caller
    name = caller.name or caller.number or "unknown number"
    return Display(caller.number, name if own else f"for {talk.decision.person.name}: {name}")


def with_note(talk: Talk, shown: Display) -> Display:
    """The display with the number that came as a note: ``Hans Huber [1234]``."""
    note = talk.handover.note if talk.handover else None
    return Display(shown.number, f"{shown.name} [{note.digits}]") if note and note.digits else shown


def keep_company(talk: Talk, first: Sequence[Phrase | Utterance] = (), *, ringing: bool = False) -> Pastime:
    """What is to be told ``first``, then music or ``ringing``, a word every so often, and the key to the message."""
    wait = talk.call.wait_ringing if ringing else talk.call.wait

    async def company() -> None:
        """Until the caller chooses the message."""
        words = first
        while not (words and await talk.tell(*words)):
            if talk.wants_message(await wait(talk.limits.word_every_seconds)):
                return
            words = (Phrase.STILL_TRYING,)

    return company


def _know_of_the_desk(talk: Talk, rung: Sequence[Leg | Rung], ends: Sequence[LegEnd]) -> None:
    """What the person's own desk phone said, rung alone: that is why the call goes on."""
    if rung and all(each.way is Way.DESK for each in rung):
        talk.forwarded_on = _SAID.get(ends[0], talk.forwarded_on)


_SAID = {
    LegEnd.BUSY: Situation.BUSY,
    LegEnd.NO_ANSWER: Situation.NO_ANSWER,
    LegEnd.DECLINED: Situation.NO_ANSWER,
    LegEnd.UNREACHABLE: Situation.UNREACHABLE,
}


async def _note(
    talk: Talk, rung: Iterable[Leg | Rung], ends: Iterable[LegEnd], ring_seconds: int, began_at: datetime
) -> None:
    position = talk.next_position()
    rung, ends = tuple(rung), tuple(ends)
    _know_of_the_desk(talk, rung, ends)
    notes = [
        AttemptNote(
            call_id=talk.call.call_id,
            position=position,
            way=each.way,
            extension=each.extension,
            ring_seconds=ring_seconds,
            began_at=began_at,
            end=end,
            ended_at=talk.now(),
        )
        for each, end in zip(rung, ends, strict=True)
    ]
    try:
        await talk.notebook.note_attempts(notes)
    except LedgerError:
        return  # who was rung is worth knowing, but not worth the caller's time
