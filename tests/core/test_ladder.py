"""Whom a call can reach: delegates' chains, teams, mobiles, and who is skipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import (
    Caller,
    Directory,
    Handling,
    Kind,
    Limits,
    SetAbsences,
    SetForward,
    SetForwards,
    Why,
)
from ari_absence.core.phrases import Action
from ari_absence.core.steps import Situation, Way
from tests.attendant.conversation import MORNING, OUTSIDER, person
from tests.attendant.reach_office import ALICE, KENJI, MORI, SALES, away, office, steps


def decided(
    directory: Directory,
    *,
    why: Why = Why.ABSENT,
    caller: Caller = OUTSIDER,
    forwards: SetForwards | None = None,
    unreachable: dict[str, str] | None = None,
) -> Decision:
    enquiry = Enquiry("call-1", "101", caller, why, MORNING, unreachable=unreachable or {})
    return decide(enquiry, directory, SetAbsences(), forwards or SetForwards())


def rung(attempts: tuple[Attempt, ...]) -> list[list[str]]:
    return [[leg.extension if not leg.target.outside else "mobile" for leg in each.legs] for each in attempts]


def texts(decision: Decision) -> str:
    return "\n".join(reason.text for reason in decision.reasons)


def test_colleague_who_covers_is_offered_by_name_and_not_rung_unasked() -> None:
    decision = decided(office(away(ALICE, Kind.BUSINESS_TRIP)))

    assert decision.attempts == ()
    assert decision.colleague is not None
    assert decision.colleague.name.text == "Kenji Ito"
    assert rung(decision.colleague.attempts) == [["102"], ["103"]]
    assert decision.action_for("4") is Action.COLLEAGUE


def test_without_asking_the_colleague_is_rung_at_once() -> None:
    handling = {Kind.BUSINESS_TRIP: Handling(reach=steps("delegate:9"), ask=False)}
    decision = decided(office(away(ALICE, Kind.BUSINESS_TRIP), handling=handling))

    assert rung(decision.attempts) == [["102"], ["103"]]
    assert {attempt.ring_seconds for attempt in decision.attempts} == {9}
    assert decision.colleague is None
    assert not decision.rings_as_desk


def test_delegate_of_the_absence_itself_comes_first() -> None:
    decision = decided(office(away(ALICE, Kind.VACATION, delegate="110")))

    assert decision.colleague is not None
    assert rung(decision.colleague.attempts)[0] == ["110"]


@pytest.mark.fault("F34")
def test_absent_delegates_are_skipped_along_the_whole_chain() -> None:
    directory = office(
        away(replace(ALICE, delegates=("102",)), Kind.VACATION),
        away(KENJI, Kind.VACATION),
        away(replace(MORI, delegates=("100",)), Kind.OUT),
    )
    decision = decided(directory)

    assert decision.colleague is not None
    assert rung(decision.colleague.attempts) == [["100"]]
    assert "Kenji Ito is skipped: absent, too (vacation)" in texts(decision)
    assert "Mori is skipped: absent, too (out)" in texts(decision)


@pytest.mark.fault("F34")
def test_when_nobody_of_the_chain_is_there_no_colleague_is_offered() -> None:
    directory = office(
        away(replace(ALICE, delegates=("102",)), Kind.VACATION),
        away(KENJI, Kind.VACATION),
        away(MORI, Kind.VACATION),
    )
    decision = decided(directory)

    assert decision.colleague is None
    assert Action.COLLEAGUE not in [offer.action for offer in decision.offers]


@pytest.mark.fault("F36", "P8")
def test_chain_longer_than_the_budget_ends() -> None:
    chain = [
        away(replace(person(f"2{n:02}", f"N{n}"), delegates=(f"2{n + 1:02}",)), Kind.OUT) for n in range(8)
    ]
    directory = office(away(replace(ALICE, delegates=("200",)), Kind.VACATION), *chain, person("208", "Last"))
    decision = decided(directory)

    assert decision.colleague is None
    assert "the chain of delegates ends here, after 5 hops" in texts(decision)


def test_longer_budget_reaches_the_end_of_the_chain() -> None:
    chain = [
        away(replace(person(f"2{n:02}", f"N{n}"), delegates=(f"2{n + 1:02}",)), Kind.OUT) for n in range(8)
    ]
    directory = office(away(replace(ALICE, delegates=("200",)), Kind.VACATION), *chain, person("208", "Last"))
    directory = replace(directory, site=replace(directory.site, limits=Limits(hops=9)))
    decision = decided(directory)

    assert decision.colleague is not None
    assert rung(decision.colleague.attempts) == [["208"]]


@pytest.mark.fault("F35", "P8")
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30), st.sets(st.integers(0, 9)))
def test_no_chain_whatever_it_looks_like_rings_anybody_twice_or_goes_on_for_ever(
    edges: list[tuple[int, int]], absent: set[int]
) -> None:
    people = []
    for n in range(10):
        extension = "101" if n == 0 else f"3{n:02}"
        delegates = tuple("101" if to == 0 else f"3{to:02}" for start, to in edges if start == n)
        somebody = replace(person(extension, f"N{n}"), delegates=delegates)
        people.append(away(somebody, Kind.VACATION) if n == 0 or n in absent else somebody)
    decision = decided(office(*people))

    everybody = [
        leg.extension
        for each in (decision.colleague.attempts if decision.colleague else ())
        for leg in each.legs
    ]
    assert len(everybody) == len(set(everybody))
    assert "101" not in everybody
    assert not {f"3{n:02}" for n in absent} & set(everybody)


def test_colleague_who_calls_is_not_offered_themselves() -> None:
    kenji = Caller("102", "Kenji Ito", extension="102")
    decision = decided(office(away(replace(ALICE, delegates=("102",)), Kind.VACATION)), caller=kenji)

    assert decision.colleague is None


def test_delegate_whose_phone_can_not_be_rung_is_skipped() -> None:
    decision = decided(office(away(ALICE, Kind.VACATION)), unreachable={"102": "in a call"})

    assert decision.colleague is not None
    assert rung(decision.colleague.attempts) == [["103"]]
    assert "Kenji Ito is skipped: in a call" in texts(decision)


def test_team_rings_all_at_once_or_one_after_another() -> None:
    alice = away(replace(ALICE, delegates=("sales",)), Kind.VACATION)
    together = decided(office(alice)).colleague
    in_order = decided(office(alice, teams=(replace(SALES, ring="in order"),))).colleague

    assert together is not None
    assert in_order is not None
    assert (rung(together.attempts), together.name.text) == ([["102", "103"]], "the sales desk")
    assert rung(in_order.attempts) == [["102"], ["103"]]


def test_mobile_is_rung_without_asking_and_with_screening() -> None:
    handling = {Kind.OUT: Handling(reach=steps("mobile", "delegate"))}
    decision = decided(office(away(ALICE, Kind.OUT), handling=handling))

    assert rung(decision.attempts) == [["mobile"]]
    assert decision.attempts[0].legs[0].screened
    assert decision.attempts[0].ring_seconds == 20
    assert decision.colleague is not None
    assert "+81" not in repr(decision.attempts)


def test_desk_and_mobile_may_ring_together() -> None:
    handling = {Kind.OUT: Handling(reach=steps("desk+mobile:12"))}
    decision = decided(office(away(ALICE, Kind.OUT), handling=handling))

    assert rung(decision.attempts) == [["101", "mobile"]]
    assert [leg.screened for leg in decision.attempts[0].legs] == [False, True]


def test_mobile_that_the_policy_refuses_is_a_reason_and_no_attempt() -> None:
    from ari_absence.core.people import Dialing

    handling = {Kind.OUT: Handling(reach=steps("mobile"))}
    decision = decided(office(away(ALICE, Kind.OUT), handling=handling, dialing=Dialing()))

    assert decision.attempts == ()
    assert "the mobile of Alice Tanaka is not dialled: no outside calls are allowed" in texts(decision)


def test_who_works_elsewhere_is_rung_there_as_if_at_the_desk() -> None:
    decision = decided(office(away(ALICE, Kind.REMOTE)))

    assert rung(decision.attempts) == [["mobile"]]
    assert decision.rings_as_desk


def test_busy_person_can_be_waited_for() -> None:
    decision = decided(office(), why=Why.BUSY)

    assert {Action.WAIT, Action.COLLEAGUE, Action.MESSAGE} <= {offer.action for offer in decision.offers}
    assert Action.WAIT not in {offer.action for offer in decided(office(), why=Why.NOANSWER).offers}


@pytest.mark.parametrize(
    ("why", "situation"),
    [
        (Why.BUSY, Situation.BUSY),
        (Why.NOANSWER, Situation.NO_ANSWER),
        (Why.UNREACHABLE, Situation.UNREACHABLE),
    ],
)
def test_each_situation_forwards_by_its_own_steps(why: Why, situation: Situation) -> None:
    decision = decided(office(handling={situation: Handling(reach=steps("mobile:5"))}), why=why)

    assert (rung(decision.attempts), decision.attempts[0].ring_seconds) == ([["mobile"]], 5)


def test_forward_at_once_counts_for_somebody_who_is_there() -> None:
    decision = decided(office(handling={Situation.AT_ONCE: Handling(reach=steps("mobile"))}))

    assert rung(decision.attempts) == [["mobile"]]
    assert not decision.rings_as_desk, "the caller is told, and hears more than ringing"


def test_forward_that_comes_to_nothing_lets_the_desk_phone_ring_and_says_so() -> None:
    directory = office(replace(ALICE, delegates=("102",)), away(replace(KENJI, delegates=()), Kind.MEETING))
    forwards = SetForwards({"101": {Situation.AT_ONCE: SetForward(steps("delegate"))}})
    decision = decided(directory, forwards=forwards)

    assert [leg.way for leg in decision.attempts[0].legs] == [Way.DESK]
    assert decision.rings_as_desk
    assert "Kenji Ito is skipped: absent, too (meeting)" in texts(decision)
    assert "at_once comes to nothing: the desk phone rings as usual" in texts(decision)


def test_forward_that_comes_to_nothing_leaves_an_absence_as_it_is() -> None:
    directory = office(away(replace(ALICE, mobile=None), Kind.VACATION))
    forwards = SetForwards({"101": {Situation.AT_ONCE: SetForward(steps("mobile"))}})
    decision = decided(directory, forwards=forwards)

    assert decision.colleague is not None
    assert decision.attempts == ()
    assert "at_once comes to nothing: the absence decides" in texts(decision)


@pytest.mark.parametrize("words", [("message",), ("mobile",), ("103",)])
def test_colleague_whose_own_calls_go_elsewhere_at_once_is_not_offered(words: tuple[str, ...]) -> None:
    forwards = SetForwards({"102": {Situation.AT_ONCE: SetForward(steps(*words))}})
    decision = decided(office(away(replace(ALICE, delegates=("102",)), Kind.VACATION)), forwards=forwards)

    assert decision.colleague is None
    assert "Kenji Ito is skipped: their own calls go elsewhere at once" in texts(decision)


def test_colleague_whose_calls_ring_the_desk_phone_among_others_is_offered() -> None:
    forwards = SetForwards({"102": {Situation.AT_ONCE: SetForward(steps("desk+mobile"))}})
    decision = decided(office(away(replace(ALICE, delegates=("102",)), Kind.VACATION)), forwards=forwards)

    assert decision.colleague is not None


def test_team_that_rings_in_order_rings_whole_beside_others_and_that_is_said() -> None:
    in_order = replace(SALES, ring="in order", members=("102", "103", "110"))
    handling = {Kind.OUT: Handling(reach=steps("mobile+sales"), ask=False)}
    decision = decided(office(away(ALICE, Kind.OUT), handling=handling, teams=(in_order,)))

    assert rung(decision.attempts) == [["mobile", "102", "103", "110"]]
    assert "all of the sales desk ring together, because others ring beside them" in texts(decision)


def test_team_among_delegates_that_ring_beside_others_rings_whole_too() -> None:
    in_order = replace(SALES, ring="in order")
    alice = away(replace(ALICE, delegates=("sales",)), Kind.OUT)
    handling = {Kind.OUT: Handling(reach=steps("mobile+delegate"), ask=False)}

    assert rung(decided(office(alice, handling=handling, teams=(in_order,))).attempts) == [
        ["mobile", "102", "103"]
    ]


def test_forward_to_a_message_takes_one_without_a_menu() -> None:
    handling = {Kind.VACATION: Handling(reach=steps("message", "delegate"))}
    decision = decided(office(away(ALICE, Kind.VACATION), handling=handling))

    assert decision.straight_to_message
    assert decision.colleague is None


def test_forward_set_by_command_beats_the_file_until_it_ends() -> None:
    forward = SetForward(steps("110"), until=MORNING + timedelta(hours=1))
    forwards = SetForwards({"101": {Kind.VACATION: forward}})
    over = SetForwards({"101": {Kind.VACATION: replace(forward, until=MORNING)}})
    directory = office(away(ALICE, Kind.VACATION))

    assert rung(decided(directory, forwards=forwards).attempts) == [["110"]]
    assert decided(directory, forwards=over).attempts == ()


def test_steps_of_one_dated_absence_beat_those_of_its_kind() -> None:
    alice = away(ALICE, Kind.OUT)
    absence = replace(alice.absences[0], reach=steps("mobile:33"))
    decision = decided(office(replace(alice, absences=(absence,))))

    assert [attempt.ring_seconds for attempt in decision.attempts] == [33]


def test_urgent_ladder_has_its_own_order_and_its_own_times() -> None:
    handling = {Kind.OUT: Handling(urgent=steps("mobile:11", "delegate", "manager:9", "operator"))}
    decision = decided(office(away(replace(ALICE, delegates=("102",)), Kind.OUT), handling=handling))

    assert rung(decision.urgent) == [["mobile"], ["102"], ["110"], ["100"]]
    assert [each.ring_seconds for each in decision.urgent] == [11, 20, 9, 20]
    assert decision.action_for("5") is Action.URGENT


def test_urgent_is_not_offered_when_nobody_can_be_reached() -> None:
    handling = {Kind.OUT: Handling(urgent=steps("manager"))}
    decision = decided(office(away(ALICE, Kind.OUT), away(MORI, Kind.VACATION), handling=handling))

    assert decision.action_for("5") is None


def test_step_to_a_manager_whom_nobody_is_says_whose_manager_is_missing() -> None:
    handling = {Kind.OUT: Handling(urgent=steps("manager"))}
    decision = decided(office(away(replace(ALICE, manager=None), Kind.OUT), handling=handling))

    assert "Alice Tanaka has no manager" in texts(decision)


def test_colleague_who_is_skipped_in_two_ladders_is_told_of_once() -> None:
    handling = {Kind.VACATION: Handling(reach=steps("delegate"), urgent=steps("delegate"))}
    directory = office(away(ALICE, Kind.VACATION), away(KENJI, Kind.VACATION), handling=handling)

    assert texts(decided(directory)).count("Kenji Ito is skipped: absent, too (vacation)") == 1
