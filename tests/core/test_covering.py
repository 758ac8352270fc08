"""Who owes a call that nobody of a team takes: the team, where nothing can be promised for the person called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.people import (
    Directory,
    Handling,
    Kind,
    Person,
    SetAbsences,
    SetForward,
    SetForwards,
    Why,
)
from ari_absence.core.promise import due_at
from ari_absence.core.steps import Situation
from tests.attendant.conversation import MORNING, OUTSIDER
from tests.attendant.reach_office import ALICE, KENJI, NIGHT, SALES, away, office, steps

HOUR = timedelta(hours=1)
TO_SALES = {Kind.OUT: Handling(reach=steps("sales"))}


def out(somebody: Person, hours: float | None = None) -> Person:
    """``somebody``, out since the morning: until further notice, or for so long."""
    until = None if hours is None else MORNING + hours * HOUR
    return replace(somebody, absences=(DatedAbsence(Kind.OUT, MORNING - HOUR, until),))


def decided(
    directory: Directory, *, forwards: SetForwards | None = None, nothing_noted: bool = False
) -> Decision:
    enquiry = Enquiry("call-1", "101", OUTSIDER, Why.ABSENT, MORNING, nothing_noted=nothing_noted)
    return decide(enquiry, directory, SetAbsences(), forwards or SetForwards())


def test_team_owes_the_call_of_somebody_whose_return_is_unknown_by_the_time_it_can_keep() -> None:
    decision = decided(office(out(ALICE), handling=TO_SALES))
    assert decision.promise is None
    assert decision.covering is not None
    assert decision.covering.owner == "team:sales"
    assert decision.covering.due == min(
        due for each in (KENJI, NIGHT) if (due := due_at(each, (), MORNING)) is not None
    )
    assert any("team:sales" in each.text and "Alice Tanaka" in each.text for each in decision.reasons)


def test_whoever_is_back_keeps_the_promise_that_was_given_in_their_name() -> None:
    decision = decided(office(out(ALICE, hours=3), handling=TO_SALES))
    assert decision.promise is not None
    assert decision.covering is None


def test_person_owes_the_call_where_no_team_is_named() -> None:
    for rule in (steps("102"), steps("message", "sales"), ()):
        assert decided(office(out(ALICE), handling={Kind.OUT: Handling(reach=rule)})).covering is None


def test_team_owes_it_though_nobody_of_it_can_be_rung() -> None:
    kenji, night = (away(each, Kind.OUT) for each in (KENJI, NIGHT))
    decision = decided(office(out(ALICE), kenji, night, handling=TO_SALES))
    assert decision.attempts == ()
    assert decision.covering is not None
    assert decision.covering.due is not None


def test_forward_set_by_phone_and_a_delegate_that_is_a_team_count() -> None:
    forwards = SetForwards({"101": {Situation.AT_ONCE: SetForward(steps("sales"), None)}})
    assert decided(office(out(ALICE)), forwards=forwards).covering is not None
    rule = {Kind.OUT: Handling(reach=steps("delegate"))}
    assert decided(office(out(ALICE), handling=rule)).covering is None  # Kenji comes before the team
    covered = replace(out(ALICE), delegates=("sales",))
    assert decided(office(covered, handling=rule)).covering is not None


@pytest.mark.parametrize("members", [(), ("101",), ("999",)])
def test_team_without_anybody_else_owes_nothing(members: tuple[str, ...]) -> None:
    nobody = replace(SALES, members=members)
    assert decided(office(out(ALICE), handling=TO_SALES, teams=(nobody,))).covering is None


def test_nothing_is_owed_while_nothing_can_be_noted() -> None:
    assert decided(office(out(ALICE), handling=TO_SALES), nothing_noted=True).covering is None
