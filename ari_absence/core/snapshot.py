"""What the fallback attendant goes by while the service is away: the last good directory, as text.

Two lines: a head with version and checksum, and the content. It holds what a caller may be told, and what that is
worked out from: no PIN, no number but the caller's own, no mail address, no note, nobody a call could be sent on to.
What is sent on is left out, so nothing of it is offered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ari_absence.core import snapshot_parts as parts
from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.people import Directory, SetAbsences

FILE = "directory"
"""The file in the folder that the service shares with the fallback attendant."""

VERSION = 1
AGE_MAX = timedelta(days=3)
"""How long a service may be away before what was set in it is no longer told: a weekend, and the morning after."""

FUTURE_MAX = timedelta(hours=1)
"""How far ahead of our clock a snapshot may be: one from further ahead tells of a clock that was set."""

_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


class SnapshotUnusable(ValueError):
    """The text is no snapshot that can be gone by: damaged, old, or of another version. Says which."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Where the sounds lie, as Asterisk finds them: those of ``language``, and what was ``made`` for this site.

    ``made`` has the file's name by recording and text, ``greetings`` that of a person's greeting by the audio's id.
    """

    language: str
    sounds: str
    own: str
    made: Mapping[tuple[str, str], str] = field(default_factory=dict)
    greetings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The directory with what was set, at ``written_at`` (UTC). ``owners`` says whose each phone is.

    ``ahead_seconds``: how far the service's clock is ahead of the machine's; it is, in a rehearsal.
    """

    directory: Directory
    absences: SetAbsences
    greetings: SetGreetings
    voice: Voice
    written_at: datetime
    owners: Mapping[str, str] = field(default_factory=dict)
    ahead_seconds: float = 0.0


def written(snapshot: Snapshot) -> str:
    """``snapshot`` as text. The phones are told as ``owners`` only: nothing is rung."""
    content = json.dumps(_content(snapshot), separators=(",", ":"), ensure_ascii=True)
    head = {"snapshot": VERSION, "sha256": _checksum(content)}
    return f"{json.dumps(head)}\n{content}\n"


def read(text: str, extension: str, now: datetime) -> Snapshot:
    """The snapshot in ``text``; of people, it has ``extension`` or nobody. ``now`` is the machine's clock.

    Raises:
        SnapshotUnusable: nothing can be told by it.
    """
    head, _, content = text.partition("\n")
    content = content.removesuffix("\n")
    _check_head(head, content)
    try:
        snapshot = _snapshot(json.loads(content), extension)
        age = now + timedelta(seconds=snapshot.ahead_seconds) - snapshot.written_at
    except _UNREADABLE as fault:
        raise SnapshotUnusable(f"the snapshot can't be read ({type(fault).__name__})") from fault
    if age > AGE_MAX:
        raise SnapshotUnusable(f"the snapshot is {age.days} days old")
    if age < -FUTURE_MAX:
        raise SnapshotUnusable("the snapshot is from the future: the machine's clock was set")
    return snapshot


def _check_head(head: str, content: str) -> None:
    try:
        told = json.loads(head)
        version, checksum = told["snapshot"], told["sha256"]
    except _UNREADABLE as fault:
        raise SnapshotUnusable("the snapshot is damaged: it has no head") from fault
    if version != VERSION:
        raise SnapshotUnusable(f"the snapshot is of version {version!r}, not of {VERSION}")
    if checksum != _checksum(content):
        raise SnapshotUnusable("the snapshot is damaged: its checksum is wrong")


def _checksum(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _content(snapshot: Snapshot) -> dict[str, Any]:
    directory, tables = snapshot.directory, parts.Tables(snapshot.written_at.year)
    voice = snapshot.voice
    people = {
        extension: parts.person(person, directory, snapshot.absences.of(extension), tables)
        for extension, person in directory.people.items()
    }
    return {
        "written_at": snapshot.written_at.isoformat(),
        "ahead_seconds": snapshot.ahead_seconds,
        "site": parts.site(directory.site, tables),
        "people": people,
        "owners": {
            phone: person.extension for person in directory.people.values() for phone in person.phones
        },
        "greetings": {
            extension: [_greeting(each) for each in greetings]
            for extension, greetings in snapshot.greetings.by_extension.items()
        },
        "voice": {
            "language": voice.language,
            "sounds": voice.sounds,
            "own": voice.own,
            "made": [[recording, text, name] for (recording, text), name in voice.made.items()],
            "greetings": dict(voice.greetings),
        },
        "hours": tables.hours,
        "holidays": tables.holidays,
    }


def _greeting(greeting: Greeting) -> list[Any]:
    ends = greeting.expires_at.isoformat() if greeting.expires_at else None
    return [greeting.audio_id, greeting.kind.value, greeting.recorded_at.isoformat(), ends, greeting.seconds]


def _snapshot(content: dict[str, Any], extension: str) -> Snapshot:
    hours, holidays = content["hours"], content["holidays"]
    tables = parts.ReadTables(hours, holidays)
    found, voice = content["people"].get(extension), content["voice"]
    person, absences = parts.read_person(extension, found, tables) if found else (None, ())
    greetings = tuple(_read_greeting(each) for each in content["greetings"].get(extension, ()))
    return Snapshot(
        directory=Directory(parts.read_site(content["site"], tables), {extension: person} if person else {}),
        absences=SetAbsences({extension: absences}),
        greetings=SetGreetings({extension: greetings}),
        voice=Voice(
            str(voice["language"]),
            str(voice["sounds"]),
            str(voice["own"]),
            {(str(recording), str(text)): str(name) for recording, text, name in voice["made"]},
            {str(audio_id): str(name) for audio_id, name in voice["greetings"].items()},
        ),
        written_at=parts.instant(content["written_at"]),
        owners={str(phone): str(owner) for phone, owner in content["owners"].items()},
        ahead_seconds=float(content["ahead_seconds"]),
    )


def _read_greeting(told: list[Any]) -> Greeting:
    audio_id, kind, recorded_at, ends, seconds = told
    return Greeting(
        str(audio_id),
        GreetingKind(kind),
        parts.instant(recorded_at),
        parts.instant(ends) if ends is not None else None,
        float(seconds),
    )
