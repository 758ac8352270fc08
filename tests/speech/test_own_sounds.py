"""What people record by phone: their name in every prompt, a greeting, a message played faster."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ari_absence.core.greetings import Greeting, GreetingKind
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.people import Directory, Person, Site
from ari_absence.core.phrases import CallFor, OwnGreeting, Whereabouts
from ari_absence.errors import SpeechError
from ari_absence.speech.audio import read_wav, wav_bytes
from tests.ledger.office import NOON
from tests.speech.small_language import HummingEngine, hum, write_recording
from tests.speech.test_library import ALICE, ON_LEAVE, library, names, sounds

__all__ = ["sounds"]

UTC = ZoneInfo("UTC")
OFFICE = Directory(
    Site("Acme", UTC, "US"),
    {"101": Person("101", "Alice Tanaka", (), UTC, WeeklyHours(), HolidayCalendar())},
)
GREETING = OwnGreeting(Greeting("A-1", GreetingKind.LEAVE, NOON), ON_LEAVE)


def test_a_recorded_name_is_heard_in_every_prompt_at_once_and_no_more_once_deleted(sounds: Path) -> None:
    opened = library(sounds, HummingEngine())
    opened.prepare_for(OFFICE)
    synthesised = names(opened.media([ON_LEAVE]))[0]
    opened.record_name("101", wav_bytes(hum(0.8, rate_hz=8_000)), OFFICE)

    assert opened.has_recorded_name("101")
    recorded = names(opened.media([ON_LEAVE]))[0]
    assert recorded.startswith("101-")
    assert names(opened.media([CallFor(ALICE)]))[1] == recorded
    assert opened.forget_name("101", OFFICE)
    assert names(opened.media([ON_LEAVE]))[0] == synthesised
    assert not opened.forget_name("101", OFFICE)
    assert list((sounds.parent / "custom").rglob("101*")) == []


def test_a_damaged_recording_of_a_name_changes_nothing(sounds: Path) -> None:
    opened = library(sounds, HummingEngine())
    opened.prepare_for(OFFICE)
    before = opened.media([ON_LEAVE])
    with pytest.raises(SpeechError):
        opened.record_name("101", b"no recording", OFFICE)

    assert opened.media([ON_LEAVE]) == before
    assert not opened.has_recorded_name("101")


async def test_a_greeting_that_is_not_lent_is_told_in_our_own_words(sounds: Path, tmp_path: Path) -> None:
    opened = library(sounds)
    whereabouts: Whereabouts = GREETING.instead
    assert opened.media([GREETING]) == opened.media([whereabouts])
    recording = write_recording(tmp_path / "A-1.wav", hum(2.0, rate_hz=8_000))
    async with opened.lend("A-1", recording):
        (uri,) = opened.media([GREETING])
        assert "/lent/" in uri
    assert opened.media([GREETING]) == opened.media([whereabouts])


async def test_a_message_is_lent_faster_beside_the_same_at_its_own_speed(
    sounds: Path, tmp_path: Path
) -> None:
    opened = library(sounds)
    recording = write_recording(tmp_path / "m1.wav", hum(3.0, rate_hz=8_000))
    async with opened.lend("m1", recording) as plain, opened.lend("m1", recording, factor=1.5) as fast:
        assert opened.media([plain]) != opened.media([fast])
        (lent,) = (
            path
            for path in (sounds.parent / "custom" / "lent").iterdir()
            if path.stem in opened.media([fast])[0]
        )
        assert read_wav(lent).duration_seconds == pytest.approx(2.0, abs=0.1)
    assert list((sounds.parent / "custom" / "lent").iterdir()) == []
