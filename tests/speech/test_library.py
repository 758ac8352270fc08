"""What is played for an utterance, and that it is never silence."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.people import Directory, Person, PrivateNote, Site, SiteAnswer
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
    MessageAudio,
    MessageFor,
    Name,
    Phrase,
    PublishedAnswer,
    Reaching,
    Recorded,
    UrgentMessageFor,
    Welcome,
    Whereabouts,
)
from ari_absence.speech.audio import read_wav
from ari_absence.speech.english import English
from ari_absence.speech.language import AnyUtterance, CatalogueClip, CustomClip, NoteClip
from ari_absence.speech.library import LAST_RESORT, SoundLibrary
from ari_absence.speech.manifest import SUFFIX
from tests.speech.small_language import HummingEngine, hum, write_recording

ALICE = Name("Alice Tanaka", "101")
ON_LEAVE = Whereabouts(ALICE, AbsenceClass.ON_LEAVE)
ALICE_CLIP = CustomClip("Alice Tanaka", "101", (CatalogueClip("somebody"),))
KENJI = Name("Kenji Ito", "102")
WORDS_OF_NOTE = "may confirm delivery dates"
NOTE = MayNote(PrivateNote(WORDS_OF_NOTE))
NOTE_CLIP = NoteClip(NOTE.note, (CatalogueClip("cannot-be-played"),), "may-102")


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder in which every clip of the catalogue has a file; the library looks at names only."""
    folder = tmp_path / "sounds" / "en"
    folder.mkdir(parents=True)
    for clip in English().catalogue:
        (folder / f"{clip}{SUFFIX}").touch()
    return folder


def library(sounds: Path, engine: HummingEngine | None = None, prefix: str | None = None) -> SoundLibrary:
    return SoundLibrary(English(), sounds, sounds.parent / "custom", engine, prefix)


def names(media: list[str]) -> list[str]:
    return [uri.rsplit("/", 1)[1] for uri in media]


def test_a_phrase_is_an_absolute_path_without_its_ending(sounds: Path) -> None:
    assert library(sounds).media([Fixed(Phrase.GOODBYE)]) == [f"sound:{sounds}/say-goodbye"]


def test_asterisk_may_see_the_sounds_elsewhere(sounds: Path) -> None:
    opened = library(sounds, HummingEngine(), "/var/lib/asterisk/sounds/ari-absence/")
    opened.prepare([ALICE_CLIP])
    name, stem = opened.media([ON_LEAVE])
    assert name.startswith("sound:/var/lib/asterisk/sounds/ari-absence/custom/made/text-")
    assert stem == "sound:/var/lib/asterisk/sounds/ari-absence/en/who-on-leave"


def test_a_name_without_a_sound_is_the_person_you_have_called(sounds: Path) -> None:
    assert names(library(sounds).media([ON_LEAVE])) == ["somebody", "who-on-leave"]


def test_what_nobody_can_say_is_named_until_it_is_recorded_made_or_can_be_made(sounds: Path) -> None:
    directory = Directory(Site("Example", ZoneInfo("UTC"), "JP"), {})
    everything = library(sounds).unspoken(directory)
    assert "Example" in " ".join(everything)
    assert library(sounds, HummingEngine()).unspoken(directory) == ()
    write_recording(sounds.parent / "custom" / "names" / "welcome.wav", hum())
    assert len(library(sounds).unspoken(directory)) == len(everything) - 1
    library(sounds, HummingEngine()).prepare_for(directory)
    assert library(sounds).unspoken(directory) == ()


def test_a_note_that_nobody_can_say_is_not_written_where_that_is_told(sounds: Path) -> None:
    alice = Person("101", "Alice", (), ZoneInfo("UTC"), WeeklyHours(), HolidayCalendar(), may=NOTE.note)
    directory = Directory(Site("Example", ZoneInfo("UTC"), "JP"), {"101": alice})
    assert library(sounds).unspoken(directory)[1:] == ("Alice", "may-101")


def test_a_library_opened_to_look_takes_nothing_from_the_service(sounds: Path) -> None:
    lent = write_recording(sounds.parent / "custom" / "lent" / "0a1b.wav")
    opened = library(sounds)
    opened.unspoken(Directory(Site("Example", ZoneInfo("UTC"), "JP"), {}))
    assert lent.exists()
    opened.prepare_for(Directory(Site("Example", ZoneInfo("UTC"), "JP"), {}))
    assert not lent.exists()


def test_a_colleague_without_a_sound_is_a_colleague(sounds: Path) -> None:
    choice = Choice("4", Action.COLLEAGUE, Name("Kenji Ito", "102"))
    assert names(library(sounds).media([choice])) == ["a-colleague", "can-help-default"]


def test_a_company_and_an_answer_without_a_sound_are_still_said(sounds: Path) -> None:
    answer = PublishedAnswer(SiteAnswer("opening hours", "We are open."))
    assert names(library(sounds).media([Welcome(Name("Acme")), answer])) == ["welcome", "no-answer-known"]


def test_a_prepared_name_is_made_once_and_kept(sounds: Path) -> None:
    first, second = HummingEngine(), HummingEngine()
    assert library(sounds, first).prepare([ALICE_CLIP, ALICE_CLIP]).made == 1
    opened = library(sounds, second)
    prepared = opened.prepare([ALICE_CLIP])
    assert (prepared.made, prepared.kept) == (0, 1)
    assert (first.said, second.said) == (["Alice Tanaka,"], [])
    assert names(opened.media([ON_LEAVE]))[0].endswith("-humming-one")


def test_what_a_voice_made_earlier_needs_no_voice_now(sounds: Path) -> None:
    library(sounds, HummingEngine()).prepare([ALICE_CLIP])
    opened = library(sounds)
    assert opened.prepare([ALICE_CLIP]).kept == 1
    assert names(opened.media([ON_LEAVE]))[0].startswith("text-")


def test_one_s_own_recording_wins_and_is_made_fit_to_play(sounds: Path) -> None:
    write_recording(sounds.parent / "custom" / "names" / "101.wav", hum(rate_hz=8_000, level=0.05))
    engine = HummingEngine()
    opened = library(sounds, engine)
    assert opened.prepare([ALICE_CLIP]).made == 1
    assert engine.said == []
    name = names(opened.media([ON_LEAVE]))[0]
    assert name.startswith("101-")
    assert read_wav(sounds.parent / "custom" / "made" / f"{name}{SUFFIX}").rate_hz == 16_000


def test_a_new_recording_replaces_the_old_one(sounds: Path) -> None:
    path = sounds.parent / "custom" / "names" / "101.wav"
    opened = library(sounds)
    write_recording(path)
    opened.prepare([ALICE_CLIP])
    before = opened.media([ON_LEAVE])
    write_recording(path, hum(0.9))
    opened.prepare([ALICE_CLIP])
    assert opened.media([ON_LEAVE]) != before


def test_a_damaged_recording_is_told_and_the_neutral_words_stay(sounds: Path) -> None:
    path = sounds.parent / "custom" / "names" / "101.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    opened = library(sounds, HummingEngine())
    (failure,) = opened.prepare([ALICE_CLIP]).failures
    assert str(path) in failure
    assert names(opened.media([ON_LEAVE]))[0] == "somebody"


def test_without_voice_or_recording_every_name_missing_is_told(sounds: Path) -> None:
    prepared = library(sounds).prepare([ALICE_CLIP])
    assert prepared.failures == ("There is neither a recording nor a voice for 'Alice Tanaka'.",)


def test_a_directory_is_prepared_as_a_whole(sounds: Path) -> None:
    site = Site("Acme", ZoneInfo("UTC"), "US", answers=(SiteAnswer("parking", "Behind the house."),))
    opened = library(sounds, HummingEngine())
    assert opened.prepare_for(Directory(site, {})).made == 3
    assert names(opened.media([Welcome(Name("Acme"))])) != ["welcome"]


@pytest.mark.parametrize(
    ("said", "clips"),
    [
        (Reaching(ALICE), ["reaching", "somebody", "reaching-end"]),
        (ConnectingWith(KENJI), ["connecting-with", "a-colleague", "connecting-with-end"]),
        (CallFor(ALICE), ["call-for", "a-colleague", "call-for-end"]),
        (CallerNamed(KENJI), ["a-colleague", "is-calling"]),
        (CallerNumber("04"), ["their-number-is", "digit-0", "digit-4-end"]),
        (MessageFor(ALICE), ["message-for", "a-colleague", "message-for-end"]),
        (UrgentMessageFor(ALICE), ["urgent-message-for", "a-colleague", "urgent-message-for-end"]),
        (NOTE, ["cannot-be-played"]),
        (MessageAudio("m1"), ["cannot-be-played"]),
    ],
)
def test_what_a_callee_hears_without_any_sound_of_the_site(
    sounds: Path, said: AnyUtterance, clips: list[str]
) -> None:
    assert names(library(sounds).media([said])) == clips


@pytest.mark.parametrize(
    ("said", "lost", "clips"),
    [
        (Reaching(ALICE), "reaching-end", ["say-reaching-somebody"]),
        (ConnectingWith(KENJI), "connecting-with", ["say-connecting"]),
        (CallFor(ALICE), "call-for", ["say-call-for-you"]),
        (CallerNumber("04"), "digit-4-end", ["cannot-be-played"]),
    ],
)
def test_a_callee_hears_less_but_never_silence_when_a_clip_is_missing(
    sounds: Path, said: AnyUtterance, lost: str, clips: list[str]
) -> None:
    (sounds / f"{lost}{SUFFIX}").unlink()
    assert names(library(sounds).media([said])) == clips


def test_a_recording_in_asterisk_is_played_from_there(sounds: Path) -> None:
    assert library(sounds).media([Recorded("ari-absence-1-name")]) == ["recording:ari-absence-1-name"]


def test_a_note_is_spoken_as_a_whole_sentence_into_a_file_whose_name_tells_nothing(sounds: Path) -> None:
    engine = HummingEngine()
    opened = library(sounds, engine)
    opened.prepare([NOTE_CLIP])
    assert engine.said == ["may confirm delivery dates."]
    (name,) = names(opened.media([NOTE]))
    assert name.startswith("text-")
    assert not any("delivery" in str(path) for path in sounds.parent.rglob("*"))


def test_a_note_may_be_recorded_as_a_name_may(sounds: Path) -> None:
    write_recording(sounds.parent / "custom" / "names" / "may-102.wav")
    opened = library(sounds)
    assert opened.prepare([NOTE_CLIP]).failures == ()
    assert names(opened.media([NOTE]))[0].startswith("may-102-")


@pytest.mark.parametrize(
    "engine", [None, HummingEngine(refused=frozenset({f"{WORDS_OF_NOTE}."}))], ids=["no voice", "a refusal"]
)
def test_no_complaint_about_a_note_quotes_it(sounds: Path, engine: HummingEngine | None) -> None:
    (failure,) = library(sounds, engine).prepare([NOTE_CLIP]).failures
    assert "delivery" not in failure
    assert "may-102.wav" in failure


def test_the_words_of_a_note_are_a_placeholder_even_when_it_can_be_heard(sounds: Path) -> None:
    opened = library(sounds, HummingEngine())
    opened.prepare([NOTE_CLIP])
    assert opened.texts([NOTE]) == ["(what you may do)"]


def test_the_library_knows_what_it_can_say(sounds: Path) -> None:
    opened = library(sounds, HummingEngine())
    assert not opened.can_say(NOTE)
    assert not opened.can_say(CallFor(ALICE))
    assert opened.can_say(Fixed(Phrase.SCREENING_MENU))
    opened.prepare([NOTE_CLIP, CustomClip("Alice Tanaka", "101", (CatalogueClip("a-colleague"),))])
    assert opened.can_say(NOTE)


def test_one_name_serves_every_sentence_it_stands_in(sounds: Path) -> None:
    opened = library(sounds, HummingEngine())
    opened.prepare([ALICE_CLIP])
    assert all(opened.can_say(said) for said in (CallFor(ALICE), Reaching(ALICE), ON_LEAVE))


async def test_a_message_can_be_said_while_it_is_lent(sounds: Path, tmp_path: Path) -> None:
    opened = library(sounds, prefix="/elsewhere")
    message = write_recording(tmp_path / "m1.wav", hum(rate_hz=8_000))
    async with opened.lend("m1", message) as said:
        assert opened.can_say(said)
        (uri,) = opened.media([said])
        assert uri.startswith("sound:/elsewhere/custom/lent/")
        copy = sounds.parent / "custom" / "lent" / f"{names([uri])[0]}.wav"
        assert copy.read_bytes() == message.read_bytes()
    assert not opened.can_say(said)
    assert names(opened.media([said])) == ["cannot-be-played"]


@pytest.mark.fault("F56")
def test_a_missing_clip_makes_the_sentence_simpler_not_silent(sounds: Path) -> None:
    (sounds / f"for-message-default{SUFFIX}").unlink()
    opened = library(sounds)
    assert opened.missing == ("for-message-default",)
    assert names(opened.media([Choice("1", Action.MESSAGE)])) == ["for-message", "press-1"]


@pytest.mark.fault("F56")
def test_without_one_single_file_there_is_still_a_beep(tmp_path: Path) -> None:
    opened = library(tmp_path / "en")
    assert opened.media([Fixed(Phrase.GOODBYE)]) == [LAST_RESORT]
    assert len(opened.missing) == len(English().catalogue)


def test_files_are_looked_up_when_opened_and_never_in_a_call(sounds: Path) -> None:
    opened = library(sounds)
    for path in sounds.iterdir():
        path.unlink()
    sounds.rmdir()
    assert names(opened.media([ON_LEAVE])) == ["somebody", "who-on-leave"]


def test_the_words_are_known_whatever_is_missing(tmp_path: Path) -> None:
    assert library(tmp_path).texts([ON_LEAVE]) == ["Alice Tanaka is on leave."]
