"""The mails of reminders and digests, as people read them: written from the ledger, read back with a mail parser."""

from __future__ import annotations

import csv
import re
import sys
from datetime import timedelta
from email.message import EmailMessage
from html import escape

import pytest

from ari_absence.core.people import Kind
from ari_absence.delivery.email import EmailNotifier
from ari_absence.delivery.enclosures import enclosures_of
from ari_absence.ledger.outbox import LedgerMemo
from tests.app.test_day_rounds import DAY, HOUR, MINUTE, House, house
from tests.delivery.conftest import SENDER
from tests.delivery.mail_server import mail_office
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON
from tests.ledger.test_owed import ask_for_a_call

__all__ = ["house"]
LEASE = timedelta(minutes=5)


async def mails(house: House) -> dict[tuple[str, str], EmailMessage]:
    """What would be mailed now, by what it is about and to whom."""
    now, found = house.clock.now(), {}
    while claim := await house.office.outbox.claim("email", now, now + LEASE):
        memo = await house.office.outbox.memo(claim)
        found[memo.about, claim.recipient] = parsed(memo)
    return found


def html_of(mail: EmailMessage) -> str:
    """The HTML of a mail."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


async def told(house: House, about: str, recipient: str) -> tuple[str, str]:
    """Subject and text of one mail without the ids in it; its HTML says the same."""
    mail = (await mails(house))[about, recipient]
    text, html = text_of(mail).rstrip(), html_of(mail)
    text, _, notice_id = text.rpartition("\n\n-- \n")
    subject = str(mail["Subject"]).removesuffix(f" ({notice_id})")
    assert "<title>Absence service</title>" in html
    for line in text.splitlines():
        assert escape(line) in html
    return subject, re.sub(r"R-[0-9a-f-]+", "R-1", text)


async def test_whoever_is_back_reads_what_came_and_how_to_call_back(house: House) -> None:
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    entry = await ask_for_a_call(house.office, due=NOON + 4 * HOUR)
    await house.after(3 * HOUR)
    subject, text = await told(house, "welcome_back", "alice@example.com")
    assert subject == "Welcome back: what came meanwhile"
    assert (
        text
        == f"""\
Welcome back. You were away from Wednesday, 25 November 2026, 12:00 (Asia/Tokyo).

People who called:  1
New messages:       0
Calls to return:    1

To be called back:

  1. +81312345678, Bob Smith
     called:   Wednesday, 25 November 2026, 12:01 (Asia/Tokyo)
     wish:     asks to be called back
     promised: a call back by Wednesday, 25 November 2026, 16:00 (Asia/Tokyo)
     code:     {entry.code}

Messages: *97. The next call to return: *38, or *38 and the code of one."""
    )


async def test_a_reminder_says_whom_to_call_by_when_and_what_to_dial(house: House) -> None:
    entry = await ask_for_a_call(house.office, due=NOON + 4 * HOUR)
    await house.after(3 * HOUR + 30 * MINUTE)
    subject, text = await told(house, "callback_due", "alice@example.com")
    assert subject == "[due soon] Call from +81312345678"
    assert (
        text
        == f"""\
A call back was promised, and it is due soon.

Caller:    +81312345678, Bob Smith
Promised:  by Wednesday, 25 November 2026, 16:00 (Asia/Tokyo)
Owed by:   Alice Tanaka, 101
Wish:      asks to be called back
Callback:  R-1

To make the call, dial *38*{entry.code} from your phone (unless your site has another code than *38)."""
    )


async def test_a_delegate_reads_whose_call_is_overdue_and_what_to_dial(house: House) -> None:
    entry = await ask_for_a_call(house.office, due=NOON + 4 * HOUR)
    await house.after(4 * HOUR + 30 * MINUTE)
    subject, text = await told(house, "callback_overdue", "kenji@example.com")
    assert subject == "[OVERDUE] Call from +81312345678"
    assert (
        text
        == f"""\
A call back was promised, and it has not been made.

Caller:    +81312345678, Bob Smith
Promised:  by Wednesday, 25 November 2026, 16:00 (Asia/Tokyo)
Owed by:   Alice Tanaka, 101
Wish:      asks to be called back
Callback:  R-1

To make the call, dial *38*{entry.code} from your phone (unless your site has another code than *38).
This comes to you because whoever owes the call is away, or has not made it. Please see to it that
they are called. All that is owed: ari-absence callbacks"""
    )


async def test_the_operator_reads_in_the_morning_who_owes_calls_and_who_is_away(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    house.away(Kind.VACATION, 100, "102")
    await house.after(21 * HOUR + MINUTE)
    subject, text = await told(house, "day_begins", "reception@example.com")
    assert subject == "Today: calls to return"
    assert (
        text
        == """\
Calls that are owed this morning:

  Alice Tanaka (101): 1, overdue: 1

Away today:

  Kenji Ito (102), back Monday, 30 November 2026, 09:00 (Asia/Tokyo)

Deliveries that were given up: 0"""
    )


async def test_a_morning_on_which_nobody_is_away_leaves_no_gap(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    await house.after(21 * HOUR + MINUTE)
    _, text = await told(house, "day_begins", "reception@example.com")
    assert text.endswith("Alice Tanaka (101): 1, overdue: 1\n\nDeliveries that were given up: 0")


async def test_the_report_of_the_week_is_a_table_in_html_too(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    await house.after(5 * DAY - 3 * HOUR)
    mail = (await mails(house))["week_report", "maya@example.com"]
    assert "white-space: pre-wrap; font-family: monospace;" in html_of(mail)
    title, _, heads, alice, _, what, *_ = text_of(mail).splitlines()
    assert title == "Calls in week 2026-W48"
    assert heads.split() == ["taken", "in", "time", "late", "owed"]
    assert alice.split() == ["Alice", "Tanaka", "0", "0", "0", "1"]
    assert len(heads) == len(alice)
    assert what.startswith("Taken: calls answered for others.")


async def test_the_report_of_the_week_has_its_table_and_its_picture_with_it(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    await house.after(5 * DAY - 3 * HOUR)
    now = house.clock.now()
    async with mail_office() as server:
        notifier = EmailNotifier(server.address, SENDER, house.clock)
        while claim := await house.office.outbox.claim("email", now, now + LEASE):
            await notifier.deliver(await house.office.outbox.memo(claim), claim.recipient, claim.key)
        (mail,) = [
            each
            for each in server.sink.mails
            if "Calls in week" in each["Subject"] and each["To"] == "maya@example.com"
        ]
    table, picture = mail.iter_attachments()
    assert (table.get_content_type(), table.get_filename()) == ("text/csv", "week-2026-W48.csv")
    assert (picture.get_content_type(), picture.get_filename()) == ("image/png", "week-2026-W48.png")
    assert picture.get_content().startswith(b"\x89PNG")
    rows = list(csv.reader(table.get_content().splitlines()))
    assert rows[1] == ["2026-W48", "Alice Tanaka", "101", "0", "0", "0", "1"]
    assert "attached for programs and as a picture: week-2026-W48.csv, week-2026-W48.png" in text_of(mail)


def test_a_report_that_can_not_be_drawn_here_goes_with_its_table_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pygal", None)
    line = {"name": "Alice", "taken": 1, "in_time": 2, "late": 3, "owed": 4}  # as the last release queued it
    memo = LedgerMemo(
        "N-1", "week_report", "100", "", "UTC", NOON, facts={"week": "2026-W48", "lines": [line]}
    )
    (table,) = enclosures_of(memo)
    assert table.content.endswith(b"2026-W48,Alice,,1,2,3,4\r\n")
