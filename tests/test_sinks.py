"""What a caller typed is data in every sink: hostile text changes nothing of the shape of what is written.

A sink is one line of ``SINKS``: a function that writes the text as the program does, and gives the shape of what was
written as its reader takes it apart: fields, tags, columns, lines. A harmless name and no name give the shapes allowed.
"""

from __future__ import annotations

import csv
import email
import email.policy
import html.parser
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from ari_absence.app.log import STEPS
from ari_absence.asterisk import ami, presenting, protocol, requests, transport
from ari_absence.attendant.call import Display, Ring
from ari_absence.cli import options
from ari_absence.core import text
from ari_absence.core.numbers import DialPolicy, DialTarget, caller_number
from ari_absence.core.people import Caller, Dialing, PrivateNumber, Trunk
from ari_absence.core.weekly import WeekCounts, WeekLine, WeekReport, as_csv
from ari_absence.delivery.display import display_text
from ari_absence.delivery.hook_requests import request_of
from ari_absence.delivery.hooks import Hook, HookKind
from ari_absence.delivery.letter import compose
from ari_absence.delivery.public_memo import public_memo
from ari_absence.delivery.week_picture import as_svg
from ari_absence.errors import RequestRefused
from ari_absence.ledger import reading
from ari_absence.ledger.outbox import LedgerMemo
from ari_absence.ledger.pages import Page
from tests.asterisk.test_protocol import CHANNEL
from tests.delivery.conftest import SENDER
from tests.delivery.test_email import KEY
from tests.delivery.test_letter import SENT
from tests.delivery.test_mail_parts import PROMISED, entry_of
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, FakeClock, Office, decision

HARMLESS = ("Bob", "", "   ")
COMMANDS = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # categories of signs that command a terminal or break a line


def clean(written: str) -> str:
    """What was written, of which nothing commands whoever shows it."""
    assert not {unicodedata.category(sign) for sign in written} & COMMANDS, repr(written)
    return written


def lines_of(written: str) -> int:
    """How many lines there are, each of them clean."""
    return sum(1 for line in written.split("\n") if clean(line.rstrip("\r")) is not None)


# -- logs and terminals


def log_line(foreign: str) -> object:
    event: Any = {"event": "call.began", "caller": foreign, "call": "call-1"}
    for step in STEPS:
        event = step(None, "info", event)
    clean(event)
    return re.findall(r'(?:^| )(\w+)=(?:"(?:[^"\\]|\\.)*"|[^ "]*)(?= |$)', event)


def log_of_an_event(foreign: str) -> object:
    """An event of Asterisk's with this text for its name and for the caller."""
    channel = {**CHANNEL, "caller": {"name": foreign, "number": foreign}}
    start = protocol.decode(
        json.dumps({"type": "StasisStart", "args": ["absent", "101"], "channel": channel})
    )
    assert isinstance(start, protocol.StasisStart)
    clean(f"{start.channel.caller_name}{start.channel.caller_number}")
    return type(protocol.decode(json.dumps({"type": f"x{foreign}", "channel": channel})))


def terminal_table(foreign: str) -> object:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            options, "console", Console(file=out, width=120, force_terminal=False, color_system=None)
        )
        row = [text.for_terminal(foreign) or "withheld", "101"]
        options.print_table("Calls", ("from", "to"), [row], "None.")
    rows = [line for line in out.getvalue().split("\n") if "101" in clean(line)]
    return [len(re.split("[│┃|]", line)) for line in rows]


# -- mail


def letter_of(foreign: str) -> tuple[bytes, EmailMessage]:
    memo = replace(
        PROMISED,
        caller_name=foreign,
        caller_number=foreign,
        caller_extension=foreign,
        number=foreign,
        person_name=foreign,
        transferred_by=foreign,
        note_digits=foreign,
    )
    raw = compose(memo, "alice@example.com", KEY, SENDER, b"RIFF", at=SENT)
    return raw, email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def mail_headers(foreign: str) -> object:
    raw, letter = letter_of(foreign)
    clean("".join(map(str, letter.values())))
    return letter.keys(), email.message_from_bytes(raw).keys()


def mail_parts(foreign: str) -> object:
    return [(part.get_content_type(), part.get_filename()) for part in letter_of(foreign)[1].walk()]


def mail_text(foreign: str) -> object:
    body: Any = letter_of(foreign)[1].get_body(("plain",))
    lines_of(body.get_content().replace("\r\n", "\n"))
    return re.findall(r"^([A-Z][a-z ]+):  ", body.get_content(), re.MULTILINE)[:1]


class Tags(html.parser.HTMLParser):
    """The tags of a page, with the names of their attributes and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[object] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [str(value).partition(":")[0] for name, value in attrs if name == "href"]
        self.found.add((tag, *(name for name, _ in attrs), *links))


def mail_html(foreign: str) -> object:
    body: Any = letter_of(foreign)[1].get_body(("html",))
    tags = Tags()
    tags.feed(body.get_content())
    return tags.found


def calendar(foreign: str) -> object:
    return sorted(entry_of(letter_of(foreign)[1]).keys())


# -- chats and phones


def memo_of(foreign: str) -> LedgerMemo:
    return replace(PROMISED, caller_name=foreign, caller_number=foreign, number=foreign, item_id=foreign)


def chat(kind: HookKind) -> Callable[[str], object]:
    hook = Hook("sales_chat", kind, "https://chat.example.com/x", "sesame", "!room:example.org")

    def shape(foreign: str) -> object:
        request = request_of(hook, public_memo(memo_of(foreign)), "101", KEY, NOON)
        clean("".join(f"{name}{value}" for name, value in request.headers.items()))
        return (
            _shape_of(json.loads(request.body)),
            sorted(request.headers),
            urlsplit(request.url).path.count("/"),
        )

    return shape


def _shape_of(content: Any) -> object:
    if isinstance(content, dict):
        return {key: _shape_of(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_shape_of(value) for value in content]
    return lines_of(content.replace("\u200b", "")) if isinstance(content, str) else type(content)


def phone_display(foreign: str) -> object:
    return lines_of(display_text(memo_of(foreign), "*38"))


TRUNK = Trunk("PJSIP/{number}@trunk", shows="caller")


def sip_identity(foreign: str) -> object:
    """Who calls, as phones inside and outside are shown: Asterisk reads it as ``"name" <number>``."""
    caller, display = Caller(caller_number(foreign), foreign), Display(caller_number(foreign), foreign)
    inside = Ring(DialTarget("PJSIP/102"), display)
    outside = Ring(DialTarget("PJSIP/0791239876@trunk", TRUNK), display)
    for shown in (presenting.present(inside, caller, None), presenting.present(outside, caller, None)):
        assert re.fullmatch(r'"[^"<>\\]*" <[^"<>\\\s]*>', clean(shown.caller_id)), shown.caller_id
        for value in shown.variables.values():
            clean(value)
    return None


# -- what is dialled, asked, stored


def dial_string(foreign: str) -> object:
    """Nothing hostile is dialled: behind a number, in front of it, or alone."""
    dialing = Dialing(frozenset({"JP"}), (TRUNK,), frozenset({"fixed", "mobile"}))
    policy = DialPolicy(dialing)
    written = (foreign, foreign + "+819012345678", "+819012345678" + foreign) if foreign.strip() else ()
    return [isinstance(policy.outside(PrivateNumber(number)), DialTarget) for number in written] or [
        False
    ] * 3


def manager_action(foreign: str) -> object:
    try:
        written = ami._text([("Action", "MWIUpdate"), ("Mailbox", foreign)])
    except RequestRefused:
        return 3
    return written.decode().count("\r\n")


def ari_path(foreign: str) -> object:
    """Ids come from Asterisk, whose JSON may hold anything but what is no text at all."""
    channel_id = foreign.encode("utf-8", "replace").decode()
    return transport._path(requests.ANSWER, [channel_id]).count("/")


def file_name(foreign: str) -> object:
    return PurePosixPath("folder", text.for_file_name(foreign)).parent


# -- reports


def report_of(foreign: str) -> WeekReport:
    return WeekReport("2026-W47", (WeekLine(foreign, "102", WeekCounts(0, 3, 0, 0)),))


def spreadsheet(foreign: str) -> object:
    rows = list(csv.reader(io.StringIO(as_csv(report_of(foreign)), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    return [len(row) for row in rows]


def picture(foreign: str) -> object:
    return [element.tag for element in ET.fromstring(as_svg(report_of(foreign))).iter("script")]  # noqa: S314 - our own


SINKS: dict[str, Callable[[str], object]] = {
    "a line of the log": log_line,
    "an event in the log": log_of_an_event,
    "a table in a terminal": terminal_table,
    "headers of a mail": mail_headers,
    "parts of a mail": mail_parts,
    "text of a mail": mail_text,
    "page of a mail": mail_html,
    "calendar of a mail": calendar,
    **{f"a chat, {kind}": chat(kind) for kind in HookKind},
    "a phone's display": phone_display,
    "the identity in SIP": sip_identity,
    "a dial string": dial_string,
    "an action of the manager": manager_action,
    "an address of ARI": ari_path,
    "a file name": file_name,
    "a spreadsheet": spreadsheet,
    "a picture": picture,
}


@pytest.mark.fault("F28", "A1", "A2", "A3", "A6", "A7", "A9", "A10", "P11")
@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_hostile_text_leaves_the_shape_of_every_sink_as_it_is(sink: str, hostile: str) -> None:
    shapes = [SINKS[sink](harmless) for harmless in HARMLESS]

    assert SINKS[sink](hostile) in shapes


@pytest.mark.fault("F28", "A8", "P11")
async def test_f28_hostile_text_is_one_row_in_the_ledger_whatever_it_says(tmp_path: Path) -> None:
    office = Office(tmp_path, FakeClock())
    for number, hostile in enumerate(HOSTILE):
        caller = Caller(hostile, hostile, hostile)
        await office.notebook.open_call(decision(f"call-{number:03}", caller))
    calls = await office.thread.read(lambda session: reading.calls(session, page=Page(rows=500)))
    await office.close()

    assert len(calls) == len(HOSTILE)
