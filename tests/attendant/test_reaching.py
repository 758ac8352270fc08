"""Forwarding, screening, the colleague, urgent calls and waiting for a busy line, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.attendant.call import FREE, Display, LegEnd
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.desk_phrases import RungUtterance
from ari_absence.core.known import Known
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Caller, Handling, Kind, Why
from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    CallerNamed,
    CallerNumber,
    CallFor,
    Choice,
    ConnectingWith,
    Fixed,
    MayNote,
    Name,
    Phrase,
    Reaching,
    Recorded,
    Whereabouts,
)
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.core.steps import Situation, Way
from ari_absence.errors import LedgerError
from tests.attendant.conversation import COLLEAGUE, MORNING, OUTSIDER, WITHHELD, Conversation
from tests.attendant.reach_office import ALICE, KENJI, away, office, steps
from tests.attendant.script import SILENCE, MemoryNotebook, Rings, Speaks

NAME = Speaks(1.5)
TO_MOBILE = office(away(ALICE, Kind.OUT), handling={Kind.OUT: Handling(reach=steps("mobile"))})
COVERED = office(away(replace(ALICE, delegates=("102",)), Kind.VACATION))
URGENT = office(
    away(replace(ALICE, delegates=("102",)), Kind.OUT),
    handling={Kind.OUT: Handling(urgent=steps("mobile", "delegate"))},
)
REMOTE = office(away(ALICE, Kind.REMOTE))
AT_ONCE = office(handling={Situation.AT_ONCE: Handling(reach=steps("mobile"))})
SEND = "1"
HOUR = timedelta(hours=1)


def to_mobile(*script: object, **keywords: object) -> Conversation:
    return Conversation(*script, office=TO_MOBILE, why=Why.ABSENT, **keywords)  # type: ignore[arg-type]


def covered(*script: object, **keywords: object) -> Conversation:
    return Conversation(*script, office=COVERED, why=Why.ABSENT, **keywords)  # type: ignore[arg-type]


def urgent(*script: object, **keywords: object) -> Conversation:
    return Conversation(*script, office=URGENT, why=Why.ABSENT, **keywords)  # type: ignore[arg-type]


def at_once(*script: object, **keywords: object) -> Conversation:
    return Conversation(*script, office=AT_ONCE, why=Why.ABSENT, **keywords)  # type: ignore[arg-type]


# -- forwarding at once


async def test_caller_is_told_gives_a_name_and_is_joined_when_the_mobile_takes_the_call() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("1",)))

    assert await talk.hold() is Outcome.CONNECTED
    assert Reaching(Name.of(ALICE)) in talk.call.heard
    assert Phrase.POUND_FOR_MESSAGE in talk.call.phrases()
    assert talk.call.rung == [[("PJSIP/+819012345678@trunk", OUTSIDER.number, 20)]]
    assert [(note.way.value, note.extension, note.end) for note in talk.notebook.attempts] == [
        ("mobile", "101", LegEnd.TALKED)
    ]
    assert talk.notebook.callbacks == []
    assert talk.notebook.discarded, "the recorded name is not kept for a caller who got through"


async def test_own_mobile_hears_who_calls_and_how_often_before_deciding() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("1",)), notebook=MemoryNotebook(calls=2))

    await talk.hold()

    (callee,) = talk.call.callees
    assert callee.heard[0] == CallFor(Name.of(ALICE)), "somebody else may have picked it up"
    told = callee.heard[1]
    assert isinstance(told, Whereabouts)
    assert (told.absence_class, told.back is not None) == (AbsenceClass.OUT_NOT_BACK_TODAY, True)
    assert [type(each) for each in callee.heard[2:5]] == [Fixed, Recorded, CallerNumber]
    assert Fixed(Phrase.SECOND_CALL_TODAY) in callee.heard
    assert callee.heard[-1] == Fixed(Phrase.SCREENING_MENU)


async def test_own_mobile_of_somebody_who_works_there_is_told_nothing_of_an_absence() -> None:
    talk = Conversation(Rings(("1",)), office=REMOTE, why=Why.ABSENT)

    await talk.hold()

    (callee,) = talk.call.callees
    assert [type(each) for each in callee.heard] == [CallFor, CallerNumber, Fixed]


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Known(OwedWish.CALL_BACK), [CallbackWish.CALL_BACK]),
        (Known(OwedWish.CALL_BACK, MORNING + HOUR), [CallbackWish.CALL_BACK]),
        (Known(OwedWish.CALL_BACK, MORNING - HOUR), [CallbackWish.CALL_BACK, MailboxPhrase.OVERDUE]),
        (Known(OwedWish.MESSAGE), [CallbackWish.MESSAGE]),
        (Known(OwedWish.MISSED), []),
        (None, []),
    ],
)
@pytest.mark.parametrize("whom", ["mobile", "delegate"])
async def test_whoever_is_rung_hears_of_the_call_back_that_the_caller_waits_for(
    whom: str, known: Known | None, told: list[RungUtterance]
) -> None:
    way = to_mobile(SILENCE, NAME, Rings(("1",)), known=known)
    talk = way if whom == "mobile" else covered("4", NAME, Rings(("1",)), known=known)

    await talk.hold()

    (callee,) = talk.call.callees
    owed = [each for each in callee.heard if isinstance(each, CallbackWish | MailboxPhrase)]
    assert owed == told


async def test_who_is_still_deciding_when_the_caller_chooses_the_message_is_thanked() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("",), caller=("#",)), Speaks(9), SEND)

    await talk.hold()

    assert [ring.not_needed for ring in talk.call.rings] == [(Fixed(Phrase.THANK_YOU),)]


@pytest.mark.fault("F38")
async def test_mailbox_of_a_mobile_that_presses_nothing_never_gets_the_call() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("...",)), "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.notebook.attempts[0].end is LegEnd.UNDECIDED
    assert talk.call.callees[0].keys == []
    assert Phrase.NOT_REACHED in talk.call.phrases()


@pytest.mark.parametrize("end", [LegEnd.BUSY, LegEnd.NO_ANSWER, LegEnd.UNREACHABLE, "2", ""])
async def test_caller_whom_nobody_takes_is_told_and_gets_the_menu(end: LegEnd | str) -> None:
    talk = to_mobile(SILENCE, NAME, Rings((end,)), "3")

    assert await talk.hold() is Outcome.JUST_CALLED
    assert Phrase.NOT_REACHED in talk.call.phrases()
    assert talk.notebook.callbacks[0].name_audio is not None, (
        "the name that was said before goes with the note"
    )


async def test_callee_who_presses_three_sends_the_caller_to_a_message() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("3",)), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.CANNOT_TAKE_NOW in talk.call.phrases()


async def test_pound_leads_to_the_message_while_being_greeted() -> None:
    talk = to_mobile("#", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.rung == []


async def test_pound_leads_to_the_message_while_being_told_what_happens() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("",), caller=("#",)), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.STILL_TRYING not in talk.call.phrases()


async def test_pound_leads_to_the_message_while_it_rings() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("",), caller=(None, None, "5", None, "#")), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.STILL_TRYING in talk.call.phrases()


async def test_word_is_said_between_two_attempts() -> None:
    handling = {Kind.OUT: Handling(reach=steps("desk:7", "mobile"))}
    talk = Conversation(
        SILENCE,
        NAME,
        Rings((LegEnd.NO_ANSWER,)),
        Rings(("1",)),
        office=office(away(ALICE, Kind.OUT), handling=handling),
        why=Why.ABSENT,
    )

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.phrases().count(Phrase.STILL_TRYING) == 1
    assert [note.position for note in talk.notebook.attempts] == [1, 2]


async def test_used_up_cap_dials_nothing_and_the_caller_is_not_left_in_silence() -> None:
    talk = to_mobile(SILENCE, NAME, SILENCE, "3", notebook=MemoryNotebook(dials=0))

    assert await talk.hold() is Outcome.JUST_CALLED
    assert talk.call.rung == []
    assert Phrase.NOT_REACHED in talk.call.phrases()
    assert [(each.way, each.end) for each in talk.notebook.attempts] == [(Way.MOBILE, LegEnd.CAP_USED_UP)]


async def test_phone_that_the_cap_keeps_from_ringing_is_noted_beside_those_that_rang() -> None:
    handling = {Kind.OUT: Handling(reach=steps("102+mobile+103"), ask=False)}
    talk = Conversation(
        SILENCE, NAME, Rings((LegEnd.BUSY, "1")), notebook=MemoryNotebook(dials=0),
        office=office(away(ALICE, Kind.OUT), handling=handling), why=Why.ABSENT,
    )  # fmt: skip

    assert await talk.hold() is Outcome.CONNECTED
    assert [each.end for each in talk.notebook.attempts] == [LegEnd.BUSY, LegEnd.CAP_USED_UP, LegEnd.TALKED]


async def test_cap_that_can_not_be_counted_dials_nothing() -> None:
    talk = to_mobile(SILENCE, NAME, SILENCE, "3", notebook=MemoryNotebook(failing_steps=frozenset({2})))

    await talk.hold()
    assert talk.call.rung == []


async def test_colleague_is_not_asked_a_name_and_is_announced_by_the_one_we_know() -> None:
    talk = to_mobile(SILENCE, Rings(("1",)), caller=COLLEAGUE)

    assert await talk.hold() is Outcome.CONNECTED
    assert CallerNamed(Name.of(KENJI)) in talk.call.callees[0].heard


async def test_withheld_number_is_said_to_be_withheld() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("1",)), caller=WITHHELD)

    await talk.hold()
    assert Fixed(Phrase.CALLER_WITHHELD) in talk.call.callees[0].heard


async def test_pound_is_not_promised_where_it_leads_nowhere() -> None:
    full = to_mobile(SILENCE, NAME, Rings(("1",)))
    full.talk.gone_from_menu |= {Action.MESSAGE, Action.BEEP}
    other_key = replace(TO_MOBILE, site=replace(TO_MOBILE.site, keys={"beep": "8"}))
    elsewhere = Conversation(SILENCE, NAME, Rings(("1",)), office=other_key, why=Why.ABSENT)

    for talk in (full, elsewhere):
        await talk.hold()
        assert Phrase.POUND_FOR_MESSAGE not in talk.call.phrases()


async def test_step_that_rings_the_person_and_a_colleague_together_tries_to_reach_the_person() -> None:
    handling = {Kind.OUT: Handling(reach=steps("mobile+102"))}
    there = office(away(ALICE, Kind.OUT), handling=handling)
    talk = Conversation(SILENCE, NAME, Rings(("2", "1")), office=there, why=Why.ABSENT)

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.decision.colleague is None
    assert Reaching(Name.of(ALICE)) in talk.call.heard


async def test_caller_may_leave_a_message_while_the_operator_is_rung() -> None:
    talk = covered("0", Rings((LegEnd.NO_ANSWER,), caller=(None, "#")), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE


async def test_who_was_rung_is_noted_for_a_caller_who_left_meanwhile() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("1",), caller=(None,)), gone_after_steps=6)

    assert await talk.hold() is Outcome.MISSED
    assert [(note.extension, note.end) for note in talk.notebook.attempts] == [("101", LegEnd.CANCELLED)]


async def test_call_that_nobody_of_a_team_took_is_noted_as_the_teams_when_nothing_can_be_promised() -> None:
    out = replace(ALICE, absences=(DatedAbsence(Kind.OUT, MORNING, None),))
    there = office(out, handling={Kind.OUT: Handling(reach=steps("sales"), ask=False)})
    talk = Conversation(
        SILENCE, NAME, Rings((LegEnd.NO_ANSWER,) * 2), office=there, why=Why.ABSENT, gone_after_steps=5
    )

    assert await talk.hold() is Outcome.MISSED
    (draft,) = talk.notebook.callbacks
    assert draft.decision.covering is not None
    assert draft.decision.covering.owner == "team:sales"


async def test_line_that_was_free_and_is_not_answered_is_not_called_busy() -> None:
    talk = busy("7", FREE, Rings((LegEnd.NO_ANSWER,)), "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.STILL_BUSY not in talk.call.phrases()


async def test_caller_of_somebody_remote_hears_only_ringing() -> None:
    talk = Conversation(Rings(("1",)), office=REMOTE, why=Why.ABSENT)

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.heard == []
    assert "answer" not in talk.call.done


async def test_caller_of_somebody_remote_who_does_not_answer_gets_the_usual_conversation() -> None:
    talk = Conversation(Rings((LegEnd.NO_ANSWER,)), "1", Speaks(9), SEND, office=REMOTE, why=Why.ABSENT)

    assert await talk.hold() is Outcome.MESSAGE


async def test_who_works_elsewhere_and_presses_three_sends_the_caller_to_a_message() -> None:
    talk = Conversation(Rings(("3",)), Speaks(9), SEND, office=REMOTE, why=Why.ABSENT)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.done.index("answer") < talk.call.done.index("record")
    assert any(isinstance(each, Whereabouts) for each in talk.call.heard)


async def test_forward_at_once_tells_the_caller_takes_a_name_and_keeps_company() -> None:
    talk = at_once(SILENCE, NAME, Rings(("1",), caller=(None, None)))

    assert await talk.hold() is Outcome.CONNECTED
    assert Reaching(Name.of(ALICE)) in talk.call.heard
    assert Phrase.STILL_TRYING in talk.call.phrases()
    assert any(isinstance(each, Recorded) for each in talk.call.callees[0].heard)


async def test_pound_leads_to_the_message_while_a_call_is_forwarded_at_once() -> None:
    talk = at_once(SILENCE, NAME, Rings(("",), caller=(None, "#")), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE


async def test_who_presses_three_on_a_call_forwarded_at_once_sends_the_caller_to_a_message() -> None:
    talk = at_once(SILENCE, NAME, Rings(("3",)), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.CANNOT_TAKE_NOW in talk.call.phrases()


async def test_forward_to_message_records_after_the_greeting() -> None:
    handling = {Kind.VACATION: Handling(reach=steps("message"))}
    talk = Conversation(
        Speaks(9), SEND, office=office(away(ALICE, Kind.VACATION), handling=handling), why=Why.ABSENT
    )

    assert await talk.hold() is Outcome.MESSAGE
    assert not any(isinstance(each, Choice) for each in talk.call.heard)


# -- the colleague


async def test_colleague_is_offered_by_name_and_rung_when_chosen() -> None:
    talk = covered("4", NAME, Rings(("1",)))

    assert await talk.hold() is Outcome.CONNECTED
    assert Choice("4", Action.COLLEAGUE, Name.of(KENJI)) in talk.call.heard
    assert ConnectingWith(Name.of(KENJI)) in talk.call.heard
    assert talk.call.rung == [[("PJSIP/102", f"for Alice Tanaka: {OUTSIDER.number}", 20)]]


async def test_delegate_hears_for_whom_until_when_and_on_key_four_what_they_may_do() -> None:
    talk = covered("4", NAME, Rings(("4" + "0" + "1",)))

    await talk.hold()

    heard = talk.call.callees[0].heard
    assert heard[0] == CallFor(Name.of(ALICE))
    assert isinstance(heard[1], Whereabouts)
    assert heard[1].absence_class.value == "on_vacation"
    assert KENJI.may is not None
    assert MayNote(KENJI.may) in heard
    assert heard.count(CallFor(Name.of(ALICE))) == 2, "key 0 says it again"
    assert Fixed(Phrase.SCREENING_MENU_WITH_NOTE) in heard


async def test_note_that_can_not_be_spoken_is_not_offered() -> None:
    talk = covered("4", NAME, Rings(("41",)))
    talk.talk.can_say = lambda _: False

    await talk.hold()
    heard = talk.call.callees[0].heard
    assert not any(isinstance(each, MayNote) for each in heard)
    assert Fixed(Phrase.SCREENING_MENU_WITH_NOTE) not in heard


async def test_colleague_who_declines_is_not_offered_again() -> None:
    talk = covered("4", NAME, Rings(("2",)), "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    after = talk.call.heard[talk.call.heard.index(Fixed(Phrase.NOT_REACHED)) :]
    assert Action.COLLEAGUE not in [each.action for each in after if isinstance(each, Choice)]


async def test_stuck_key_of_a_callee_does_not_keep_the_caller_waiting_for_ever() -> None:
    talk = covered("4", NAME, Rings(("0" * 50,)), "3")

    assert await talk.hold() is Outcome.JUST_CALLED
    assert talk.notebook.attempts[0].end is LegEnd.UNDECIDED


# -- urgent


async def test_urgent_call_climbs_its_own_ladder() -> None:
    talk = urgent("5", NAME, Rings(("2",)), Rings(("1",)))

    assert await talk.hold() is Outcome.CONNECTED
    assert [note.way.value for note in talk.notebook.attempts] == ["mobile", "delegate"]


async def test_urgent_call_that_reaches_nobody_becomes_an_urgent_message() -> None:
    talk = urgent("5", NAME, Rings(("2",)), Rings((LegEnd.BUSY,)), Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.URGENT_NOT_REACHED in talk.call.phrases()
    assert talk.notebook.messages[0].urgent


async def test_urgent_message_can_be_made_an_ordinary_one_in_the_review() -> None:
    talk = urgent("5", NAME, Rings(("2",)), Rings((LegEnd.BUSY,)), Speaks(9), "4", SEND)

    await talk.hold()
    assert not talk.notebook.messages[0].urgent


async def test_urgent_stands_whatever_step_the_caller_hangs_up_after() -> None:
    pressed = 0
    for gone_after_steps in range(MOST_STEPS):
        talk = urgent("5", NAME, Rings(("2",)), Rings((LegEnd.BUSY,)), gone_after_steps=gone_after_steps)
        await talk.hold()
        assert len(talk.notebook.callbacks) == 1
        noted = talk.notebook.callbacks[0]
        assert noted.urgent == ("5" not in talk.call.steps)
        assert noted.due == talk.decision.promise is not None
        pressed += noted.urgent
    assert pressed > 3


async def test_message_that_could_not_be_saved_is_noted_as_urgent_as_it_was_left() -> None:
    for key, still_urgent in (("4", False), (SILENCE, True)):
        notebook = MemoryNotebook()
        talk = urgent(
            "5", NAME, Rings(("2",)), Rings((LegEnd.BUSY,)), Speaks(9), key, SEND, notebook=notebook
        )

        async def fail(draft: object) -> str:
            raise LedgerError("no space left")

        notebook.save_message = fail  # type: ignore[method-assign]
        await talk.hold()
        assert [noted.urgent for noted in notebook.callbacks] == [still_urgent]


# -- a busy line


def busy(*script: object, **keywords: object) -> Conversation:
    where = office(handling={Situation.BUSY: Handling()})
    return Conversation(*script, office=where, why=Why.BUSY, **keywords)  # type: ignore[arg-type]


async def test_caller_who_waits_is_connected_when_the_line_is_free() -> None:
    talk = busy("7", SILENCE, SILENCE, FREE, Rings((LegEnd.TALKED,)))

    assert await talk.hold() is Outcome.CONNECTED
    assert Phrase.LINE_IS_FREE in talk.call.phrases()


async def test_caller_who_waits_is_asked_again_and_may_leave_a_message() -> None:
    talk = busy("7", SILENCE, "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.STILL_BUSY in talk.call.phrases()


async def test_key_pressed_while_waiting_is_the_choice_itself() -> None:
    talk = busy("7", "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.STILL_BUSY not in talk.call.phrases()


async def test_line_that_is_never_free_ends_the_waiting() -> None:
    talk = busy("7", *(SILENCE, SILENCE) * 20, "1", Speaks(9), SEND)

    assert await talk.hold() is Outcome.MESSAGE


# -- every step

STORIES: dict[str, Callable[..., Conversation]] = {
    "mobile takes": lambda **k: to_mobile(SILENCE, NAME, Rings(("1",)), **k),
    "mobile declines": lambda **k: to_mobile(SILENCE, NAME, Rings(("2",)), "1", Speaks(9), SEND, **k),
    "sent to message": lambda **k: to_mobile(SILENCE, NAME, Rings(("3",)), Speaks(9), SEND, **k),
    "colleague takes": lambda **k: covered("4", NAME, Rings(("1",)), **k),
    "urgent": lambda **k: urgent("5", NAME, Rings(("2",)), Rings((LegEnd.BUSY,)), Speaks(9), SEND, **k),
    "remote": lambda **k: Conversation(
        Rings((LegEnd.NO_ANSWER,)), "1", Speaks(9), SEND, office=REMOTE, why=Why.ABSENT, **k
    ),
    "remote sends to message": lambda **k: Conversation(
        Rings(("3",)), Speaks(9), SEND, office=REMOTE, why=Why.ABSENT, **k
    ),
    "at once": lambda **k: at_once(SILENCE, NAME, Rings((LegEnd.NO_ANSWER,)), "1", Speaks(9), SEND, **k),
    "waits": lambda **k: busy("7", SILENCE, SILENCE, FREE, Rings((LegEnd.BUSY,)), "1", Speaks(9), SEND, **k),
}
MOST_STEPS = 16


@pytest.mark.fault("F21")
@pytest.mark.parametrize("step", range(MOST_STEPS))
@pytest.mark.parametrize("story", STORIES)
async def test_caller_who_hangs_up_after_any_step_is_written_down_once_unless_connected(
    story: str, step: int
) -> None:
    talk = STORIES[story](gone_after_steps=step)

    outcome = await talk.hold()

    written = len(talk.notebook.messages) + len(talk.notebook.callbacks)
    assert written == (outcome is not Outcome.CONNECTED), (outcome, talk.call.done)


@pytest.mark.parametrize("step", range(MOST_STEPS))
@pytest.mark.parametrize("story", STORIES)
async def test_request_refused_at_any_step_leaves_no_silence_and_no_forgotten_call(
    story: str, step: int
) -> None:
    talk = STORIES[story](failing_steps=frozenset({step}))

    outcome = await talk.hold()

    written = len(talk.notebook.messages) + len(talk.notebook.callbacks)
    assert written == (outcome is not Outcome.CONNECTED), (outcome, talk.call.done)
    assert talk.call.done[-1] in ("hang_up", "release_to_dialplan")


@pytest.mark.parametrize("write", range(8))
@pytest.mark.parametrize("story", STORIES)
async def test_write_that_fails_forgets_nobody_without_saying_so(story: str, write: int) -> None:
    talk = STORIES[story](notebook=MemoryNotebook(failing_steps=frozenset({write})))

    outcome = await talk.hold()

    written = len(talk.notebook.messages) + len(talk.notebook.callbacks)
    assert outcome in (Outcome.CONNECTED, Outcome.LOST) or written == 1


async def test_missed_call_with_a_name_keeps_the_name() -> None:
    talk = to_mobile(SILENCE, NAME, Rings(("1",)), gone_after_steps=5)

    assert await talk.hold() is Outcome.MISSED
    (draft,) = talk.notebook.callbacks
    assert draft.wish is Wish.MISSED
    assert draft.name_audio is not None
    assert talk.notebook.discarded == []


def test_display_of_a_colleague_says_for_whom() -> None:
    from ari_absence.attendant.reach import display_for

    named = Caller("0441112233", "Hans Huber")
    talk = covered(caller=named).talk

    assert display_for(talk, own=False).name == "for Alice Tanaka: Hans Huber"
    assert display_for(talk, own=True).name == "Hans Huber"


def test_display_of_a_colleague_says_for_whom_also_when_the_caller_has_no_number() -> None:
    from ari_absence.attendant.reach import display_for

    talk = covered(caller=Caller(None)).talk

    assert display_for(talk, own=False) == Display(None, "for Alice Tanaka: unknown number")
    assert display_for(talk, own=True) == Display(None, "unknown number")
