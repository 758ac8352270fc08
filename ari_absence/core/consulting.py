"""Whom a colleague who consults can have rung for the caller they hold: out of what the decision allows anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ari_absence.core.decision import Decision
from ari_absence.core.ladder import Attempt, Leg
from ari_absence.core.steps import Way

_COVERING = (Way.DELEGATE, Way.NAMED)  # a manager is asked when it is urgent, and covers for nobody


def mobile_attempts(decision: Decision) -> tuple[Attempt, ...]:
    """The person's own phone outside, if the rules for this call ring it, at once or when it is urgent."""
    return tuple(_those(lambda leg: leg.own and leg.target.outside, (*decision.attempts, *decision.urgent)))[
        :1
    ]


def colleague_attempts(decision: Decision) -> tuple[Attempt, ...]:
    """Who is offered by name; else those who would be rung without asking, or who cover when it is urgent.

    Never a phone of the house that the enquiry knows to be unreachable.
    """
    unreachable = decision.enquiry.unreachable

    def can_ring(leg: Leg) -> bool:
        return leg.target.outside or leg.extension not in unreachable

    if decision.colleague is not None:
        return tuple(_those(can_ring, decision.colleague.attempts))
    unasked = tuple(_those(lambda leg: not leg.own and can_ring(leg), decision.attempts))
    covering = _those(lambda leg: leg.way in _COVERING and can_ring(leg), decision.urgent)
    return unasked or tuple(covering)


def _those(wanted: Callable[[Leg], bool], attempts: Iterable[Attempt]) -> Iterator[Attempt]:
    for attempt in attempts:
        legs = tuple(filter(wanted, attempt.legs))
        if legs:
            yield replace(attempt, legs=legs, name=legs[0].name)
