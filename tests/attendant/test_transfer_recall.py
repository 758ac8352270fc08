"""A caller sent on, unasked, to somebody who does not take the call comes back to who sent them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.core.handover import Handover
from ari_absence.core.people import Directory, Handling, Why
from ari_absence.core.phrases import Fixed, Name, Phrase, Welcome
from ari_absence.core.reception_phrases import ChoiceOfColleague, ReceptionPhrase, TransferRecall
from ari_absence.core.steps import Situation, Way
from tests.attendant.conversation import Conversation
from tests.attendant.reach_office import ALICE, KENJI, office, steps
from tests.attendant.script import SILENCE, Rings, Speaks, Step

OFFICE = office(replace(ALICE, delegates=("102",)))
FOLLOWED = office(
    replace(ALICE, delegates=()), handling={Situation.NO_ANSWER: Handling(reach=steps("mobile"))}
)


def sent_on(
    *script: Step, by: str | None = "110", why: Why = Why.NOANSWER, **changes: object
) -> Conversation:
    """Somebody outside, whom 110 sent on to 101."""
    talk = Conversation(*script, **{"office": OFFICE, "why": why, **changes})  # type: ignore[arg-type]
    talk.call.transferred_by = by
    talk.talk.handover = Handover(by)
    return talk


@pytest.mark.parametrize(
    ("why", "shown"),
    [(Why.NOANSWER, "no answer"), (Why.BUSY, "busy"), (Why.UNREACHABLE, "not reached")],
)
async def test_sender_sees_and_hears_what_this_is_and_takes_the_caller(why: Why, shown: str) -> None:
    talk = sent_on(Rings(("1",), caller=(SILENCE, SILENCE)), why=why)
    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.rung == [[("PJSIP/110", f"Recall Alice Tanaka: {shown}", 15)]]
    (callee,) = talk.call.callees
    assert callee.heard == [
        TransferRecall(Name.of(ALICE), why),
        ReceptionPhrase.RECALL_MENU,
        ChoiceOfColleague(Name.of(KENJI)),
    ]
    assert talk.call.heard[0] == Fixed(Phrase.CONNECTING_BACK)


async def test_sender_has_a_message_taken() -> None:
    talk = sent_on(Rings(("2",)), Speaks(8.0), "1")
    assert await talk.hold() is Outcome.MESSAGE


async def test_sender_has_the_colleague_rung() -> None:
    talk = sent_on(Rings(("4",)), Speaks(1.0), Rings(("1",)))
    assert await talk.hold() is Outcome.CONNECTED
    assert [endpoint for ((endpoint, _, _),) in talk.call.rung] == ["PJSIP/110", "PJSIP/102"]


async def test_colleague_who_is_not_there_is_not_offered_and_their_key_tells_it_again() -> None:
    talk = sent_on(Rings(("41",)), office=office(replace(ALICE, delegates=())))
    assert await talk.hold() is Outcome.CONNECTED
    (callee,) = talk.call.callees
    assert callee.heard.count(ReceptionPhrase.RECALL_MENU) == 2


async def test_operator_comes_next_and_then_the_usual_choices() -> None:
    talk = sent_on(Rings((LegEnd.DECLINED,)), Rings((LegEnd.NO_ANSWER,)), "3", Speaks(1.0))
    assert await talk.hold() is Outcome.JUST_CALLED
    assert [endpoint for ((endpoint, _, _),) in talk.call.rung] == ["PJSIP/110", "PJSIP/100"]


async def test_every_ringing_of_a_transfer_recall_is_noted_in_the_call() -> None:
    talk = sent_on(Rings((LegEnd.DECLINED,)), Rings((LegEnd.NO_ANSWER,)), "3", Speaks(1.0))
    await talk.hold()
    assert [(each.position, each.way, each.extension, each.end) for each in talk.notebook.attempts] == [
        (1, Way.NAMED, "110", LegEnd.DECLINED),
        (2, Way.OPERATOR, "100", LegEnd.NO_ANSWER),
    ]


async def test_caller_who_leaves_while_the_sender_is_rung_leaves_that_ringing_noted() -> None:
    seen = set()
    for step in range(6):
        talk = sent_on(Rings((LegEnd.NO_ANSWER,)), gone_after_steps=step)
        await talk.hold()
        seen |= {(each.extension, each.end) for each in talk.notebook.attempts}
    assert ("110", LegEnd.CANCELLED) in seen


async def test_operator_who_sent_the_caller_is_rung_once() -> None:
    talk = sent_on(Rings((LegEnd.NO_ANSWER,)), "1", Speaks(8.0), "1", by="100")
    assert await talk.hold() is Outcome.MESSAGE
    assert len(talk.call.rung) == 1


async def test_caller_whose_call_came_back_in_vain_is_not_welcomed_as_if_they_had_just_called() -> None:
    talk = sent_on(Rings((LegEnd.NO_ANSWER,)), Rings((LegEnd.NO_ANSWER,)), "3", Speaks(1.0))
    await talk.hold()
    assert not any(isinstance(each, Welcome) for each in talk.call.heard)
    assert Phrase.THANKS_FOR_WAITING in talk.call.phrases()


async def test_caller_may_leave_a_message_instead() -> None:
    talk = sent_on(Rings((LegEnd.NO_ANSWER,), caller=(SILENCE, "#")), Speaks(8.0), "1")
    assert await talk.hold() is Outcome.MESSAGE


async def test_the_persons_own_follow_me_comes_first_and_is_not_repeated() -> None:
    talk = sent_on(Rings(("2",)), Rings((LegEnd.NO_ANSWER,)), Rings((LegEnd.NO_ANSWER,)), office=FOLLOWED)
    assert await talk.hold() is Outcome.MISSED
    assert [endpoint[:9] for ((endpoint, _, _),) in talk.call.rung] == ["PJSIP/+81", "PJSIP/110", "PJSIP/100"]


@pytest.mark.parametrize("by", [None, "101", "999"])
async def test_call_that_nobody_of_ours_sent_does_not_come_back(by: str | None) -> None:
    talk = sent_on(by=by)
    await talk.hold()
    assert talk.call.rung == []
    assert isinstance(talk.call.heard[0], Welcome)


async def test_caller_who_leaves_at_any_step_is_noted() -> None:
    whole = sent_on(Rings(("2",)), Speaks(8.0), "1")
    await whole.hold()
    for step in range(len(whole.call.done)):
        talk = sent_on(Rings(("2",)), Speaks(8.0), "1", gone_after_steps=step)
        await talk.hold()
        missed = [each.wish for each in talk.notebook.callbacks] == [Wish.MISSED]
        assert missed != bool(talk.notebook.messages)


# -- to where no caller is served


def astray(
    *script: Step, by: str | None = "101", office: Directory = OFFICE, gone_after_steps: int | None = None
) -> Conversation:
    """Somebody outside, whom 101 sent on to a code, or to an extension that nobody has."""
    talk = sent_on(*script, by=by, office=office, gone_after_steps=gone_after_steps)
    talk.call.astray = True
    return talk


async def test_caller_sent_on_to_a_code_comes_back_to_who_sent_them() -> None:
    talk = astray(Rings(("1",), caller=(SILENCE, SILENCE)))
    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.rung == [[("PJSIP/101", "Recall: wrong number", 15)]]
    (callee,) = talk.call.callees
    assert callee.heard[:2] == [ReceptionPhrase.RECALL_WRONG_NUMBER, ReceptionPhrase.RECALL_MENU]
    assert talk.call.heard[0] == Fixed(Phrase.WRONG_NUMBER)
    assert not any(isinstance(each, Welcome) for each in talk.call.heard)


async def test_caller_sent_astray_whom_nobody_takes_back_is_served_as_one_for_the_sender() -> None:
    talk = astray(Rings((LegEnd.DECLINED,)), Rings((LegEnd.NO_ANSWER,)), "1", Speaks(8.0), "1")
    assert await talk.hold() is Outcome.MESSAGE
    assert [endpoint for ((endpoint, _, _),) in talk.call.rung] == ["PJSIP/101", "PJSIP/100"]


async def test_senders_own_follow_me_does_not_come_before_their_desk_when_a_caller_went_astray() -> None:
    talk = astray(Rings(("1",), caller=(SILENCE, SILENCE)), office=FOLLOWED)
    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.rung[0][0][0] == "PJSIP/101"


async def test_caller_sent_astray_by_a_phone_of_nobody_is_taken_back_all_the_same() -> None:
    talk = astray(Rings(("1",), caller=(SILENCE, SILENCE)), by=None)
    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.rung == [[("PJSIP/101", "Recall: wrong number", 15)]]


async def test_caller_sent_astray_who_leaves_at_any_step_is_noted() -> None:
    whole = astray(Rings(("2",)), Speaks(8.0), "1")
    await whole.hold()
    for step in range(len(whole.call.done)):
        talk = astray(Rings(("2",)), Speaks(8.0), "1", gone_after_steps=step)
        await talk.hold()
        missed = [each.wish for each in talk.notebook.callbacks] == [Wish.MISSED]
        assert missed != bool(talk.notebook.messages)


async def test_caller_hears_to_its_end_why_they_wait_though_the_sender_is_busy() -> None:
    talk = sent_on(
        Rings((LegEnd.BUSY,)), Rings((LegEnd.NO_ANSWER,), caller=(SILENCE, SILENCE)), "3", Speaks(1.0)
    )
    await talk.hold()
    assert talk.call.phrases().count(Phrase.CONNECTING_BACK) == 2
