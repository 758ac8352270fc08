"""F61: while nothing can be written down, callers hear who is absent, and are offered only what works."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ari_absence.attendant.announce_only import NoNotebook, announce
from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.greeting import MENU_VISITS
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.talk import Talk
from ari_absence.core.decision import Enquiry, decide
from ari_absence.core.people import Directory, SetAbsences, Why
from ari_absence.core.phrases import Action, Choice, Phrase, PublishedAnswer, Whereabouts
from tests.attendant.conversation import COLLEAGUE, MORNING, OFFICE, OUTSIDER, SITE
from tests.attendant.script import SILENCE, Rings, ScriptedCall, Step


def talk(*steps: Step, office: Directory = OFFICE, why: Why = Why.NOANSWER, gone_after: int = 99) -> Talk:
    call = ScriptedCall(OUTSIDER, "101", why, list(steps), gone_after_steps=gone_after)
    enquiry = Enquiry("call-1", "101", OUTSIDER, why, MORNING, nothing_noted=True)
    return Talk(call, decide(enquiry, office, SetAbsences()), office, NoNotebook(), now=lambda: MORNING)


def script_of(held: Talk) -> ScriptedCall:
    assert isinstance(held.call, ScriptedCall)
    return held.call


@pytest.mark.fault("F61")
async def test_the_caller_is_told_plainly_and_offered_only_what_works() -> None:
    held = talk(SILENCE, SILENCE)

    assert await announce(held) is Outcome.LOST

    call = script_of(held)
    assert any(isinstance(each, Whereabouts) for each in call.heard)
    assert call.phrases() == [Phrase.NOTHING_CAN_BE_NOTED, Phrase.GOODBYE]
    offered = {each.action for each in call.heard if isinstance(each, Choice)}
    assert offered == {Action.QUESTIONS, Action.OPERATOR, Action.REPEAT}
    assert "record" not in call.done
    assert held.decision.promise is None


async def test_a_key_that_would_leave_a_message_does_not() -> None:
    held = talk("1", "2", "3")

    assert await announce(held) is Outcome.LOST
    assert "record" not in script_of(held).done


async def test_without_anything_to_offer_the_announcement_ends_with_goodbye() -> None:
    office = replace(OFFICE, site=replace(SITE, operator=None, answers=()))
    held = talk(office=office)

    assert await announce(held) is Outcome.LOST
    assert script_of(held).done == ["answer", "say", "hang_up"]
    assert script_of(held).phrases() == [Phrase.NOTHING_CAN_BE_NOTED, Phrase.GOODBYE]


async def test_the_operator_and_general_questions_still_work() -> None:
    assert await announce(talk("0", Rings((LegEnd.TALKED,)))) is Outcome.CONNECTED

    held = talk("6", "1", "*", "0", Rings((LegEnd.NO_ANSWER,)), SILENCE, SILENCE)
    assert await announce(held) is Outcome.LOST
    assert any(isinstance(each, PublishedAnswer) for each in script_of(held).heard)


async def test_a_star_that_is_stuck_ends_with_goodbye() -> None:
    held = talk(*["*"] * MENU_VISITS)

    assert await announce(held) is Outcome.LOST
    assert script_of(held).done[-1] == "hang_up"


async def test_somebody_who_has_just_come_back_is_rung() -> None:
    assert await announce(talk(Rings((LegEnd.TALKED,)), why=Why.ABSENT)) is Outcome.CONNECTED


@pytest.mark.parametrize("step", range(6))
async def test_a_caller_who_hangs_up_at_any_step_ends_the_conversation(step: int) -> None:
    held = talk("6", "1", "*", "0", Rings((LegEnd.TALKED,)), gone_after=step)

    assert await announce(held) in (Outcome.LOST, Outcome.CONNECTED)


async def test_a_caller_asterisk_can_not_speak_to_is_handed_to_the_dialplan() -> None:
    held = talk("0")
    script_of(held).failing_steps = frozenset({0})

    assert await announce(held) is Outcome.RELEASED


async def test_what_is_explained_names_the_ledger() -> None:
    enquiry = Enquiry("call-1", "101", COLLEAGUE, Why.ABSENT, MORNING, nothing_noted=True)
    decision = decide(enquiry, OFFICE, SetAbsences())

    assert any("the ledger can't be used" in reason.text for reason in decision.reasons)
