"""Whom a colleague who consults can have rung: nobody whom the rules of the call would not ring."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from ari_absence.core.consulting import colleague_attempts, mobile_attempts
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.handover import Handover, Note
from ari_absence.core.people import Caller, Handling, Kind, SetAbsences, Why
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import ALICE, away, office, steps

RECEPTION = Caller("100", "Reception", "100")
WAYS = ("desk", "mobile", "delegate", "manager")


def decided(
    reach: tuple[str, ...], urgent: tuple[str, ...], *, ask: bool, caller: Caller = RECEPTION
) -> Decision:
    """Alice is out, and her calls are handled so."""
    handling = {Kind.OUT: Handling(reach=steps(*reach), urgent=steps(*urgent), ask=ask)}
    somewhere = office(away(replace(ALICE, delegates=("102",)), Kind.OUT), handling=handling)
    return decide(Enquiry("c", "101", caller, Why.ABSENT, MORNING), somewhere, SetAbsences())


@pytest.mark.parametrize("ask", [True, False])
@pytest.mark.parametrize("reach", [c for n in range(5) for c in combinations(WAYS, n)])
@pytest.mark.parametrize("urgent", [(), ("mobile",), ("delegate", "mobile")])
def test_mobile_is_rung_only_where_the_rules_ring_it_and_the_colleague_is_never_the_person(
    reach: tuple[str, ...], urgent: tuple[str, ...], ask: bool
) -> None:
    decision = decided(reach, urgent, ask=ask)
    mobile = [leg for attempt in mobile_attempts(decision) for leg in attempt.legs]
    assert bool(mobile) == ("mobile" in (*reach, *urgent))
    assert all(leg.own and leg.target.outside and leg.screened for leg in mobile)
    colleagues = [leg for attempt in colleague_attempts(decision) for leg in attempt.legs]
    assert bool(colleagues) == bool({"delegate", "manager"} & {*reach, *urgent})
    assert not any(leg.own for leg in colleagues)


def test_nobody_is_their_own_colleague() -> None:
    kenji = Caller("102", "Kenji Ito", "102")
    assert colleague_attempts(decided(("delegate",), (), ask=True, caller=kenji)) == ()


def test_decision_says_who_transferred_and_that_there_is_a_note_but_not_which() -> None:
    handover = Handover("100", note=Note(digits="4711"))
    enquiry = Enquiry("c", "101", Caller("+81312345678"), Why.ABSENT, MORNING, handover=handover)
    decision = decide(enquiry, office(away(ALICE, Kind.OUT)), SetAbsences())
    assert "transferred by 100 (Reception), with a note" in [reason.text for reason in decision.reasons]
    assert "4711" not in repr(decision)
    assert decision.transferred_by == "Reception"
