"""The phone that stands for the desk phone is rung in vain: what is done then, and what phones outside are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import Outcome
from ari_absence.core.people import Directory, Handling, Kind, Why
from ari_absence.core.phrases import AbsenceClass, Action, Choice, ConnectingWith, Name, Phrase, Whereabouts
from ari_absence.core.steps import Situation
from tests.attendant.conversation import Conversation
from tests.attendant.reach_office import ALICE, ALICE_MOBILE, KENJI, away, office, steps
from tests.attendant.script import SILENCE, Rings, Speaks

NAME = Speaks(1.5)
SEND = "1"
MOBILE = f"PJSIP/{ALICE_MOBILE}@trunk"
COVERED = replace(ALICE, delegates=("102",))


def remote(*script: object, **handling: Handling) -> Conversation:
    """A call to Alice, who works elsewhere."""
    return _call(*script, directory=_office(away(COVERED, Kind.REMOTE), handling))


def at_once(
    *script: object, alice: object = COVERED, reach: str = "mobile", **handling: Handling
) -> Conversation:
    """A call to Alice, whose calls go elsewhere at once."""
    return _call(
        *script, directory=_office(alice, {"at_once": Handling(reach=steps(reach), ask=False), **handling})
    )


def _office(alice: object, handling: dict[str, Handling]) -> Directory:
    return office(alice, handling={Situation(on): each for on, each in handling.items()})  # type: ignore[arg-type]


def _call(*script: object, directory: Directory) -> Conversation:
    return Conversation(*script, office=directory, why=Why.ABSENT)  # type: ignore[arg-type]


def offered(talk: Conversation) -> set[Action]:
    """The choices that were spoken."""
    return {each.action for each in talk.call.heard if isinstance(each, Choice)}


def rung(talk: Conversation) -> list[list[str]]:
    """What was rung, one list for each attempt."""
    return [[endpoint for endpoint, _, _ in attempt] for attempt in talk.call.rung]


# -- the choices


@pytest.mark.parametrize(
    "end", [LegEnd.NO_ANSWER, LegEnd.BUSY, LegEnd.UNREACHABLE, LegEnd.DECLINED, "2", "..."]
)
async def test_who_works_elsewhere_and_is_not_reached_has_a_colleague_who_can_help(end: LegEnd | str) -> None:
    talk = remote(Rings((end,)), "4", NAME, Rings(("1",)))

    assert await talk.hold() is Outcome.CONNECTED
    assert ConnectingWith(Name.of(KENJI)) in talk.call.heard
    assert rung(talk) == [[MOBILE], ["PJSIP/102"]]


async def test_forward_at_once_that_reaches_nobody_offers_the_colleague_too() -> None:
    talk = at_once(SILENCE, NAME, Rings((LegEnd.NO_ANSWER,)), "4", Rings(("1",)))

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.phrases().count(Phrase.NOT_REACHED) == 1
    assert rung(talk) == [[MOBILE], ["PJSIP/102"]]


@pytest.mark.parametrize(
    ("end", "word"),
    [(LegEnd.BUSY, AbsenceClass.ON_ANOTHER_CALL), (LegEnd.NO_ANSWER, AbsenceClass.CANNOT_COME)],
)
async def test_caller_hears_what_the_other_phone_said_and_never_waits_for_its_line(
    end: LegEnd, word: AbsenceClass
) -> None:
    talk = remote(Rings((end,)), "7", "3")

    assert await talk.hold() is Outcome.JUST_CALLED
    (where,) = [each for each in talk.call.heard if isinstance(each, Whereabouts)]
    assert where.absence_class is word
    assert Action.WAIT not in offered(talk)


async def test_absent_person_whose_mobile_is_busy_is_not_said_to_be_on_another_call() -> None:
    talk = at_once(SILENCE, NAME, Rings((LegEnd.BUSY,)), "*", "3", alice=away(COVERED, Kind.VACATION))

    assert await talk.hold() is Outcome.JUST_CALLED
    words = {each.absence_class for each in talk.call.heard if isinstance(each, Whereabouts)}
    assert words == {AbsenceClass.ON_LEAVE}
    assert Action.COLLEAGUE in offered(talk)


# -- what is rung next


async def test_steps_for_no_answer_are_made_without_the_phone_that_rang_just_now() -> None:
    on = Handling(reach=steps("mobile+desk", "102"), ask=False)
    talk = remote(
        Rings((LegEnd.NO_ANSWER,)), SILENCE, NAME, Rings((LegEnd.NO_ANSWER,)), Rings(("1",)), no_answer=on
    )

    assert await talk.hold() is Outcome.CONNECTED
    assert rung(talk) == [[MOBILE], ["PJSIP/101"], ["PJSIP/102"]]


async def test_colleague_who_was_rung_at_once_is_not_offered_again() -> None:
    talk = at_once(SILENCE, NAME, Rings((LegEnd.NO_ANSWER,)), "3", reach="102")

    assert await talk.hold() is Outcome.JUST_CALLED
    assert Action.COLLEAGUE not in offered(talk)
    assert rung(talk) == [["PJSIP/102"]]


async def test_message_that_is_written_for_no_answer_is_asked_for_at_once() -> None:
    talk = remote(Rings((LegEnd.NO_ANSWER,)), Speaks(9), SEND, no_answer=Handling(reach=steps("message")))

    assert await talk.hold() is Outcome.MESSAGE


async def test_busy_and_unreachable_have_steps_of_their_own() -> None:
    on = {
        "busy": Handling(reach=steps("110"), ask=False),
        "unreachable": Handling(reach=steps("103"), ask=False),
    }
    busy = remote(Rings((LegEnd.BUSY,)), SILENCE, NAME, Rings(("1",)), **on)
    gone = remote(Rings((LegEnd.UNREACHABLE,)), SILENCE, NAME, Rings(("1",)), **on)

    await busy.hold()
    await gone.hold()

    assert rung(busy)[1] == ["PJSIP/110"]
    assert rung(gone)[1] == ["PJSIP/103"]


async def test_who_presses_three_at_the_other_phone_is_not_passed_over() -> None:
    talk = remote(Rings(("3",)), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert rung(talk) == [[MOBILE]]


@pytest.mark.parametrize("step", range(14))
async def test_caller_who_hangs_up_after_any_step_is_written_down_once_unless_connected(step: int) -> None:
    for talk in (
        remote(Rings((LegEnd.NO_ANSWER,)), "4", NAME, Rings((LegEnd.BUSY,)), "1", Speaks(9), SEND),
        at_once(SILENCE, NAME, Rings(("2",)), "4", Rings((LegEnd.BUSY,)), "1", Speaks(9), SEND),
    ):
        talk.call.gone_after_steps = step

        outcome = await talk.hold()

        written = len(talk.notebook.messages) + len(talk.notebook.callbacks)
        assert written == (outcome is not Outcome.CONNECTED), (outcome, talk.call.done)


# -- what a phone outside is told


def told(talk: Conversation) -> list[Situation]:
    """Why each phone outside is told to be rung."""
    return [ring.forwarded_on for ring in talk.call.rings if ring.target.outside]


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (Why.BUSY, Situation.BUSY),
        (Why.NOANSWER, Situation.NO_ANSWER),
        (Why.UNREACHABLE, Situation.UNREACHABLE),
        (Why.ABSENT, Situation.AT_ONCE),
    ],
)
async def test_phone_outside_is_told_why_the_desk_phone_did_not_take_the_call(
    why: Why, reason: Situation
) -> None:
    handling = {each: Handling(reach=steps("mobile")) for each in Situation}
    talk = Conversation(SILENCE, NAME, Rings(("1",)), office=office(handling=handling), why=why)

    await talk.hold()

    assert told(talk) == [reason]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (LegEnd.BUSY, Situation.BUSY),
        (LegEnd.NO_ANSWER, Situation.NO_ANSWER),
        (LegEnd.UNREACHABLE, Situation.UNREACHABLE),
    ],
)
async def test_desk_phone_that_we_rang_ourselves_is_the_reason_as_well(
    end: LegEnd, reason: Situation
) -> None:
    handling = {Kind.OUT: Handling(reach=steps("desk:7", "mobile"))}
    directory = office(away(ALICE, Kind.OUT), handling=handling)
    talk = Conversation(SILENCE, NAME, Rings((end,)), Rings(("1",)), office=directory, why=Why.ABSENT)

    await talk.hold()

    assert told(talk) == [reason]
