"""The talk with an outsider and with a colleague, step by step, and with every step failing in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ari_absence.attendant.call import LegEnd, RecordingEnd
from ari_absence.attendant.general_questions import QUESTION_ROUNDS
from ari_absence.attendant.greeting import MENU_VISITS
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import (
    Action,
    CallPromise,
    Choice,
    Fixed,
    Phrase,
    PublishedAnswer,
    ReadBack,
    Welcome,
    Whereabouts,
)
from ari_absence.core.steps import Way
from tests.attendant.conversation import COLLEAGUE, EVENING, OFFICE, OUTSIDER, WITHHELD, Conversation
from tests.attendant.script import SILENCE, MemoryNotebook, Rings, Speaks

SEND, LISTEN, AGAIN, URGENT = "1", "2", "3", "4"


async def test_caller_leaves_a_message_and_hears_that_it_is_saved_with_a_promise() -> None:
    talk = Conversation("1", Speaks(12), SEND)

    outcome = await talk.hold()

    assert outcome is Outcome.MESSAGE
    assert [draft.audio.seconds for draft in talk.notebook.messages] == [12]
    assert isinstance(talk.call.heard[0], Welcome)
    assert isinstance(talk.call.heard[1], Whereabouts)
    assert talk.call.phrases()[-2:] == [Phrase.MESSAGE_SAVED, Phrase.GOODBYE]
    assert any(isinstance(each, CallPromise) for each in talk.call.heard)
    assert talk.notebook.callbacks == []


@pytest.mark.parametrize("caller", [OUTSIDER, WITHHELD])
async def test_caller_who_presses_pound_hears_nothing_between_the_menu_and_the_beep(caller: Caller) -> None:
    talk = Conversation("#", Speaks(12), SEND, caller=caller)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.done[:3] == ["answer", "ask", "record"]
    assert talk.call.phrases() == [Phrase.REVIEW_MENU, Phrase.MESSAGE_SAVED, Phrase.GOODBYE]


async def test_caller_who_pressed_one_can_skip_what_is_said_before_the_beep() -> None:
    office = replace(OFFICE, site=replace(OFFICE.site, keys={"beep": "8"}))
    for talk, key in (
        (Conversation("1", Speaks(12), SEND), "#"),
        (Conversation("1", Speaks(12), SEND, office=office), "8"),
    ):
        assert await talk.hold() is Outcome.MESSAGE
        assert talk.call.skippable == {key: (Fixed(Phrase.MESSAGE_AFTER_TONE),)}


async def test_what_is_said_before_another_try_can_be_skipped_too() -> None:
    talk = Conversation("1", Speaks(1), Speaks(12), SEND)

    await talk.hold()

    assert talk.call.skippable == {"#": (Fixed(Phrase.TOO_SHORT), Fixed(Phrase.MESSAGE_AFTER_TONE))}


async def test_caller_who_stays_silent_twice_is_asked_for_a_message() -> None:
    talk = Conversation(SILENCE, SILENCE, Speaks(12), SEND)

    assert await talk.hold() is Outcome.MESSAGE


@pytest.mark.fault("F25")
async def test_wrong_keys_are_answered_politely_and_end_in_a_message() -> None:
    talk = Conversation("9", "8", "7", Speaks(12), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.phrases().count(Phrase.NOT_UNDERSTOOD) == 2


async def test_star_repeats_the_greeting() -> None:
    talk = Conversation("*", "3", Speaks(1.0))

    await talk.hold()

    assert sum(isinstance(each, Whereabouts) for each in talk.call.heard) == 2


async def test_star_that_is_stuck_ends_in_a_message() -> None:
    talk = Conversation(*["*"] * MENU_VISITS, Speaks(12), SEND)

    assert await talk.hold() is Outcome.MESSAGE


async def test_star_that_is_stuck_at_a_full_mailbox_leaves_a_note() -> None:
    talk = Conversation(*["*"] * MENU_VISITS, Speaks(1), notebook=MemoryNotebook(places=0))

    assert await talk.hold() is Outcome.JUST_CALLED


async def test_question_that_is_asked_over_and_over_ends_in_a_message() -> None:
    for key in ("1", "9", "6"):
        talk = Conversation(*["6", *[key] * QUESTION_ROUNDS] * MENU_VISITS, Speaks(12), SEND)

        assert await talk.hold() is Outcome.MESSAGE


async def test_review_lets_the_caller_listen_mark_urgent_and_record_again() -> None:
    talk = Conversation("1", Speaks(4), LISTEN, AGAIN, Speaks(20), URGENT, SEND)

    assert await talk.hold() is Outcome.MESSAGE
    (draft,) = talk.notebook.messages
    assert (draft.audio.seconds, draft.urgent) == (20, True)
    assert len(talk.notebook.discarded) == 1


async def test_urgent_pressed_twice_is_not_urgent() -> None:
    talk = Conversation("1", Speaks(4), URGENT, URGENT, SEND)

    await talk.hold()

    assert [draft.urgent for draft in talk.notebook.messages] == [False]


async def test_review_answered_by_silence_twice_sends_the_message() -> None:
    talk = Conversation("1", Speaks(4), SILENCE, SILENCE)

    assert await talk.hold() is Outcome.MESSAGE


async def test_caller_who_hangs_up_while_recording_has_left_the_message() -> None:
    talk = Conversation("1", Speaks(9, RecordingEnd.HANGUP))

    assert await talk.hold() is Outcome.MESSAGE
    assert len(talk.notebook.messages) == 1
    assert talk.notebook.callbacks == []


@pytest.mark.fault("F22")
async def test_caller_who_hangs_up_during_the_beep_leaves_a_missed_call() -> None:
    talk = Conversation("1", Speaks(0, RecordingEnd.HANGUP))

    assert await talk.hold() is Outcome.MISSED
    assert [draft.wish for draft in talk.notebook.callbacks] == [Wish.MISSED]


@pytest.mark.fault("F23")
async def test_message_that_is_too_short_is_asked_for_again_and_three_times_empty_becomes_a_note() -> None:
    talk = Conversation("1", Speaks(1), Speaks(0), Speaks(2))

    assert await talk.hold() is Outcome.JUST_CALLED
    spoken = talk.call.phrases()
    assert spoken.count(Phrase.TOO_SHORT) == 1
    assert spoken.count(Phrase.NOTHING_HEARD) == 1
    assert spoken[-2:] == [Phrase.CALL_NOTED, Phrase.GOODBYE]


@pytest.mark.fault("F24")
async def test_message_cut_at_the_limit_says_so_and_is_kept() -> None:
    talk = Conversation("1", Speaks(999, RecordingEnd.LIMIT), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert Phrase.MESSAGE_AT_LIMIT in talk.call.phrases()


@pytest.mark.fault("F31")
async def test_full_mailbox_is_said_before_the_beep_and_other_ways_are_offered() -> None:
    talk = Conversation("1", "3", Speaks(1), notebook=MemoryNotebook(places=0))

    assert await talk.hold() is Outcome.JUST_CALLED
    assert Phrase.BOX_FULL in talk.call.phrases()
    later = talk.call.heard[talk.call.heard.index(Fixed(Phrase.BOX_FULL)) :]
    assert Action.MESSAGE not in [each.action for each in later if isinstance(each, Choice)]


async def test_callback_number_is_read_back_and_promised() -> None:
    talk = Conversation("2", "1", Speaks(1.5))

    assert await talk.hold() is Outcome.CALLBACK
    (draft,) = talk.notebook.callbacks
    assert (draft.wish, draft.number) == (Wish.CALL_BACK, "+81312345678")
    assert draft.name_audio is not None
    assert draft.due == talk.decision.promise
    assert ReadBack("+81312345678") in talk.call.heard
    assert any(isinstance(each, CallPromise) for each in talk.call.heard)


async def test_callback_number_can_be_corrected_by_keys() -> None:
    talk = Conversation("2", "2", "0312349999", "1", Speaks(1.5))

    assert await talk.hold() is Outcome.CALLBACK
    assert talk.notebook.callbacks[0].number == "0312349999"
    assert ReadBack("0312349999") in talk.call.heard


@pytest.mark.fault("F33")
async def test_callback_without_a_usable_number_is_asked_again_once_and_becomes_a_message() -> None:
    talk = Conversation("2", "2", "1", "", Speaks(8), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.call.phrases().count(Phrase.NOT_A_NUMBER) == 2
    assert Phrase.NO_NUMBER_MESSAGE_INSTEAD in talk.call.phrases()


async def test_no_number_is_noted_that_was_not_read_back() -> None:
    talk = Conversation("2", "2", "0312340001", "2", "0312340002", "2", Speaks(8), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    read_back = [each.digits for each in talk.call.heard if isinstance(each, ReadBack)]
    assert read_back == ["+81312345678", "0312340001", "0312340002"]
    assert talk.call.phrases().count(Phrase.ENTER_NUMBER) == 2
    assert Phrase.NO_NUMBER_MESSAGE_INSTEAD in talk.call.phrases()
    assert talk.notebook.callbacks == []


async def test_last_number_keyed_is_noted_when_it_was_read_back() -> None:
    talk = Conversation("2", "2", "0312340001", "2", "0312340002", SILENCE, Speaks(1.5))

    assert await talk.hold() is Outcome.CALLBACK
    assert [draft.number for draft in talk.notebook.callbacks] == ["0312340002"]


async def test_caller_who_hangs_up_while_a_corrected_number_is_read_back_is_called_there() -> None:
    talk = Conversation("2", "2", "0312349999")

    assert await talk.hold() is Outcome.CALLBACK
    assert [draft.number for draft in talk.notebook.callbacks] == ["0312349999"]


async def test_caller_who_hangs_up_instead_of_keying_another_number_is_called_at_the_one_shown() -> None:
    talk = Conversation("2", "2")

    assert await talk.hold() is Outcome.CALLBACK
    assert [draft.number for draft in talk.notebook.callbacks] == ["+81312345678"]


async def test_caller_who_hangs_up_while_the_number_is_read_back_is_still_owed_a_callback() -> None:
    talk = Conversation("2")

    assert await talk.hold() is Outcome.CALLBACK
    assert [(draft.wish, draft.number) for draft in talk.notebook.callbacks] == [
        (Wish.CALL_BACK, "+81312345678")
    ]


async def test_colleague_asking_for_a_callback_is_not_asked_who_they_are() -> None:
    talk = Conversation("2", caller=COLLEAGUE)

    assert await talk.hold() is Outcome.CALLBACK
    assert talk.notebook.callbacks[0].number == "102"
    assert talk.call.done == ["answer", "ask", "say", "hang_up"]


async def test_caller_who_only_called_leaves_a_name_and_hears_it_will_be_passed_on() -> None:
    talk = Conversation("3", Speaks(1.2))

    assert await talk.hold() is Outcome.JUST_CALLED
    assert talk.notebook.callbacks[0].name_audio is not None
    assert Phrase.CALL_NOTED in talk.call.phrases()


@pytest.mark.fault("F27")
async def test_withheld_number_is_offered_no_callback_and_asked_to_say_the_number() -> None:
    talk = Conversation("1", Speaks(8), SEND, caller=WITHHELD)

    assert await talk.hold() is Outcome.MESSAGE
    assert talk.decision.action_for("2") is None
    assert Phrase.MESSAGE_AFTER_TONE_WITH_NUMBER in talk.call.phrases()
    assert not any(isinstance(each, CallPromise) for each in talk.call.heard)


async def test_operator_answers_and_the_caller_is_connected() -> None:
    talk = Conversation("0", Rings((LegEnd.TALKED,)))

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.notebook.callbacks == []
    (note,) = talk.notebook.attempts
    assert (note.way, note.extension, note.end) == (Way.OPERATOR, "100", LegEnd.TALKED)


async def test_operator_who_is_rung_for_a_caller_who_leaves_meanwhile_is_noted() -> None:
    talk = Conversation("0", Rings((LegEnd.NO_ANSWER,), caller=(None,)), gone_after_steps=4)

    assert await talk.hold() is Outcome.MISSED
    assert [(note.extension, note.end) for note in talk.notebook.attempts] == [("100", LegEnd.CANCELLED)]


async def test_operator_who_does_not_answer_is_not_offered_again() -> None:
    talk = Conversation("0", Rings((LegEnd.NO_ANSWER,)), "1", Speaks(8), SEND)

    assert await talk.hold() is Outcome.MESSAGE
    after = talk.call.heard[talk.call.heard.index(Fixed(Phrase.OPERATOR_NOT_REACHED)) :]
    assert Action.OPERATOR not in [each.action for each in after if isinstance(each, Choice)]
    assert [(note.extension, note.end) for note in talk.notebook.attempts] == [("100", LegEnd.NO_ANSWER)]


async def test_general_question_is_answered_and_leads_back_to_the_menu() -> None:
    talk = Conversation("6", "1", "*", "3", Speaks(1))

    assert await talk.hold() is Outcome.JUST_CALLED
    assert PublishedAnswer(OFFICE.site.answers[0]) in talk.call.heard


async def test_person_who_came_back_a_moment_ago_is_rung_at_the_desk_after_all() -> None:
    talk = Conversation(Rings((LegEnd.TALKED,)), why=Why.ABSENT)

    assert await talk.hold() is Outcome.CONNECTED
    assert talk.call.done[0] == "hunt"


async def test_colleague_hears_no_company_name_and_no_general_questions() -> None:
    talk = Conversation("3", caller=COLLEAGUE, at=EVENING, why=Why.ABSENT)

    await talk.hold()

    assert not any(isinstance(each, Welcome) for each in talk.call.heard)
    assert talk.decision.action_for("6") is None


STORIES: dict[str, Callable[..., Conversation]] = {
    "message": lambda **k: Conversation("1", Speaks(12), SEND, **k),
    "message with review": lambda **k: Conversation(
        "1", Speaks(4), LISTEN, AGAIN, Speaks(9), URGENT, SEND, **k
    ),
    "callback": lambda **k: Conversation("2", "2", "0312349999", "1", Speaks(1.5), **k),
    "just called": lambda **k: Conversation("3", Speaks(1.2), **k),
    "question then message": lambda **k: Conversation("6", "1", "*", "1", Speaks(12), SEND, **k),
    "operator away": lambda **k: Conversation("0", Rings((LegEnd.BUSY,)), "1", Speaks(12), SEND, **k),
    "withheld": lambda **k: Conversation("1", Speaks(12), SEND, caller=WITHHELD, **k),
}
MOST_STEPS = 14


@pytest.mark.fault("F21")
@pytest.mark.parametrize("step", range(MOST_STEPS))
@pytest.mark.parametrize("story", STORIES)
async def test_caller_who_hangs_up_after_any_step_is_written_down_exactly_once(story: str, step: int) -> None:
    talk = STORIES[story](gone_after_steps=step)

    outcome = await talk.hold()

    written = len(talk.notebook.messages) + len(talk.notebook.callbacks)
    assert written == 1, (outcome, talk.call.done)
    assert outcome is not Outcome.LOST


@pytest.mark.fault("P1")
@pytest.mark.parametrize("step", range(MOST_STEPS))
@pytest.mark.parametrize("story", STORIES)
async def test_request_that_is_refused_at_any_step_leaves_no_silence_and_no_forgotten_call(
    story: str, step: int
) -> None:
    talk = STORIES[story](failing_steps=frozenset({step}))

    await talk.hold()

    assert len(talk.notebook.messages) + len(talk.notebook.callbacks) == 1, talk.call.done
    heard_after = [done for done in talk.call.done[step + 1 :] if done in ("say", "ask", "ask_digits")]
    assert heard_after or talk.call.done[-1] in ("hang_up", "release_to_dialplan")


async def test_asterisk_that_refuses_everything_hands_the_caller_to_the_dialplan() -> None:
    talk = Conversation("1", Speaks(12), SEND, failing_steps=frozenset(range(20)))

    assert await talk.hold() is Outcome.MISSED
    assert talk.call.done[-1] == "release_to_dialplan"


@pytest.mark.fault("P2")
@pytest.mark.parametrize("write", range(5))
@pytest.mark.parametrize("story", STORIES)
async def test_write_that_fails_is_told_and_never_called_saved(story: str, write: int) -> None:
    talk = STORIES[story](notebook=MemoryNotebook(failing_steps=frozenset({write})))

    await talk.hold()

    spoken = talk.call.phrases()
    assert (Phrase.MESSAGE_SAVED in spoken) == bool(talk.notebook.messages)
    noted = {Phrase.CALL_NOTED, Phrase.CALLBACK_NOTED, Phrase.CANNOT_RECORD, Phrase.MESSAGE_NOT_SAVED}
    assert bool(noted & set(spoken)) == bool(talk.notebook.callbacks)


async def test_f60_a_full_disk_is_said_before_the_beep_and_the_call_is_noted() -> None:
    talk = Conversation("1", notebook=MemoryNotebook(disk_full=True))

    assert await talk.hold() is Outcome.JUST_CALLED

    assert "record" not in talk.call.done
    assert talk.call.phrases()[-2:] == [Phrase.CANNOT_RECORD, Phrase.GOODBYE]
    assert [each.number for each in talk.notebook.callbacks] == ["+81312345678"]


async def test_ledger_that_takes_nothing_is_admitted_to_the_caller() -> None:
    talk = Conversation("1", Speaks(12), SEND, notebook=MemoryNotebook(failing_steps=frozenset(range(9))))

    assert await talk.hold() is Outcome.LOST
    assert Phrase.CALL_NOT_NOTED in talk.call.phrases()
