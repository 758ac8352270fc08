"""A parked caller whom nobody picked up: the parker, twice, the operator, the ordinary offer of a message."""

from __future__ import annotations

import pytest

from ari_absence.attendant.call import LegEnd, RecordingEnd
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.park_recall import recall_parked
from ari_absence.attendant.reception import attend
from ari_absence.core.phrases import Phrase
from ari_absence.core.steps import Way
from tests.attendant.conversation import Conversation
from tests.attendant.script import Rings, Speaks, Step

NO_ANSWER = Rings((LegEnd.NO_ANSWER,))
TAKEN = Rings((LegEnd.TALKED,))
WAITS: tuple[Step, ...] = (None, None, None, None, None, None)  # music and a word, three times twenty seconds
TO_MESSAGE: tuple[Step, ...] = (NO_ANSWER, *WAITS, NO_ANSWER, NO_ANSWER, "1", Speaks(5), "1")


async def parked(talk: Conversation) -> Outcome:
    return await attend(talk.talk, lambda its: recall_parked(its, "701"))


def rung(talk: Conversation) -> list[tuple[str, str]]:
    return [(endpoint, shown) for hunt in talk.call.rung for endpoint, shown, _ in hunt]


async def test_parker_is_rung_and_takes_the_caller_back() -> None:
    talk = Conversation(TAKEN)

    assert await parked(talk) is Outcome.CONNECTED
    assert rung(talk) == [("PJSIP/101", "Parked 701 +81312345678")]
    assert talk.call.over


async def test_parker_twice_then_the_operator_then_a_message_for_the_parker() -> None:
    talk = Conversation(*TO_MESSAGE)

    assert await parked(talk) is Outcome.MESSAGE
    assert [endpoint for endpoint, _ in rung(talk)] == ["PJSIP/101", "PJSIP/101", "PJSIP/100"]
    assert rung(talk)[2][1] == "Parked 701 +81312345678, for Alice Tanaka"
    assert talk.call.phrases().count(Phrase.SERVED_SOON) == 3
    assert len(talk.notebook.messages) == 1


async def test_every_ringing_of_a_park_recall_is_noted_in_the_call() -> None:
    talk = Conversation(*TO_MESSAGE)
    await parked(talk)

    assert [(each.position, each.way, each.extension, each.end) for each in talk.notebook.attempts] == [
        (1, Way.DESK, "101", LegEnd.NO_ANSWER),
        (2, Way.DESK, "101", LegEnd.NO_ANSWER),
        (3, Way.OPERATOR, "100", LegEnd.NO_ANSWER),
    ]


async def test_caller_may_choose_the_message_while_the_parker_is_rung() -> None:
    talk = Conversation(Rings((LegEnd.NO_ANSWER,), caller=("#",)), Speaks(5), "1")

    assert await parked(talk) is Outcome.MESSAGE


async def test_caller_may_choose_the_message_between_two_recalls() -> None:
    talk = Conversation(NO_ANSWER, None, "#", Speaks(5), "1")

    assert await parked(talk) is Outcome.MESSAGE


@pytest.mark.parametrize("steps", range(20))
async def test_parked_caller_who_hangs_up_at_any_step_is_not_forgotten(steps: int) -> None:
    talk = Conversation(*TO_MESSAGE, gone_after_steps=steps)
    outcome = await parked(talk)

    assert outcome in (Outcome.MISSED, Outcome.MESSAGE)
    assert len(talk.notebook.callbacks) + len(talk.notebook.messages) == 1


async def test_parked_caller_who_hangs_up_while_recording_has_left_the_message() -> None:
    talk = Conversation(*TO_MESSAGE[:-2], Speaks(5, RecordingEnd.HANGUP))

    assert await parked(talk) is Outcome.MESSAGE
