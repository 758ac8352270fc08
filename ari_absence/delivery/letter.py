"""A memo as an e-mail: text and the same as HTML, the audio and the promise attached, and headers that no caller can
write into.

Pure apart from reading the templates. All foreign text is cleaned here, before it meets a template; the
subject is made of the ledger's id and of digits only. Finished bytes are read back and compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, EmailPolicy, compat32
from email.utils import format_datetime, formataddr
from functools import cache
from textwrap import TextWrapper
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound, select_autoescape

from ari_absence.core.text import for_file_name, for_header, for_mail_body
from ari_absence.core.transcript import LENGTH_MAX as TRANSCRIPT_LENGTH_MAX
from ari_absence.core.transcript import marked
from ari_absence.delivery.calendar import FILE_NAME, METHOD, promise_calendar
from ari_absence.delivery.enclosures import Enclosure
from ari_absence.delivery.ports import Memo, OwedCall
from ari_absence.errors import DeliveryRefused

DEFAULT_LANGUAGE = "en"
SUBJECT_LENGTH_MAX = 120  # below any server's line limit, so that a subject is never folded
_LONG_TEXT_MAX = 300
_PARAGRAPH = TextWrapper(  # indented, so that no line of it can pass for one of ours
    76, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
)
_ROW = TextWrapper(76, subsequent_indent=" " * 11, break_long_words=False, break_on_hyphens=False)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII)
_HEADER_END = b"\r\n\r\n"


class _OneLineSubjects(EmailPolicy):
    """Never folds a subject: Python would leave its first line empty, which some mail programs show as no subject.

    RFC 5322 (2.1.1) allows 998 characters in a line.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as it is sent."""
        if name.lower() == "subject" and value.isascii():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _OneLineSubjects(linesep=SMTP.linesep)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail is from: an address, a name for it, and the language of the text.

    ``callback_code``: what people dial to return calls.
    """

    address: str
    name: str = "Absence service"
    language: str = DEFAULT_LANGUAGE
    callback_code: str = "*38"

    @property
    def domain(self) -> str:
        """The right side of the ids of our mails and of calendar entries."""
        return self.address.rpartition("@")[2]


def compose(
    memo: Memo,
    recipient: str,
    key: str,
    sender: Sender,
    audio: bytes | None,
    note: bytes | None = None,
    *,
    at: datetime,
    enclosures: Sequence[Enclosure] = (),
) -> bytes:
    """The mail, ready to be sent at ``at`` (aware), which its ``Date`` says: mail programs sort by that.

    Without ``audio`` the text says where the audio lies, without ``note`` where a colleague's spoken note lies.

    Raises:
        DeliveryRefused: an address is unusable, or the finished headers are not the ones that were set.
    """
    _require_address(recipient)
    _require_address(sender.address)
    facts = _facts(memo, attached=audio is not None) | _note_facts(memo, attached=note is not None)
    facts["code"] = _code(memo, sender)
    facts["enclosed"] = [each.file_name for each in enclosures]
    facts["team"] = _team(memo)
    mail = EmailMessage(policy=_POLICY)
    for name, value in _headers(memo, recipient, key, sender, facts, at).items():
        mail[name] = value
    facts["letter"] = _render("letter.txt", sender.language, facts)
    mail.set_content(facts["letter"], charset="utf-8", cte="quoted-printable")
    page = _render("letter.html", sender.language, facts)
    mail.add_alternative(page, subtype="html", charset="utf-8", cte="quoted-printable")
    if audio is not None:
        mail.add_attachment(audio, maintype="audio", subtype="wav", filename=facts["file_name"])
    if note is not None:
        mail.add_attachment(note, maintype="audio", subtype="wav", filename=facts["note_file_name"])
    for each in enclosures:
        main, sub = each.types
        mail.add_attachment(each.content, maintype=main, subtype=sub, filename=each.file_name)
    if memo.owed is not None and memo.owed.due is not None and memo.follows is None:
        _attach_promise(mail, memo, memo.owed, memo.owed.due, sender)
    return _checked(mail)


def _attach_promise(mail: EmailMessage, memo: Memo, owed: OwedCall, due: datetime, sender: Sender) -> None:
    promise = promise_calendar(
        owed_id=owed.id,
        times=owed.times,
        due=due,
        at=memo.at,
        whom=memo.caller_name or memo.number or memo.caller_number or "the caller",
        domain=sender.domain,
        code=_code(memo, sender),
    )
    mail.add_attachment(
        promise.decode(), subtype="calendar", charset="utf-8", cte="base64", filename=FILE_NAME
    )
    *_, part = mail.iter_attachments()
    part.set_param("method", METHOD)


def _code(memo: Memo, sender: Sender) -> str | None:
    """What its owner dials to ring this caller."""
    owed = memo.owed
    return f"{sender.callback_code}*{owed.code}" if owed is not None and owed.code else None


def _team(memo: Memo) -> str:
    """Which team owes the call, by its name as far as that is known; empty: none does."""
    owed = memo.owed
    if owed is None or owed.team is None:
        return ""
    return for_mail_body(f"{owed.team_name} (a team)" if owed.team_name else f"the team {owed.team}")


def _note_facts(memo: Memo, *, attached: bool) -> dict[str, Any]:
    return {
        "transferred_by": for_mail_body(memo.transferred_by),
        "note_digits": for_mail_body(memo.note_digits),
        "note_attached": attached,
        "note_path": str(memo.note_audio) if memo.note_audio else None,
        "note_file_name": f"{for_file_name(f'note-{memo.item_id}')}.wav",
    }


def _headers(
    memo: Memo, recipient: str, key: str, sender: Sender, facts: dict[str, Any], at: datetime
) -> dict[str, str]:
    """``Auto-Submitted`` keeps the vacation reply of an absent owner from answering us."""
    headers = {
        "From": formataddr((for_header(sender.name), sender.address)),
        "To": recipient,
        "Subject": ("Re: " if memo.follows else "") + _subject(sender.language, facts),
        "Date": format_datetime(at),
        "Message-ID": _message_id(key, sender),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Ari-Absence-Item": for_header(memo.item_id),
    }
    parents = list(_parents(memo, sender))
    if parents:
        headers |= {"In-Reply-To": parents[-1], "References": " ".join(parents)}
    return headers | ({"Importance": "high", "X-Priority": "1"} if memo.urgent else {})


def _subject(language: str, facts: dict[str, Any]) -> str:
    """What is common to all mails about one caller, and before it in brackets, of our own words, what this one is.

    Mail programs thread by the common part: RFC 5256 (2.1) drops what stands in brackets before it.
    """
    kind, _, common = _render("subject.txt", language, facts).rpartition("|")  # in no fact
    common = for_header(common, SUBJECT_LENGTH_MAX)
    return f"[{for_header(kind)}] {common}" if kind else common


def _parents(memo: Memo, sender: Sender) -> Iterator[str]:
    """The mails this one hangs below: one that nobody ever sent, common to all about one caller, and its own first."""
    thread = memo.owed.thread if memo.owed is not None else str((memo.facts or {}).get("thread", ""))
    if thread:
        yield f"<caller.{for_file_name(thread)}@{sender.domain}>"
    if memo.follows is not None:
        yield _message_id(memo.follows, sender)


def _message_id(key: str, sender: Sender) -> str:
    return f"<{for_file_name(key, 120)}@{sender.domain}>"


def _facts(memo: Memo, attached: bool) -> dict[str, Any]:
    """Everything a template may use: cleaned text, times in the owner's zone, and plain flags.

    What is promised is what the calendar file says, too: what was promised when they called before counts on.
    """
    due = memo.due and (memo.owed.due if memo.owed and memo.owed.due else memo.due)
    return {
        "id": for_mail_body(memo.item_id),
        "about": memo.about,
        "person": for_mail_body(memo.person_name),
        "extension": for_mail_body(memo.extension),
        "caller": _caller(memo),
        "digits": for_header(memo.number or memo.caller_number or ""),
        "number": for_mail_body(memo.number),
        "colleague": for_mail_body(memo.caller_extension),
        "why": memo.why or "",
        "at": _local(memo.at, memo.zone),
        "due": _local(due, memo.zone) if due else None,
        "owed_by": _owed_by(memo),
        "zone": for_mail_body(memo.zone),
        "urgent": memo.urgent,
        "length": _length(memo.seconds),
        "possibly_cut": memo.possibly_cut,
        "attached": attached,
        "audio_path": str(memo.audio) if memo.audio else None,
        "file_name": f"{for_file_name(f'message-{memo.item_id}')}.wav",
        "transcript": _transcript(memo),
        "notice": _cleaned(memo.facts or {}),
    }


def _owed_by(memo: Memo) -> datetime | None:
    """By when this caller is owed a call already, if this call has promised none."""
    if memo.due is not None or memo.owed is None or memo.owed.due is None:
        return None
    return _local(memo.owed.due, memo.zone)


def _transcript(memo: Memo) -> str:
    """The paragraph, with its marks, and no longer line than people read."""
    names = (memo.caller_name or "", memo.person_name)
    paragraph = marked(for_mail_body(memo.transcript, TRANSCRIPT_LENGTH_MAX), names)
    return _PARAGRAPH.fill(paragraph)


def _cleaned(value: Any) -> Any:  # noqa: ANN401 -- whatever survives JSON
    """The facts of a notice, however nested; a yes or no stays one."""
    if isinstance(value, Mapping):
        return {str(name): _cleaned(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return value if isinstance(value, bool) else for_mail_body(str(value), _LONG_TEXT_MAX)


def _caller(memo: Memo) -> str:
    parts = (for_mail_body(memo.caller_name), for_mail_body(memo.caller_number))
    return ", ".join(part for part in parts if part)


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name too long for a file
        return at


def _noted_at(written: str, zone: str) -> datetime:
    """An instant among the facts of a notice, for a template."""
    return _local(datetime.fromisoformat(written), zone)


def _length(seconds: float | None) -> str:
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"


def _render(part: str, language: str, facts: dict[str, Any]) -> str:
    """A language is a folder of templates; one that is missing there is taken from the default language."""
    try:
        template = _templates().get_template(f"{language}/{part}.j2")
    except TemplateNotFound:
        template = _templates().get_template(f"{DEFAULT_LANGUAGE}/{part}.j2")
    return template.render(facts)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("ari_absence.delivery"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["noted_at"] = _noted_at
    templates.filters["row"] = _row
    return templates


def _row(row: tuple[str, str]) -> str:
    """A line of the memo: what it is, and the fact; the lines after it are indented like the fact."""
    label, fact = row
    return _ROW.fill(f"{label + ':':<10} {fact}")


def _require_address(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        shown = for_mail_body(address)
        raise DeliveryRefused(f"{shown!r} is no mail address; correct it in the configuration")


def _checked(mail: EmailMessage) -> bytes:
    """Python of some versions lets an encoded word open a new header line (CVE-2024-6923): read it back."""
    finished = mail.as_bytes()
    head = finished.partition(_HEADER_END)[0] + _HEADER_END
    found = BytesHeaderParser(policy=compat32).parsebytes(head)
    if [name.lower() for name in found] != [name.lower() for name in mail]:
        raise DeliveryRefused("a mail was not sent, because its text would have forged a header")
    return finished
