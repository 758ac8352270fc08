"""What a chat, a text message or a foreign program may be told of an item: nothing private has a place here.

No note, no note's digits, no facts of a notice, no audio: whatever reads only this can't tell them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ari_absence.core.text import for_mail_body
from ari_absence.delivery.ports import Memo


@dataclass(frozen=True, slots=True)
class PublicMemo:
    """Text is one cleaned line each, and still to be escaped for where it goes. Instants are in the owner's zone.

    ``sentence`` is what a notice says; of a message or a call the other fields tell. ``code`` and ``label`` are those
    of a notice about a call to be made: which code rings them, and what is the matter in a word or two.
    """

    item_id: str
    about: str
    person: str
    extension: str
    at: datetime
    caller_name: str = ""
    caller_number: str = ""
    caller_extension: str = ""
    number: str = ""
    due: datetime | None = None
    urgent: bool = False
    seconds: float | None = None
    sentence: str = ""
    code: str = ""
    label: str = ""

    @property
    def title(self) -> str:
        """What it is, and whose."""
        owner = f"{self.person} ({self.extension})" if self.person else self.extension
        what = _TITLES.get(self.about, "News")
        urgent = f"URGENT: {what[0].lower()}{what[1:]}" if self.urgent else what
        return f"{urgent} for {owner}" if owner else urgent

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to tell, in order, without the title."""
        if self.sentence:
            return (self.sentence,)
        told = (
            self._from(),
            f"Call back: {self.number}" if self.number and self.number != self.caller_number else "",
            f"At: {_spoken(self.at)}",
            f"Length: {_length(self.seconds)}" if self.seconds else "",
            f"Promised: an answer by {_spoken(self.due)}" if self.due else "",
        )
        return tuple(line for line in told if line)

    def _from(self) -> str:
        inside = f"extension {self.caller_extension}" if self.caller_extension else ""
        known = ", ".join(each for each in (self.caller_name, self.caller_number, inside) if each)
        return f"From: {known or 'withheld'}"


_TITLES = {
    "message": "Message",
    "call_back": "Wish to be called back",
    "just_called": "Somebody called",
    "missed": "Missed call",
    "will_call_again": "Somebody will call again",
}
_SENTENCES = {
    "mailbox_filling": "The mailbox is filling up; please listen to it, *97.",
    "mailbox_full": "The mailbox is full, and callers can leave no more messages; please make room, *97.",
    "disk_full": "The disk is full, and callers can leave no messages at all; please tell who runs the telephones.",
    "delivery_dead": "Something could not be delivered; `ari-absence outbox --dead` says what and why.",
    "forward_changed": "Where calls go on to was changed.",
    "pin_locked": "The PIN was locked after too many wrong ones.",
    "called_too_often": "One number called again and again; most of its calls were answered by the telephone system.",
}
_TO_CALL = {
    "callback_handed_over": ("A call back was handed over to you; *38 calls", "Yours now"),
    "callback_expired": (
        "A call back was never made, and has expired; `ari-absence callbacks --all` tells which",
        "Expired",
    ),
    "callback_due": ("A call back is due soon; *38 tells and calls", "Due soon"),
    "callback_overdue": (
        "A call back is overdue; `ari-absence callbacks` tells which",
        "Overdue",
    ),
}
"""What is said, and how a display, which has less room, begins."""
_OTHERWISE = "There is news; *97 and *38 tell more."
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class TextToCaller(PublicMemo):
    """A text message to a caller: its one sentence, and nothing of the call."""

    @property
    def title(self) -> str:
        """The text."""
        return self.sentence

    @property
    def lines(self) -> tuple[str, ...]:
        """Nothing else."""
        return ()


_ACKNOWLEDGEMENT = "acknowledgement"
_NAME_LENGTH_MAX = 40  # of the company and of a person; with the rest it stays one text message


def acknowledgement(memo: Memo) -> PublicMemo:
    """What a caller is texted: our own names, and the time. By day and hour, for a text may come the day after."""
    facts = memo.facts or {}
    company, person = (for_mail_body(facts.get(name), _NAME_LENGTH_MAX) for name in ("company", "person"))
    what = "your request for a call from" if facts.get("what") == "call_back" else "your message for"
    due = facts.get("due")
    by = _local(datetime.fromisoformat(due), memo.zone) if due else None
    promised = f" You will be called back by {by:%H:%M} on {_DAYS[by.weekday()]} {by:%d %b}." if by else ""
    return TextToCaller(
        item_id=for_mail_body(memo.item_id),
        about=memo.about,
        person=person,
        extension=for_mail_body(memo.extension),
        at=_local(memo.at, memo.zone),
        due=by,
        sentence=f"{company}: we have {what} {person}.{promised}",
    )


def public_memo(memo: Memo) -> PublicMemo:
    """What may be told of ``memo``."""
    if memo.about == _ACKNOWLEDGEMENT:
        return acknowledgement(memo)
    if memo.about in _TO_CALL:
        return _to_call(memo)
    about_a_call = memo.about in _TITLES
    return PublicMemo(
        item_id=for_mail_body(memo.item_id),
        about=memo.about,
        person=for_mail_body(memo.person_name),
        extension=for_mail_body(memo.extension),
        at=_local(memo.at, memo.zone),
        caller_name=for_mail_body(memo.caller_name),
        caller_number=for_mail_body(memo.caller_number),
        caller_extension=for_mail_body(memo.caller_extension),
        number=for_mail_body(memo.number),
        due=_local(memo.due, memo.zone) if memo.due else None,
        urgent=memo.urgent,
        seconds=memo.seconds,
        sentence="" if about_a_call else _SENTENCES.get(memo.about, _OTHERWISE),
    )


def _to_call(memo: Memo) -> PublicMemo:
    """A notice about a call that somebody is to make: whom, and by when."""
    facts = memo.facts or {}
    number, due = for_mail_body(str(facts.get("number") or "")), facts.get("due")
    by = _local(datetime.fromisoformat(due), memo.zone) if due else None
    what, label = _TO_CALL[memo.about]
    details = ", ".join(filter(None, (number, f"by {_spoken(by)}" if by else "")))
    return PublicMemo(
        item_id=for_mail_body(memo.item_id),
        about=memo.about,
        person=for_mail_body(memo.person_name),
        extension=for_mail_body(memo.extension),
        at=_local(memo.at, memo.zone),
        number=number,
        due=by,
        urgent=facts.get("urgent") is True,
        sentence=f"{what}: {details}." if details else f"{what}.",
        code=for_mail_body(str(facts.get("code") or "")),
        label=label,
    )


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name too long for a file
        return at


def _spoken(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at:%Y-%m-%d %H:%M}"


def _length(seconds: float | None) -> str:
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"
