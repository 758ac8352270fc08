"""What a caller sends is text in every sink."""

from __future__ import annotations

import html
import html.parser
import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ari_absence.core import text
from tests.hostile import HOSTILE

SINKS = [
    text.for_log,
    text.for_mail_body,
    text.for_header,
    text.for_html,
    text.for_file_name,
    text.for_terminal,
]
anything = st.one_of(st.sampled_from(HOSTILE), st.text(), st.text(max_size=3).map(lambda part: part * 100))


def _printable_line(line: str) -> None:
    assert len(line.splitlines()) <= 1
    assert all(unicodedata.category(sign)[0] != "C" for sign in line)
    line.encode("utf-8")


@pytest.mark.fault("F28", "A7", "P11")
@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.__name__)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_hostile_text_becomes_one_printable_line(sink: object, hostile: str) -> None:
    assert callable(sink)
    _printable_line(sink(hostile))


@given(anything)
def test_any_text_becomes_one_printable_line_of_bounded_length(foreign: str) -> None:
    for sink in SINKS:
        _printable_line(sink(foreign))
        if sink is not text.for_html:
            assert len(sink(foreign)) <= text.LENGTH_MAX


@given(anything)
def test_cleaning_twice_changes_nothing(foreign: str) -> None:
    for sink in (text.for_log, text.for_terminal, text.for_mail_body, text.for_file_name):
        once = sink(foreign)
        assert sink(once) == once


CHATS = [text.for_chat, text.for_slack, text.for_markdown]


def _as_shown(sink: object, line: str) -> str:
    """What a reader of the chat sees: escapes undone, signs of no width left out."""
    if sink is text.for_slack:
        line = html.unescape(line)
    if sink is text.for_markdown:
        line = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line)
    return line.replace("\u200b", "")


@pytest.mark.parametrize("sink", CHATS, ids=lambda sink: sink.__name__)
@given(foreign=anything)
def test_a_chat_shows_any_text_as_the_line_it_is(sink: Callable[[str], str], foreign: str) -> None:
    assert _as_shown(sink, sink(foreign)) == text.for_mail_body(foreign)


@given(anything)
def test_no_chat_finds_a_mention_or_an_address_in_foreign_text(foreign: str) -> None:
    for sink in CHATS:
        assert re.search(r"@[A-Za-z]|://|www\.|mailto:", sink(foreign), re.IGNORECASE) is None
    assert re.search(r"[<>]|&(?!(amp|lt|gt);)", text.for_slack(foreign)) is None


@given(anything)
def test_markdown_finds_only_text_in_foreign_text(foreign: str) -> None:
    inline = MarkdownIt("commonmark").parseInline(text.for_markdown(foreign))
    kinds = {child.type for token in inline for child in token.children or ()}

    assert kinds <= {"text", "text_special"}


@given(anything)
def test_a_header_is_ascii_and_holds_no_encoded_word(foreign: str) -> None:
    header = text.for_header(foreign)

    assert header.isascii()
    assert "=?" not in header
    assert header == header.strip()


@pytest.mark.fault("A9")
@given(anything)
def test_a_file_name_stays_in_its_folder(foreign: str) -> None:
    name = text.for_file_name(foreign)

    assert name
    assert PurePosixPath("folder", name).parent == PurePosixPath("folder")
    assert ".." not in name
    assert name[0] not in ".-"


class _Tags(html.parser.HTMLParser):
    found = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found += 1


@pytest.mark.fault("A6")
@given(anything)
def test_html_holds_no_tag_and_no_way_out_of_an_attribute(foreign: str) -> None:
    parser = _Tags()
    escaped = text.for_html(foreign)
    parser.feed(escaped)

    assert parser.found == 0
    assert not set("<>\"'") & set(escaped)


@pytest.mark.parametrize("nothing", [None, "", "  ", "\r\n", "​"])
def test_nothing_stays_nothing(nothing: str | None) -> None:
    assert text.for_log(nothing) == ""
    assert text.for_header(nothing) == ""
    assert text.for_file_name(nothing) == "unnamed"


@pytest.mark.parametrize(
    "name", ["Bob Smith", "Zoë O'Brien", "田中 太郎", "Nguyễn Văn Ánh", "محمد", "+81 3-1234-5678 (office)"]
)
def test_real_names_are_left_alone(name: str) -> None:
    assert text.for_mail_body(name) == unicodedata.normalize("NFC", name)
    assert text.for_terminal(name) == unicodedata.normalize("NFC", name)


@pytest.mark.fault("A7")
def test_a_caller_can_not_write_a_second_log_line() -> None:
    forged = text.for_log("Bob\r\n2026-11-25 [error] the disk is on fire")

    assert forged == "Bob 2026-11-25 [error] the disk is on fire"


def test_ten_kilobytes_cost_no_time_and_leave_one_short_line() -> None:
    assert text.for_log("A" * 10_000_000) == "A" * 64
