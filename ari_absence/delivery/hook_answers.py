"""What the answer of a hook means: taken, to be tried again, or never to work. Pure.

Only what is known to mean "taken" counts as that; of Teams, where a flow answers what its owner has it
answer, whatever tells of no error (a chat that took it would be told the same for days). Of the words of an answer at
most one is repeated: they are foreign, and may quote the address they were sent to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ari_absence.delivery.hook_requests import Hook, HookKind
from ari_absence.delivery.ports import DestinationBusy, DestinationDown
from ari_absence.errors import DeliveryPostponed, DeliveryRefused

ANSWER_BYTES_MAX = 64 * 1024  # ours have a few hundred; what is longer is no answer to us
WAIT_MAX = timedelta(hours=1)  # a server that asks for more may have its clock wrong
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,60}")
_WORD_KEYS = ("errcode", "code", "error", "id", "status")
_FAILURE = re.compile(
    r"error|fail|invalid|denied|unauthori[sz]ed|forbidden|not found|exceed|throttl", re.IGNORECASE
)
_FAILED = frozenset({"error", "failed", "failure", "fail"})
_TOO_EARLY = (408, 425)
_BUSY = 429
_AWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``body`` may be cut, which ``whole`` then says."""

    status: int
    body: bytes = b""
    content_type: str = ""
    retry_after: str | None = None
    whole: bool = True

    @property
    def text(self) -> str:
        """The body, as far as it is text."""
        return self.body.decode("utf-8", "replace").strip()

    @property
    def content(self) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def is_web_page(self) -> bool:
        """Whether somebody else answers: a login page, a proxy."""
        return "html" in self.content_type.lower() or self.text[:1] == "<"


def judge(hook: Hook, answer: Answer, now: datetime) -> str | None:
    """Returns if what was sent was taken: None, or a sentence when the answer does not say so clearly.

    ``now`` is in UTC.

    Raises:
        DeliveryRefused: it will never work as it is.
        DestinationDown: nothing would be taken there now; :class:`DestinationBusy` if it says for how long.
        DeliveryPostponed: it did not work this time.
    """
    status, name = answer.status, hook.name
    if 300 <= status < 400:
        raise DestinationDown(
            f"the hook {name} sends us elsewhere ({status}), where we don't go; write its new address to .env"
        )
    if status == _BUSY or (status in _AWAY and answer.retry_after):
        raise DestinationBusy(f"the hook {name} asks us to wait ({status})", _asked_for(answer, now))
    if status in _AWAY:
        raise DestinationDown(f"the hook {name} is away ({_said(hook, answer)})")
    if 400 <= status < 500 and status not in _TOO_EARLY:
        raise DeliveryRefused(f"the hook {name} refused it ({_said(hook, answer)})")
    if not 200 <= status < 300:
        raise DeliveryPostponed(f"the hook {name} failed ({_said(hook, answer)})")
    if answer.is_web_page:
        raise DestinationDown(f"the hook {name} answers with a web page; check its address in .env")
    if not (answer.whole and _TAKEN[hook.kind](answer)):
        raise DeliveryPostponed(f"the hook {name} did not say that it took it ({_said(hook, answer)})")
    if hook.kind is HookKind.TEAMS and not _is_known_of_teams(answer):
        return f"the hook {name} answered with something unknown ({status}), taken as delivered; look into the chat"
    return None


def _said_ok(answer: Answer) -> bool:
    return answer.text == "ok"


def _named_an_event(answer: Answer) -> bool:
    content = answer.content
    return isinstance(content, dict) and isinstance(content.get("event_id"), str)


def _started_a_flow(answer: Answer) -> bool:
    """A workflow answers 202 and nothing, or what its owner has it answer; older hooks a number, or 200 with a sentence
    if they failed."""
    return not (_tells_of_an_error(answer) or _FAILURE.search(answer.text))


def _is_known_of_teams(answer: Answer) -> bool:
    return (
        answer.text.lower() in ("", "ok", "accepted")
        or answer.text.isdecimal()
        or isinstance(answer.content, dict)
    )


def _took_it(answer: Answer) -> bool:
    return not _tells_of_an_error(answer)


def _tells_of_an_error(answer: Answer) -> bool:
    content = answer.content
    if isinstance(content, dict):
        failed = any(content.get(key) is False for key in ("ok", "success"))
        status = str(content.get("status", "")).lower()
        return failed or bool(content.get("error") or content.get("errors")) or status in _FAILED
    return content is None and answer.text.lower().startswith(("error", "fail", "invalid"))


_TAKEN: Mapping[HookKind, Callable[[Answer], bool]] = {
    HookKind.SLACK: _said_ok,
    HookKind.MATTERMOST: _said_ok,
    HookKind.TEAMS: _started_a_flow,
    HookKind.MATRIX: _named_an_event,
    HookKind.JSON: _took_it,
}


def _asked_for(answer: Answer, now: datetime) -> timedelta:
    """How long we are to wait; never longer than ``WAIT_MAX``."""
    content = answer.content
    if answer.retry_after is None and isinstance(content, dict):
        milliseconds = content.get("retry_after_ms")
        if isinstance(milliseconds, int | float):
            return _bounded(milliseconds / 1000)
    return _wait(answer.retry_after or "", now)


def _wait(text: str, now: datetime) -> timedelta:
    """``Retry-After``: seconds, or a date of HTTP."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return _bounded(float(text[:12]))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _bounded((moment - now).total_seconds())


def _bounded(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), WAIT_MAX.total_seconds()))


def _said(hook: Hook, answer: Answer) -> str:
    """The status, and the one word that says what was wrong, if there is one and it is not of our own secrets."""
    secrets = f"{hook.url} {hook.secret or ''}"
    word = next((each for each in _words(answer) if _WORD.fullmatch(each) and each not in secrets), "")
    return f"{answer.status} {word}".strip()


def _words(answer: Answer) -> Iterator[str]:
    content = answer.content
    if isinstance(content, dict):
        inner = content.get("error")
        for place in (content, inner if isinstance(inner, dict) else {}):
            yield from (str(place[key]) for key in _WORD_KEYS if isinstance(place.get(key), str))
    else:
        yield answer.text
