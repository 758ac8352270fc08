"""How English says what the codes tell."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.mailbox_phrases import Promised
from ari_absence.core.people import Kind
from ari_absence.core.phrases import DayPart, DayWord, Moment, Name
from ari_absence.core.status_phrases import (
    CallbackFrom,
    CallbackNumber,
    CallbackWish,
    CalledAt,
    Counts,
    Covers,
    HandedOver,
    OtherReading,
    Present,
    StatusPhrase,
    StatusUtterance,
    TheState,
    WasCalled,
)
from ari_absence.speech import english_status
from ari_absence.speech.english import English
from ari_absence.speech.language import CatalogueClip

ENGLISH = English()
KENJI = Name("Kenji Ito", "102")
TODAY = date(2026, 11, 25)
AT_ELEVEN = Moment(DayWord.THIS_PART, TODAY, 11, 30, DayPart.MORNING)

moments = st.datetimes(datetime(2026, 11, 25, 10), datetime(2027, 11, 1)).map(  # noqa: DTZ001 - wall clock
    lambda local: Moment.seen_from(TODAY, local, DayPart.MORNING)
)
kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.PRESENT])
utterances: st.SearchStrategy[StatusUtterance] = st.one_of(
    st.sampled_from(StatusPhrase),
    st.sampled_from(CallbackWish),
    st.builds(TheState, kinds, st.none() | moments, st.none() | st.just(KENJI)),
    st.builds(OtherReading, moments),
    st.builds(Counts, st.integers(0, 200), st.integers(0, 200)),
    st.builds(CalledAt, moments, st.integers(0, 100)),
    st.builds(CallbackNumber, st.from_regex(r"\+?[0-9]{2,15}", fullmatch=True)),
    st.sampled_from(
        [Present(KENJI), Covers(KENJI), CallbackFrom(KENJI), HandedOver(KENJI), WasCalled(KENJI)]
    ),
)


def test_every_sentence_has_its_words_and_every_kind_its_state() -> None:
    assert set(english_status.SENTENCES) == {phrase.value for phrase in StatusPhrase}
    assert set(english_status.WISHES) == {wish.value for wish in CallbackWish}
    assert set(english_status.STATES) == {kind.value for kind in Kind} - {Kind.PRESENT.value}


@given(utterances)
def test_everything_is_said_with_clips_that_exist(utterance: StatusUtterance) -> None:
    for clip in (*ENGLISH.clips(utterance), *ENGLISH.simpler(utterance)):
        assert not isinstance(clip, CatalogueClip) or clip.id in ENGLISH.catalogue


@given(utterances)
def test_only_the_last_clip_of_a_sentence_falls(utterance: StatusUtterance) -> None:
    clips = [each for each in ENGLISH.clips(utterance) if isinstance(each, CatalogueClip)]
    for clip, _ in pairwise(clips):
        assert not ENGLISH.catalogue[clip.id].endswith(".") or clip.id == "status-handed-over"
    if utterance is not StatusPhrase.CALLBACK_SAID:  # goes on into a caller's own voice
        assert ENGLISH.catalogue[clips[-1].id].endswith(".")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (TheState(Kind.DND), "Not to be disturbed, until further notice."),
        (TheState(Kind.HOLIDAY), "Off for a public holiday, until further notice."),
        (TheState(Kind.OUT, who=KENJI), "Kenji Ito is out of the office"),
        (TheState(Kind.HERE, AT_ELEVEN), "Here, and that ends at eleven thirty."),
        (TheState(Kind.HERE, AT_ELEVEN, KENJI), "Kenji Ito is here, and that ends at eleven thirty."),
        (Promised(AT_ELEVEN), "A call back is promised at the latest at eleven thirty."),
        (WasCalled(KENJI), "Kenji Ito was called."),
        (Counts(0, 0), "You have no new messages, and no calls to return."),
        (Counts(1, 99), "You have one new message, and more than nine calls to return."),
        (Present(KENJI), "Kenji Ito is present."),
        (CallbackFrom(KENJI), "Kenji Ito is to be called back."),
    ],
)
def test_what_the_codes_tell_reads_as_prose(said: StatusUtterance | Promised, text: str) -> None:
    assert ENGLISH.text(said).rstrip(".") == text.rstrip(".")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (1, "They called yesterday."),
        (5, "They called five days ago."),
        (40, "They called more than a week ago."),
    ],
)
def test_how_long_ago_somebody_called_is_told_in_days(days: int, text: str) -> None:
    at = datetime(2026, 11, 25, 10) - timedelta(days=days)  # noqa: DTZ001 - wall clock
    assert ENGLISH.text(CalledAt(Moment.seen_from(TODAY, at), days)) == text
