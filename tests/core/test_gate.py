"""Which calls Asterisk hands to us before the desk phone rings, and which lamps are lit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.core.decision import Enquiry, decide
from ari_absence.core.gate import Gate, gate_of, next_gate_change
from ari_absence.core.people import (
    Caller,
    Dialing,
    Directory,
    Handling,
    Kind,
    Person,
    SetAbsences,
    SetForward,
    SetForwards,
    Why,
)
from ari_absence.core.steps import Situation, Way
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import ALICE, KENJI, away, office, steps

HOUR = timedelta(hours=1)
NOTHING_SET = SetAbsences()


def gate(directory: Directory, forwards: SetForwards | None = None, *, hours_later: int = 0) -> Gate:
    """Alice's."""
    at = MORNING + hours_later * HOUR
    return gate_of(directory.people["101"], at, directory, NOTHING_SET, forwards or SetForwards())


def at_once(*words: str, hours: int | None = None) -> SetForwards:
    until = None if hours is None else MORNING + hours * HOUR
    return SetForwards({"101": {Situation.AT_ONCE: SetForward(steps(*words), until)}})


def shown(found: Gate) -> tuple[bool, bool]:
    return found.intercepts, found.lit


def test_who_is_at_the_desk_is_rung_there() -> None:
    assert shown(gate(office())) == (False, False)


def test_who_is_absent_is_lit_and_their_calls_come_to_us() -> None:
    assert shown(gate(office(away(ALICE, Kind.MEETING)))) == (True, True)


def test_who_is_only_away_from_the_desk_is_lit_and_still_rung() -> None:
    assert shown(gate(office(away(ALICE, Kind.AWAY)))) == (False, True)


def test_who_works_elsewhere_is_dark_and_their_calls_come_to_us() -> None:
    assert shown(gate(office(away(ALICE, Kind.REMOTE)))) == (True, False)


@pytest.mark.parametrize(
    "directory",
    [
        office(away(ALICE, Kind.REMOTE), dialing=Dialing()),
        office(away(replace(ALICE, mobile=None), Kind.REMOTE)),
        office(away(ALICE, Kind.REMOTE), handling={Kind.REMOTE: Handling()}),
    ],
    ids=["no way out", "no mobile", "no steps"],
)
def test_who_works_elsewhere_and_can_not_be_rung_there_is_rung_at_the_desk(directory: Directory) -> None:
    assert shown(gate(directory)) == (False, False)


def test_forward_at_once_takes_the_calls_until_it_ends() -> None:
    forwards = at_once("mobile", hours=1)

    assert shown(gate(office(), forwards)) == (True, False)
    assert shown(gate(office(), forwards, hours_later=1)) == (False, False)


def test_forward_at_once_of_the_configuration_takes_the_calls() -> None:
    directory = office(handling={Situation.AT_ONCE: Handling(reach=steps("102"))})

    assert shown(gate(directory)) == (True, False)


def test_forward_to_somebody_who_is_absent_leaves_the_desk_phone_ringing() -> None:
    assert shown(gate(office(away(KENJI, Kind.MEETING)), at_once("102"))) == (
        True,
        False,
    )  # to Mori, who covers
    assert shown(gate(office(away(replace(KENJI, delegates=()), Kind.MEETING)), at_once("102"))) == (
        False,
        False,
    )


@pytest.mark.parametrize("kind", [None, Kind.AWAY, Kind.REMOTE, Kind.VACATION])
@pytest.mark.parametrize("words", [(), ("102",), ("mobile",), ("delegate",), ("message",), ("desk", "102")])
def test_gate_and_decision_tell_the_same_story_of_a_forward(
    kind: Kind | None, words: tuple[str, ...]
) -> None:
    alice = replace(ALICE, mobile=None, delegates=("102",))
    directory = office(away(alice, kind) if kind else alice, away(replace(KENJI, delegates=()), Kind.OUT))
    forwards = at_once(*words)
    enquiry = Enquiry("call-1", "101", Caller("0312345678"), Why.ABSENT, MORNING)
    decision = decide(enquiry, directory, NOTHING_SET, forwards)

    desk_first = decision.rings_as_desk and decision.attempts[0].legs[0].way is Way.DESK
    assert gate(directory, forwards).intercepts == (not desk_first)


def test_forward_to_the_message_is_one_though_it_rings_nobody() -> None:
    assert shown(gate(office(), at_once("message"))) == (True, False)


def test_forward_to_nobody_leaves_the_desk_phone_ringing() -> None:
    assert shown(gate(office(), at_once())) == (False, False)


def test_forward_at_once_takes_the_calls_of_who_is_only_away_from_the_desk() -> None:
    assert shown(gate(office(away(ALICE, Kind.AWAY)), at_once("102"))) == (True, True)


def test_gate_changes_next_when_the_forward_ends_or_the_schedule_says() -> None:
    def change(person: Person, forwards: SetForwards) -> float | None:
        found = next_gate_change(person, MORNING, NOTHING_SET, forwards)
        return None if found is None else (found - MORNING) / HOUR

    assert change(ALICE, SetForwards()) == 2  # the lunch break, at noon
    assert change(ALICE, at_once("102", hours=1)) == 1
    assert change(ALICE, at_once("102", hours=3)) == 2
    assert change(ALICE, at_once("102", hours=0)) == 2


def test_desk_rings_shorter_only_where_calls_go_on_without_asking() -> None:
    asks = office()
    follows = office(handling={Situation.NO_ANSWER: Handling(reach=steps("mobile", "delegate"))})
    to_message = office(handling={Situation.NO_ANSWER: Handling(reach=steps("message"))})

    assert [gate(each).follow_me for each in (asks, follows, to_message)] == [False, True, False]
    assert gate(follows).device_states()["Stasis:followme-101"] == "INUSE"
