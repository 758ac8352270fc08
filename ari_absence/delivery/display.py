"""A short text on the displays of somebody's desk phones: who, when, by when, and the code that calls them back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ari_absence.core.delivery_rules import DISPLAY
from ari_absence.core.text import for_header
from ari_absence.delivery.ports import DestinationDown, Memo, RecipientAway
from ari_absence.delivery.public_memo import PublicMemo, public_memo
from ari_absence.errors import AsteriskError

LENGTH_MAX = 160  # what a display shows, and a phone keeps, at most
_LABELS = {
    "message": "Message",
    "call_back": "Call",
    "just_called": "Call",
    "will_call_again": "Call",
    "missed": "Missed call",
}

Show = Callable[[str, str], Awaitable[int]]
"""Shows a text on the desk phones of an extension; gives on how many. Raises AsteriskError."""


class DisplayNotifier:
    """``delivery.ports.Notifier`` by SIP MESSAGE. ``callback_code`` gives what people dial to return calls."""

    channel = DISPLAY
    destination = "asterisk:display"

    def __init__(self, show: Show, callback_code: Callable[[], str]) -> None:
        self._show = show
        self._callback_code = callback_code

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        """Show it on every desk phone of ``recipient`` that is registered; one that has none waits for one."""
        del key  # a phone knows no repetition: a text shown twice is read twice
        try:
            shown = await self._show(recipient, display_text(memo, self._callback_code()))
        except AsteriskError as fault:
            raise DestinationDown(str(fault)) from fault
        if not shown:
            raise RecipientAway(f"no desk phone of extension {recipient} is registered")


def display_text(memo: Memo, callback_code: str) -> str:
    """Numbers and times only, plain ASCII: no foreign word is shown, and nothing private is known here."""
    public = public_memo(memo)
    if public.label and public.number:
        return _to_call(public, callback_code)
    if public.sentence:
        return for_header(public.sentence, LENGTH_MAX)
    code = f" {callback_code}*{memo.owed.code}" if memo.owed is not None and memo.owed.code else ""
    return f"{_told(public)[: LENGTH_MAX - len(code)]}{code}"


def _to_call(public: PublicMemo, callback_code: str) -> str:
    urgent = "URGENT: " if public.urgent else ""
    by = f" by {_by(public.due, public.at)}" if public.due else ""
    code = f" {callback_code}*{for_header(public.code)}" if public.code else ""
    told = f"{urgent}{public.label}: call {for_header(public.number)}{by}."
    return f"{told[: LENGTH_MAX - len(code)]}{code}"


def _told(public: PublicMemo) -> str:
    urgent = "URGENT: " if public.urgent else ""
    label = _LABELS.get(public.about, "Call")
    told = [f"{urgent}{label} from {_whom(public)}", f"{public.at:%H:%M}"]
    if public.due is not None:
        told.append(f"wants a call by {_by(public.due, public.at)}")
    return f"{', '.join(told)}."


def _whom(public: PublicMemo) -> str:
    if public.caller_extension:
        return f"extension {for_header(public.caller_extension)}"
    return for_header(public.number or public.caller_number) or "a withheld number"


def _by(due: datetime, at: datetime) -> str:
    """Without the day where it is the day of the call."""
    return f"{due:%H:%M}" if due.date() == at.date() else f"{due:%d %b %H:%M}"
