"""What every part of one conversation needs: the call, its decision, and the notebook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ari_absence.attendant.call import Call, Recording, RecordingTerms
from ari_absence.attendant.notebook import CallbackDraft, KeptAudio, Notebook, Outcome, Wish
from ari_absence.core.decision import Decision
from ari_absence.core.handover import Handover, Taken
from ari_absence.core.numbers import DialPolicy, DialTarget
from ari_absence.core.people import Directory, Limits, Why
from ari_absence.core.phrases import Action, CalleeUtterance, CallPromise, Choice, Fixed, Phrase, Utterance
from ari_absence.core.reachable import SITUATIONS
from ari_absence.core.steps import Situation
from ari_absence.core.wording import promise
from ari_absence.errors import LedgerError

if TYPE_CHECKING:
    from ari_absence.attendant.camp_on import (
        CampOns,
    )  # what rings again is slow to import, and the fallback is not

INSTANT_SECONDS = 0.1  # a word in between is no question: nobody waits for its answer


@dataclass(slots=True)
class Talk:
    """One conversation.

    ``gone_from_menu`` holds offers that turned out not to work in this call; ``settled`` is what has been
    written down for the caller so far, so that a later hang-up takes nothing back. ``name_said`` is the caller's name
    as recorded in Asterisk, ``name_audio`` our own copy. ``now`` gives the instant (UTC), ``can_say`` tells whether
    there are sounds for an utterance. ``news`` is what the next menu opens with, so that a key can interrupt it.
    ``handover`` comes or goes with a caller who is transferred; ``passed_on``: that happened while phones rang,
    and ``taken`` tells who took the caller then.
    ``attempted``: who can be rung without asking was rung already. ``urgent``: the caller has said so, whatever
    comes of it. ``forwarded_on``: what a phone outside is told of why it is rung. ``decide_again`` decides the same
    call as if it came from the desk phone, without the extensions given, each with the reason.
    """

    call: Call
    decision: Decision
    directory: Directory
    notebook: Notebook
    now: Callable[[], datetime]
    can_say: Callable[[CalleeUtterance], bool] = lambda _: True
    gone_from_menu: set[Action] = field(default_factory=set)
    settled: Outcome | None = None
    name_said: Recording | None = None
    name_audio: KeptAudio | None = None
    name_asked: bool = False
    calls_today: int = 1
    attempts_made: int = 0
    news: list[Phrase] = field(default_factory=list)
    handover: Handover | None = None
    attempted: bool = False
    urgent: bool = False
    passed_on: bool = False
    taken: Taken | None = None
    camp_ons: CampOns | None = None
    forwarded_on: Situation = Situation.AT_ONCE
    decide_again: Callable[[Why, Mapping[str, str]], Awaitable[Decision]] | None = None

    def __post_init__(self) -> None:
        """The dialplan rang the desk phone before the call came to us, unless it is called elsewhere at once."""
        self.forwarded_on = SITUATIONS.get(self.decision.enquiry.why, Situation.AT_ONCE)

    @property
    def limits(self) -> Limits:
        """The site's numbers."""
        return self.directory.site.limits

    async def say(self, *phrases: Phrase | Utterance) -> None:
        """Say whole sentences to the end."""
        await self.call.say(*map(_as_utterance, phrases))

    async def tell(self, *phrases: Phrase | Utterance) -> bool:
        """Say what is no question; True if the caller pressed the key of the message, which works at any time."""
        spoken = [_as_utterance(each) for each in phrases]
        return self.wants_message(await self.call.ask(spoken, INSTANT_SECONDS))

    def wants_message(self, key: str | None) -> bool:
        """Whether ``key`` chooses the message, or goes straight to the beep."""
        return key is not None and self.decision.action_for(key) in (Action.BEEP, Action.MESSAGE)

    def way_out(self) -> Sequence[Phrase]:
        """What tells the caller of the key to the message; nothing while that is another key, or none can be left."""
        key = self.directory.site.keys.get(Action.BEEP)
        return (Phrase.POUND_FOR_MESSAGE,) if key in (None, "#") and self.offered(Action.BEEP) else ()

    async def ask(self, *phrases: Phrase | Utterance) -> str | None:
        """Say, unless a key interrupts, and wait for a key as long as a menu waits."""
        return await self.call.ask([_as_utterance(each) for each in phrases], self.limits.menu_seconds)

    async def ask_digits(self, digits_max: int, *phrases: Phrase | Utterance) -> str:
        """Say, unless a key interrupts, and collect keys up to ``#`` or silence."""
        spoken = [_as_utterance(each) for each in phrases]
        return await self.call.ask_digits(spoken, digits_max, self.limits.menu_seconds)

    async def write_down(
        self, draft: CallbackDraft, outcome: Outcome, *thanks: Phrase | Utterance
    ) -> Outcome:
        """Commit, then thank and take leave; when it can't be committed, say that instead."""
        try:
            await self.note(draft)
        except LedgerError:
            return await self.take_leave(Outcome.LOST, Phrase.CALL_NOT_NOTED)
        self.settled = outcome
        return await self.take_leave(outcome, *thanks)

    async def note(self, draft: CallbackDraft) -> None:
        """Commit somebody to be called back; a recorded name belongs to that entry from then on."""
        await self.notebook.save_callback(draft)
        if draft.name_audio is not None:
            self.name_said = self.name_audio = None

    async def take_leave(self, outcome: Outcome, *phrases: Phrase | Utterance) -> Outcome:
        """Say it, say goodbye, hang up."""
        await self.say(*phrases, Phrase.GOODBYE)
        await self.call.hang_up()
        return outcome

    def menu(self) -> list[Utterance]:
        """The spoken choices, without those that turned out not to work in this call."""
        gone = self.gone_from_menu
        return [each for each in self.decision.menu if not (isinstance(each, Choice) and each.action in gone)]

    def opening(self) -> list[Utterance]:
        """The menu, after what is news since the last one."""
        news, self.news = self.news, []
        return [*map(_as_utterance, news), *self.menu()]

    def offered(self, action: Action | None) -> Action | None:
        """``action``, if it can still be chosen in this call."""
        offered = {offer.action for offer in self.decision.offers} - self.gone_from_menu
        return action if action in offered else None

    def message_terms(self) -> RecordingTerms:
        """How long a message may be and what ends it."""
        return RecordingTerms(self.limits.message_max_seconds, self.limits.message_silence_seconds)

    def name_terms(self) -> RecordingTerms:
        """How long a caller may take to say a name."""
        return RecordingTerms(self.limits.name_seconds, silence_seconds=2)

    def promise(self) -> Sequence[CallPromise]:
        """The spoken promise of a call back, if one can be given."""
        if self.decision.promised is None:
            return ()
        at, zone = self.decision.enquiry.at, self.directory.site.zone
        return (promise(self.decision.person, at, self.decision.promised, zone),)

    def callback(self, wish: Wish, number: str | None) -> CallbackDraft:
        """The ledger entry for somebody who did not get through, with their name if they said it.

        What is urgent, or was missed, is due as a message would be, though nothing was promised: so it is seen to in
        time. Who just called or will call again asks for no call.
        """
        asks_for_none = wish in (Wish.JUST_CALLED, Wish.WILL_CALL_AGAIN) and not self.urgent
        due = None if asks_for_none else self.decision.promise
        return CallbackDraft(self.decision, wish, number, self.name_audio, due, self.urgent)

    async def mark_urgent(self, *, urgent: bool = True) -> None:
        """The caller has called it urgent, or has taken that back: it counts from now on, whatever happens."""
        self.urgent = urgent
        await self.notebook.note_urgent(self.call.call_id, urgent=urgent)

    def phones_of(self, extension: str) -> Sequence[DialTarget]:
        """The desk phones that may be rung for ``extension``."""
        return DialPolicy(self.directory.dialing).phones_of(self.directory.people[extension])

    def next_position(self) -> int:
        """The number of the next attempt of this call, from 1."""
        self.attempts_made += 1
        return self.attempts_made


def _as_utterance(spoken: Phrase | Utterance) -> Utterance:
    return Fixed(spoken) if isinstance(spoken, Phrase) else spoken
