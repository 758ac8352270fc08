"""Where the phone that stands for the desk phone was rung in vain: the call goes on as from the desk phone itself.

Whoever works elsewhere, or has all their calls go elsewhere at once, has the same delegates and steps as at their desk.
Nobody who has just been rung is rung or offered again, except by the caller's own key for what is urgent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ari_absence.attendant.call import HuntEnd
from ari_absence.attendant.talk import Talk
from ari_absence.core.decision import Decision
from ari_absence.core.ladder import Attempt
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Why
from ari_absence.core.phrases import Action

RUNG_JUST_NOW = "their phones rang just now"

_WHY = {HuntEnd.BUSY: Why.BUSY, HuntEnd.UNREACHABLE: Why.UNREACHABLE}


async def decide_as_from_the_desk(talk: Talk, end: HuntEnd) -> bool:
    """Have the talk go on as after a desk phone that rang and ended so; False if it goes on as it was."""
    before = talk.decision
    if talk.decide_again is None or not before.passes_over_desk or before.straight_to_message:
        return False
    why = _WHY.get(end, Why.NOANSWER) if before.state.present else Why.NOANSWER
    decision = await talk.decide_again(why, _rung(before))
    targets = {leg.target for attempt in before.attempts for leg in attempt.legs}
    talk.decision = replace(decision, attempts=tuple(_not_yet(decision.attempts, targets)))
    talk.gone_from_menu.add(Action.WAIT)  # the line of a mobile is not waited for
    return True


def _rung(decision: Decision) -> Mapping[str, str]:
    """The others who were rung, each with the reason why they are not asked again."""
    legs = (leg for attempt in decision.attempts for leg in attempt.legs)
    return {leg.extension: RUNG_JUST_NOW for leg in legs if not leg.own}


def _not_yet(attempts: Sequence[Attempt], rung: Collection[DialTarget]) -> Iterator[Attempt]:
    """The attempts without the phones that were rung."""
    for attempt in attempts:
        legs = tuple(leg for leg in attempt.legs if leg.target not in rung)
        if legs:
            yield replace(attempt, legs=legs)
