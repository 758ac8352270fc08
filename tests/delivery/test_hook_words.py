"""What a chat is told: all that helps, as text whatever a caller sent, and nothing private."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from markdown_it import MarkdownIt

from ari_absence.attendant.notebook import Wish
from ari_absence.core.people import Caller
from ari_absence.core.text import for_mail_body
from ari_absence.delivery.hook_requests import request_of
from ari_absence.delivery.hooks import Hook, HookKind, HookNotifier
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.public_memo import PublicMemo, public_memo
from ari_absence.ledger.addressees import Channels
from ari_absence.ledger.deliveries import Notice
from ari_absence.ledger.outbox import LedgerMemo
from tests.delivery.hook_server import HookServer, answers, answers_json, hook_server
from tests.delivery.test_email import KEY, MEMO
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, Office, callback_draft, decision

PRIVATE_NUMBER = "+819099998888"
PRIVATE = replace(
    MEMO,
    audio=Path("/var/lib/absence/audio/A-1.wav"),
    note_digits="5550123",
    note_audio=Path("/var/lib/absence/audio/A-note.wav"),
    transferred_by="Kenji Ito",
    facts={"rules": [{"steps": [[{"number": PRIVATE_NUMBER}]]}], "note": "at the hospital", "error": "x@y.z"},
)


def shown(kind: HookKind, content: Any) -> list[str]:
    """The lines that somebody reads in the chat."""
    match kind:
        case HookKind.SLACK:
            assert re.search(r"[<>]|&(?!(amp|lt|gt);)", content["text"]) is None
            assert content["mrkdwn"] is False
            text = html.unescape(content["text"])
        case HookKind.MATTERMOST:
            tokens = MarkdownIt("commonmark", {"breaks": True}).parse(content["text"])
            parts = [child for token in tokens for child in token.children or ()]
            assert {part.type for part in parts} <= {"text", "text_special", "softbreak", "hardbreak"}
            text = "".join(part.content or "\n" for part in parts)
        case HookKind.TEAMS:
            (attachment,) = content["attachments"]
            runs = [run for block in attachment["content"]["body"] for run in block["inlines"]]
            assert {run["type"] for run in runs} == {"TextRun"}  # which reads no Markdown
            text = "\n".join(run["text"] for run in runs)
        case HookKind.MATRIX:
            assert content.keys() == {"msgtype", "body", "m.mentions"}  # nothing that is formatted
            text = content["body"]
        case HookKind.JSON:
            text = content["data"]["text"]
    return text.replace("\u200b", "").split("\n")


def sent(kind: HookKind, memo: LedgerMemo) -> Any:
    hook = Hook("sales_chat", kind, "https://chat.example.com/x", "sesame", "!room:example.org")
    return json.loads(request_of(hook, public_memo(memo), "101", KEY, NOON).body)


@pytest.mark.parametrize("kind", HookKind)
def test_a_chat_is_told_who_called_whom_when_and_what_was_promised(kind: HookKind) -> None:
    memo = replace(MEMO, urgent=True, due=NOON + timedelta(hours=20), number="+81355550000")

    assert shown(kind, sent(kind, memo)) == [
        "URGENT: message for Alice Tanaka (101)",
        "From: Bob Smith, +81312345678",
        "Call back: +81355550000",
        "At: Wed 2026-11-25 12:00",
        "Length: 0:05",
        "Promised: an answer by Thu 2026-11-26 08:00",
    ]


def test_a_caller_without_a_number_is_told_as_one() -> None:
    memo = replace(MEMO, about="missed", caller_name=None, caller_number=None, number=None, seconds=None)

    assert public_memo(memo).lines == ("From: withheld", "At: Wed 2026-11-25 12:00")


@pytest.mark.parametrize("kind", HookKind)
@pytest.mark.parametrize("about", ["message", *Wish, *Notice])
def test_nothing_private_has_a_way_into_a_chat(kind: HookKind, about: str) -> None:
    content = json.dumps(sent(kind, replace(PRIVATE, about=str(about))))

    private = (PRIVATE_NUMBER, "5550123", "hospital", "A-1.wav", "A-note", "x@y.z", "Kenji")
    assert [word for word in private if word in content] == []


@pytest.mark.parametrize("wish", Wish)
def test_every_wish_has_words_in_a_chat(wish: Wish) -> None:
    memo = public_memo(replace(MEMO, about=wish.value))

    assert not memo.title.startswith("News")
    assert memo.lines[0].startswith("From: ")


def test_what_is_told_has_no_place_for_anything_private() -> None:
    assert not {"note_digits", "note_audio", "facts", "audio", "transferred_by"} & set(PublicMemo.__slots__)


@pytest.mark.parametrize("kind", HookKind)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_whatever_a_caller_sends_is_text_in_a_chat(kind: HookKind, hostile: str) -> None:
    memo = replace(MEMO, caller_name=hostile, caller_number=hostile, number=hostile, item_id=hostile)
    told = [word for word in [for_mail_body(hostile)] * 2 if word]

    lines = shown(kind, sent(kind, memo))

    assert lines[1] == f"From: {', '.join(told) or 'withheld'}"
    assert len(lines) == 4


@pytest_asyncio.fixture
async def server() -> AsyncIterator[HookServer]:
    """A server that takes what each kind sends."""
    async with hook_server(answers()) as server:
        yield server


ANSWERS = {
    HookKind.TEAMS: answers(202, ""),
    HookKind.MATRIX: answers_json('{"event_id": "$abc"}'),
}


@pytest.mark.parametrize("kind", HookKind)
async def test_f28_an_encoded_word_for_a_name_goes_through_ledger_and_wire_as_text(
    office: Office, server: HookServer, kind: HookKind
) -> None:
    name = "=?utf-8?q?Bob=0D=0ABcc:_everybody@example.com?="
    server.answering = ANSWERS.get(kind, answers())
    office.tell_by_rules(Channels(frozenset({"email", "sales_chat"}), ("sales_chat",)))
    office.tell_all_by("sales_chat")
    about = decision(caller=Caller("+81312345678", name))
    await office.notebook.save_callback(callback_draft(about))

    await OutboxWorker(office.outbox, [HookNotifier(server.hook(kind), office.clock)], office.clock).sweep()

    (received,) = server.received
    assert shown(kind, received.content)[1] == f"From: {name}, +81312345678"
    assert not any("Bcc" in f"{header}{value}" for header, value in received.headers.items())
