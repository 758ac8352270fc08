"""A memo as the request that each kind of hook takes. Pure; foreign text is escaped here, for its own sink each.

* Slack, Mattermost: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
  https://developers.mattermost.com/integrate/webhooks/incoming/
* Teams: a workflow "when a webhook request is received", which takes an adaptive card
* Matrix: https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
* json: signed as https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md says
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from ari_absence.core.text import for_chat, for_markdown, for_slack
from ari_absence.delivery.public_memo import PublicMemo

HOOK_LIMIT_SECONDS = 20.0  # a chat that thinks longer is as good as away
_LINE_LENGTH_MAX = 200
_SECRET_PREFIX = "whsec_"  # noqa: S105 -- what a secret begins with that is written in base64


class HookKind(StrEnum):
    """What stands behind a hook."""

    SLACK = "slack"
    MATTERMOST = "mattermost"
    TEAMS = "teams"
    MATRIX = "matrix"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook: its name, and where it is. The address is a secret, too: whoever knows it can write there.

    ``url`` of a Matrix hook is its home server's, and ``secret`` the access token; of a JSON hook ``secret`` signs.
    """

    name: str
    kind: HookKind
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    room: str | None = None
    limit_seconds: float = HOOK_LIMIT_SECONDS


@dataclass(frozen=True, slots=True)
class HookRequest:
    """What is sent. Nothing of it is ever printed."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


def request_of(hook: Hook, memo: PublicMemo, recipient: str, key: str, now: datetime) -> HookRequest:
    """The request that tells ``memo``. The same ``key`` makes a repetition recognisable where the kind can do that."""
    match hook.kind:
        case HookKind.MATRIX:
            return _matrix(hook, memo, key)
        case HookKind.JSON:
            return _json(hook, memo, recipient, key, now)
        case kind:
            return HookRequest(hook.url, _encoded(_CONTENTS[kind](memo)), _AS_JSON)


def signature_of(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """What ``webhook-signature`` holds: version 1, HMAC-SHA256 of ``key.timestamp.body``.

    >>> signature_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...     b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(_key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key_of(secret: str) -> bytes:
    if secret.startswith(_SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
        except binascii.Error:
            pass  # then it only looks like one
    return secret.encode()


def _slack(memo: PublicMemo) -> Mapping[str, Any]:
    """Without ``mrkdwn`` stars and underscores are what they are; without ``link_names`` nobody is called."""
    return {"text": _text(memo, for_slack), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def _mattermost(memo: PublicMemo) -> Mapping[str, Any]:
    return {"text": _text(memo, for_markdown)}


def _teams(memo: PublicMemo) -> Mapping[str, Any]:
    """A RichTextBlock takes text as it is, a TextBlock would read Markdown."""
    blocks = [_text_block(memo.title, bold=True), *(_text_block(line) for line in memo.lines)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text_block(line: str, *, bold: bool = False) -> Mapping[str, Any]:
    run = {"type": "TextRun", "text": for_chat(line, _LINE_LENGTH_MAX)}
    return {"type": "RichTextBlock", "inlines": [run | ({"weight": "Bolder"} if bold else {})]}


_CONTENTS: Mapping[HookKind, Callable[[PublicMemo], Mapping[str, Any]]] = {
    HookKind.SLACK: _slack,
    HookKind.MATTERMOST: _mattermost,
    HookKind.TEAMS: _teams,
}
_AS_JSON = {"Content-Type": "application/json; charset=utf-8"}


def _matrix(hook: Hook, memo: PublicMemo, key: str) -> HookRequest:
    """The transaction's id is the key: the home server takes the same one once. Empty mentions call nobody."""
    room, transaction = quote(hook.room or "", safe=""), quote(key, safe="")
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
    content = {"msgtype": "m.text", "body": _text(memo, for_chat), "m.mentions": {}}
    headers = {**_AS_JSON, "Authorization": f"Bearer {hook.secret or ''}"}
    return HookRequest(hook.url.rstrip("/") + path, _encoded(content), headers, "PUT")


def _json(hook: Hook, memo: PublicMemo, recipient: str, key: str, now: datetime) -> HookRequest:
    body, timestamp = _encoded(_payload(memo, recipient, now)), int(now.timestamp())
    headers = {**_AS_JSON, "webhook-id": key, "webhook-timestamp": str(timestamp)}
    if hook.secret:
        headers["webhook-signature"] = signature_of(hook.secret, key, timestamp, body)
    return HookRequest(hook.url, body, headers)


def _payload(memo: PublicMemo, recipient: str, now: datetime) -> Mapping[str, Any]:
    return {
        "type": f"absence.{memo.about}",
        "timestamp": now.isoformat(),
        "data": {
            "id": memo.item_id,
            "to": recipient,
            "text": "\n".join((memo.title, *memo.lines)),
            "for": {"extension": memo.extension, "name": memo.person},
            "caller": {
                "name": memo.caller_name,
                "number": memo.caller_number,
                "extension": memo.caller_extension,
            },
            "call_back": memo.number,
            "at": memo.at.isoformat(),
            "due": memo.due.isoformat() if memo.due else None,
            "urgent": memo.urgent,
            "seconds": memo.seconds,
        },
    }


def _text(memo: PublicMemo, escaped: Callable[[str, int], str]) -> str:
    return "\n".join(escaped(line, _LINE_LENGTH_MAX) for line in (memo.title, *memo.lines))


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
