"""Labels and notes of what was left while the service was away: read back as written, and nothing else is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.left import Kind, LeftCall, LeftNote, NotLeft, label_of, read, written
from ari_absence.core.people import Why
from tests.hostile import HOSTILE

LABEL = "101=0441112233=busy=1795475958=1795475958.0="
AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

labels = st.builds(
    "{}={}={}={}={}={}".format,
    st.text("0123456789*#aZ_-", min_size=1, max_size=64),
    st.text("+0123456789", max_size=32),
    st.sampled_from([*Why, ""]),
    st.integers(0, 4_000_000_000),
    st.from_regex(r"[-_.0-9A-Za-z]{1,60}", fullmatch=True),
    st.just("") | st.text("0123456789abcdef", min_size=32, max_size=32),
)
notes = st.builds(
    LeftNote,
    labels,
    st.sampled_from([kind for kind in Kind if kind is not Kind.MESSAGE]),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    number=st.none() | st.text("0123456789", min_size=2, max_size=20),
    due=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    urgent=st.booleans(),
    possibly_cut=st.booleans(),
    caller_name=st.none() | st.text(max_size=64),
    caller_extension=st.none() | st.just("102"),
    trouble=st.none() | st.just("there is no snapshot"),
)


def test_a_label_tells_who_called_whom_why_and_when() -> None:
    call = LeftCall.of(LABEL)

    assert (call.extension, call.number, call.why, call.channel) == (
        "101",
        "0441112233",
        Why.BUSY,
        "1795475958.0",
    )
    assert call.at == datetime.fromtimestamp(1795475958, UTC)
    assert not call.known_before
    assert len(call.call_id) == 32


@given(labels)
def test_every_label_of_the_dialplans_names_its_recordings_and_one_call(label: str) -> None:
    call = LeftCall.of(label)

    assert label_of(call.recording(1)) == label
    assert label_of(f"ari-absence-fallback/{label}=p") == label
    assert LeftCall.of(label) == call


@given(labels, labels)
def test_two_calls_never_have_one_id(one: str, other: str) -> None:
    calls = LeftCall.of(one), LeftCall.of(other)

    if not any(call.known_before for call in calls):
        assert (calls[0].call_id == calls[1].call_id) == (one == other)


@pytest.mark.parametrize("text", [*HOSTILE, "", "101", f"{LABEL}x", f"../{LABEL}", f"{LABEL}\n"])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(NotLeft):
        LeftCall.of(text)
    assert label_of(text) is None
    assert label_of(f"ari-absence-fallback/{text}=p") is None


@given(notes)
def test_a_note_is_read_as_it_was_written(note: LeftNote) -> None:
    assert read(written(note)) == note


@given(notes, st.integers(0, 400))
def test_half_a_note_is_no_note(note: LeftNote, length: int) -> None:
    text = written(note).rstrip("\n")

    with pytest.raises(NotLeft):
        read(text[: min(length, len(text) - 1)])


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(NotLeft):
        read(text)


def test_a_note_of_a_newer_version_is_refused_and_says_so() -> None:
    newer = written(LeftNote(LABEL, Kind.CALL_BACK, AT)).replace('"left": 1', '"left": 2')

    with pytest.raises(NotLeft, match="of version 2"):
        read(newer)


def test_a_note_can_only_name_a_recording_of_its_own_call() -> None:
    other = f"ari-absence-fallback/{LABEL.replace('101', '102')}=r1"

    with pytest.raises(NotLeft, match="another call"):
        read(written(LeftNote(LABEL, Kind.MESSAGE, AT, recording=other)))
    with pytest.raises(NotLeft, match="another call"):
        read(written(LeftNote(LABEL, Kind.MESSAGE, AT, recording="abs/somebody-elses")))
