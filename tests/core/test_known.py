"""What a caller who rings again is told of what is owed to them already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.known import Known
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Caller, SetAbsences, Why
from ari_absence.core.phrases import Action, CallPromise, Choice, Fixed, Phrase, TriedToCall
from ari_absence.speech.languages import language
from tests.attendant.conversation import MORNING, OFFICE, OUTSIDER, WITHHELD

HOUR = timedelta(hours=1)
KNOWN_PHRASES = {
    Phrase.CALLBACK_KNOWN,
    Phrase.CALLBACK_LATE,
    Phrase.MESSAGE_KNOWN,
    Phrase.CALL_KNOWN,
    Phrase.COLLEAGUE_CARES,
}
instants = st.integers(-25 * 24 * 60, 25 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes))
knowledge = st.builds(
    Known, st.sampled_from(OwedWish), st.none() | instants, st.booleans(), st.none() | instants
)


def decided(known: Known | None, caller: Caller = OUTSIDER, at: datetime = MORNING, **more: Any) -> Decision:
    enquiry = Enquiry("call-1", "101", caller, Why.NOANSWER, at, known=known, **more)
    return decide(enquiry, OFFICE, SetAbsences())


def words(decision: Decision) -> str:
    speaker = language("en")
    return " ".join(speaker.text(each) for each in (*decision.greeting, *decision.menu))


@pytest.mark.parametrize(
    ("known", "told", "untold"),
    [
        (
            Known(OwedWish.CALL_BACK, MORNING + HOUR),
            "has been asked for, and we have passed that on. Alice Tanaka will call you back at the latest at eleven.",
            "sorry",
        ),
        (Known(OwedWish.CALL_BACK), "has been asked for, and we have passed that on.", "will call you back"),
        (
            Known(OwedWish.CALL_BACK, MORNING),
            "We are sorry that it is late. You will be called back as soon as possible.",
            "Alice Tanaka will call",
        ),
        (
            Known(OwedWish.CALL_BACK, MORNING, taken=True),
            "we have passed that on. A colleague is taking care of it.",
            "sorry",
        ),
        (
            Known(OwedWish.CALL_BACK, MORNING + HOUR, tried_at=MORNING - HOUR),
            "we have passed that on. We have tried to call you back at nine.",
            "will call you back",
        ),
        (
            Known(OwedWish.MISSED, tried_at=MORNING - 24 * HOUR),
            "An earlier call from this number has been passed on. We have tried to call you back.",
            "back at",
        ),
        (
            Known(OwedWish.MESSAGE, MORNING - HOUR),
            "A message from this number has been passed on. To add",
            "sorry",
        ),
        (
            Known(OwedWish.WILL_CALL_AGAIN),
            "An earlier call from this number has been passed on.",
            "will call you back",
        ),
    ],
)
def test_what_is_known_is_told_before_the_choices(known: Known, told: str, untold: str) -> None:
    heard = words(decided(known)).split("cannot come to the phone")[1]

    assert told in heard
    assert untold not in heard


def test_who_asked_for_a_call_is_offered_to_add_a_message_and_not_asked_again_what_they_asked() -> None:
    decision = decided(Known(OwedWish.CALL_BACK, MORNING + HOUR))
    spoken = [each.action for each in decision.menu if isinstance(each, Choice)]

    assert spoken == [Action.MESSAGE, Action.QUESTIONS, Action.OPERATOR, Action.REPEAT]
    assert "To add a message, press one." in words(decision)
    assert decision.action_for("2") is Action.CALLBACK
    assert decision.action_for("3") is Action.JUST_CALLED


def test_who_is_told_is_said_in_the_explanation() -> None:
    (reason,) = [
        each.text for each in decided(Known(OwedWish.CALL_BACK, MORNING)).reasons if "owed" in each.text
    ]

    assert reason == (
        "a call is owed to this number already: the wish is call back, due 2026-11-25T10:00+09:00"
    )


def test_who_hung_up_without_a_word_is_told_nothing() -> None:
    assert decided(Known(OwedWish.MISSED, MORNING)) == _without_known(
        decided(Known(OwedWish.MISSED, MORNING))
    )


def _without_known(decision: Decision) -> Decision:
    return replace(decided(None), enquiry=decision.enquiry)


@given(knowledge)
def test_nobody_without_a_number_and_nobody_while_nothing_can_be_noted_is_told_anything(known: Known) -> None:
    for decision in (
        decided(known, WITHHELD),
        decided(known, nothing_noted=True),
        decided(known, consulting=True),
    ):
        assert not _tells(decision)
        assert "owed" not in " ".join(each.text for each in decision.reasons)


@given(knowledge, instants)
def test_whatever_is_known_no_promise_is_repeated_that_is_over_and_no_future_attempt_is_told_with_a_time(
    known: Known, at: datetime
) -> None:
    decision = decided(known, at=at)
    speaker = language("en")

    for each in decision.greeting:
        assert speaker.text(each)
        if isinstance(each, CallPromise):
            assert known.due is not None
            assert known.due > at
    late = Fixed(Phrase.CALLBACK_LATE) in decision.greeting
    assert late == known.late(at)
    assert known.worth_telling == _tells(decision)


def _tells(decision: Decision) -> bool:
    return any(
        isinstance(each, TriedToCall) or (isinstance(each, Fixed) and each.phrase in KNOWN_PHRASES)
        for each in decision.greeting
    )
