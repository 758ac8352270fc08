"""What callers left while we were away, looked for at the start, after every connect and every so often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import structlog

from ari_absence.app.fallback_notes import Found, NoteFolder
from ari_absence.app.records import Records
from ari_absence.clock import wait_at_most
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.left import Kind, LeftCall, LeftNote, is_plain, label_of
from ari_absence.core.people import Caller
from ari_absence.errors import AlreadyGone, AsteriskError, LedgerError, RequestRefused
from ari_absence.ledger.intake import Intake, Item

LOOK_SECONDS = 30.0
"""Callers whom we do not serve leave something at any time, also while we run: one look costs one request."""

SOON_SECONDS = 5.0
"""When something is looked at again that may still be growing: how long an attendant takes to note what was said."""

_log = structlog.get_logger()


class Asterisk(Protocol):
    """What is asked of Asterisk. Every method raises AsteriskError."""

    async def stored_recordings(self) -> list[str]:
        """The names of all recordings."""

    async def channels(self) -> list[dict[str, Any]]:
        """All channels."""

    async def fetch_recording(self, name: str) -> bytes:
        """The whole recording; AlreadyGone if there is none."""

    async def delete_recording(self, name: str) -> None:
        """Remove it; AlreadyGone if there is none."""


class FallbackIntake:
    """Takes in, each exactly once, what was left. ``folder`` holds the notes."""

    def __init__(self, records: Records, asterisk: Asterisk, intake: Intake, folder: Path) -> None:
        self._records = records
        self._asterisk = asterisk
        self._intake = intake
        self._notes = NoteFolder(folder)
        self._wake = asyncio.Event()
        self._seen_over: frozenset[str] = frozenset()
        self._told: set[str] = set()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            self._wake.clear()
            waiting = await self.look()
            await wait_at_most(SOON_SECONDS if waiting else LOOK_SECONDS, self._wake)

    async def look(self) -> bool:
        """Take in what is complete. Whether there is something that may be complete soon."""
        try:
            recordings, found = await self._recordings(), await self._found()
            live = await self._live() if recordings or found else frozenset[str]()
        except AsteriskError as error:
            self._tell_once(f"what callers left while we were away can't be looked for: {error}")
            return False
        if found is None:  # what the attendant recorded waits for its notes
            recordings, found = [name for name in recordings if is_plain(name)], []
        over = frozenset(label for label in _labels(recordings, found) if _is_over(label, live))
        settled, self._seen_over = over & self._seen_over, over
        for each in found:
            if not each.unfinished or _label_in(each) in settled:
                await self._guarded(each.file.name, self._take_note(each))
        noted = {each.note.recording for each in found if each.note}
        for name in recordings:
            if name not in noted and label_of(name) in settled:
                await self._guarded(name, self._take_recording(name))
        return bool(over - settled)

    async def _found(self) -> list[Found] | None:
        """The notes; None: they can't be read."""
        try:
            return await asyncio.to_thread(self._notes.notes)
        except OSError as error:
            self._tell_once(f"{self._notes.folder} can't be read: {error.strerror} (docs/fallback.md)")
            return None

    async def _recordings(self) -> list[str]:
        try:
            return [name for name in await self._asterisk.stored_recordings() if label_of(name)]
        except RequestRefused:
            return []  # so says Asterisk as long as nothing was ever recorded; the link has told it

    async def _live(self) -> frozenset[str]:
        return frozenset(str(channel.get("id")) for channel in await self._asterisk.channels())

    async def _guarded(self, name: str, work: Awaitable[None]) -> None:
        """One that can't be taken in now stays where it is, and keeps no other from being."""
        try:
            await work
        except (LedgerError, AsteriskError, OSError) as error:
            self._tell_once(f"something left by a caller to {_extension_in(name)} can't be taken in: {error}")

    async def _take_note(self, found: Found) -> None:
        note = found.note
        if note is None:
            await self._set_aside(found.file, found.fault)
            return
        decision = self._decision(LeftCall.of(note.label), note)
        if decision is None:
            await self._set_aside(found.file, "nobody has the extension that was called")
            return
        if note.trouble is not None:
            _log.warning("fallback.without_directory", extension=decision.person.extension, why=note.trouble)
        await self._take(note, decision)
        await asyncio.to_thread(self._notes.remove, found.file)

    async def _take_recording(self, name: str) -> None:
        """A recording without a note: the dialplan's own, or of an attendant that died."""
        call = LeftCall.of(label_of(name) or "")
        note = LeftNote(call.label, Kind.MESSAGE, call.at, recording=name, number=call.number)
        decision = self._decision(call, note)
        if decision is None:
            place = await self._intake.set_aside(name, await self._asterisk.fetch_recording(name))
            _log.error(
                "fallback.nobodys", place=_folder_of(place), why="nobody has the extension that was called"
            )
            await self._delete(name)
            return
        await self._take(replace(note, due=decision.promise), decision)

    async def _take(self, note: LeftNote, decision: Decision) -> None:
        name, extension = note.recording, decision.person.extension
        if name is not None and await self._intake.is_known(name):
            await self._delete(name)
            return
        audio = await self._fetch(name) if name is not None else None
        taken = await self._intake.take(Item(decision, note, audio))
        if taken.aside is not None:
            _log.error("fallback.damaged", extension=extension, place=_folder_of(taken.aside))
        elif note.kind is Kind.MESSAGE and audio is None:
            _log.error("fallback.words_lost", extension=extension, why="the recording is gone from Asterisk")
        _log.info("fallback.taken_in", extension=extension, kind=taken.kind.value)
        if name is not None:
            await self._delete(name)

    async def _fetch(self, name: str) -> bytes | None:
        try:
            return await self._asterisk.fetch_recording(name)
        except AlreadyGone:
            return None

    async def _delete(self, name: str) -> None:
        """What can't be deleted now is known when it is found again."""
        try:
            await self._asterisk.delete_recording(name)
        except AlreadyGone:
            return

    async def _set_aside(self, file: Path, why: str) -> None:
        place = await asyncio.to_thread(self._notes.set_aside, file)
        _log.error(
            "fallback.note_set_aside", extension=_extension_in(file.name), place=_folder_of(place), why=why
        )

    def _decision(self, call: LeftCall, note: LeftNote) -> Decision | None:
        """What was decided then, by what is known now; None: nobody has the extension."""
        directory = self._records.directory()
        if call.extension not in directory.people:
            return None
        inside = note.caller_extension if note.caller_extension in directory.people else None
        caller = Caller(call.number, note.caller_name, inside)
        enquiry = Enquiry(call.call_id, call.extension, caller, call.why, note.at)
        return decide(enquiry, directory, self._records.absences, self._records.forwards)

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            _log.error("fallback.not_taken_in", reason=sentence)


def _labels(recordings: Iterable[str], found: Iterable[Found]) -> set[str]:
    named = {label_of(name) for name in recordings} | {_label_in(each) for each in found if each.unfinished}
    return {label for label in named if label}


def _label_in(found: Found) -> str:
    """The label in the name of a note's file."""
    return found.file.name.rpartition("=")[0]


def _is_over(label: str, live: frozenset[str]) -> bool:
    try:
        return LeftCall.of(label).channel not in live
    except ValueError:
        return True


def _folder_of(place: str | Path) -> str:
    """Of a place only the folder is told: the caller's number stands in the file's name."""
    return str(Path(place).parent)


def _extension_in(name: str) -> str:
    """Of a name only the extension is told: the caller's number stands in it, too."""
    return name.rpartition("/")[2].partition("=")[0][:64]
