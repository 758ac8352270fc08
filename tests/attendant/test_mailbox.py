"""The talk in a mailbox, key by key, each prompt as the words that are heard."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from ari_absence.attendant.mailbox_book import Fill
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox import FASTER
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.people import Caller
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.errors import EffectFailed
from tests.attendant.conversation import MORNING
from tests.attendant.desk_script import Meanwhile, Plays
from tests.attendant.mailbox_script import HANS, MemoryMailbox, Session, letter

OUTSIDE = Caller("+81355556666")
EMPTY_MENU = ["For your options, press zero.", "To leave, pound."]
MESSAGE_MENU = ["To delete it, press seven.", "To save it, nine.", "For more, three."]


async def test_owner_of_an_empty_mailbox_is_told_so() -> None:
    call = await Session("#").hold()

    assert call.said == ["There are no messages.", *EMPTY_MENU, "Goodbye."]


async def test_who_came_from_outside_goes_back_to_the_menu_there_and_is_not_taken_leave_of() -> None:
    assert (await Session("#", caller=OUTSIDE).hold()).said == ["There are no messages.", *EMPTY_MENU]
    closed = Session(caller=OUTSIDE, book=MemoryMailbox({}, failing=True))
    assert "Goodbye." not in (await closed.hold()).said


async def test_it_opens_with_how_many_messages_there_are() -> None:
    letters = [letter(1, urgent=True), letter(2), letter(3, heard=True), letter(4, heard=True, saved=True)]
    call = await Session("#", letters=letters).hold()

    assert call.said[0] == (
        "You have two new messages, one of them urgent, one old message, and one saved message."
    )


async def test_somebody_at_another_phone_hears_whose_mailbox_it_is() -> None:
    call = await Session("#", letters=[letter(1, urgent=True)], caller=OUTSIDE).hold()

    assert call.said[0] == ("In the mailbox of Alice Tanaka there is one new message, which is urgent.")


async def test_envelope_tells_number_time_caller_and_promise_before_the_message_is_played() -> None:
    due = MORNING + timedelta(hours=7)
    call = await Session("1", None, letters=[letter(8, urgent=True, due=due)]).hold()

    assert call.said[3:11] == [
        "Message one",
        "This message is urgent.",
        "Received this morning at nine.",
        "Their number is, plus eight, one three one, two three four, five six seven eight.",
        "They left a message.",
        "A call back is promised by this afternoon at five.",
        "(a message)",
        "To call back, press two.",
    ]


async def test_envelope_tells_who_has_asked_to_be_called_back() -> None:
    kenji = Caller("102", "Kenji Ito", "102")
    for caller in (HANS, kenji):
        asked = letter(8, caller=caller, wish=CallbackWish.CALL_BACK)
        assert "They asked to be called back." in (await Session("1", None, letters=[asked]).hold()).said

    left = await Session("1", None, letters=[letter(8, caller=kenji)]).hold()
    assert "They left a message." not in left.said  # "Kenji Ito left this message." has said so


async def test_urgent_new_messages_come_first_and_then_the_oldest() -> None:
    letters = [letter(1), letter(2), letter(3, urgent=True)]
    session = Session("1", "6", "6", "6", "#", letters=letters)
    call = await session.hold()

    assert [audio for audio, _, _ in call.listened] == ["A-3", "A-1", "A-2"]
    assert session.deeds == [("M-3", "heard"), ("M-1", "heard"), ("M-2", "heard")]
    assert MailboxPhrase.NO_MORE in session.heard


async def test_four_goes_back_and_five_says_it_again() -> None:
    session = Session("1", "6", "4", "5", "4", "#", letters=[letter(1), letter(2)])
    call = await session.hold()

    assert [audio for audio, _, _ in call.listened] == ["A-1", "A-2", "A-1", "A-1"]
    assert MailboxPhrase.NO_EARLIER in session.heard


async def test_a_key_in_the_envelope_acts_and_pound_skips_it() -> None:
    session = Session("1", Meanwhile("7"), "6", Meanwhile("#"), "#", letters=[letter(1), letter(2)])
    call = await session.hold()

    assert session.deeds == [("M-1", "deleted"), ("M-2", "heard")]
    assert [audio for audio, _, _ in call.listened] == ["A-2"]


async def test_a_key_that_interrupts_a_message_acts_at_once() -> None:
    session = Session("1", Plays("7", 4.0), "6", Plays("9"), "#", letters=[letter(1), letter(2)])
    await session.hold()

    assert session.deeds == [("M-1", "heard"), ("M-1", "deleted"), ("M-2", "heard"), ("M-2", "saved")]


async def test_seven_deletes_and_seven_again_gets_it_back() -> None:
    session = Session("1", "7", "7", "7", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.deeds == [("M-1", "heard"), ("M-1", "deleted"), ("M-1", "restored"), ("M-1", "deleted")]
    deleted = ["Message deleted.", "To get it back, press seven.", "For more, three."]
    assert call.said[-11:] == [
        *deleted,
        "You have the message back.",
        *MESSAGE_MENU,
        *deleted,
        "Goodbye.",
    ]


async def test_a_deleted_message_is_called_so_where_it_is_come_upon_again() -> None:
    session = Session("1", "7", "6", "4", "#", letters=[letter(1), letter(2)])
    await session.hold()

    assert session.heard.count(MailboxPhrase.IS_DELETED) == 1


async def test_a_deleted_message_is_not_in_its_folder_when_that_is_opened_again() -> None:
    session = Session("1", "7", "2", "1", "1", "#", letters=[letter(1)])
    await session.hold()

    assert session.heard.count(MailboxPhrase.FOLDER_EMPTY) == 2
    assert MailboxPhrase.NEW_MESSAGES not in session.heard


async def test_nine_saves_and_the_saved_folder_has_it() -> None:
    session = Session("1", "9", "2", "3", "1", "#", letters=[letter(1)])
    call = await session.hold()

    assert ("M-1", "saved") in session.deeds
    assert MailboxPhrase.SAVED_MESSAGES in session.heard
    assert [audio for audio, _, _ in call.listened] == ["A-1", "A-1"]


async def test_one_while_it_plays_goes_on_faster_from_the_same_word_and_stays_so() -> None:
    letters = [letter(1), letter(2)]
    call = await Session(
        "1", Plays("1", 12.0), Plays("1", 10.0), Plays("1", 18.0), "6", letters=letters
    ).hold()

    assert call.listened == [
        ("A-1", 30.0, 0.0),
        ("A-1 fast", 30.0 / FASTER, 12.0 / FASTER),
        ("A-1", 30.0, 15.0),
        ("A-1 fast", 30.0 / FASTER, 12.0),
        ("A-2 fast", 30.0 / FASTER, 0.0),
    ]


async def test_two_while_it_plays_begins_again() -> None:
    call = await Session("1", Plays("2", 12.0), letters=[letter(1)]).hold()

    assert call.listened == [("A-1", 30.0, 0.0), ("A-1", 30.0, 0.0)]


async def test_star_tells_every_key() -> None:
    call = await Session("*", "#").hold()

    (words,) = (each for each in call.said if each.startswith("One plays"))
    for key in ("four", "five", "six", "seven", "eight", "nine", "three", "zero", "pound", "star", "two"):
        assert key in words.lower()


async def test_three_rounds_of_silence_end_it() -> None:
    call = await Session(None, None, None).hold()

    assert call.said[-1] == "Goodbye."
    assert call.done.count("ask") == 3


async def test_a_key_that_means_something_starts_the_silence_anew() -> None:
    call = await Session(None, None, "*", None, None, "#").hold()

    assert call.done.count("ask") == 6


async def test_a_message_that_is_no_longer_there_is_told_as_such() -> None:
    session = Session("1", "7", "#", letters=[letter(1)])
    session.book.gone.add("M-1")
    await session.hold()

    assert MailboxPhrase.NO_LONGER_THERE in session.heard
    assert MailboxPhrase.DELETED not in session.heard


@pytest.mark.parametrize(("fill", "said"), [(Fill.FILLING, "getting_full"), (Fill.FULL, "full")])
async def test_owner_is_warned_of_a_mailbox_that_fills_up(fill: Fill, said: str) -> None:
    session = Session("#", letters=[letter(1)], book=MemoryMailbox({}, fill=fill))
    await session.hold()

    assert MailboxPhrase(said) in session.heard


async def test_a_mailbox_that_cannot_be_read_is_not_called_empty() -> None:
    call = await Session(book=MemoryMailbox({}, failing=True)).hold()

    assert call.said == [
        "I am sorry, the mailbox cannot be opened right now. Please try again later.",
        "Goodbye.",
    ]


@pytest.mark.parametrize(
    ("recorded_ago", "expires_in", "present", "reminded"),
    [
        (timedelta(days=2), timedelta(days=3), True, True),
        (timedelta(days=2), timedelta(days=3), False, False),
        (timedelta(days=31), None, False, True),
        (timedelta(days=29), None, True, False),
        (timedelta(days=9), timedelta(days=-1), True, False),
    ],
)
async def test_owner_is_reminded_of_a_greeting_that_may_be_forgotten(
    recorded_ago: timedelta, expires_in: timedelta | None, present: bool, reminded: bool
) -> None:
    expires_at = None if expires_in is None else MORNING + expires_in
    old = Greeting("A-9", GreetingKind.BUSINESS_TRIP, MORNING - recorded_ago, expires_at)
    book = MemoryMailbox({}, greetings={old.kind: old})
    call = await Session("#", book=book, present=present).hold()

    said = "Your greeting for business trips is still on." in call.said
    assert said is reminded
    assert ("To change it, press zero, and then one." in call.said) is reminded


EVERYTHING = ("1", "7", "7", "6", Plays("1", 3.0), Plays("9"), "3", "9", "2", "2", "*", "0", "*", "4", "#")


def busy_session(gone_after_steps: int | None = None, failing_step: int | None = None) -> Session:
    """A session in which everything is done."""
    letters = [letter(1, due=MORNING), letter(2, due=MORNING)]
    return Session(*EVERYTHING, letters=letters, gone_after_steps=gone_after_steps, failing_step=failing_step)


@pytest.mark.fault("F21")
async def test_whoever_hangs_up_after_any_step_leaves_what_was_said_to_be_done_and_no_more() -> None:
    whole = busy_session()
    for steps in range(len((await whole.hold()).done)):
        session = busy_session(gone_after_steps=steps)
        call = await session.hold()

        assert call.done[-1] == "gone"
        assert session.deeds == whole.deeds[: len(session.deeds)]
        changed = [what for _, what in session.deeds if what in ("deleted", "restored")]
        assert session.book.deleted == ({"M-1"} if changed[-1:] == ["deleted"] else set())


async def test_whatever_asterisk_refuses_nothing_stays_lent() -> None:
    for step in range(len((await busy_session().hold()).done)):
        session = busy_session(failing_step=step)
        with suppress(
            EffectFailed, AssertionError
        ):  # after a fault the talk goes another way than its script
            await session.hold()
        assert session.book.lent == 0


# -- what is offered, and what is not


def offered(session: Session) -> list[MailboxPhrase]:
    """What the last menu before the leave-taking named."""
    return [each for each in session.heard if each in CHOICES]


CHOICES = {
    each
    for each in MailboxPhrase
    if each.value.startswith(("to_", "for_")) and each is not MailboxPhrase.TOO_SHORT
}


async def test_the_menu_names_what_is_there_to_be_listened_to_and_where_more_is() -> None:
    only = Session("#", letters=[letter(1)])
    await only.hold()
    assert offered(only) == [MailboxPhrase.TO_LISTEN, MailboxPhrase.FOR_MORE]

    two_folders = Session("#", letters=[letter(1), letter(2, heard=True)])
    await two_folders.hold()
    assert offered(two_folders) == [
        MailboxPhrase.TO_LISTEN,
        MailboxPhrase.TO_CHANGE_FOLDERS,
        MailboxPhrase.FOR_MORE,
    ]


async def test_the_next_message_is_offered_only_while_there_is_one() -> None:
    session = Session("1", "6", "#", letters=[letter(1), letter(2)])
    await session.hold()

    assert session.heard.count(MailboxPhrase.FOR_NEXT) == 1


async def test_what_is_saved_is_not_offered_to_be_saved() -> None:
    session = Session("1", "#", letters=[letter(1, heard=True, saved=True)])
    await session.hold()

    assert MailboxPhrase.TO_SAVE not in session.heard


async def test_only_folders_with_messages_are_offered() -> None:
    session = Session("2", "3", "#", letters=[letter(1), letter(2, heard=True, saved=True)])
    await session.hold()

    named = [MailboxPhrase.TO_NEW, MailboxPhrase.TO_SAVED]
    assert [each for each in session.heard if each in (*named, MailboxPhrase.TO_OLD)] == named
    assert MailboxPhrase.SAVED_MESSAGES in session.heard


async def test_in_an_empty_folder_nothing_is_offered_to_be_listened_to() -> None:
    session = Session("2", "3", "#", letters=[letter(1), letter(2, heard=True)])
    await session.hold()

    assert session.heard.count(MailboxPhrase.TO_LISTEN) == 1  # before it was chosen
    assert session.heard.count(MailboxPhrase.TO_CHANGE_FOLDERS) == 2


async def test_a_key_that_means_no_folder_is_told_so() -> None:
    call = await Session("2", "7", "#", letters=[letter(1), letter(2, heard=True)]).hold()

    assert "I am sorry, I did not understand that key." in call.said


async def test_behind_more_of_the_main_menu_every_key_does_what_it_does_everywhere() -> None:
    session = Session(
        "3", "*", "3", "0", "*", "3", "2", "2", "3", "#", letters=[letter(1), letter(2, heard=True)]
    )
    call = await session.hold()

    assert MailboxPhrase.HELP in session.heard
    assert MailboxPhrase.OPTIONS in session.heard
    assert MailboxPhrase.OLD_MESSAGES in session.heard
    assert call.said[-1] == "Goodbye."


# -- calls that are owed


async def test_it_tells_how_many_calls_are_owed_and_two_goes_through_them() -> None:
    book = MemoryMailbox({}, calls_owed=2)
    session = Session("2", "2", "#", letters=[letter(1)], book=book)
    call = await session.hold()

    assert call.said[:2] == ["You have one new message,", "And two calls to return."]
    assert session.heard.count(MailboxPhrase.TO_RETURN_CALLS) == 2  # the third time nothing is owed
    assert session.returned == ["phone 101", "phone 101"]


async def test_calls_are_owed_with_no_message_at_all() -> None:
    session = Session("2", "#", book=MemoryMailbox({}, calls_owed=1))
    call = await session.hold()

    assert call.said[:2] == [
        "You have no new messages, and one call to return.",
        "For the calls to return, press two.",
    ]
    assert session.returned == ["phone 101"]


async def test_while_calls_are_owed_the_folders_are_behind_three() -> None:
    letters = [letter(1), letter(2, heard=True)]
    session = Session("3", "2", "2", "#", letters=letters, book=MemoryMailbox({}, calls_owed=1))
    await session.hold()

    assert MailboxPhrase.TO_CHANGE_FOLDERS in session.heard
    assert MailboxPhrase.OLD_MESSAGES in session.heard
    assert session.returned == []


async def test_a_call_that_was_returned_from_the_list_is_owed_for_no_message_any_more() -> None:
    due = MORNING + timedelta(hours=7)
    session = Session("2", "1", "#", letters=[letter(1, due=due)], book=MemoryMailbox({}, calls_owed=1))
    session.book.settles_on_return = "M-1"
    await session.hold()

    assert MailboxPhrase.CALLED_BACK in session.heard
    assert MailboxPhrase.TO_CALL_BACK not in session.heard
