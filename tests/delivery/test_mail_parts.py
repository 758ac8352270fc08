"""What hangs on the memo: the same as HTML, the calendar file, and the thread it belongs to."""

from __future__ import annotations

import email.parser
import re
from dataclasses import replace
from datetime import UTC, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from ari_absence.delivery.letter import compose
from ari_absence.ledger.outbox import LedgerMemo
from ari_absence.ledger.owed_memos import MemoOfOwed
from tests.delivery.conftest import SENDER
from tests.delivery.test_email import KEY, MEMO
from tests.delivery.test_letter import SENT, parsed, text_of
from tests.hostile import HOSTILE

DUE = MEMO.at + timedelta(hours=5)
OWED = MemoOfOwed("R-20261125-030000-7f3a9c", "0f" * 12, "4711", DUE, 1)
PROMISED = replace(MEMO, due=DUE, owed=OWED)


def test_who_calls_again_without_a_word_is_mailed_with_what_they_were_promised_before() -> None:
    missed = replace(MEMO, about="missed", owed=OWED, seconds=None)
    line = "Owed: a call back by Wednesday, 25 November 2026, 17:00 (Asia/Tokyo)"
    assert line in " ".join(text_of(parsed(missed)).split())
    assert "Owed:" not in text_of(parsed(PROMISED))
    assert "Owed:" not in text_of(parsed(replace(missed, owed=replace(OWED, due=None))))


OWN_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "body",
    "p",
    "strong",
    "table",
    "tr",
    "th",
    "td",
    "a",
    "br",
    "blockquote",
    "div",
}


class Page(HTMLParser):
    """Reads the HTML as a mail program does: its elements with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(letter: EmailMessage) -> Page:
    body = letter.get_body(("html",))
    assert body is not None
    return Page(str(body.get_content()).replace("\r\n", "\n"))


def entry_of(letter: EmailMessage) -> Any:
    (part,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    (entry,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    return entry


def test_the_html_tells_the_facts_of_the_text() -> None:
    letter = parsed(replace(PROMISED, transferred_by="Reception", note_digits="4711"))
    words = page_of(letter).words

    rows = re.findall(r"^([A-Z][a-z ]+): +(.+)$", text_of(letter), re.MULTILINE)
    assert len(rows) >= 9
    assert [fact for _, fact in rows if fact not in words] == []


def test_a_notice_reads_the_same_in_both() -> None:
    letter = parsed(replace(MEMO, about="mailbox_full", facts={"extension": "101", "places": 100}))

    assert text_of(letter).strip() in page_of(letter).words


def test_the_html_fetches_nothing_from_anywhere() -> None:
    letter = parsed(replace(PROMISED, urgent=True, transcript="hello"))

    for tag, attributes in page_of(letter).elements:
        assert tag in OWN_TAGS
        assert not {"src", "srcset", "background"} & attributes.keys()
        assert "url(" not in (attributes.get("style") or "")


def test_the_code_to_call_back_is_in_the_text_and_a_link_in_the_html() -> None:
    letter = parsed(PROMISED)

    assert "Call back: dial *38*4711 from your phone\n" in text_of(letter)
    assert ("a", {"href": "tel:*38*4711"}) in page_of(letter).elements


def test_a_site_with_another_code_reads_that_one() -> None:
    assert "dial *77*4711" in text_of(parsed(PROMISED, sender=replace(SENDER, callback_code="*77")))


def test_who_is_owed_nothing_any_more_has_neither_code_nor_calendar() -> None:
    letter = parsed(replace(PROMISED, owed=replace(OWED, code=None, due=None)))

    assert "*38" not in text_of(letter)
    assert [part for part in letter.walk() if part.get_content_type() == "text/calendar"] == []


def test_the_promise_comes_as_a_calendar_file_that_invites_nobody() -> None:
    letter = parsed(PROMISED)
    (part,) = letter.iter_attachments()

    assert part.get_filename() == "call-back.ics"
    assert part.get_param("method") == "PUBLISH"
    entry = entry_of(letter)
    assert entry["SUMMARY"] == "Call Bob Smith back"
    assert entry["UID"] == f"{OWED.id}@example.com"
    assert entry["CLASS"] == "PRIVATE"
    assert entry.decoded("DTEND") == DUE.astimezone(UTC)
    (alarm,) = entry.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(minutes=-15)
    assert "ATTENDEE" not in entry
    assert "ORGANIZER" not in entry


def test_the_promise_of_another_call_of_theirs_moves_the_same_entry() -> None:
    first = entry_of(parsed(PROMISED))
    again = entry_of(
        parsed(replace(PROMISED, item_id="M-2", owed=replace(OWED, times=2, due=DUE - timedelta(hours=1))))
    )

    assert again["UID"] == first["UID"]
    assert again["SEQUENCE"] > first["SEQUENCE"]


def test_the_calendar_tells_nothing_that_was_said_or_noted() -> None:
    memo = replace(PROMISED, transcript="about the lawsuit", note_digits="998877", transferred_by="Reception")
    (part,) = [part for part in parsed(memo).walk() if part.get_content_type() == "text/calendar"]

    for private in ("lawsuit", "998877", "Reception", "absent"):
        assert private not in part.get_content()


def test_who_calls_again_without_a_word_is_still_promised_what_the_calendar_says() -> None:
    missed = parsed(replace(PROMISED, about="missed", due=None))
    assert "call-back.ics" in [part.get_filename() for part in missed.iter_attachments()]
    assert "Owed:      a call back by Wednesday, 25 November 2026, 17:00 (Asia/Tokyo)\n" in text_of(missed)


def test_the_text_and_the_calendar_never_tell_two_times() -> None:
    again = parsed(replace(PROMISED, due=DUE + timedelta(days=1)))
    assert "Promised:  a call back by Wednesday, 25 November 2026, 17:00 (Asia/Tokyo)\n" in text_of(again)


def test_the_calls_of_one_caller_are_one_thread() -> None:
    first = parsed(PROMISED)
    again = compose(
        replace(PROMISED, item_id="R-9", about="call_back", owed=replace(OWED, id="R-other")),
        "alice@example.com",
        "R-9.email",
        SENDER,
        None,
        at=SENT,
    )
    letter = email.message_from_bytes(again, _class=EmailMessage, policy=email.policy.default)

    assert letter["Message-ID"] != first["Message-ID"]
    assert letter["References"] == first["References"] == f"<caller.{OWED.thread}@example.com>"
    assert letter["In-Reply-To"] == first["In-Reply-To"]
    assert base_of(letter) == base_of(first) == "Call from +81312345678"


def test_a_late_transcript_hangs_below_its_own_mail_in_the_thread_of_the_caller() -> None:
    late = parsed(replace(PROMISED, about="transcript", follows="M-1.email", transcript="hello"))

    assert late["In-Reply-To"] == "<M-1.email@example.com>"
    assert late["References"].split() == [f"<caller.{OWED.thread}@example.com>", "<M-1.email@example.com>"]
    assert base_of(late) == base_of(parsed(PROMISED))


@pytest.mark.parametrize("about", ["callback_due", "callback_overdue"])
def test_a_reminder_is_in_the_thread_of_the_caller(about: str) -> None:
    facts: dict[str, object] = {
        "thread": OWED.thread,
        "number": PROMISED.number,
        "due": MEMO.at.isoformat(),
        "owner": "101",
    }
    facts |= {"caller_name": "Bob", "times": 1, "claimed_by": "", "callback": "R-1", "code": "4711"}
    letter = parsed(replace(MEMO, about=about, number=None, caller_number=None, owed=None, facts=facts))

    assert letter["References"] == letter["In-Reply-To"] == f"<caller.{OWED.thread}@example.com>"
    assert base_of(letter) == base_of(parsed(PROMISED))


def test_a_long_subject_begins_in_the_line_of_its_header() -> None:
    number = "+81312345678" * 9
    raw = compose(replace(MEMO, number=number, urgent=True), "alice@example.com", KEY, SENDER, None, at=SENT)

    (line,) = [line for line in raw.split(b"\r\n") if line.startswith(b"Subject:")]
    assert line.startswith(b"Subject: [URGENT: message] Call from +8131")
    assert email.message_from_bytes(raw)["Subject"].startswith("[URGENT: message] Call from")


def test_a_withheld_caller_has_a_thread_of_their_own() -> None:
    letter = parsed(replace(MEMO, caller_number=None, number=None))

    assert letter["References"] is None
    assert letter["In-Reply-To"] is None


def base_of(letter: EmailMessage) -> str:
    """What RFC 5256 (2.1) compares of a subject."""
    return re.sub(r"^(Re: |\[[^][]*\] *)+", "", str(letter["Subject"]))


@pytest.mark.fault("A6", "P11")
@pytest.mark.parametrize(
    "hostile", [*HOSTILE, "=?utf-8?q?x=0D=0ABcc:_y@example.com?=", "\u202egro.elpmaxe", "x" * 200]
)
def test_a_hostile_name_is_text_in_every_part(hostile: str) -> None:
    _check_parts(hostile)


@given(st.text(max_size=250))
def test_so_is_any_name_at_all(anything: str) -> None:
    _check_parts(anything)


def _check_parts(foreign: str) -> None:
    raw = compose(_said_by(foreign), "alice@example.com", KEY, SENDER, b"RIFF", at=SENT)
    letter = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    by_another = email.parser.BytesFeedParser(policy=email.policy.compat32)
    by_another.feed(raw)

    assert by_another.close().keys() == letter.keys()
    assert "Bcc" not in letter
    assert [part.get_content_type() for part in letter.walk()] == PARTS
    assert not any(part.defects for part in letter.walk())
    elements = page_of(letter).elements
    assert {tag for tag, _ in elements} <= OWN_TAGS
    assert {name for _, attributes in elements for name in attributes} <= OWN_ATTRIBUTES
    assert max(map(len, text_of(letter).splitlines())) <= 78
    assert all(part.get_content_charset() == "utf-8" for part in letter.walk() if _is_text(part))
    assert entry_of(letter).keys() == entry_of(parsed(PROMISED)).keys()
    assert not any(sign in text_of(letter) for sign in "\u202e\u2028\x1b")


PARTS = [
    "multipart/mixed",
    "multipart/alternative",
    "text/plain",
    "text/html",
    "audio/wav",
    "text/calendar",
]
OWN_ATTRIBUTES = {"lang", "charset", "name", "content", "style", "scope", "href"}


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_maintype() == "text"


def _said_by(foreign: str) -> LedgerMemo:
    return replace(
        PROMISED,
        caller_name=foreign,
        caller_number=foreign,
        number=foreign,
        person_name=foreign,
        transferred_by=foreign,
        note_digits=foreign,
        transcript=foreign[:60],
    )


def test_person_is_told_that_a_team_returns_the_call_and_is_given_neither_code_nor_promise() -> None:
    mail = parsed(replace(MEMO, owed=replace(OWED, code=None, due=None, team="sales")))
    assert "by the team sales" in text_of(mail)
    named = replace(OWED, code=None, due=None, team="service", team_name="the service desk")
    assert "by the team the service desk" not in text_of(parsed(replace(MEMO, owed=named)))
    assert "by the service desk (a team)" in text_of(parsed(replace(MEMO, owed=named)))
    assert "from your phone" not in text_of(mail)
    assert [part.get_content_type() for part in mail.iter_attachments()].count("text/calendar") == 0
