"""A greeting recorded by phone takes the place of our own words where it is true and may be heard, nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.people import Caller, Directory, Disclosure, Kind, SetAbsences, Why
from ari_absence.core.phrases import OwnGreeting, Welcome, Whereabouts
from tests.attendant.conversation import COLLEAGUE, MORNING, OFFICE, OUTSIDER

TRIP = Greeting("A-1", GreetingKind.BUSINESS_TRIP, MORNING - timedelta(days=1), MORNING + timedelta(days=1))


def decided(
    kind: Kind | None = Kind.BUSINESS_TRIP,
    *,
    caller: Caller = OUTSIDER,
    why: Why = Why.ABSENT,
    greeting: Greeting = TRIP,
    office: Directory = OFFICE,
    nothing_noted: bool = False,
) -> Decision:
    """What is decided for a call to Alice, who is absent for ``kind`` and has recorded a greeting."""
    day = timedelta(days=1)
    absences = [DatedAbsence(kind, MORNING - day, MORNING + day)] if kind else []
    enquiry = Enquiry("call-1", "101", caller, why, MORNING, nothing_noted=nothing_noted)
    return decide(
        enquiry, office, SetAbsences({"101": absences}), greetings=SetGreetings({"101": [greeting]})
    )


@pytest.mark.parametrize("caller", [OUTSIDER, COLLEAGUE])
def test_it_is_played_in_the_place_of_the_whereabouts_which_stand_behind_it(caller: Caller) -> None:
    decision = decided(caller=caller)

    (own,) = (each for each in decision.greeting if isinstance(each, OwnGreeting))
    assert own.greeting is TRIP
    assert own.instead.back is not None
    assert not [each for each in decision.greeting if isinstance(each, Whereabouts)]
    assert any(isinstance(each, Welcome) for each in decision.greeting) is not caller.inside
    assert "own greeting for business_trip" in "".join(each.text for each in decision.reasons)
    assert decision.menu


def test_whoever_is_rung_for_the_caller_hears_our_own_words() -> None:
    assert isinstance(decided().told_to_callees, Whereabouts)


@pytest.mark.parametrize(
    "decision",
    [
        decided(Kind.MEETING),
        decided(None),
        decided(None, why=Why.NOANSWER),
        decided(why=Why.BUSY),
        decided(nothing_noted=True),
        decided(greeting=replace(TRIP, expires_at=MORNING)),
        decided(
            office=replace(OFFICE, site=replace(OFFICE.site, disclosure=Disclosure.UNAVAILABLE)),
        ),
    ],
    ids=["another kind", "present", "no answer", "busy", "nothing noted", "expired", "nothing disclosed"],
)
def test_where_it_is_not_true_or_may_not_be_heard_callers_hear_our_own_words(decision: Decision) -> None:
    assert not [each for each in decision.greeting if isinstance(each, OwnGreeting)]
