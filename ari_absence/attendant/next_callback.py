"""The next call that somebody owes: who, why, how long ago; then it is made, left for later, done or handed over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ari_absence.attendant.absence_book import AbsenceBook
from ari_absence.attendant.call import DeskCall, LegEnd
from ari_absence.attendant.call_again import IF_NOBODY_SAYS, ask_when_again, comes_again
from ari_absence.attendant.callback_list import CallbackList, OwedCallback, Taken
from ari_absence.attendant.calling_back import NumberOf, ring_back, targets_of
from ari_absence.core import wording
from ari_absence.core.absences import Absence
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.ladder import delegates_of
from ari_absence.core.numbers import DialTarget
from ari_absence.core.owed import TEAM, again_at, may_decline
from ari_absence.core.people import Caller, Directory, Person, Team
from ari_absence.core.phrases import Fixed, Name, Phrase
from ari_absence.core.schedule import state_at
from ari_absence.core.status_phrases import (
    CallbackFrom,
    CallbackNumber,
    CallbackWish,
    CalledAt,
    CalledTimes,
    ComesAgain,
    HandedOver,
    StatusPhrase,
    TakenBy,
    WasCalled,
)
from ari_absence.errors import LedgerError, SpeechError

CALL, LATER, DONE, HAND_OVER, DECLINE = "1", "2", "3", "4", "5"
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class CallbackDesk:
    """What going through one's owed calls needs. ``number_of`` reads a number as this country writes it."""

    book: AbsenceBook
    callbacks: CallbackList
    number_of: NumberOf
    now: Callable[[], datetime]

    async def serve(self, call: DeskCall, owner: Person, by: str, code: str | None = None) -> None:
        """Go through what ``owner`` owes until one is dealt with or all are left for later.

        With a ``code`` (in the mail of each call), just that one.
        """
        talk = _Talk(self, call, owner, by, self.book.in_force().directory)
        try:
            await (talk.go_through_all() if code is None else talk.go_to(code))
        except LedgerError:
            await call.say(Fixed(Phrase.SORRY_FAULT))


@dataclass(frozen=True, slots=True)
class _Talk:
    desk: CallbackDesk
    call: DeskCall
    owner: Person
    by: str
    directory: Directory

    async def go_through_all(self) -> None:
        """One after the other; what nobody has taken comes first."""
        owed = await self.desk.callbacks.owed(self.owner)
        now_or_taken = [each for each in owed if each.put_off_until is None]
        for each in sorted(now_or_taken, key=lambda each: each.taken_by is not None):
            if not await self.go_through(each):
                return
        if not now_or_taken:
            await self.call.say(self._nothing_now(owed))

    def _nothing_now(self, owed: Sequence[OwedCallback]) -> DeskUtterance:
        """When the first of what is put off comes again, or that there is nothing."""
        moments = [each.put_off_until for each in owed if each.put_off_until is not None]
        if not moments:
            return StatusPhrase.NO_CALLBACK
        return ComesAgain(wording.spoken_moment(self.desk.now(), min(moments), self.owner.zone))

    async def go_to(self, code: str) -> None:
        """Just the one with that code; of two, one after the other."""
        owed = await self.desk.callbacks.by_code(self.owner, code)
        if not owed:
            await self.call.say(StatusPhrase.CALLBACK_UNKNOWN_CODE)
        for each in owed:
            if not await self.go_through(each):
                return

    async def go_through(self, owed: OwedCallback) -> bool:
        """Tell one, and do as its owner says; True when the next one comes: it is left for later, or taken."""
        if owed.taken_by is not None:
            await self.call.say(*self._who(owed), self._taken(owed.taken_by))
            return True
        targets, delegate = self._targets(owed), self._delegate(owed)
        await self._tell_who(owed)
        for _ in range(ROUNDS):
            match await self._ask(owed, targets, delegate):
                case key if key == CALL and targets:
                    return await self._make(owed, targets)
                case key if key == DONE:
                    return await self._settle(owed)
                case key if key == HAND_OVER and delegate is not None:
                    return await self._hand_over(owed, delegate)
                case key if key == DECLINE and self._may_decline(owed):
                    await self._decline(owed)
                    return True
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
        self, owed: OwedCallback, targets: Sequence[DialTarget], delegate: Person | Team | None
    ) -> str | None:
        choices: list[DeskUtterance] = [StatusPhrase.CALLBACK_MENU]
        if not targets:
            choices = [StatusPhrase.MAY_NOT_BE_DIALLED, StatusPhrase.CALLBACK_MENU_NO_CALL]
        if delegate is not None:
            choices.append(StatusPhrase.CALLBACK_HAND_OVER)
        if self._may_decline(owed):
            choices.append(StatusPhrase.CALLBACK_DECLINE)
        patience = self.directory.site.limits.menu_seconds
        return await self.call.ask([*self._facts(owed), *choices], patience)

    def _facts(self, owed: OwedCallback) -> Sequence[DeskUtterance]:
        now, zone = self.desk.now(), self.owner.zone
        days_ago = (now.astimezone(zone).date() - owed.at.astimezone(zone).date()).days
        return (
            *self._whom(owed),
            *self._who(owed),
            owed.wish,
            CalledAt(wording.spoken_moment(now, owed.at, zone), max(0, days_ago)),
            *((CalledTimes(owed.times),) if owed.times > 1 else ()),
        )

    def _who(self, owed: OwedCallback) -> Sequence[DeskUtterance]:
        colleague = self.directory.people.get(owed.extension or "")
        return (CallbackNumber(owed.number) if colleague is None else CallbackFrom(Name.of(colleague)),)

    def _taken(self, by: str | None) -> DeskUtterance:
        """What is said of a call that somebody else does, or that is settled meanwhile."""
        colleague = self.directory.people.get(by or "")
        return StatusPhrase.CALLBACK_OVER if colleague is None else TakenBy(Name.of(colleague))

    def _whom(self, owed: OwedCallback) -> Sequence[DeskUtterance]:
        """Whom they had called, if the call was handed over."""
        called = self.directory.people.get(owed.called or "")
        return (
            ()
            if called is None or called.extension == self.owner.extension
            else (WasCalled(Name.of(called)),)
        )

    # -- what is done

    def _targets(self, owed: OwedCallback) -> tuple[DialTarget, ...]:
        """What may be rung: a colleague's phones, or the number if the policy allows it now, from a phone of ours."""
        if not self.call.caller.inside:
            return ()
        caller = Caller(owed.number, extension=owed.extension)
        return targets_of(caller, self.directory, self.desk.number_of)

    async def _make(self, owed: OwedCallback, targets: Sequence[DialTarget]) -> bool:
        """Call them, unless a colleague does already; True when the next one comes."""
        begun = await self.desk.callbacks.begin(owed.callback_id, self.owner, self.by)
        if isinstance(begun, Taken):
            await self.call.say(self._taken(begun.by))
            return True
        end = LegEnd.CANCELLED
        try:
            if await self._may_be_dialled(targets):
                end = await self._ring(targets)
            else:
                end = LegEnd.CAP_USED_UP
        finally:
            hour = again_at(IF_NOBODY_SAYS, self.owner, self.desk.now()) if _was_rung(end) else None
            await self.desk.callbacks.end(begun, end, self.by, hour)
        await self._after(owed, end)
        return False

    async def _ring(self, targets: Sequence[DialTarget]) -> LegEnd:
        await self.call.say(Fixed(Phrase.CONNECTING))
        return await ring_back(self.call, self.owner, targets, self.directory.site.limits.step_ring_seconds)

    async def _after(self, owed: OwedCallback, end: LegEnd) -> None:
        if end is LegEnd.CAP_USED_UP:
            await self.call.say(StatusPhrase.MAY_NOT_BE_DIALLED, StatusPhrase.CALLBACK_LATER)
        elif comes_again(end):
            patience = self.directory.site.limits.menu_seconds
            again = await ask_when_again(self.call, StatusPhrase.CALLBACK_NOT_REACHED, patience)
            if again is not IF_NOBODY_SAYS:
                until = again_at(again, self.owner, self.desk.now())
                await self.desk.callbacks.put_off(owed.callback_id, until, self.by)

    async def _may_be_dialled(self, targets: Sequence[DialTarget]) -> bool:
        """Inside always. Outside only while the cap is not used up."""
        if not any(target.outside for target in targets):
            return True
        return await self.desk.callbacks.book_dial(self.owner.extension)

    async def _settle(self, owed: OwedCallback) -> bool:
        taken = await self.desk.callbacks.settle(owed.callback_id, self.owner, self.by)
        return await self._done_unless(taken, StatusPhrase.CALLBACK_DONE)

    async def _done_unless(self, taken: Taken | None, done: DeskUtterance) -> bool:
        """Say that it is done, or who has taken it meanwhile; True when the next one comes."""
        await self.call.say(done if taken is None else self._taken(taken.by))
        return taken is not None

    def _team_of(self, owed: OwedCallback) -> Team | None:
        return self.directory.teams.get(owed.team or "")

    def _may_decline(self, owed: OwedCallback) -> bool:
        """One of a team may leave it to the others, while there is another who may do it."""
        team = self._team_of(owed)
        return team is not None and may_decline(team, self.owner.extension, owed.declined, self._absent(team))

    def _absent(self, team: Team) -> Collection[str]:
        return [each for each in team.members if not self._is_there(each)]

    async def _decline(self, owed: OwedCallback) -> None:
        """Another may have declined since the menu was spoken: who is the last one then keeps it."""
        team = self._team_of(owed)
        if team is None:
            return
        absent = self._absent(team)
        left = await self.desk.callbacks.decline(owed.callback_id, self.owner, team, absent, self.by)
        if isinstance(left, Taken):
            await self.call.say(self._taken(left.by))
        else:
            await self.call.say(StatusPhrase.CALLBACK_DECLINED if left else StatusPhrase.CALLBACK_LATER)

    def _is_there(self, extension: str) -> bool:
        force, person = self.desk.book.in_force(), self.directory.people.get(extension)
        return person is not None and state_at(person, self.desk.now(), force.absences.of(extension)).present

    def _delegate(self, owed: OwedCallback) -> Person | Team | None:
        """The first delegate, or team, who is there, and is not who is to be called or owes it.

        A message is forwarded in the mailbox.
        """
        if owed.wish is CallbackWish.MESSAGE:
            return None
        own_state = state_at(self.owner, self.desk.now(), self._own_absences())
        for key in delegates_of(self.owner, own_state):
            team = self.directory.teams.get(key)
            if team is not None and key != owed.team and any(map(self._is_there, self._others(team, owed))):
                return team
            if key not in (owed.extension, self.owner.extension) and self._is_there(key):
                return self.directory.people[key]
        return None

    def _own_absences(self) -> Sequence[Absence]:
        return self.desk.book.in_force().absences.of(self.owner.extension)

    def _others(self, team: Team, owed: OwedCallback) -> Sequence[str]:
        return [each for each in team.members if each not in (self.owner.extension, owed.extension)]

    async def _hand_over(self, owed: OwedCallback, delegate: Person | Team) -> bool:
        to = TEAM + delegate.key if isinstance(delegate, Team) else delegate.extension
        taken = await self.desk.callbacks.hand_over(owed.callback_id, to, self.owner, self.by)
        return await self._done_unless(taken, HandedOver(Name.of(delegate)))


def _was_rung(end: LegEnd) -> bool:
    return comes_again(end) and end is not LegEnd.CAP_USED_UP
