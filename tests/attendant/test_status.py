"""One's own state and that of others, by code: what is said, what holds then, and what a hang-up leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ari_absence.attendant.absence_book import Waiting
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.people import Handling, Kind, Site
from ari_absence.errors import CallerGone, EffectFailed
from tests.attendant.conversation import MORNING, SITE
from tests.attendant.desk_script import Dialled, MemoryBook, MemoryPins
from tests.attendant.reach_office import ALICE, BEGIN, END, KENJI, RECEPTION, away, office, steps

BACK_WHEN = (
    "Back when? Please enter four digits, a time or a month and day, then press pound. "
    "If you do not know, just press pound."
)
HERE_UNTIL_WHEN = (
    "It is outside working hours. For calls to come through all the same, please enter until when, "
    "a time in four digits, then press pound."
)
NO_CHANGE = "Nothing was changed."
END_IT = "To end that now, press one."
WHICH = "Out of the office, press three. A meeting, two. Back, zero. For more, nine."
OFFICE = office(handling={Kind.OUT: Handling(reach=steps("delegate"))})
RIGHTS = office(replace(RECEPTION, rights=frozenset({"set_others"})))
ON_LEAVE = office(away(ALICE, Kind.LEAVE))


def tokyo(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour - 9, minute, tzinfo=UTC)


SATURDAY = tokyo(28, 10)


# -- setting it


async def test_a_code_with_a_time_is_confirmed_by_state_return_and_who_covers() -> None:
    desk = Dialled("*33*1530", office=OFFICE)
    assert await desk.serve() == ["Out, back this afternoon at three thirty.", "Kenji Ito covers for you."]
    assert desk.book.now_set("101") == [(Kind.OUT, tokyo(25, 15, 30))]
    assert desk.book.set_by == ["phone 101"]


async def test_a_code_alone_asks_when() -> None:
    desk = Dialled("*32", "1145", office=OFFICE)
    assert await desk.serve() == [BACK_WHEN, "In a meeting, back at eleven forty-five."]
    assert desk.book.now_set("101") == [(Kind.MEETING, tokyo(25, 11, 45))]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("*31", "Away from the desk, back this afternoon at three forty-five."),
        ("*32", "In a meeting, back this afternoon at three forty-five."),
        ("*33", "Out, back this afternoon at three forty-five."),
        ("*34", "On a business trip, back this afternoon at three forty-five."),
        ("*36", "Off, back this afternoon at three forty-five."),
        ("*37", "Not to be disturbed, free again this afternoon at three forty-five."),
    ],
)
async def test_code_of_every_kind_but_one_asks_when(code: str, said: str) -> None:
    assert (await Dialled(code, "1545", office=office()).serve())[:2] == [BACK_WHEN, said]


@pytest.mark.parametrize(("code", "keys"), [("*33", ["#"]), ("*33*#", [])])
async def test_an_unknown_return_is_until_further_notice(code: str, keys: list[str]) -> None:
    desk = Dialled(code, *keys, office=office())
    assert (await desk.serve())[-1] == "Out, until further notice."
    assert desk.book.now_set("101") == [(Kind.OUT, None)]


@pytest.mark.parametrize(
    ("code", "keys"), [("*33", ["", "", ""]), ("*33*0930", ["", "", ""]), ("*32", ["2575", "", ""])]
)
async def test_silence_is_no_answer_and_changes_nothing(code: str, keys: list[str]) -> None:
    desk = Dialled(code, *keys, office=office())
    assert (await desk.serve())[-1] == "Nothing was changed."
    assert desk.book.now_set("101") == []


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("*31", Kind.AWAY, "Away from the desk,"),
        ("*32", Kind.MEETING, "In a meeting,"),
        ("*33", Kind.OUT, "Out,"),
        ("*34", Kind.BUSINESS_TRIP, "On a business trip,"),
        ("*35", Kind.LEFT, "Gone for today,"),
        ("*36", Kind.DAY_OFF, "Off,"),
        ("*37", Kind.DND, "Not to be disturbed,"),
    ],
)
async def test_every_kind_has_its_code(code: str, kind: Kind, words: str) -> None:
    desk = Dialled(f"{code}*1545", office=office())
    assert (await desk.serve())[0].startswith(words)
    assert desk.book.now_set("101") == [(kind, tokyo(25, 15, 45))]


async def test_who_left_is_back_on_the_next_working_day_without_being_asked() -> None:
    desk = Dialled("*35", office=office())
    assert await desk.serve() == ["Gone for today, back tomorrow morning at nine."]
    assert desk.book.now_set("101") == [(Kind.LEFT, tokyo(26, 9))]


async def test_a_date_is_the_beginning_of_that_days_hours() -> None:
    desk = Dialled("*34*1201", None, office=office())
    said = await desk.serve()
    assert said[0] == "On a business trip, back on Tuesday."
    assert desk.book.now_set("101") == [(Kind.BUSINESS_TRIP, tokyo(1, 9, month=12))]


# -- what reads both ways


async def test_what_reads_both_ways_is_the_time_and_the_date_is_offered() -> None:
    desk = Dialled("*33*1224", "2", office=office())
    assert await desk.serve() == [
        "Out, back this afternoon at twelve twenty-four.",
        "Otherwise, press two to be back on Thursday, December twenty-fourth.",
        "Out, back on Thursday, December twenty-fourth.",
    ]
    assert desk.book.now_set("101") == [(Kind.OUT, tokyo(24, 9, month=12))]


async def test_on_a_trip_what_reads_both_ways_is_the_date() -> None:
    desk = Dialled("*34*1224", "2", office=office())
    assert await desk.serve() == [
        "On a business trip, back on Thursday, December twenty-fourth.",
        "Kenji Ito covers for you.",
        "Otherwise, press two to be back this afternoon at twelve twenty-four.",
        "On a business trip, back this afternoon at twelve twenty-four.",
        "Kenji Ito covers for you.",
    ]
    assert desk.book.now_set("101") == [(Kind.BUSINESS_TRIP, tokyo(25, 12, 24))]


@pytest.mark.parametrize("key", [None, "1", "#"])
async def test_the_other_reading_is_left_alone_unless_its_key_is_pressed(key: str | None) -> None:
    desk = Dialled("*33*1224", key, office=office())
    await desk.serve()
    assert desk.book.now_set("101") == [(Kind.OUT, tokyo(25, 12, 24))]


# -- refusals


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("*33*0915", "That time has passed already today."),
        ("*33*2575", "That is not a time of day."),
        ("*34*1332", "That is not a date."),
        ("*34*1124", "That day has passed already."),
    ],
)
async def test_a_refusal_says_why_and_asks_again(typed: str, reason: str) -> None:
    at = tokyo(25, 15)
    desk = Dialled(typed, "1745", office=office(), at=at)
    assert (await desk.serve())[:2] == [reason, BACK_WHEN]
    assert [until for _, until in desk.book.now_set("101")] == [tokyo(25, 17, 45)]


async def test_after_three_answers_that_make_no_sense_nothing_is_changed_and_that_is_said() -> None:
    desk = Dialled("*33", "9999", "15", "2401", office=office())
    no_time = "That is not a time of day."
    assert await desk.serve() == [BACK_WHEN, no_time, BACK_WHEN, no_time, BACK_WHEN, no_time, NO_CHANGE]
    assert desk.book.now_set("101") == []


async def test_what_cannot_be_written_down_is_said() -> None:
    desk = Dialled("*33*1530", office=office(), book=MemoryBook(office(), broken=True))
    assert await desk.serve() == ["I am sorry, that could not be written down. " + NO_CHANGE]


async def test_a_code_that_is_none_is_said_to_be_none() -> None:
    assert await Dialled("*44", office=office()).serve() == ["I am sorry, that is not a code I know."]


# -- coming back


async def test_coming_back_ends_what_was_set() -> None:
    book = MemoryBook(office())
    await Dialled("*33*1530", office=office(), book=book).serve()
    assert await Dialled("*30", office=office(), book=book).serve() == ["You are back."]
    assert book.now_set("101") == []


async def test_who_is_back_already_is_told_so() -> None:
    assert await Dialled("*30", office=office()).serve() == ["You are present."]


async def test_a_planned_absence_is_told_and_ended_by_one_key_only() -> None:
    desk = Dialled("*30", "1", office=ON_LEAVE)
    assert await desk.serve() == ["On leave, back tomorrow morning at nine.", END_IT, "You are back."]
    assert desk.book.now_set("101") == [(Kind.PRESENT, END)]


@pytest.mark.parametrize("key", [None, "2"])
async def test_a_planned_absence_stays_unless_it_is_ended(key: str | None) -> None:
    desk = Dialled("*30", key, office=ON_LEAVE)
    assert await desk.serve() == ["On leave, back tomorrow morning at nine.", END_IT]
    assert desk.book.now_set("101") == []


async def test_what_was_before_holds_again_and_is_said() -> None:
    book = MemoryBook(ON_LEAVE)
    await Dialled("*32*1130", None, office=ON_LEAVE, book=book).serve()
    desk = Dialled("*30", None, office=ON_LEAVE, book=book)
    assert await desk.serve() == [
        "What was there before holds again.",
        "On leave, back tomorrow morning at nine.",
        END_IT,
    ]


async def test_who_comes_back_after_hours_hears_what_calls_are_told() -> None:
    evening, book = tokyo(25, 19), MemoryBook(office(), tokyo(25, 19))
    await Dialled("*33*2030", office=office(), at=evening, book=book).serve()
    assert await Dialled("*30", None, office=office(), at=evening, book=book).serve() == [
        "You are back.",
        "Not at work now, back tomorrow morning at nine.",
        HERE_UNTIL_WHEN,
    ]
    assert book.now_set("101") == []


# -- here outside one's hours


async def test_who_comes_in_on_a_saturday_says_until_when_they_are_here() -> None:
    desk = Dialled("*30", "1400", office=office(), at=SATURDAY)
    assert await desk.serve() == [
        "Not at work now, back on Monday morning at nine.",
        HERE_UNTIL_WHEN,
        "Here, until this afternoon at two.",
    ]
    assert desk.book.now_set("101") == [(Kind.HERE, tokyo(28, 14))]
    assert desk.book.set_by == ["phone 101"]


async def test_it_may_be_dialled_in_one_go_and_corrected() -> None:
    book = MemoryBook(office(), SATURDAY)
    for typed, until in (("1400", tokyo(28, 14)), ("1630#", tokyo(28, 16, 30)), ("#", tokyo(28, 24))):
        await Dialled(f"*30*{typed}", office=office(), at=SATURDAY, book=book).serve()
        assert book.now_set("101") == [(Kind.HERE, until)]


async def test_who_does_not_know_until_when_is_here_until_midnight() -> None:
    desk = Dialled("*30", "#", office=office(), at=SATURDAY)
    assert (await desk.serve())[-1] == "Here, until tonight at midnight."


async def test_who_says_they_are_here_is_told_so_until_when_by_every_code() -> None:
    book = MemoryBook(office(), SATURDAY, wait=Waiting(0, 0))
    await Dialled("*30*1400", office=office(), at=SATURDAY, book=book).serve()
    for code in ("*39", "*30"):
        said = await Dialled(code, office=office(), at=SATURDAY, book=book).serve()
        assert said[0] == "Here, until this afternoon at two."
    assert book.now_set("101") == [(Kind.HERE, tokyo(28, 14))]


async def test_lamp_key_of_who_is_here_outlasts_neither_the_stay_nor_its_second_press() -> None:
    book = MemoryBook(office(), SATURDAY)
    await Dialled("*30*1400", office=office(), at=SATURDAY, book=book).serve()
    said = await Dialled("*39101", office=office(), at=SATURDAY, book=book).serve()
    assert said == ["Away from the desk, back on Monday morning at nine."]
    assert book.now_set("101")[-1] == (Kind.AWAY, tokyo(28, 14))
    said = await Dialled("*39101", office=office(), at=SATURDAY, book=book).serve()
    assert said == ["Here, until this afternoon at two."]


async def test_being_here_beats_a_leave_that_was_planned() -> None:
    desk = Dialled("*30*1400", office=ON_LEAVE)
    assert await desk.serve() == ["Here, until this afternoon at two."]
    assert desk.book.now_set("101") == [(Kind.HERE, tokyo(25, 14))]


async def test_within_ones_hours_nothing_is_held_unless_they_end_before() -> None:
    desk = Dialled("*30*1130", office=office())
    assert await desk.serve() == ["You are present."]
    assert desk.book.now_set("101") == []
    desk = Dialled("*30*2100", office=office())
    assert await desk.serve() == ["Here, until this evening at nine."]
    assert desk.book.now_set("101") == [(Kind.HERE, tokyo(25, 21))]


async def test_what_was_set_ends_when_somebody_says_that_they_are_here() -> None:
    book = MemoryBook(office(), SATURDAY)
    await Dialled("*33*1700", office=office(), at=SATURDAY, book=book).serve()
    await Dialled("*30*1400", office=office(), at=SATURDAY, book=book).serve()
    assert book.now_set("101") == [(Kind.HERE, tokyo(28, 14))]


async def test_reception_says_until_when_a_colleague_is_here() -> None:
    desk = Dialled("*930101", "0", "1400", office=RIGHTS, by="100", at=SATURDAY)
    assert (await desk.serve())[-1] == "Alice Tanaka is here until this afternoon at two."
    assert desk.book.set_by == ["phone 100 for 101"]


async def test_time_that_makes_no_sense_is_refused_and_asked_for_again() -> None:
    desk = Dialled("*30*0900", "2575", "1400", office=office(), at=SATURDAY)
    assert await desk.serve() == [
        "That time has passed already today.",
        HERE_UNTIL_WHEN,
        "That is not a time of day.",
        HERE_UNTIL_WHEN,
        "Here, until this afternoon at two.",
    ]


@pytest.mark.parametrize("keys", [["9999", "9999"], [None], ["9999", None]])
async def test_refusals_change_nothing_and_that_is_said(keys: list[str | None]) -> None:
    book = MemoryBook(office(), SATURDAY)
    await Dialled("*33*1700", office=office(), at=SATURDAY, book=book).serve()
    said = await Dialled("*30*0900", *keys, office=office(), at=SATURDAY, book=book).serve()
    assert said[-1] == NO_CHANGE
    assert book.now_set("101") == [(Kind.OUT, tokyo(28, 17))]


async def test_being_here_that_cannot_be_written_down_is_said() -> None:
    book = MemoryBook(office(), SATURDAY, broken=True)
    said = await Dialled("*30*1400", office=office(), at=SATURDAY, book=book).serve()
    assert said == ["I am sorry, that could not be written down. " + NO_CHANGE]


@pytest.mark.parametrize("gone_after_steps", range(6))
async def test_who_hangs_up_while_saying_it_is_here_or_not(gone_after_steps: int) -> None:
    desk = Dialled("*30", "9999", "1400", office=office(), at=SATURDAY, gone_after_steps=gone_after_steps)
    with pytest.raises(CallerGone):
        await desk.serve()
    assert desk.book.now_set("101") in ([], [(Kind.HERE, tokyo(28, 14))])


# -- being told


async def test_the_own_state_is_told_with_who_covers_and_what_waits() -> None:
    desk = Dialled("*39", office=ON_LEAVE)
    assert await desk.serve() == [
        "On leave, back tomorrow morning at nine.",
        "Kenji Ito covers for you.",
        "You have three new messages, and one call to return.",
    ]


async def test_who_is_present_hears_that_and_what_waits() -> None:
    book = MemoryBook(office(), wait=Waiting(0, 12))
    assert await Dialled("*39", office=office(), book=book).serve() == [
        "You are present.",
        "You have no new messages, and more than nine calls to return.",
    ]


async def test_where_nobody_covers_that_is_said() -> None:
    alone = office(away(replace(ALICE, delegates=()), Kind.LEAVE))
    assert (await Dialled("*39", office=alone).serve())[1] == "Nobody covers for you."


async def test_what_waits_is_left_out_when_it_cannot_be_counted() -> None:
    book = MemoryBook(office(), broken=True)
    assert await Dialled("*39", office=office(), book=book).serve() == ["You are present."]


# -- the lamp key


async def test_the_own_lamp_key_begins_and_ends_an_absence() -> None:
    book = MemoryBook(office())
    assert await Dialled("*39101", office=office(), book=book).serve() == [
        "Away from the desk, until further notice."
    ]
    assert book.now_set("101") == [(Kind.AWAY, None)]
    assert await Dialled("*39101", office=office(), book=book).serve() == ["You are back."]
    assert book.now_set("101") == []


async def test_lamp_that_the_hours_have_lit_is_told_of_and_nothing_is_set_that_would_outlast_the_night() -> (
    None
):
    desk = Dialled("*39101", office=office(), at=tokyo(25, 22))
    assert "Not at work now" in (await desk.serve())[0]
    assert desk.book.now_set("101") == []


async def test_the_lamp_key_ends_a_planned_absence_without_asking() -> None:
    desk = Dialled("*39101", office=ON_LEAVE)
    assert await desk.serve() == ["You are back."]
    assert desk.book.now_set("101") == [(Kind.PRESENT, END)]


async def test_the_lamp_key_begins_the_kind_the_site_has_chosen() -> None:
    site: Site = replace(SITE, codes=replace(SITE.codes, toggle_kind=Kind.OUT))
    desk = Dialled("*39101", office=replace(office(), site=site))
    await desk.serve()
    assert desk.book.now_set("101") == [(Kind.OUT, None)]


async def test_the_lamp_key_of_somebody_else_does_nothing() -> None:
    desk = Dialled("*39102", office=office())
    assert await desk.serve() == ["That key works on its owner's telephone only."]
    assert desk.book.kept == {}


# -- somebody else's state


async def test_reception_sets_somebody_elses_state_by_right() -> None:
    desk = Dialled("*930101", "3", "1530", office=RIGHTS, by="100")
    assert await desk.serve() == [
        WHICH,
        BACK_WHEN,
        "Alice Tanaka is out of the office and will be back this afternoon at three thirty.",
    ]
    assert desk.book.set_by == ["phone 100 for 101"]
    assert desk.book.now_set("101") == [(Kind.OUT, tokyo(25, 15, 30))]


async def test_reception_brings_somebody_back() -> None:
    book = MemoryBook(RIGHTS)
    await Dialled("*930101", "1", "#", office=RIGHTS, by="100", book=book).serve()
    desk = Dialled("*930101", "0", office=RIGHTS, by="100", book=book)
    assert (await desk.serve())[-1] == "Alice Tanaka is present."
    assert book.now_set("101") == []


async def test_who_has_no_right_is_asked_for_the_pin_of_that_extension() -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*930101", "111222", "827364", "3", "1545", office=office(), by="102", pins=pins)
    said = await desk.serve()
    assert said[:5] == [
        "For that I need the PIN of that extension.",
        "Please enter the PIN, then press pound.",
        "That is not the right PIN.",
        "Please enter the PIN, then press pound.",
        WHICH,
    ]
    assert desk.book.now_set("101") == [(Kind.OUT, tokyo(25, 15, 45))]
    assert desk.book.set_by == ["phone 102 for 101"]


async def test_three_wrong_pins_change_nothing_and_the_lock_is_told() -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*930101", *["000001"] * 3, office=office(), by="102", pins=pins)
    assert (await desk.serve())[-1] == "That was not right three times. Goodbye."
    desk = Dialled("*930101", "827364", office=office(), by="102", pins=pins)
    assert (await desk.serve())[-1] == "This PIN is locked for a while, after too many wrong ones."
    assert desk.book.kept == {}


async def test_without_a_pin_nobody_else_can_be_set() -> None:
    desk = Dialled("*930101", office=office(), by="102")
    assert (await desk.serve())[-1].startswith("There is no PIN yet for that extension.")


async def test_nobodys_extension_is_said_to_be_nobodys() -> None:
    desk = Dialled("*930555", office=RIGHTS, by="100")
    assert await desk.serve() == ["Nobody here has that extension."]


async def test_silence_at_the_states_changes_nothing() -> None:
    desk = Dialled("*930101", None, "8", None, office=RIGHTS, by="100")
    assert await desk.serve() == [WHICH, WHICH, WHICH, NO_CHANGE]


async def test_the_other_states_are_named_behind_a_key_and_every_key_works_before() -> None:
    desk = Dialled("*930101", "9", "1", "1530", office=RIGHTS, by="100")
    said = await desk.serve()
    assert said[1].startswith("Away, press one. A business trip, four. Gone for today, five.")
    assert desk.book.now_set("101")[0][0] is Kind.AWAY


# -- phones that are nobody's, and calls from outside


async def test_a_phone_of_nobody_asks_who_is_there() -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*33*1530", "101", "827364", office=office(), by=None, pins=pins)
    assert (await desk.serve())[:3] == [
        "This telephone belongs to nobody that I know.",
        "Please enter your extension, then press pound.",
        "Please enter the PIN, then press pound.",
    ]
    assert desk.book.set_by == ["PIN 101"]


async def test_who_calls_in_from_outside_sets_their_state() -> None:
    pins = MemoryPins({"101": "827364"})
    keys = ["101", "827364", "3", "3", "1545", "*"]
    desk = Dialled("*98", *keys, office=office(), by=None, pins=pins)
    said = await desk.serve()
    assert "For your messages, press one. For your state, press three. To leave, press star." in said
    assert said[-1] == "Goodbye."
    assert desk.book.set_by == ["PIN 101 from outside"]
    assert pins.asked == [("101", "0311112222")]


async def test_who_calls_in_from_outside_hears_their_messages() -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*98", "101", "827364", "1", "*", office=office(), by=None, pins=pins)
    await desk.serve()
    assert desk.mailboxes == ["101"]


async def test_a_key_that_means_nothing_outside_is_told_so_and_pound_leaves_like_star() -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*98", "101", "827364", "7", "#", office=office(), by=None, pins=pins)
    menu = "For your messages, press one. For your state, press three. To leave, press star."
    assert (await desk.serve())[2:] == [
        menu,
        "I am sorry, I did not understand that key.",
        menu,
        "Goodbye.",
    ]


@pytest.mark.parametrize("pair", [("101", "111222"), ("555", "827364"), ("", "")])
async def test_it_is_not_told_which_of_extension_and_pin_was_wrong(pair: tuple[str, str]) -> None:
    pins = MemoryPins({"101": "827364"})
    desk = Dialled("*98", *(pair * 3), office=office(), by=None, pins=pins)
    said = await desk.serve()
    no_pair = "The extension and the PIN do not match, or they are locked for a while."
    assert said[2::3][:3] == [no_pair] * 3
    assert said[-1] == "That was not right three times. Goodbye."
    assert len(pins.asked) == 3


async def test_no_pin_is_right_while_the_ledger_cannot_be_used() -> None:
    pins = MemoryPins({"101": "827364"}, broken=True)
    desk = Dialled("*98", *("101", "827364") * 3, office=office(), by=None, pins=pins)
    assert (await desk.serve())[-1] == "That was not right three times. Goodbye."


@pytest.mark.parametrize(("code", "owner"), [("*97", "101"), ("*98", None)])
async def test_the_codes_of_the_mailbox_lead_to_it(code: str, owner: str | None) -> None:
    desk = Dialled(code, office=office())
    await desk.serve()
    assert desk.mailboxes == [owner]


# -- who hangs up, and what Asterisk refuses


@pytest.mark.parametrize("gone_after_steps", range(9))
async def test_who_hangs_up_in_the_middle_leaves_all_or_nothing(gone_after_steps: int) -> None:
    desk = Dialled("*33", "99", "1224", "2", office=office(), gone_after_steps=gone_after_steps)
    try:
        await desk.serve()
    except CallerGone:
        assert len(desk.call.done) == gone_after_steps + 1
    set_now = desk.book.now_set("101")
    assert set_now in ([], [(Kind.OUT, tokyo(25, 12, 24))], [(Kind.OUT, tokyo(24, 9, month=12))])


@pytest.mark.parametrize("failing_step", range(5))
async def test_what_asterisk_refuses_ends_the_talk(failing_step: int) -> None:
    desk = Dialled("*33", "1545", office=office(), failing_step=failing_step)
    if failing_step < 4:
        with pytest.raises(EffectFailed):
            await desk.serve()
    else:
        await desk.serve()


def test_the_office_is_what_these_tests_believe() -> None:
    assert isinstance(ON_LEAVE.people["101"].absences[0], DatedAbsence)
    assert BEGIN < MORNING < END
    assert KENJI.name == "Kenji Ito"


async def test_time_that_has_passed_is_refused_without_a_word_of_hours_while_one_works() -> None:
    wednesday = datetime(2026, 11, 25, 5, 10, tzinfo=UTC)
    desk = Dialled("*30*1400", office=office(), at=wednesday)
    said = await desk.serve()
    assert said[:2] == ["That time has passed already today.", "Nothing was changed."]
