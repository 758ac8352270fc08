"""What every part of one conversation needs: the call, its decision, and the notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ari_absence.attendant.call import Call, RecordingTerms
from ari_absence.attendant.notebook import CallbackDraft, KeptAudio, Notebook, Outcome, Wish
from ari_absence.core.decision import Decision
from ari_absence.core.numbers import DialPolicy, DialTarget
from ari_absence.core.people import Directory, Limits
from ari_absence.core.phrases import Action, CallPromise, Fixed, Phrase, Utterance
from ari_absence.core.wording import promise
from ari_absence.errors import LedgerError


@dataclass(slots=True)
class Talk:
    """One conversation.

    ``gone_from_menu`` holds offers that turned out not to work in this call; ``settled`` is what has been
    written down for the caller so far, so that a later hang-up takes nothing back.
    """

    call: Call
    decision: Decision
    directory: Directory
    notebook: Notebook
    gone_from_menu: set[Action] = field(default_factory=set)
    settled: Outcome | None = None

    @property
    def limits(self) -> Limits:
        """The site's numbers."""
        return self.directory.site.limits

    async def say(self, *phrases: Phrase | Utterance) -> None:
        """Say whole sentences to the end."""
        await self.call.say(*map(_as_utterance, phrases))

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
            await self.notebook.save_callback(draft)
        except LedgerError:
            return await self.take_leave(Outcome.LOST, Phrase.CALL_NOT_NOTED)
        self.settled = outcome
        return await self.take_leave(outcome, *thanks)

    async def take_leave(self, outcome: Outcome, *phrases: Phrase | Utterance) -> Outcome:
        """Say it, say goodbye, hang up."""
        await self.say(*phrases, Phrase.GOODBYE)
        await self.call.hang_up()
        return outcome

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

    def callback(self, wish: Wish, number: str | None, name_audio: KeptAudio | None = None) -> CallbackDraft:
        """The ledger entry for somebody who did not get through."""
        due = self.decision.promise if wish is Wish.CALL_BACK else None
        return CallbackDraft(self.decision, wish, number, name_audio, due)

    def phones_of(self, extension: str) -> Sequence[DialTarget]:
        """The phones that may be rung for ``extension``."""
        return DialPolicy().phones_of(self.directory.people[extension])


def _as_utterance(spoken: Phrase | Utterance) -> Utterance:
    return Fixed(spoken) if isinstance(spoken, Phrase) else spoken
