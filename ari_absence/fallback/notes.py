"""The notebook of the fallback attendant: recordings stay where Asterisk made them, and a note is put beside each.

What the caller is told to be saved is on the disk: first the audio, checked and synced, then the note, whole or not at
all. The service takes both into its ledger when it is back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import (
    AttemptNote,
    AudioFault,
    CallbackDraft,
    KeptAudio,
    MessageDraft,
    Outcome,
    fault_of,
)
from ari_absence.core import left, wav
from ari_absence.core.left import Kind, LeftNote
from ari_absence.core.text import for_log
from ari_absence.errors import LedgerError

_FILE_MODE = 0o660  # the folder lets in only Asterisk and the service
_UNFINISHED = ".part"


class LeftNotes:
    """``attendant.notebook.Notebook`` for one call. ``file_of`` says where a recording lies."""

    def __init__(
        self, folder: Path, label: str, file_of: Callable[[str], Path], trouble: str | None = None
    ) -> None:
        self._folder = folder / left.NOTES_FOLDER
        self._label = label
        self._file_of = file_of
        self._trouble = trouble

    def check(self) -> None:
        """See that notes can be left.

        Raises:
            LedgerError: the folder is not there, or closed to us.
        """
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise LedgerError(f"{self._folder} can't be written; see docs/fallback.md for its owner and mode")

    async def keep(self, recording: Recording, min_seconds: float) -> KeptAudio | AudioFault:
        """Check the recording and see that it is on the disk; one that is not worth keeping is removed."""
        file = self._file_of(recording.name)
        try:
            facts = wav.inspect(file.read_bytes())
            fault = fault_of(facts.seconds, facts.loud_seconds, min_seconds)
            if fault is not None:
                file.unlink()
                return fault
            _sync(file)
            _sync(file.parent)
        except OSError as error:
            raise LedgerError(f"{file} can't be kept: {error.strerror}") from error
        except wav.NotWav as error:
            raise LedgerError(f"a recording can't be kept: {error}") from error
        cut = facts.header_repaired or recording.ended_by is RecordingEnd.LIMIT
        return KeptAudio(recording.name, facts.seconds, cut)

    async def discard(self, recording: Recording, _audio: KeptAudio | None = None) -> None:
        """Forget a recording the caller did not want. Never raises."""
        try:
            self._file_of(recording.name).unlink(missing_ok=True)
        except OSError:
            return  # nothing says what it is: the service takes it for a message, and that is the safe side

    async def save_message(self, draft: MessageDraft) -> str:
        """Note the message; gives the name of the note."""
        enquiry, audio = draft.decision.enquiry, draft.audio
        return self._write(
            LeftNote(
                self._label,
                Kind.MESSAGE,
                enquiry.at,
                recording=audio.audio_id,
                due=draft.due,
                urgent=draft.urgent,
                possibly_cut=audio.possibly_cut,
                caller_name=for_log(enquiry.caller.name) or None,
                caller_extension=enquiry.caller.extension,
                trouble=self._trouble,
            )
        )

    async def save_callback(self, draft: CallbackDraft) -> str:
        """Note who is to be called back; gives the name of the note."""
        enquiry, audio = draft.decision.enquiry, draft.name_audio
        return self._write(
            LeftNote(
                self._label,
                Kind(draft.wish.value),
                enquiry.at,
                recording=audio.audio_id if audio else None,
                number=draft.number,
                due=draft.due,
                caller_name=for_log(enquiry.caller.name) or None,
                caller_extension=enquiry.caller.extension,
                trouble=self._trouble,
            )
        )

    # -- what only the ledger knows

    async def open_call(self, decision: object) -> None:
        """The note says it all."""

    async def note_urgent(self, call_id: str, *, urgent: bool) -> None:
        """The note says so when it is written."""

    async def reserve_place(self, *_: str) -> bool:
        """How full the mailbox is, only the ledger knows: what is left here is taken in all the same."""
        return True

    async def book_dial(self, *_: str) -> bool:
        """Nobody is rung."""
        return False

    async def note_attempts(self, notes: Sequence[AttemptNote]) -> None:
        """Nobody was rung."""

    async def calls_today(self, *_: str) -> int:
        """This one, as far as is known here."""
        return 1

    async def close_call(self, call_id: str, outcome: Outcome) -> None:
        """The note says it all."""

    def _write(self, note: LeftNote) -> str:
        target = self._folder / note.file_name
        unfinished = target.with_name(target.name + _UNFINISHED)
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(left.written(note))
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(target)
            _sync(self._folder)
        except OSError as error:
            raise LedgerError(f"{target} can't be written: {error.strerror}") from error
        return target.name


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
