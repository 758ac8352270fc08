"""The talk with somebody who was rung for a caller: for whom, who calls, and what they want to do about it.

1 takes the call, 2 is "not me", 3 sends the caller to a message, 4 tells what a delegate may do, 0 says it again.
A mobile's own mailbox presses nothing, so it never gets a call.
"""

from __future__ import annotations

from ari_absence.attendant.call import Callee, Screening, Verdict
from ari_absence.attendant.talk import Talk
from ari_absence.core.desk_phrases import RungUtterance
from ari_absence.core.ladder import Leg
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.owed import OwedWish
from ari_absence.core.phrases import (
    CallerNamed,
    CallerNumber,
    CallFor,
    Fixed,
    MayNote,
    Name,
    Phrase,
    Recorded,
)
from ari_absence.core.reception_phrases import NoteDigits, NoteFrom, ReceptionPhrase
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.core.steps import Way

TAKE, NOT_ME, TO_MESSAGE, MAY, REPEAT = "1", "2", "3", "4", "0"
ROUNDS_MAX = 12  # who keeps asking to hear it again is a stuck key, and the caller is waiting

_VERDICTS = {TAKE: Verdict.TAKE, NOT_ME: Verdict.NOT_ME, TO_MESSAGE: Verdict.TO_MESSAGE}
_OWED = {OwedWish.CALL_BACK: CallbackWish.CALL_BACK, OwedWish.MESSAGE: CallbackWish.MESSAGE}
_OFTEN = {2: Phrase.SECOND_CALL_TODAY, 3: Phrase.THIRD_CALL_TODAY}


def screening_of(talk: Talk, leg: Leg) -> Screening:
    """The talk that is held with whoever answers ``leg``."""

    async def screening(callee: Callee) -> Verdict | None:
        """As :func:`screen`, of this leg."""
        return await screen(talk, leg, callee)

    return screening


async def screen(talk: Talk, leg: Leg, callee: Callee) -> Verdict | None:
    """Tell, and ask; None after ``screen_rounds`` rounds without a decision."""
    spoken: list[RungUtterance] = [*_details(talk, leg), *_menu(talk, leg)]
    silent_rounds, announced = 0, talk.call.caller
    for _ in range(ROUNDS_MAX):
        key = await callee.ask(spoken, talk.limits.screen_seconds)
        if key in _VERDICTS:
            return await _thanked(callee, _VERDICTS[key])
        silent_rounds += key not in (REPEAT, MAY)
        if silent_rounds >= talk.limits.screen_rounds:
            return None
        if talk.call.caller != announced:  # by a transfer, somebody else is waiting now
            key, announced = REPEAT, talk.call.caller
        spoken = _answer_to(talk, leg, key)
    return None


async def _thanked(callee: Callee, verdict: Verdict) -> Verdict:
    if verdict is not Verdict.TAKE:
        await callee.say(Fixed(Phrase.THANK_YOU))
    return verdict


def _answer_to(talk: Talk, leg: Leg, key: str | None) -> list[RungUtterance]:
    menu = _menu(talk, leg)
    if key == REPEAT:
        return [*_details(talk, leg), *menu]
    if key == MAY and (note := _may_note(talk, leg)):
        return [note, *menu]
    return menu


def _menu(talk: Talk, leg: Leg) -> list[RungUtterance]:
    with_note = _may_note(talk, leg) is not None
    return [Fixed(Phrase.SCREENING_MENU_WITH_NOTE if with_note else Phrase.SCREENING_MENU)]


def _may_note(talk: Talk, leg: Leg) -> MayNote | None:
    """What a delegate may do, if there is such a note and it can be spoken."""
    note = MayNote(leg.note) if leg.note is not None else None
    return note if note is not None and talk.can_say(note) else None


def _details(talk: Talk, leg: Leg) -> list[RungUtterance]:
    """For whom, why that person does not answer, who calls, how often they did today, and what they are owed.

    Of the person's own mobile also others may pick up; while the person is there, that mobile is told nothing of it.
    """
    opening: list[RungUtterance] = [CallFor(Name.of(talk.decision.person))]
    if leg.way is not Way.MOBILE or not leg.own or not talk.decision.state.present:
        opening.append(talk.decision.told_to_callees)
    return [*opening, *_caller(talk), *_often(talk), *_owed(talk), *note_with(talk)]


def note_with(talk: Talk) -> list[RungUtterance]:
    """The note that came with the caller, and from whom."""
    handover = talk.handover
    if handover is None or handover.note is None:
        return []
    note, writer = handover.note, talk.directory.people.get(handover.by or "")
    said: list[RungUtterance] = [NoteFrom(Name.of(writer))] if writer else []
    if note.digits is not None:
        return [*said, NoteDigits(note.digits)]
    return [*said, ReceptionPhrase.NOTE_SPOKEN, Recorded(note.recording)] if note.recording else []


def _caller(talk: Talk) -> list[RungUtterance]:
    caller = talk.call.caller
    colleague = talk.directory.people.get(caller.extension or "")
    if colleague is not None:
        return [CallerNamed(Name.of(colleague))]
    said: list[RungUtterance] = (
        [Fixed(Phrase.CALLER_SAID), Recorded(talk.name_said.name)] if talk.name_said else []
    )
    return [*said, CallerNumber(caller.number) if caller.number else Fixed(Phrase.CALLER_WITHHELD)]


def _owed(talk: Talk) -> list[RungUtterance]:
    """The call back that this caller waits for: what they asked for or left, and that it is overdue."""
    known, now = talk.decision.enquiry.known, talk.decision.enquiry.at
    if known is None or known.wish not in _OWED:
        return []
    return [_OWED[known.wish], *([MailboxPhrase.OVERDUE] if known.late(now) else [])]


def _often(talk: Talk) -> list[RungUtterance]:
    if talk.calls_today < min(_OFTEN):
        return []
    return [Fixed(_OFTEN.get(talk.calls_today, Phrase.CALLED_OFTEN_TODAY))]
