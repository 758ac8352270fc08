"""What a machine has heard: the words that are marked as heard, and that nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.transcript import BYTES_MAX, LENGTH_MAX, Doubt, marked, spans, understood, unmarked
from ari_absence.core.transcript_words import BESIDE, INTRODUCTIONS, JOINING, MOMENTS, NUMBERS
from tests.hostile import HOSTILE

WORDS = sorted(
    NUMBERS | MOMENTS | BESIDE | JOINING | {"call", "me", "hans", "415", "2:30", "I", "Acme", "name", "is"}
)
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=200)
UNBRACKETED = SPOKEN.map(lambda text: text.replace("[", "(").replace("]", ")"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call four one five five oh one two", "call [four one five five oh one two]"),
        ("before half past two on tuesday morning", "before [half past two] on [tuesday morning]"),
        ("from two to five in the afternoon", "from [two to five in the afternoon]"),
        ("extension 1 0 1, not 102.", "extension [1 0 1], not [102]."),
        ("call me at 14:30 or 2 p.m. please", "call me at [14:30] or [2 p.m.] please"),
        ("at Five. Two of us come", "at [Five]. [Two] of us come"),
        ("twenty-five euros may third", "[twenty-five] euros [may third]"),
        ("you may call me, I am in, good morning", "you may call me, I am in, good morning"),
        ("double one five plus four nine", "[double one five plus four nine]"),
    ],
)
def test_numbers_and_times_are_marked_as_heard(text: str, shown: str) -> None:
    assert marked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello this is hans huber from acme about it", "hello this is [hans huber] from [acme] about it"),
        ("my name is bob and i am late", "my name is [bob] and i am late"),
        ("please tell mister ito i called", "please tell mister [ito] i called"),
        ("hi alice it is about alice's offer", "hi [alice] it is about [alice's] offer"),
        ("Good day, Ms. Weber of Acme calling", "Good day, [Ms. Weber] of [Acme] calling"),
        ("this is about the contract", "this is about the contract"),
        ("CALL ME NOW", "CALL ME NOW"),
    ],
)
def test_names_are_marked_as_heard(text: str, shown: str) -> None:
    assert marked(text, ["Alice Tanaka"]) == shown


def test_a_number_is_told_from_a_time_and_from_a_name() -> None:
    found = spans("this is hans call 4155 before noon")

    assert [(each.text, each.doubt) for each in found if each.doubt] == [
        ("hans", Doubt.NAME),
        ("4155", Doubt.NUMBER),
        ("noon", Doubt.TIME),
    ]


@given(UNBRACKETED, st.lists(st.text(max_size=20), max_size=3))
def test_without_its_marks_a_transcript_is_what_was_heard(text: str, names: list[str]) -> None:
    assert unmarked(marked(text, names)) == text
    assert "".join(span.text for span in spans(text, names)) == text


@given(SPOKEN)
def test_marks_open_and_close_in_turn_whatever_was_heard(text: str) -> None:
    depth = 0
    for sign in marked(text):
        depth += (sign == "[") - (sign == "]")
        assert depth in (0, 1)
    assert depth == 0


@given(SPOKEN)
def test_every_digit_that_was_heard_is_marked(text: str) -> None:
    plain = "".join(span.text for span in spans(text) if span.doubt is None)

    assert not any(sign.isdigit() for sign in plain)


@given(st.sampled_from(INTRODUCTIONS), st.sampled_from(["huber", "tanaka", "zoe", "o'brien", "müller"]))
def test_whoever_introduces_himself_is_marked(phrase: tuple[str, ...], name: str) -> None:
    assert f"[{name}]" in marked(f"well {' '.join(phrase)} {name}, please wait")


def test_a_transcript_is_one_clean_line_and_holds_no_mark_of_its_own() -> None:
    assert understood(b"Call \x1b me\r\nBcc: x [soon]\n") == "Call me Bcc: x (soon)"


@pytest.mark.parametrize(
    "printed", [b"", b" \n", b"\xff\xfe\x00", b"\x00\x01\x02abc", b"...", "\u202e\u202d\u2066a".encode()]
)
def test_what_is_no_text_is_no_transcript(printed: bytes) -> None:
    assert understood(printed) is None


@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_whatever_a_caller_makes_the_machine_write_stays_one_line(hostile: str) -> None:
    heard = understood(f"hello {hostile}".encode("utf-8", "replace")) or ""

    assert len(heard) <= LENGTH_MAX
    assert not any(ord(sign) < 32 for sign in marked(heard))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_clean_line_or_nothing(printed: bytes) -> None:
    heard = understood(printed)

    assert heard is None or (heard.isprintable() and heard == heard.strip())


def test_the_longest_transcript_is_cut_not_lost() -> None:
    assert len(understood(b"word " * (BYTES_MAX // 5)) or "") in range(LENGTH_MAX - 5, LENGTH_MAX + 1)
