"""Callers who ring again, and callers who will: what they are told, and what is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.core.known import Known
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Caller
from ari_absence.core.phrases import CallPromise, Choice, Fixed, Phrase, Whereabouts
from tests.attendant.conversation import COLLEAGUE, MORNING, OUTSIDER, Conversation
from tests.attendant.script import SILENCE, Speaks, Step

ASKED = Known(OwedWish.CALL_BACK, MORNING + timedelta(hours=2))
TALKS: tuple[tuple[Step, ...], ...] = (
    ("1", Speaks(12), "1"),
    ("3", Speaks(1), "1"),
    ("3", Speaks(1), SILENCE),
    ("2", "1", Speaks(1)),
    (SILENCE, SILENCE, Speaks(12), "1"),
)


async def test_who_rings_again_hears_what_is_known_and_adds_a_message() -> None:
    talk = Conversation("1", Speaks(12), "1", known=ASKED)

    assert await talk.hold() is Outcome.MESSAGE
    heard = talk.call.heard
    known = heard.index(Fixed(Phrase.CALLBACK_KNOWN))
    assert isinstance(heard[known - 1], Whereabouts)
    assert isinstance(heard[known + 1], CallPromise)
    assert heard[known + 2] == Choice("1", talk.decision.offers[0].action, again=True)
    assert len(talk.notebook.messages) == 1


async def test_star_tells_what_is_known_once_more() -> None:
    talk = Conversation("*", "1", Speaks(12), "1", known=ASKED)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.phrases().count(Phrase.CALLBACK_KNOWN) == 2


async def test_wish_that_is_not_spoken_any_more_can_still_be_chosen() -> None:
    talk = Conversation("2", "1", Speaks(1), known=ASKED)

    assert await talk.hold() is Outcome.CALLBACK


@pytest.mark.parametrize("steps", TALKS)
async def test_who_rings_again_and_hangs_up_at_any_step_is_written_down_once_or_has_left_more(
    steps: tuple[Step, ...],
) -> None:
    whole = Conversation(*steps, known=ASKED)
    await whole.hold()
    for gone_after in range(1, len(whole.call.done)):
        talk = Conversation(*steps, known=ASKED, gone_after_steps=gone_after)

        await talk.hold()

        assert len(talk.notebook.messages) + len(talk.notebook.callbacks) == 1, gone_after


@pytest.mark.parametrize(
    ("caller", "steps"),
    [(OUTSIDER, ("3", Speaks(1), "1")), (COLLEAGUE, ("3", "1"))],
    ids=["outsider", "colleague"],
)
async def test_caller_who_will_call_again_says_so_with_one_key(
    caller: Caller, steps: tuple[Step, ...]
) -> None:
    talk = Conversation(*steps, caller=caller)

    assert await talk.hold() is Outcome.JUST_CALLED
    assert [(draft.wish, draft.due) for draft in talk.notebook.callbacks] == [(Wish.WILL_CALL_AGAIN, None)]
    assert talk.call.phrases()[-2:] == [Phrase.WILL_CALL_AGAIN_NOTED, Phrase.GOODBYE]


@pytest.mark.parametrize("answer", [SILENCE, "2", "3", "#"])
async def test_caller_who_says_no_more_than_that_they_called_has_just_called(answer: str | None) -> None:
    talk = Conversation("3", Speaks(1), answer)

    assert await talk.hold() is Outcome.JUST_CALLED
    assert [draft.wish for draft in talk.notebook.callbacks] == [Wish.JUST_CALLED]
    assert talk.call.phrases()[-2:] == [Phrase.CALL_NOTED, Phrase.GOODBYE]


async def test_caller_who_hangs_up_instead_of_saying_that_they_will_call_again_has_just_called() -> None:
    talk = Conversation("3", Speaks(1), gone_after_steps=4)

    assert await talk.hold() is Outcome.JUST_CALLED
    assert talk.call.done[4] == "ask"
    assert [draft.wish for draft in talk.notebook.callbacks] == [Wish.JUST_CALLED]


async def test_question_that_asterisk_refuses_does_not_keep_the_call_from_being_noted() -> None:
    talk = Conversation("3", Speaks(1), failing_steps=frozenset({4}))

    assert await talk.hold() is Outcome.JUST_CALLED
    assert talk.call.done[4] == "ask"
    assert talk.call.phrases()[-2:] == [Phrase.CALL_NOTED, Phrase.GOODBYE]
