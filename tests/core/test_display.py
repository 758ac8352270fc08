"""The words on displays: public ones only, short, true, and told again when they would read otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core import display
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.display import (
    SHOWN_CHARS_MAX,
    TEXT_CHARS_MAX,
    next_text_change,
    presence_of,
    shown_to_colleague,
    state_text,
)
from ari_absence.core.facts import NOWHERE, PrivateNote
from ari_absence.core.people import Kind, Why
from ari_absence.core.schedule import BREAK, State

TOKYO = ZoneInfo("Asia/Tokyo")
WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=TOKYO).astimezone(UTC)
ZONES = st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]).map(
    ZoneInfo
)
INSTANTS = st.integers(1_577_836_800, 2_114_380_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
AHEAD = st.timedeltas(timedelta(seconds=1), timedelta(days=731))
KINDS = st.sampled_from(list(Kind))


def state(kind: Kind | None, detail: str = "", note: str = "") -> State:
    present = kind in (None, Kind.REMOTE)
    absence = DatedAbsence(Kind.OUT, WEDNESDAY, None, note=PrivateNote(note)) if note else None
    return State(present, kind, WEDNESDAY, None, absence, detail, NOWHERE)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=TOKYO).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("kind", "back", "text"),
    [
        (Kind.OUT, local(2026, 11, 25, 15, 30), "out, back 15:30"),
        (Kind.BUSINESS_TRIP, local(2026, 11, 27, 9, 0), "business trip, back Fri 27 Nov"),
        (Kind.MEETING, local(2026, 11, 25, 11, 30), "meeting until 11:30"),
        (Kind.DND, None, "do not disturb"),
        (Kind.VACATION, local(2027, 1, 4, 9, 0), "vacation, back 4 Jan 2027"),
        (Kind.LEFT, local(2026, 11, 26, 9, 0), "left for today, back Thu 26 Nov"),
        (Kind.REMOTE, None, "works elsewhere"),
        (None, None, ""),
    ],
)
def test_a_state_is_shown_in_a_few_words(kind: Kind | None, back: datetime | None, text: str) -> None:
    assert state_text(state(kind), WEDNESDAY, back, TOKYO) == text


def test_a_break_between_two_spans_of_hours_is_called_one() -> None:
    back = WEDNESDAY + timedelta(hours=1)
    assert state_text(state(Kind.CLOSED, BREAK), WEDNESDAY, back, TOKYO) == "on a break, back 11:00"


@given(KINDS, INSTANTS, AHEAD, ZONES, st.text(max_size=80), st.sampled_from(Why))
def test_texts_are_short_and_hold_nothing_but_kind_and_return(
    kind: Kind, at: datetime, ahead: timedelta, zone: ZoneInfo, secret: str, why: Why
) -> None:
    noted, bare = state(kind, detail=secret, note=secret), state(kind)
    if secret == BREAK:
        return
    text = state_text(noted, at, at + ahead, zone)
    assert text == state_text(bare, at, at + ahead, zone)
    assert 0 < len(text) <= TEXT_CHARS_MAX
    shown = shown_to_colleague("Alice " * 20, why, noted, at, at + ahead, zone)
    assert len(shown) <= SHOWN_CHARS_MAX
    assert shown.isprintable()
    if why is Why.ABSENT and not noted.present:
        assert shown.endswith(f": {text}")


@given(INSTANTS, AHEAD, ZONES)
def test_between_two_changes_the_text_stays_true(at: datetime, ahead: timedelta, zone: ZoneInfo) -> None:
    back = at + ahead
    change = next_text_change(at, back, zone)
    assert change is None or at < change <= back
    last = (change or back) - timedelta(seconds=1)
    if last >= at and last.astimezone(zone).year == at.astimezone(zone).year:
        assert state_text(state(Kind.OUT), last, back, zone) == state_text(state(Kind.OUT), at, back, zone)


def test_on_the_day_of_the_return_its_time_is_shown_instead_of_the_day() -> None:
    back = local(2026, 11, 27, 9, 0)
    change = next_text_change(WEDNESDAY, back, TOKYO)
    assert change == local(2026, 11, 27, 0, 0)
    assert state_text(state(Kind.OUT), change, back, TOKYO) == "out, back 09:00"


@pytest.mark.parametrize("why", [Why.NOANSWER, Why.BUSY, Why.UNREACHABLE])
def test_of_somebody_at_work_the_display_says_why_we_answer(why: Why) -> None:
    assert shown_to_colleague("Alice", why, state(None), WEDNESDAY, None, TOKYO).startswith("Alice: ")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (None, "available"),
        (Kind.REMOTE, "available"),
        (Kind.AWAY, "away"),
        (Kind.MEETING, "away"),
        (Kind.OUT, "away"),
        (Kind.DND, "dnd"),
        (Kind.VACATION, "xa"),
        (Kind.CLOSED, "xa"),
    ],
)
def test_every_kind_has_a_word_of_asterisks(kind: Kind | None, value: str) -> None:
    shown = presence_of(state(kind), WEDNESDAY, None, TOKYO)
    assert (shown.value, shown.kind) == (value, kind.value if kind else "")


def test_there_are_words_for_every_kind() -> None:
    assert set(display._WORDS) == set(Kind)
