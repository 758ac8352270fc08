"""How English says what the vocabulary can mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.people import Directory, Person, PrivateNote, Site, SiteAnswer, Team
from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    CalleeUtterance,
    CallerNamed,
    CallerNumber,
    CallFor,
    CallPromise,
    Choice,
    ConnectingWith,
    DayPart,
    Fixed,
    MayNote,
    MessageAudio,
    Moment,
    Name,
    Phrase,
    PublishedAnswer,
    QuestionChoice,
    Reaching,
    ReadBack,
    Recorded,
    TriedToCall,
    UrgentMessageFor,
    Utterance,
    Welcome,
    Whereabouts,
)
from ari_absence.errors import SpeechError
from ari_absence.speech import english_catalogue as words
from ari_absence.speech.english import English, prose
from ari_absence.speech.english_parts import grouped
from ari_absence.speech.language import (
    AnyUtterance,
    CatalogueClip,
    Clip,
    CustomClip,
    LentClip,
    NoteClip,
    RecordedClip,
    as_sentence,
)
from ari_absence.speech.languages import language

ENGLISH = English()
ALICE, KENJI = Name("Alice Tanaka", "101"), Name("Kenji Ito", "102")
NOTE = PrivateNote("may confirm delivery dates; refer prices to Kenji")
TODAY = date(2026, 11, 24)  # a Tuesday
HOURS = SiteAnswer("opening hours", "We are open from nine to five.")
CLIPS_MAX = 7  # name, stem, day, month, date, hour, odd minute: what nobody plans


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> Moment:
    return Moment.seen_from(TODAY, datetime(year, month, day, hour, minute))  # noqa: DTZ001 - wall-clock time


def out_until(moment: Moment) -> str:
    return ENGLISH.text(Whereabouts(ALICE, AbsenceClass.OUT_OF_OFFICE, moment))


def clip_count(utterance: AnyUtterance) -> int:
    return len(ENGLISH.clips(utterance))


def words_of(utterance: AnyUtterance) -> list[str]:
    return [_words_of(clip) for clip in ENGLISH.clips(utterance)]


def _words_of(clip: Clip) -> str:
    match clip:
        case CatalogueClip(name):
            return ENGLISH.catalogue[name]
        case CustomClip():
            return clip.text
        case NoteClip() | RecordedClip() | LentClip():
            return PLACEHOLDERS[type(clip)]


PLACEHOLDERS = {NoteClip: "(what you may do)", RecordedClip: "(a recording)", LentClip: "(a message)"}


@pytest.mark.parametrize(
    ("moment", "ending"),
    [
        (at(25, 9), "tomorrow morning at nine."),
        (at(24, 15, 30), "this afternoon at three thirty."),
        (at(24, 15, 33), "this afternoon at three thirty-three."),
        (at(24, 12), "today at twelve noon."),
        (at(24, 18, 5), "this evening at six oh five."),
        (at(25, 12), "tomorrow at twelve noon."),
        (at(25, 0), "tonight at midnight."),
        (at(25, 2, 30), "early tomorrow morning at two thirty."),
        (at(26, 9, 5), "on Thursday morning at nine oh five."),
        (at(26, 12), "on Thursday at twelve noon."),
        (at(30, 0), "on Monday at midnight."),
        (at(1, 9, month=12), "on Tuesday, December first, at nine in the morning."),
        (at(31, 13, 30, month=12), "on Thursday, December thirty-first, at one thirty in the afternoon."),
        (at(3, 9, 10, month=12), "on Thursday morning December third, at nine ten."),
        (at(3, 12, month=12), "on Thursday, December third, at twelve noon."),
        (at(3, 0, month=12), "on Thursday, December third, at midnight."),
        (at(1, 9, month=12, year=2027), "on Wednesday, December first, twenty twenty-seven."),
        (at(1, 9, month=12, year=2099), "on Tuesday, December first."),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: Moment, ending: str) -> None:
    assert out_until(moment) == f"Alice Tanaka is out of the office and will be back {ending}"


@pytest.mark.parametrize(
    ("day", "ending"),
    [(24, "later today."), (25, "tomorrow."), (27, "on Friday."), (2, "on Wednesday, December second.")],
)
def test_a_day_without_a_time_is_a_sentence_too(day: int, ending: str) -> None:
    known = at(day, 9, month=12 if day == 2 else 11)
    moment = Moment(known.day_word, known.day, 0, 0, known.part, time_known=False)
    assert out_until(moment).endswith(f"will be back {ending}")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            Whereabouts(ALICE, AbsenceClass.OFFICE_CLOSED, at(25, 9)),
            "The office is closed now. Alice Tanaka will be back tomorrow morning at nine.",
        ),
        (Whereabouts(ALICE, AbsenceClass.OFFICE_CLOSED), "The office is closed now."),
        (Whereabouts(ALICE, AbsenceClass.ON_LEAVE), "Alice Tanaka is on leave."),
        (
            Whereabouts(ALICE, AbsenceClass.AWAY_FROM_DESK, shortly=True),
            "Alice Tanaka is away from the desk right now and will be back shortly.",
        ),
        (TriedToCall(), "We have tried to call you back."),
        (TriedToCall(at(24, 17, 10)), "We have tried to call you back this afternoon at five ten."),
        (Choice("1", Action.MESSAGE, again=True), "To add a message, press one."),
        (Choice("8", Action.MESSAGE, again=True), "To add a message, press eight."),
        (CallPromise(ALICE, at(25, 13)), "Alice Tanaka will call you back by tomorrow afternoon at one."),
        (
            CallPromise(ALICE, at(30, 9)),
            "Alice Tanaka will call you back at the latest on Monday morning at nine.",
        ),
        (Choice("1", Action.MESSAGE), "To leave a message, press one."),
        (Choice("9", Action.MESSAGE), "To leave a message, press nine."),
        (
            Choice("4", Action.COLLEAGUE, KENJI),
            "Kenji Ito can help you. To be connected, press four.",
        ),
        (Choice("4", Action.COLLEAGUE), "To speak to a colleague, press four."),
        (ReadBack("4155550123"), "The number I have is, four one five, five five five, zero one two three."),
        (QuestionChoice("2", HOURS), "For opening hours, press two."),
        (PublishedAnswer(HOURS), "We are open from nine to five."),
        (Welcome(Name("Acme")), "Thank you for calling Acme."),
        (Fixed(Phrase.GOODBYE), "Thank you for calling. Goodbye."),
        (Choice("5", Action.URGENT), "If this is urgent, press five."),
        (Choice("7", Action.WAIT), "To wait a moment, press seven."),
        (Reaching(ALICE), "I will try to reach Alice Tanaka for you. One moment, please."),
        (ConnectingWith(KENJI), "I am connecting you with Kenji Ito now. One moment, please."),
        (CallFor(ALICE), "There is a call for Alice Tanaka on the line."),
        (CallerNamed(KENJI), "Kenji Ito is calling."),
        (CallerNumber("4155550123"), "Their number is, four one five, five five five, zero one two three."),
        (CallerNumber(""), "The caller's number is withheld."),
        (UrgentMessageFor(ALICE), "There is an urgent message for Alice Tanaka that is waiting to be heard."),
        (
            Fixed(Phrase.SCREENING_MENU_WITH_NOTE),
            (
                "To take the call, press one. If it is not for you, press two. To have a message taken, press "
                "three. To hear what you may do, press four. To hear this again, press zero."
            ),
        ),
    ],
)
def test_every_kind_of_utterance_reads_as_prose(said: AnyUtterance, text: str) -> None:
    assert ENGLISH.text(said) == text


def test_what_only_one_pair_of_ears_may_hear_is_not_written() -> None:
    said: tuple[AnyUtterance, ...] = (MayNote(NOTE), Recorded("name-1"), MessageAudio("m1"))
    assert [ENGLISH.text(each) for each in said] == list(PLACEHOLDERS.values())
    assert NOTE.text_for_owner() not in repr(ENGLISH.clips(MayNote(NOTE)))


def test_the_menu_with_the_note_is_the_menu_with_one_more_sentence() -> None:
    with_note = ENGLISH.text(Fixed(Phrase.SCREENING_MENU_WITH_NOTE))
    shorter = with_note.replace("To hear what you may do, press four. ", "")
    assert shorter == ENGLISH.text(Fixed(Phrase.SCREENING_MENU))


@pytest.mark.parametrize("made", [Reaching, ConnectingWith, CallFor, CallerNamed, UrgentMessageFor])
def test_no_sentence_ends_with_a_name_because_names_are_spoken_as_if_going_on(
    made: type[Reaching | ConnectingWith | CallFor | CallerNamed | UrgentMessageFor],
) -> None:
    assert isinstance(ENGLISH.clips(made(ALICE))[-1], CatalogueClip)


def test_every_phrase_and_every_class_of_absence_has_its_words() -> None:
    assert set(words.SENTENCES) == {phrase.value for phrase in Phrase}
    said_otherwise = {AbsenceClass.OFFICE_CLOSED.value}
    assert set(words.ABSENCES) | said_otherwise == {each.value for each in AbsenceClass}
    assert set(words.CHOICES) == set(words.DEFAULT_KEYS) == set(Action)


def test_what_is_said_most_has_the_fewest_joints() -> None:
    assert clip_count(Fixed(Phrase.REVIEW_MENU)) == 1
    assert clip_count(Choice("1", Action.MESSAGE)) == 1
    assert clip_count(Whereabouts(ALICE, AbsenceClass.ON_LEAVE)) == 2
    assert clip_count(Whereabouts(ALICE, AbsenceClass.OUT_OF_OFFICE, at(24, 15, 45))) == 3
    assert clip_count(Whereabouts(ALICE, AbsenceClass.OUT_OF_OFFICE, at(26, 9))) == 4


moments = st.builds(
    lambda today, days, minute, known, part_now: _moment(today, days, minute, known, part_now),
    st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    st.integers(0, 500),
    st.integers(0, 24 * 60 - 1),
    st.booleans(),
    st.none() | st.sampled_from(DayPart),
)


def _moment(today: date, days: int, minute: int, known: bool, part_now: DayPart | None) -> Moment:
    midnight = datetime.combine(today + timedelta(days=days), datetime.min.time())
    seen = Moment.seen_from(today, midnight + timedelta(minutes=minute), part_now)
    return Moment(seen.day_word, seen.day, seen.hour, seen.minute, seen.part, known)


names = st.builds(Name, st.sampled_from(["Alice Tanaka", "Sales"]), st.sampled_from(["101", None]))
keys = st.sampled_from("0123456789*#")
utterances: st.SearchStrategy[Utterance] = st.one_of(
    st.builds(Fixed, st.sampled_from(Phrase)),
    st.builds(Welcome, names),
    st.builds(Whereabouts, names, st.sampled_from(AbsenceClass), st.none() | moments, st.booleans()),
    st.builds(CallPromise, names, moments),
    st.builds(TriedToCall, st.none() | moments),
    st.builds(Choice, keys, st.sampled_from(Action), st.none() | names),
    st.builds(ReadBack, st.text("+0123456789*#- x", max_size=24)),
    st.builds(QuestionChoice, keys, st.just(HOURS)),
    st.builds(PublishedAnswer, st.just(HOURS)),
    st.builds(Reaching, names),
    st.builds(ConnectingWith, names),
)
to_callees: st.SearchStrategy[CalleeUtterance] = st.one_of(
    st.builds(CallFor, names),
    st.builds(CallerNamed, names),
    st.builds(CallerNumber, st.text("+0123456789*#- x", max_size=24)),
    st.just(Recorded("name-1")),
    st.just(MayNote(NOTE)),
    st.builds(UrgentMessageFor, names),
    st.just(MessageAudio("m1")),
)
anything: st.SearchStrategy[AnyUtterance] = utterances | to_callees


@given(anything)
def test_everything_is_said_with_clips_that_exist(utterance: AnyUtterance) -> None:
    clips = ENGLISH.clips(utterance)
    assert clips
    for clip in clips:
        if not isinstance(clip, RecordedClip):  # that one lies in Asterisk
            wanted = (clip,) if isinstance(clip, CatalogueClip) else clip.instead
            assert all(each.id in ENGLISH.catalogue for each in wanted)


@given(anything)
def test_the_text_is_what_the_clips_say(utterance: AnyUtterance) -> None:
    text = ENGLISH.text(utterance)
    assert text.lower() == " ".join(words_of(utterance)).lower()
    assert ". ." not in text
    if utterance != Fixed(Phrase.CALLER_SAID):  # the caller's own voice goes on
        assert text.endswith((".", ")"))


@given(anything)
def test_the_simpler_form_needs_only_the_catalogue(utterance: AnyUtterance) -> None:
    simpler = ENGLISH.simpler(utterance)
    assert simpler
    assert all(isinstance(clip, CatalogueClip) and clip.id in ENGLISH.catalogue for clip in simpler)


@given(anything)
def test_only_the_last_clip_of_a_sentence_falls(utterance: AnyUtterance) -> None:
    for text, following in pairwise(words_of(utterance)):
        if text.endswith("."):
            assert following[0].isupper(), f"{following!r} goes on after a full stop"


@given(moments)
def test_a_return_is_never_more_than_a_handful_of_clips(moment: Moment) -> None:
    assert clip_count(Whereabouts(ALICE, AbsenceClass.OUT_OF_OFFICE, moment)) <= CLIPS_MAX


@given(moments)
def test_the_hour_that_is_said_is_the_hour_that_is_meant(moment: Moment) -> None:
    text = out_until(moment)
    if " at " in text and "noon" not in text and "midnight" not in text:
        said_hour = text.rsplit(" at ", 1)[1].split()[0].rstrip(".")
        assert words.UNITS.index(said_hour) % 12 == moment.hour % 12


@given(st.text("0123456789", max_size=20), st.booleans())
def test_grouping_loses_no_digit_and_makes_groups_one_can_keep_in_mind(digits: str, plus: bool) -> None:
    groups = grouped(("+" if plus else "") + digits)
    assert "".join(groups).lstrip("+") == digits
    assert all(len(group.lstrip("+")) <= words_in_mind for group in groups)


words_in_mind = 4


def test_a_north_american_number_is_grouped_as_it_is_written() -> None:
    assert grouped("+14155550123") == ["+1", "415", "555", "0123"]
    assert grouped("5550123") == ["555", "0123"]
    assert grouped("8904") == ["8904"]


def test_a_site_needs_its_welcome_its_names_and_its_answers() -> None:

    site = Site("Acme", ZoneInfo("UTC"), "US", answers=(HOURS,))
    clips = ENGLISH.custom_clips(Directory(site, {}))
    assert [(clip.text, clip.recording) for clip in clips if isinstance(clip, CustomClip)] == [
        ("Thank you for calling Acme.", "welcome"),
        ("For opening hours,", "title-opening-hours"),
        ("We are open from nine to five.", "answer-opening-hours"),
    ]


def test_people_and_teams_need_their_names_and_only_who_may_do_something_a_note() -> None:
    alice = Person("101", "Alice Tanaka", (), ZoneInfo("UTC"), WeeklyHours(), HolidayCalendar(), may=NOTE)
    people = {"101": alice, "102": replace(alice, extension="102", name="Kenji Ito", may=None)}
    teams = {"sales": Team("sales", "Sales and Service", ("101", "102"))}
    clips = ENGLISH.custom_clips(Directory(Site("Acme", ZoneInfo("UTC"), "US"), people, teams))
    assert [clip.recording for clip in clips] == ["welcome", "101", "102", "sales-and-service", "may-101"]
    assert isinstance(clips[-1], NoteClip)
    assert ENGLISH.clips(MayNote(PrivateNote(NOTE.text_for_owner()))) == (clips[-1],)


def test_a_note_falls_at_its_end_however_it_was_written() -> None:
    assert as_sentence(" may sign, ") == "may sign."
    assert as_sentence("Ask Kenji!") == "Ask Kenji!"


def test_a_region_falls_back_to_its_language_and_an_unknown_one_is_refused() -> None:
    assert language("en-GB").code == "en"
    with pytest.raises(SpeechError, match="no language 'xx'"):
        language("xx")


def test_prose_has_capitals_after_full_stops() -> None:
    assert prose(["the office is closed.", "alice is out"]) == "The office is closed. Alice is out"
