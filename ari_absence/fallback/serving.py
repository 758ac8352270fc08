"""One caller served without the service: by the last good directory, with the same decision and conversation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ari_absence.asterisk.agi import AgiLine
from ari_absence.asterisk.agi_call import AgiCall
from ari_absence.attendant.greeting import greet
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.reception import attend
from ari_absence.attendant.talk import Talk
from ari_absence.clock import SystemClock
from ari_absence.core import snapshot as snapshots
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.greetings import SetGreetings
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.left import LeftCall, NotLeft
from ari_absence.core.people import Caller, Directory, Person, SetAbsences, Site
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.core.snapshot import Snapshot, SnapshotUnusable, Voice
from ari_absence.errors import AbsenceError, LedgerError
from ari_absence.fallback.notes import LeftNotes
from ari_absence.installed import folder as installed
from ari_absence.speech.language import CustomClip, OwnClip
from ari_absence.speech.languages import language
from ari_absence.speech.repertoire import SUFFIX, Repertoire

SNAPSHOT_BYTES_MAX = 64 * 1024 * 1024  # ten thousand people are 9 MB
SAID = "ABSENCE_SAID"
"""Tells the plain dialplan that the caller has heard an announcement, should this process end before its time."""

_NOBODY = Person("", "", (), ZoneInfo("UTC"), WeeklyHours(), HolidayCalendar())
_ANYWHERE = Site("", ZoneInfo("UTC"), "")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of whom the caller wants. ``trouble`` says why nothing is, as a sentence's end."""

    snapshot: Snapshot
    trouble: str | None = None


def serve(line: AgiLine, folder: Path, recordings: Path, label: str, *, said: bool) -> bool:
    """Talk with the caller; False: the plain dialplan has to go on with them. ``said``: they have been greeted."""
    try:
        left = LeftCall.of(label)
        known = _known(folder / snapshots.FILE, left.extension)
        sounds = _repertoire(known.snapshot.voice)
        call = AgiCall(line, left, _caller(line, left, known.snapshot), sounds.media, recordings)
        notes = LeftNotes(folder, label, call.file_of, known.trouble)
        recordings.mkdir(parents=True, exist_ok=True)
        notes.check()
        if not sounds.can_say(Fixed(Phrase.CANNOT_TAKE_NOW)):
            raise LedgerError("our sounds are not there")
    except (NotLeft, OSError, AbsenceError) as fault:
        print(f"ari-absence-fallback: {fault}", file=sys.stderr)
        return False
    talk = Talk(
        call, _decision(known, left, call.caller, said=said), known.snapshot.directory, notes, _now(known)
    )

    async def begin(talk: Talk) -> Outcome:
        line.await_answer()
        line.set_variable(SAID, "1")
        return await greet(talk)

    _run(attend(talk, begin))
    return not call.released


def _run(talk: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Nothing in this process ever waits for two things at once, so there is nothing to loop over."""
    try:
        talk.send(None)
    except StopIteration as ended:
        answer: _Answer = ended.value
        return answer
    raise RuntimeError("the fallback's conversation waits for something that never comes")


def _now(known: Known) -> Callable[[], datetime]:
    ahead = timedelta(seconds=known.snapshot.ahead_seconds)
    return lambda: SystemClock().now() + ahead


def _known(file: Path, extension: str) -> Known:
    try:
        found = snapshots.read(_content(file), extension, SystemClock().now())
        if extension in found.directory.people:
            return Known(found)
        trouble = "nobody in the snapshot has the extension"
    except SnapshotUnusable as fault:
        trouble = str(fault)
    print(f"ari-absence-fallback: callers hear a general announcement: {trouble}", file=sys.stderr)
    return Known(_nothing(extension), trouble)


def _content(file: Path) -> str:
    try:
        if file.stat().st_size > SNAPSHOT_BYTES_MAX:
            raise SnapshotUnusable("the snapshot is damaged: it is too large")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as fault:
        raise SnapshotUnusable("there is no snapshot") from fault
    except OSError as fault:
        raise SnapshotUnusable(f"the snapshot can't be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise SnapshotUnusable("the snapshot is damaged: it is no text") from fault


def _nothing(extension: str) -> Snapshot:
    """What is known of a caller's wish without a snapshot: the extension that was called."""
    somebody = replace(_NOBODY, extension=extension)
    voice = Voice("en", f"sound:{installed('sounds') / 'en'}", "sound:")
    return Snapshot(
        Directory(_ANYWHERE, {extension: somebody}),
        SetAbsences(),
        SetGreetings(),
        voice,
        datetime.fromtimestamp(0, UTC),
    )


def _decision(known: Known, left: LeftCall, caller: Caller, *, said: bool) -> Decision:
    snapshot = known.snapshot
    enquiry = Enquiry(left.call_id, left.extension, caller, left.why, _now(known)())
    decision = decide(enquiry, snapshot.directory, snapshot.absences, greetings=snapshot.greetings)
    # nobody can be rung from here, whatever is written
    decision = replace(decision, attempts=(), rings_as_desk=False, colleague=None, urgent=())
    if said or known.trouble is not None:
        apology = (Fixed(Phrase.CANNOT_TAKE_NOW),)
        return replace(decision, greeting=apology, straight_to_message=True)
    return decision


def _caller(line: AgiLine, left: LeftCall, snapshot: Snapshot) -> Caller:
    """Who calls: a phone of ours is known by its channel, ``PJSIP/110-0000001a``."""
    endpoint = line.environment.get("agi_channel", "").rpartition("-")[0]
    name = line.environment.get("agi_calleridname", "unknown")
    return Caller(left.number, None if name == "unknown" else name, snapshot.owners.get(endpoint))


def _repertoire(voice: Voice) -> Repertoire:
    made = _there(voice.own)
    ready: dict[OwnClip, str] = {
        CustomClip(text, recording, ()): name
        for (recording, text), name in voice.made.items()
        if name in made
    }
    return Repertoire(
        language(voice.language), _there(voice.sounds), voice.sounds, voice.own, voice.greetings.get, ready
    )


def _there(uri: str) -> frozenset[str]:
    """The sounds in a folder, by their names without the type."""
    try:
        files = list(Path(uri.removeprefix("sound:")).iterdir())
    except OSError:
        return frozenset()
    return frozenset(file.stem for file in files if file.suffix == SUFFIX)
