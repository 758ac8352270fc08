"""An urgent message that nobody has heard yet: somebody on the ladder is rung and hears it, by one key.

Whoever presses 1 first has taken it: all others stop ringing while it plays. Pressing 1 counts as having heard it,
also for who hangs up while it plays: they know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ari_absence.attendant.call import Callee, Display, Ring, Verdict
from ari_absence.core.ladder import Attempt, Leg
from ari_absence.core.people import Limits, Person
from ari_absence.core.phrases import (
    CalleeUtterance,
    CallerNumber,
    Fixed,
    MessageAudio,
    MessageFor,
    Name,
    Phrase,
    UrgentMessageFor,
)
from ari_absence.errors import CalleeGone

HEAR, PASS_ON = "1", "2"
REPEATS_MAX = 5  # who wants to hear it more often calls the mailbox


@dataclass(slots=True)
class Alarm:
    """One round of alarm for one message. ``heard_by``: the extension of whoever has listened.

    ``on_heard`` is called when the key is pressed, before the message is played. Not ``urgent``: it is told to whom it
    was left for, who wants to be told so.
    """

    person: Person
    caller_number: str | None
    audio_id: str
    limits: Limits
    heard_by: str | None = None
    urgent: bool = True
    on_heard: Callable[[], None] = lambda: None

    def rings(self, attempt: Attempt) -> Sequence[Ring]:
        """The phones of ``attempt``, each with the talk that is held there."""
        return [self.ring_of(leg) for leg in attempt.legs]

    def ring_of(self, leg: Leg) -> Ring:
        """One phone, with the talk that is held there."""

        async def screening(callee: Callee) -> Verdict | None:
            """As :meth:`tell`, to whoever answers this leg."""
            return await self.tell(callee, leg.extension)

        what = "urgent" if self.urgent else "message"
        shown = Display(self.person.extension, f"{what} for {self.person.name}")
        too_late = (Fixed(Phrase.ALREADY_TAKEN),)
        return Ring(leg.target, shown, screening, too_late, afterwards=self.play)

    async def tell(self, callee: Callee, extension: str) -> Verdict | None:
        """Tell of it; TAKE wants to hear it, NOT_ME passes it on, None after ``screen_rounds`` silent rounds."""
        for _ in range(self.limits.screen_rounds):
            key = await callee.ask(self._opening(), self.limits.screen_seconds)
            if key == PASS_ON:
                await callee.say(Fixed(Phrase.URGENT_PASSED_ON))
                return Verdict.NOT_ME
            if key == HEAR:
                self.heard_by = self.heard_by or extension
                self.on_heard()
                return Verdict.TAKE
        return None

    def _opening(self) -> list[CalleeUtterance]:
        number: list[CalleeUtterance] = [CallerNumber(self.caller_number)] if self.caller_number else []
        name = Name.of(self.person)
        opening = UrgentMessageFor(name) if self.urgent else MessageFor(name)
        return [opening, *number, Fixed(Phrase.URGENT_MENU)]

    async def play(self, callee: Callee) -> None:
        """Play it to who has taken it, as often as they like; who hangs up knows of it."""
        spoken: list[CalleeUtterance] = [MessageAudio(self.audio_id), Fixed(Phrase.URGENT_HEARD_MENU)]
        with suppress(CalleeGone):
            for _ in range(REPEATS_MAX):
                if await callee.ask(spoken, self.limits.screen_seconds) != HEAR:
                    break
            await callee.say(Fixed(Phrase.THANK_YOU))
