"""What callers left with the dialplan or the fallback attendant while the service was away, as names and text.

The dialplan gives each such call a label. It is the name of what was recorded, so that a recording alone, of a
process that died or of a machine without Python, still says who called whom and when. The attendant puts a note
beside it that says the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ari_absence.core.numbers import caller_number
from ari_absence.core.people import Why

FOLDER = "ari-absence-fallback/"
"""Where such recordings lie below Asterisk's recording folder; the beginning of their names."""

NOTES_FOLDER = "left"
"""Where the attendant's notes lie below the folder that it shares with the service."""

NOTE_VERSION = 1
NOTE_CHARS_MAX = 16_384  # a note is 600 characters long
NOTE_SUFFIX = ".json"

_LABEL = re.compile(
    r"(?P<extension>[0-9*#A-Za-z_-]{1,64})=(?P<number>[+0-9]{0,32})=(?P<why>[a-z]{0,16})"
    r"=(?P<epoch>[0-9]{1,11})=(?P<channel>[-_.0-9A-Za-z]{1,128})=(?P<call_id>[0-9a-f]{32})?",
    re.ASCII,
)
_RECORDING = re.compile(rf"{FOLDER}(?P<label>[^/]{{1,240}})=(?P<which>p|r[0-9]{{1,3}})", re.ASCII)
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


class NotLeft(ValueError):
    """The text is no label, or no note, of ours; says why."""


@dataclass(frozen=True, slots=True)
class LeftCall:
    """A call that the fallback served. ``channel`` is its id in Asterisk; ``at`` is in UTC.

    ``call_id`` is the one that the service gave it before, or else made of the label: the same for ever.
    """

    label: str
    extension: str
    number: str | None
    why: Why
    at: datetime
    channel: str
    call_id: str
    known_before: bool

    @classmethod
    def of(cls, label: str) -> LeftCall:
        """Read a label. Raises NotLeft."""
        parts = _LABEL.fullmatch(label)
        if parts is None:
            raise NotLeft("that is no label of the dialplan's")
        why = parts["why"] if parts["why"] in set(Why) else Why.NOANSWER
        known = parts["call_id"]
        return cls(
            label=label,
            extension=parts["extension"],
            number=caller_number(parts["number"]),
            why=Why(why),
            at=datetime.fromtimestamp(int(parts["epoch"]), UTC),
            channel=parts["channel"],
            call_id=known or hashlib.sha256(label.encode()).hexdigest()[:32],
            known_before=known is not None,
        )

    def recording(self, count: int) -> str:
        """The name of the ``count``-th recording that the attendant makes of the caller."""
        return f"{FOLDER}{self.label}=r{count}"


def label_of(recording: str) -> str | None:
    """The label in the name of a recording; None: it is none of these."""
    found = _RECORDING.fullmatch(recording)
    return found["label"] if found and _LABEL.fullmatch(found["label"]) else None


def is_plain(recording: str) -> bool:
    """Whether the dialplan itself made this recording: there never is a note beside it."""
    return label_of(recording) is not None and recording.endswith("=p")


class Kind(StrEnum):
    """What a caller left. All but the first are wishes of ``attendant.notebook``."""

    MESSAGE = "message"
    CALL_BACK = "call_back"
    JUST_CALLED = "just_called"
    WILL_CALL_AGAIN = "will_call_again"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class LeftNote:
    """What the attendant notes beside the recordings.

    ``recording`` is the message's, or that of the caller's name; ``number`` where to call back; ``at`` when the call
    began, ``due`` what was promised, both in UTC. ``caller_extension``: the caller's own, at a phone of the house.
    ``trouble``: why the caller was not told who is absent.
    """

    label: str
    kind: Kind
    at: datetime
    recording: str | None = None
    number: str | None = None
    due: datetime | None = None
    urgent: bool = False
    possibly_cut: bool = False
    caller_name: str | None = None
    caller_extension: str | None = None
    trouble: str | None = None

    @property
    def file_name(self) -> str:
        """The name of its file: one for each kind of wish in one call."""
        return f"{self.label}={self.kind.value}{NOTE_SUFFIX}"


def written(note: LeftNote) -> str:
    """``note`` as text."""
    told = {
        "left": NOTE_VERSION,
        "label": note.label,
        "kind": note.kind.value,
        "at": note.at.isoformat(),
        "recording": note.recording,
        "number": note.number,
        "due": note.due.isoformat() if note.due else None,
        "urgent": note.urgent,
        "possibly_cut": note.possibly_cut,
        "caller_name": note.caller_name,
        "caller_extension": note.caller_extension,
        "trouble": note.trouble,
    }
    return json.dumps(told, ensure_ascii=True) + "\n"


def read(text: str) -> LeftNote:
    """The note in ``text``.

    Raises:
        NotLeft: it is half-written, damaged, or of another version.
    """
    if len(text) > NOTE_CHARS_MAX:
        raise NotLeft("it is too long for a note")
    try:
        told = json.loads(text)
        if told["left"] != NOTE_VERSION:
            raise NotLeft(f"it is of version {str(told['left'])[:20]}, not of {NOTE_VERSION}")
        note = _note(told)
    except NotLeft:
        raise
    except _UNREADABLE as fault:
        raise NotLeft("it can't be read as a note") from fault
    LeftCall.of(note.label)
    if note.recording is not None and label_of(note.recording) != note.label:
        raise NotLeft("its recording belongs to another call")
    if note.kind is Kind.MESSAGE and note.recording is None:
        raise NotLeft("it tells of a message without a recording")
    return note


def _note(told: dict[str, Any]) -> LeftNote:
    due = told["due"]
    return LeftNote(
        label=_text(told["label"]) or "",
        kind=Kind(told["kind"]),
        at=_instant(told["at"]),
        recording=_text(told["recording"]),
        number=caller_number(_text(told["number"])),
        due=None if due is None else _instant(due),
        urgent=told["urgent"] is True,
        possibly_cut=told["possibly_cut"] is True,
        caller_name=_text(told["caller_name"]),
        caller_extension=_text(told["caller_extension"]),
        trouble=_text(told["trouble"]),
    )


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise NotLeft("it can't be read as a note")
    return value


def _instant(value: object) -> datetime:
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise NotLeft("an instant in it lacks its UTC offset")
    return at.astimezone(UTC)
