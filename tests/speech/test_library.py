"""What is played for an utterance, and that it is never silence."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ari_absence.core.people import Directory, Site, SiteAnswer
from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    Choice,
    Fixed,
    Name,
    Phrase,
    PublishedAnswer,
    Welcome,
    Whereabouts,
)
from ari_absence.speech.audio import read_wav
from ari_absence.speech.english import English
from ari_absence.speech.language import CatalogueClip, CustomClip
from ari_absence.speech.library import LAST_RESORT, SoundLibrary
from ari_absence.speech.manifest import SUFFIX
from tests.speech.small_language import HummingEngine, hum, write_recording

ALICE = Name("Alice Tanaka", "101")
ON_LEAVE = Whereabouts(ALICE, AbsenceClass.ON_LEAVE)
ALICE_CLIP = CustomClip("Alice Tanaka", "101", (CatalogueClip("somebody"),))


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


def test_a_missing_clip_makes_the_sentence_simpler_not_silent(sounds: Path) -> None:
    (sounds / f"for-message-default{SUFFIX}").unlink()
    opened = library(sounds)
    assert opened.missing == ("for-message-default",)
    assert names(opened.media([Choice("1", Action.MESSAGE)])) == ["for-message", "press-1"]


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
