"""What a caller who rings again is told of the call that is owed to them: that it is known, and no more than that.

Who rings is known by the number that the network shows, which a whole company may share and anybody can pretend. So
all that is said is true of the number, whoever calls from it; no name that was recorded, no word of a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ari_absence.core.ladder import Reason
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Caller, Person, Source
from ari_absence.core.phrases import Action, Fixed, Phrase, TriedToCall, Utterance
from ari_absence.core.wording import promise, spoken_moment

LEDGER = Source("ledger")

_OF_WISH = {
    OwedWish.CALL_BACK: Phrase.CALLBACK_KNOWN,
    OwedWish.MESSAGE: Phrase.MESSAGE_KNOWN,
    OwedWish.MISSED: Phrase.CALL_KNOWN,
    OwedWish.JUST_CALLED: Phrase.CALL_KNOWN,
    OwedWish.WILL_CALL_AGAIN: Phrase.CALL_KNOWN,
}


@dataclass(frozen=True, slots=True)
class Known:
    """The live entry for who calls, of the person they call. ``due`` (UTC) None: nothing was promised.

    ``taken``: by somebody else than the person. ``tried_at`` (UTC): when their phone was rung in vain last.
    """

    wish: OwedWish
    due: datetime | None = None
    taken: bool = False
    tried_at: datetime | None = None

    @property
    def worth_telling(self) -> bool:
        """Not of who hung up without a word, and for whom nothing was done yet: they asked for nothing."""
        return self.wish is not OwedWish.MISSED or self.taken or self.tried_at is not None

    def late(self, at: datetime) -> bool:
        """Whether a call back was promised by a time that is over, and nobody has done anything."""
        return (
            self.wish is OwedWish.CALL_BACK
            and not self.taken
            and self.tried_at is None
            and self.due is not None
            and self.due <= at
        )


def told_to(caller: Caller, known: Known | None) -> Known | None:
    """As much of it as ``caller`` may hear: nothing without a number."""
    if known is None or (caller.withheld and not caller.inside) or not known.worth_telling:
        return None
    return known


def words_of(known: Known, person: Person, at: datetime, zone: ZoneInfo) -> Iterator[Utterance]:
    """What is said of it at ``at`` (UTC) in ``zone``: what was left, and what has become of it."""
    late = known.late(at)
    yield Fixed(Phrase.CALLBACK_LATE if late else _OF_WISH[known.wish])
    if known.tried_at is not None:
        yield _tried(known.tried_at, at, zone)
    if known.taken:
        yield Fixed(Phrase.COLLEAGUE_CARES)
    elif known.wish is OwedWish.CALL_BACK and known.tried_at is None and known.due is not None and not late:
        yield promise(person, at, known.due, zone)


def _tried(tried_at: datetime, at: datetime, zone: ZoneInfo) -> TriedToCall:
    """With the time only if it was today: of days that are over the vocabulary has no names."""
    today = tried_at.astimezone(zone).date() == at.astimezone(zone).date()
    return TriedToCall(spoken_moment(at, tried_at, zone) if today else None)


def said_already(known: Known | None) -> frozenset[Action]:
    """The choices that need not be spoken to who has made them before; their keys work as ever."""
    if known is None:
        return frozenset()
    asked = {Action.CALLBACK} if known.wish is OwedWish.CALL_BACK else set()
    return frozenset({Action.JUST_CALLED, *asked})


def reason_of(known: Known, person: Person) -> Reason:
    """Why the caller is told."""
    facts = (
        f"the wish is {known.wish.value.replace('_', ' ')}",
        f"due {known.due.astimezone(person.zone).isoformat(timespec='minutes')}" if known.due else "",
        "somebody else has taken it" if known.taken else "",
        f"tried at {known.tried_at.astimezone(person.zone).isoformat(timespec='minutes')}"
        if known.tried_at
        else "",
    )
    return Reason(f"a call is owed to this number already: {', '.join(filter(None, facts))}", LEDGER)
