"""The next call that somebody owes: who, why, how long ago; then it is made, left for later, done or handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ari_absence.attendant.absence_book import AbsenceBook
from ari_absence.attendant.call import DeskCall, LegEnd
from ari_absence.attendant.callback_list import CallbackList, OwedCallback
from ari_absence.attendant.calling_back import NumberOf, ring_back, targets_of
from ari_absence.core import wording
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.ladder import delegates_of
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Directory, Person
from ari_absence.core.phrases import CallFor, Fixed, Name, Phrase
from ari_absence.core.schedule import state_at
from ari_absence.core.status_phrases import (
    CallbackFrom,
    CallbackNumber,
    CallbackWish,
    CalledAt,
    HandedOver,
    StatusPhrase,
)
from ari_absence.errors import LedgerError, SpeechError

CALL, LATER, DONE, HAND_OVER = "1", "2", "3", "4"
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class CallbackDesk:
    """What going through one's owed calls needs. ``number_of`` reads a number as this country writes it."""

    book: AbsenceBook
    callbacks: CallbackList
    number_of: NumberOf
    now: Callable[[], datetime]

    async def serve(self, call: DeskCall, owner: Person, by: str) -> None:
        """Go through what ``owner`` owes, the oldest first, until one is dealt with or all are left for later."""
        talk = _Talk(self, call, owner, by, self.book.in_force().directory)
        try:
            owed = await self.callbacks.owed(owner.extension)
            if not owed:
                await call.say(StatusPhrase.NO_CALLBACK)
            for each in owed:
                if not await talk.go_through(each):
                    return
        except LedgerError:
            await call.say(Fixed(Phrase.SORRY_FAULT))


@dataclass(frozen=True, slots=True)
class _Talk:
    desk: CallbackDesk
    call: DeskCall
    owner: Person
    by: str
    directory: Directory

    async def go_through(self, owed: OwedCallback) -> bool:
        """Tell one, and do as its owner says; True when it is left for later and the next one comes."""
        targets, delegate = self._targets(owed), self._delegate(owed)
        await self._tell_who(owed)
        for _ in range(ROUNDS):
            match await self._ask(owed, targets, delegate):
                case key if key == CALL and targets:
                    await self._make(owed, targets)
                    return False
                case key if key == DONE:
                    await self._settle(owed)
                    return False
                case key if key == HAND_OVER and delegate is not None:
                    await self._hand_over(owed, delegate)
                    return False
                case key if key == LATER:
                    await self.call.say(StatusPhrase.CALLBACK_LATER)
                    return True
        await self.call.say(StatusPhrase.CALLBACK_LATER)
        return False

    # -- what is told

    async def _tell_who(self, owed: OwedCallback) -> None:
        """In their own voice, if they said their name."""
        if owed.name_audio_id is None:
            return
        with suppress(SpeechError):  # the number tells, too
            async with self.desk.callbacks.lend_name(owed.name_audio_id) as name:
                await self.call.say(StatusPhrase.CALLBACK_SAID, name)

    async def _ask(
        self, owed: OwedCallback, targets: Sequence[DialTarget], delegate: Person | None
    ) -> str | None:
        choices: list[DeskUtterance] = [StatusPhrase.CALLBACK_MENU]
        if not targets:
            choices = [StatusPhrase.MAY_NOT_BE_DIALLED, StatusPhrase.CALLBACK_MENU_NO_CALL]
        if delegate is not None:
            choices.append(StatusPhrase.CALLBACK_HAND_OVER)
        patience = self.directory.site.limits.menu_seconds
        return await self.call.ask([*self._facts(owed), *choices], patience)

    def _facts(self, owed: OwedCallback) -> Sequence[DeskUtterance]:
        now, zone = self.desk.now(), self.owner.zone
        colleague = self.directory.people.get(owed.extension or "")
        who = CallbackNumber(owed.number) if colleague is None else CallbackFrom(Name.of(colleague))
        days_ago = (now.astimezone(zone).date() - owed.at.astimezone(zone).date()).days
        return (
            *self._whom(owed),
            who,
            owed.wish,
            CalledAt(wording.spoken_moment(now, owed.at, zone), max(0, days_ago)),
        )

    def _whom(self, owed: OwedCallback) -> Sequence[DeskUtterance]:
        """Whom they had called, if the call was handed over."""
        called = self.directory.people.get(owed.called or "")
        return (
            () if called is None or called.extension == self.owner.extension else (CallFor(Name.of(called)),)
        )

    # -- what is done

    def _targets(self, owed: OwedCallback) -> tuple[DialTarget, ...]:
        """What may be rung: a colleague's phones, or the number if the policy allows it now, from a phone of ours."""
        if not self.call.caller.inside:
            return ()
        caller = Caller(owed.number, extension=owed.extension)
        return targets_of(caller, self.directory, self.desk.number_of)

    async def _make(self, owed: OwedCallback, targets: Sequence[DialTarget]) -> None:
        if not await self._may_be_dialled(targets):
            await self.call.say(StatusPhrase.MAY_NOT_BE_DIALLED, StatusPhrase.CALLBACK_LATER)
            return
        await self.call.say(Fixed(Phrase.CONNECTING))
        seconds = self.directory.site.limits.step_ring_seconds
        end = await ring_back(self.call, self.owner, targets, seconds)
        if end is LegEnd.TALKED:
            await self.desk.callbacks.settle(owed.callback_id, self.by)
            return
        await self.desk.callbacks.note_attempt(owed.callback_id, end.value, self.by)
        if end is not LegEnd.CANCELLED:
            await self.call.say(StatusPhrase.CALLBACK_NOT_REACHED)

    async def _may_be_dialled(self, targets: Sequence[DialTarget]) -> bool:
        """Inside always. Outside only while the cap is not used up."""
        if not any(target.outside for target in targets):
            return True
        return await self.desk.callbacks.book_dial(self.owner.extension)

    async def _settle(self, owed: OwedCallback) -> None:
        await self.desk.callbacks.settle(owed.callback_id, self.by)
        await self.call.say(StatusPhrase.CALLBACK_DONE)

    def _delegate(self, owed: OwedCallback) -> Person | None:
        """The first delegate who is there, and is not who is to be called. A message is forwarded in the mailbox."""
        if owed.wish is CallbackWish.MESSAGE:
            return None
        force, now = self.desk.book.in_force(), self.desk.now()
        own_state = state_at(self.owner, now, force.absences.of(self.owner.extension))
        for key in delegates_of(self.owner, own_state):
            person = self.directory.people.get(key)
            if person is None or person.extension in (owed.extension, self.owner.extension):
                continue
            if state_at(person, now, force.absences.of(person.extension)).present:
                return person
        return None

    async def _hand_over(self, owed: OwedCallback, delegate: Person) -> None:
        await self.desk.callbacks.hand_over(owed.callback_id, delegate.extension, self.by)
        await self.call.say(HandedOver(Name.of(delegate)))
