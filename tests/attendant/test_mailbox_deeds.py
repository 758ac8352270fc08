"""Calling back, forwarding, and the options of a mailbox, each prompt as the words that are heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ari_absence.attendant.call import HuntEnd, RecordingEnd
from ari_absence.attendant.mailbox_book import ForwardDraft
from ari_absence.attendant.notebook import KeptAudio
from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.people import Caller, Team
from tests.attendant.conversation import MORNING
from tests.attendant.mailbox_script import OFFICE, MemoryMailbox, Session, letter
from tests.attendant.script import Speaks

OUTSIDE = Caller("+81355556666")
DUE = MORNING + timedelta(hours=7)
OWED = letter(1, due=DUE)


# -- calling back


@pytest.mark.parametrize("keys", [("3", "2"), ("2",)])
async def test_a_call_back_rings_the_caller_and_is_settled_when_both_have_talked(
    keys: tuple[str, ...],
) -> None:
    session = Session("1", *keys, HuntEnd.TALKED, "#", letters=[OWED])
    call = await session.hold()

    assert call.rung == ["PJSIP/+81312345678@trunk"]
    assert ("M-1", "settled", "phone 101") in session.book.history
    assert "The call back is settled. You are in your mailbox again." in call.said
    assert session.book.dials == 9


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (HuntEnd.NO_ANSWER, MailboxPhrase.NO_ANSWER),
        (HuntEnd.BUSY, MailboxPhrase.LINE_BUSY),
        (HuntEnd.UNREACHABLE, MailboxPhrase.NO_ANSWER),
    ],
)
async def test_a_call_back_in_vain_is_noted_and_leads_back(end: HuntEnd, said: MailboxPhrase) -> None:
    session = Session("1", "2", end, "#", letters=[OWED])
    await session.hold()

    assert session.deeds == [("M-1", "heard"), ("M-1", end.value)]
    assert said in session.heard


@pytest.mark.parametrize(
    ("key", "again"), [("1", timedelta(minutes=15)), (None, timedelta(hours=1)), ("3", timedelta(hours=23))]
)
async def test_who_was_called_back_in_vain_comes_again_when_it_is_said(
    key: str | None, again: timedelta
) -> None:
    session = Session("1", "2", HuntEnd.BUSY, key, "#", letters=[OWED])
    await session.hold()

    assert session.book.again[-1] == MORNING + again


async def test_nobody_is_called_back_whom_a_colleague_calls_already() -> None:
    session = Session("1", "2", "#", letters=[OWED])
    session.book.taken_by = "102"
    call = await session.hold()

    assert call.rung == []
    assert "Kenji Ito has taken this call." in call.said


async def test_a_key_ends_the_ringing_of_a_call_back_and_does_nothing_else() -> None:
    session = Session("1", "2", HuntEnd.CALLER_CHOSE, "#", letters=[OWED])
    await session.hold()

    assert session.deeds == [("M-1", "heard"), ("M-1", "cancelled")]
    assert MailboxPhrase.NO_ANSWER not in session.heard


async def test_a_colleague_is_called_back_at_the_desk() -> None:
    kenji = letter(1, caller=Caller("102", "Kenji Ito", "102"), due=DUE)
    call = await Session("1", "2", HuntEnd.TALKED, "#", letters=[kenji]).hold()

    assert call.rung == ["PJSIP/102"]
    assert "Kenji Ito left this message." in call.said


@pytest.mark.parametrize("number", ["+81990123456", "+4930123456", "110", "0990123456"])
async def test_a_number_that_the_policy_refuses_is_not_dialled_and_that_is_said(number: str) -> None:
    session = Session("1", "3", "2", "#", letters=[letter(1, caller=Caller(number), due=DUE)])
    call = await session.hold()

    assert call.rung == []
    assert "I am sorry. That number may not be dialed from here." in call.said
    assert session.book.dials == 10


async def test_nobody_calls_back_from_a_phone_outside() -> None:
    session = Session("1", "2", None, "3", "2", "#", letters=[OWED], caller=OUTSIDE)
    call = await session.hold()

    assert call.rung == []
    assert MailboxPhrase.TO_CALL_BACK not in session.heard
    assert MailboxPhrase.TO_OLD in session.heard
    assert "I am sorry. You can call back only from a phone in the office." in call.said


@pytest.mark.parametrize("owed", [DUE, None])
async def test_a_call_back_that_can_not_be_made_is_not_offered_and_one_that_can_is_offered_once(
    owed: datetime | None,
) -> None:
    premium = letter(1, caller=Caller("0990123456"), due=owed)
    refused = Session("1", "3", None, "#", letters=[premium])
    await refused.hold()
    allowed = Session("1", "3", None, "#", letters=[letter(1, due=owed)])
    await allowed.hold()

    assert MailboxPhrase.TO_CALL_BACK not in refused.heard
    assert (
        allowed.heard[: allowed.heard.index(MailboxPhrase.TO_HEAR_ENVELOPE)].count(MailboxPhrase.TO_CALL_BACK)
        == 1
    )


async def test_done_is_offered_only_while_a_call_is_owed() -> None:
    session = Session("1", "3", "9", "3", None, "#", letters=[OWED])
    await session.hold()

    assert session.heard.count(MailboxPhrase.TO_MARK_DONE) == 1


async def test_every_other_key_acts_behind_more_as_it_does_before_it() -> None:
    session = Session("1", "3", "5", "3", "8", "1", "02", "2", "3", "7", "3", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.deeds[-1] == ("M-1", "deleted")
    assert call.said[-1] == "Goodbye."

    assert [audio for audio, _, _ in call.listened] == ["A-1", "A-1"]
    assert session.book.forwarded == [ForwardDraft("M-1", "101", ("102",))]


async def test_a_withheld_number_can_not_be_called_back() -> None:
    session = Session("1", "3", "2", "#", letters=[letter(1, caller=Caller(None))])
    call = await session.hold()

    assert call.said.count("The caller's number is withheld.") == 2


async def test_no_more_calls_are_made_than_the_cap_allows() -> None:
    session = Session("1", "2", "#", letters=[OWED], book=MemoryMailbox({}, dials=0))
    call = await session.hold()

    assert call.rung == []
    assert "I am sorry. No more outside calls can be made for now." in call.said


async def test_three_and_nine_marks_a_call_back_as_done_once() -> None:
    session = Session("1", "3", "9", "3", "9", "#", letters=[OWED])
    call = await session.hold()

    assert session.deeds == [("M-1", "heard"), ("M-1", "settled")]
    assert "The call back is marked as done." in call.said
    assert "No call back is owed for this message." in call.said


async def test_three_and_three_tells_the_envelope_again() -> None:
    call = await Session("1", "3", "3", "#", letters=[letter(8)]).hold()

    assert call.said.count("Received this morning at nine.") == 2


# -- forwarding


async def test_a_message_is_forwarded_as_it_is() -> None:
    session = Session("1", "8", "1", "02", "2", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.book.forwarded == [ForwardDraft("M-1", "101", ("102",))]
    assert "This message goes to Kenji Ito next." in call.said
    assert "The message has been forwarded." in call.said


async def test_an_introduction_is_recorded_heard_and_redone_and_forgotten_once_it_is_sent() -> None:
    steps = ("1", Speaks(5), "2", "3", Speaks(6), "1", "#")
    session = Session("1", "8", "1", "02", *steps, letters=[letter(1)])
    await session.hold()

    (draft,) = session.book.forwarded
    assert draft.introduction == KeptAudio(session.book.kept[-1].audio_id, 6)
    assert session.book.discarded == [each.audio_id for each in session.book.kept]


async def test_a_team_gets_it_without_its_sender() -> None:
    session = Session("1", "8", "*", "1", "2", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.book.forwarded[0].recipients == ("102", "100")
    assert "For the team Sales press one." in call.said


async def test_a_team_without_anybody_else_is_not_offered() -> None:
    alone = Team("alone", "Alone", ("101",))
    office = replace(OFFICE, teams={"alone": alone})
    call = await Session("1", "8", "1", "02", "2", "#", letters=[letter(1)], office=office).hold()
    assert "Please enter the extension, then press pound." in call.said

    both = replace(OFFICE, teams={"alone": alone, **OFFICE.teams})
    session = Session("1", "8", "*", "1", "2", "#", letters=[letter(1)], office=both)
    call = await session.hold()
    assert "For the team Sales press one." in call.said
    assert session.book.forwarded[0].recipients == ("102", "100")


async def test_a_deleted_message_is_not_forwarded_and_nobody_speaks_an_introduction_in_vain() -> None:
    session = Session("1", "7", "8", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.book.forwarded == []
    assert MailboxPhrase.TO_FORWARD not in session.heard
    assert call.said[-5:-1] == [
        "Nothing has been sent.",
        "This message is deleted.",
        "To get it back, press seven.",
        "For more, three.",
    ]


@pytest.mark.parametrize(
    ("full", "said"),
    [
        ({"102", "100"}, "I am sorry. That mailbox is full, and can take no message."),
        ({"100"}, "The message has been forwarded, but some of the mailboxes are full."),
    ],
)
async def test_full_mailboxes_are_told_of(full: set[str], said: str) -> None:
    book = MemoryMailbox({}, full=frozenset(full))
    call = await Session("1", "8", "*", "1", "2", "#", letters=[letter(1)], book=book).hold()

    assert said in call.said


async def test_an_unknown_extension_is_asked_for_again_and_then_nothing_is_sent() -> None:
    session = Session("1", "8", "9", "99", "1", "01", "7", "", "#", letters=[letter(1)])
    call = await session.hold()

    assert session.book.forwarded == []
    assert call.said.count("I do not know that extension.") == 2
    assert "The message is in that mailbox already." in call.said
    assert "Nothing has been sent." in call.said


async def test_star_sends_nothing() -> None:
    session = Session("1", "8", "1", "02", "*", "8", "1", "02", "1", Speaks(5), "*", "#", letters=[letter(1)])
    await session.hold()

    assert session.book.forwarded == []
    assert session.heard.count(MailboxPhrase.NOT_FORWARDED) == 2
    assert session.book.discarded == [each.audio_id for each in session.book.kept]


async def test_whoever_hangs_up_before_sending_has_sent_nothing_and_left_nothing() -> None:
    for steps in (("1",), ("1", Speaks(5)), ("1", Speaks(5), "2"), ("1", Speaks(5, RecordingEnd.HANGUP))):
        session = Session("1", "8", "1", "02", *steps, letters=[letter(1)])
        call = await session.hold()

        assert call.done[-1] == "gone"
        assert session.book.forwarded == []
        assert session.book.discarded == [each.audio_id for each in session.book.kept]


# -- the own name


async def test_a_name_is_recorded_heard_and_kept() -> None:
    session = Session("0", "3", "1", Speaks(1.2), "2", "1", "2", "*", "*", "#")
    call = await session.hold()

    assert session.book.name == session.book.kept[-1].audio_id
    assert "Callers will hear your name like this from now on." in call.said
    assert "Your name is spoken like this, Alice Tanaka and that is how callers hear it." in call.said
    assert session.book.discarded == [session.book.name]


async def test_a_name_that_is_too_short_is_asked_for_again_and_a_recorded_one_can_be_deleted() -> None:
    session = Session("0", "3", "1", Speaks(0.1), Speaks(1), "1", "3", "*", "*", "#")
    await session.hold()

    assert MailboxPhrase.TOO_SHORT in session.heard
    assert session.book.name is None
    assert MailboxPhrase.NAME_DELETED in session.heard


# -- greetings


async def test_a_greeting_is_kept_until_the_end_of_the_day_that_was_entered() -> None:
    session = Session("0", "1", "4", "1", Speaks(8), "1", "1204", "*", "*", "*", "#")
    call = await session.hold()

    greeting = session.book.greetings[GreetingKind.BUSINESS_TRIP]
    assert greeting.expires_at == datetime(2026, 12, 4, 15, 0, tzinfo=UTC)  # midnight in Tokyo
    assert "Your greeting is kept, and is played to your callers." in call.said
    assert "Callers hear it for the last time on Friday, December fourth." in call.said
    assert session.book.discarded == []


async def test_a_greeting_that_ends_today_is_said_to_be_heard_until_the_end_of_today() -> None:
    session = Session("0", "1", "4", "1", Speaks(8), "1", "1125", "2", "*", "*", "*", "#")
    call = await session.hold()

    assert call.said.count("Callers hear it until the end of today.") == 2


async def test_a_greeting_that_is_over_can_only_be_recorded_anew() -> None:
    over = Greeting("A-9", GreetingKind.OUT, MORNING - timedelta(days=9), MORNING - timedelta(days=1))
    session = Session("0", "1", "3", "*", "*", "*", "#", book=MemoryMailbox({}, greetings={over.kind: over}))
    await session.hold()

    assert MailboxPhrase.GREETING_NONE in session.heard
    assert MailboxPhrase.GREETING_MENU not in session.heard


async def test_nine_names_the_other_kinds_of_greeting_and_each_key_works_before() -> None:
    session = Session("0", "1", "9", "4", "*", "7", "*", "*", "*", "#")
    call = await session.hold()

    assert call.said.count("There is no greeting. To record one, press one. To go back, star.") == 2
    assert session.heard.count(MailboxPhrase.MORE_GREETING_KINDS) == 1


async def test_a_name_that_is_not_recorded_is_not_offered_to_be_deleted() -> None:
    session = Session("0", "3", "1", Speaks(1.2), "1", "*", "*", "#")
    await session.hold()

    named = [each for each in session.heard if each in (MailboxPhrase.NAME_NONE, MailboxPhrase.NAME_MENU)]
    assert named == [MailboxPhrase.NAME_NONE, MailboxPhrase.NAME_MENU]


async def test_a_greeting_without_an_end_is_kept_until_it_is_deleted() -> None:
    session = Session("0", "1", "6", "1", Speaks(8), "1", "", "2", "3", "*", "*", "*", "#")
    call = await session.hold()

    assert session.book.greetings == {}
    assert "Your greeting is deleted." in call.said
    assert call.said.count("(a message)") == 1


async def test_three_days_that_are_none_keep_no_greeting() -> None:
    session = Session("0", "1", "1", "1", Speaks(8), "1", "1332", "0230", "99", "*", "*", "*", "#")
    await session.hold()

    assert session.book.greetings == {}
    assert session.heard.count(MailboxPhrase.NOT_A_COMING_DAY) == 3
    assert session.book.discarded == [session.book.kept[0].audio_id]


async def test_whoever_hangs_up_before_the_day_is_entered_has_recorded_nothing() -> None:
    session = Session("0", "1", "1", "1", Speaks(8), "1")
    await session.hold()

    assert session.book.greetings == {}
    assert session.book.discarded == [session.book.kept[0].audio_id]


async def test_an_old_greeting_stays_when_the_new_one_is_thrown_away() -> None:
    old = Greeting("A-9", GreetingKind.OUT, MORNING)
    book = MemoryMailbox({}, greetings={old.kind: old})
    await Session("0", "1", "3", "1", Speaks(8), "*", "*", "*", "*", "#", book=book).hold()

    assert book.greetings == {old.kind: old}


# -- the PIN


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("1234", "That is too short. A PIN needs six digits at least."),
        ("123456", "Digits in a row are too easy to guess."),
        ("777777", "Repeated digits are too easy to guess."),
        ("910148", "A PIN must not contain your own extension."),
    ],
)
async def test_a_pin_that_is_too_easily_guessed_is_refused_with_the_reason(pin: str, said: str) -> None:
    session = Session("0", "5", pin, pin, "583920", "583920", "*", "#")
    call = await session.hold()

    assert said in call.said
    assert session.pins.pins["101"] == "583920"
    assert "Your PIN is changed." in call.said
    assert not [each for each in call.said if pin in each]


async def test_two_different_pins_change_nothing() -> None:
    session = Session("0", "5", *("583920", "583921") * 3, "*", "#")
    call = await session.hold()

    assert session.pins.pins["101"] == "482913"
    assert call.said.count("These were not the same.") == 3
    assert "Your PIN stays as it was." in call.said
