"""The mail an owner reads, and what no caller can make of it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.delivery.letter import Sender, compose
from ari_absence.errors import DeliveryRefused
from ari_absence.ledger.outbox import LedgerMemo
from tests.delivery.conftest import SENDER
from tests.delivery.test_email import KEY, MEMO
from tests.hostile import HOSTILE
from tests.ledger.office import NOON

FIXED_HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Ari-Absence-Item",
]
SENT = NOON + timedelta(hours=7)
MIME_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
NOTICE = {"id": "N-1", "extension": "101", "taken": 80, "places": 100, "free_mib": 12, "needed_mib": 64}
NOTICE |= {"number": "0441112233", "calls": 40}


def parsed(memo: LedgerMemo, audio: bytes | None = None, sender: Sender = SENDER) -> EmailMessage:
    raw = compose(memo, "alice@example.com", KEY, sender, audio, at=SENT)
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_memo_of_a_forwarded_call_does_not_call_its_owner_absent() -> None:
    assert "Reached:   your calls were forwarded\n" in text_of(parsed(replace(MEMO, why="forwarded")))


def test_the_memo_says_who_when_why_what_was_promised_and_where_the_audio_is() -> None:
    memo = replace(MEMO, due=MEMO.at + timedelta(hours=22), audio=Path("/data/audio/A-1.wav"))

    assert text_of(parsed(memo, b"RIFF")) == (
        "For:       Alice Tanaka (extension 101)\n"
        "Caller:    Bob Smith, +81312345678\n"
        "When:      Wednesday, 25 November 2026, 12:00 (Asia/Tokyo)\n"
        "Wish:      left a message\n"
        "Number:    +81312345678\n"
        "Reached:   you were marked as absent\n"
        "Promised:  a call back by Thursday, 26 November 2026, 10:00 (Asia/Tokyo)\n"
        "Length:    0:05\n"
        "\n"
        "The message is attached: message-M-20261125-030000-7f3a9c.wav\n"
        "\n"
        "The caller's name and number are as the telephone network sent them;\n"
        "nobody has checked them.\n"
        "\n"
        "-- \n"
        "M-20261125-030000-7f3a9c\n"
    )


def test_a_mail_is_dated_when_it_is_sent_and_says_in_its_text_when_the_call_was() -> None:
    letter = parsed(MEMO)
    assert letter["Date"].datetime == SENT
    assert "When:      Wednesday, 25 November 2026, 12:00 (Asia/Tokyo)\n" in text_of(letter)


def test_the_memo_of_a_transferred_call_says_by_whom_and_with_which_note() -> None:
    text = text_of(parsed(replace(MEMO, transferred_by="Reception", note_digits="4711")))

    assert "Sent by:   Reception, who transferred the call\nNote:      4711\n" in text


def test_a_spoken_note_is_attached_beside_the_message_or_its_place_is_told() -> None:
    memo = replace(MEMO, audio=Path("/data/audio/A-1.wav"), note_audio=Path("/data/audio/A-2.wav"))
    raw = compose(memo, "alice@example.com", KEY, SENDER, b"RIFF", b"NOTE", at=SENT)
    letter = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)

    assert [part.get_payload(decode=True) for part in letter.iter_attachments()] == [b"RIFF", b"NOTE"]
    assert "Note:      attached: note-M-20261125-030000-7f3a9c.wav\n" in text_of(letter)
    assert "Note:      spoken; it lies on the server: /data/audio/A-2.wav\n" in text_of(parsed(memo))


def test_an_urgent_message_says_so_in_subject_header_and_text() -> None:
    letter = parsed(replace(MEMO, urgent=True))

    assert letter["Subject"] == "[URGENT: message] Call from +81312345678"
    assert letter["Importance"] == "high"
    assert "URGENT" in text_of(letter).splitlines()[0]


@pytest.mark.parametrize(
    ("about", "subject", "sentence"),
    [
        ("call_back", "[please call back] Call from +81312345678", "asks to be called back"),
        ("just_called", "[just called] Call from +81312345678", "wants you to know of the call"),
        ("missed", "[missed] Call from +81312345678", "left no message"),
    ],
)
def test_each_wish_has_its_own_words(about: str, subject: str, sentence: str) -> None:
    letter = parsed(replace(MEMO, about=about, seconds=None))

    assert letter["Subject"].startswith(subject)
    assert sentence in text_of(letter)
    assert "Length" not in text_of(letter)


def test_a_recorded_name_is_attached_to_a_callback() -> None:
    letter = parsed(replace(MEMO, about="call_back", audio=Path("/data/audio/A-2.wav")), b"RIFFname")

    (attachment,) = letter.iter_attachments()
    assert attachment.get_content() == b"RIFFname"
    assert "The caller's name, as spoken, is attached" in text_of(letter)


def test_a_withheld_number_is_called_so() -> None:
    letter = parsed(replace(MEMO, caller_number=None, caller_name=None, number=None))

    assert letter["Subject"].startswith("[message] Call from a withheld number")
    assert "Caller:    number withheld" in text_of(letter)


def test_a_number_other_than_the_callers_is_the_one_to_call_back() -> None:
    letter = parsed(replace(MEMO, about="call_back", number="0901112222"))

    assert letter["Subject"].startswith("[please call back] Call from 0901112222")
    assert "Number:    0901112222" in text_of(letter)


def test_audio_that_may_be_cut_is_said_to_be() -> None:
    assert "(the end may be missing)" in text_of(parsed(replace(MEMO, possibly_cut=True, audio=Path("/a"))))


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ("mailbox_filling", "holds 80 of 100 messages"),
        ("mailbox_full", "is full (100 messages)"),
        ("disk_full", "is full: 12 MiB are free, 64 MiB are needed"),
        ("called_too_often", "0441112233 called extension 101 again and again"),
        ("something_of_a_later_version", "has something to tell about N-1"),
    ],
)
def test_notices_are_sentences(about: str, sentence: str) -> None:
    memo = replace(MEMO, item_id="N-1", about=about, facts=NOTICE)

    assert sentence in text_of(parsed(memo))


def test_a_notice_of_a_call_handed_over_before_an_upgrade_can_still_be_told() -> None:
    facts = {"extension": "102", "by": "phone 101", "callback": "C-1", "number": "0312345678"}
    text = text_of(parsed(replace(MEMO, item_id="N-1", about="callback_handed_over", facts=facts)))

    assert "Number:    0312345678\nFrom:      phone 101\nCallback:  C-1\n" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_a_call_handed_over_names_a_hostile_caller_on_one_line(hostile: str) -> None:
    facts = {"extension": "102", "by": "phone 101", "callback": "C-1", "number": hostile, "from": "101"}
    facts |= {
        "caller_name": hostile,
        "caller_number": hostile,
        "colleague": "",
        "wish": "call_back",
        "due": "",
    }
    facts |= {"called": "Alice Tanaka", "called_extension": "101", "called_at": MEMO.at.isoformat()}
    letter = parsed(replace(MEMO, item_id="N-1", about="callback_handed_over", facts=facts))

    assert letter["Subject"] == "A call to return was handed over to you (N-1)"
    for line in ("Caller:", "Number:", "Wish:", "From:"):
        assert sum(each.startswith(line) for each in text_of(letter).splitlines()) == 1


def test_a_dead_delivery_is_told_with_the_command_that_revives_it() -> None:
    facts = {"delivery": "D-1", "channel": "email", "item": "M-1", "extension": "101", "error": "550 no"}

    text = text_of(parsed(replace(MEMO, item_id="N-1", about="delivery_dead", facts=facts)))

    assert "ari-absence retry D-1" in text
    assert "550 no" in text


def test_absent_owners_vacation_replies_are_asked_to_stay_silent() -> None:
    assert parsed(MEMO)["Auto-Submitted"] == "auto-generated"


def test_a_language_without_templates_gets_the_default_one() -> None:
    letter = parsed(MEMO, sender=replace(SENDER, language="xx"))

    assert letter["Subject"].startswith("[message] Call from")


@pytest.mark.fault("F28", "A10", "P11")
@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_a_hostile_caller_leaves_the_headers_as_they_are(hostile: str) -> None:
    _check_headers(hostile)


@given(st.text(max_size=200))
def test_f28_so_does_any_caller_at_all(anything: str) -> None:
    _check_headers(anything)


def _check_headers(foreign: str) -> None:
    memo = replace(
        MEMO,
        caller_number=foreign,
        caller_name=foreign,
        caller_extension=foreign,
        number=foreign,
        why=foreign,
        zone=foreign,
        person_name=foreign,
    )
    raw = compose(memo, "alice@example.com", KEY, SENDER, None, at=SENT)
    letter = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    assert [name for name in letter if name not in MIME_HEADERS] == FIXED_HEADERS
    assert len(str(letter["Subject"]).splitlines()) == 1
    assert letter["Subject"].isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    text = text_of(letter)
    assert sum(line.startswith("Caller:") for line in text.splitlines()) == 1
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)


@pytest.mark.fault("A10")
def test_cve_2024_6923_a_header_that_unfolds_is_refused_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ari_absence.delivery.letter.for_header", lambda text, _length=64: str(text))
    # As if cleaning were forgotten, on a Python that lets an encoded word open a new line.
    forged = "=?utf-8?q?x=0D=0ABcc:_everybody@example.com?="
    with pytest.raises((DeliveryRefused, ValueError)):
        compose(replace(MEMO, number=forged), "alice@example.com", KEY, SENDER, None, at=SENT)


def test_a_sender_that_is_no_address_is_refused() -> None:
    with pytest.raises(DeliveryRefused):
        compose(MEMO, "alice@example.com", KEY, Sender("not an address"), None, at=SENT)


def test_a_call_the_service_handed_over_says_why_and_not_at_which_phone() -> None:
    why = "the service, because nothing can be promised for the one called"
    facts = {"extension": "102", "by": why, "from": "101", "callback": "C-1", "number": "0312345678"}
    memo = replace(MEMO, about="callback_handed_over", facts=facts)
    assert f"From:      extension 101, by {why}\n" in text_of(parsed(memo))


def test_what_was_not_promised_is_due_and_an_expired_call_says_whose_it_was() -> None:
    facts: dict[str, object] = {
        "number": "0312345678",
        "due": MEMO.at.isoformat(),
        "owner": "101",
        "times": 2,
    }
    facts |= {"caller_name": "", "claimed_by": "", "callback": "R-1", "code": "4711", "wish": "missed"}
    facts |= {"owner_name": "Alice", "urgent": False, "last_at": MEMO.at.isoformat()}
    late = text_of(parsed(replace(MEMO, about="callback_overdue", facts=facts)))
    assert late.startswith("A call is to be returned, and it has not been made.\n")
    assert "Due:       by Wednesday" in late
    assert "promised" not in late.lower()
    expired = text_of(parsed(replace(MEMO, about="callback_expired", facts=facts)))
    assert "Caller:    0312345678 (called 2 times)\n" in expired
    assert "Owed by:   Alice, 101\n" in expired
