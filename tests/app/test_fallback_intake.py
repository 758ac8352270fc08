"""What callers left while the service was away comes into the ledger exactly once, whenever the service is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio

from ari_absence.app.fallback_folder import FallbackFolder
from ari_absence.app.fallback_intake import FallbackIntake
from ari_absence.app.records import Records
from ari_absence.asterisk import ids
from ari_absence.attendant.notebook import Outcome
from ari_absence.core import left
from ari_absence.core.left import Kind, LeftCall, LeftNote
from ari_absence.core.people import SetAbsences, SetForwards
from ari_absence.errors import AsteriskUnreachable
from ari_absence.ledger import reading
from ari_absence.ledger.intake import Intake
from tests.ledger.office import FakeClock, FakeRecordings, Office, decision, tone

EPOCH = 1795559958
LABEL = f"101=+81312345678=busy={EPOCH}={EPOCH}.7="
CALL = LeftCall.of(LABEL)
RECORDING = CALL.recording(1)
PLAIN = f"{left.FOLDER}{LABEL}=p"
BEGAN = datetime.fromtimestamp(EPOCH, UTC)
DUE = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
MESSAGE = LeftNote(LABEL, Kind.MESSAGE, BEGAN, RECORDING, due=DUE, caller_name="Hans Huber")
CALLBACK = LeftNote(LABEL, Kind.CALL_BACK, BEGAN, number="0441112233", due=DUE)


class PowerCutError(BaseException):
    """The process is gone: nothing of ours handles this."""


@dataclass
class FakeAsterisk(FakeRecordings):
    """Recordings, and the channels that are up."""

    live: set[str] = field(default_factory=set)

    async def stored_recordings(self) -> list[str]:
        if self.trouble is not None:
            raise self.trouble
        return sorted(self.files)

    async def channels(self) -> list[dict[str, Any]]:
        return [{"id": each} for each in sorted(self.live)]


class Home:
    """A service that has come back."""

    def __init__(self, folder: Path, asterisk: FakeAsterisk) -> None:
        self.asterisk = asterisk
        self.office = Office(folder, FakeClock(), asterisk)
        self.shared = FallbackFolder(folder)
        self.shared.prepare()
        office = self.office
        records = SimpleNamespace(
            directory=lambda: office.directory, absences=SetAbsences(), forwards=SetForwards()
        )
        self.intake = Intake(
            office.thread,
            office.audio,
            office.notebook,
            office.addressees,
            lambda: office.directory.site.limits,
            lambda: "JP",
            office.clock,
            office._ring,
            lambda _: None,
        )
        self.rounds = FallbackIntake(cast(Records, records), asterisk, self.intake, self.shared.notes)

    def leave(self, note: LeftNote, suffix: str = "") -> Path:
        file = self.shared.notes / (note.file_name + suffix)
        file.write_text(left.written(note))
        return file

    async def look_twice(self) -> None:
        """What nobody notes any more is known by the second look."""
        await self.rounds.look()
        await self.rounds.look()

    async def recover(self) -> None:
        recovery = replace(self.office.recovery, call_of=ids.owner)
        await recovery.run(self.office.thread, self.office.audio)

    async def messages(self) -> list[reading.Message]:
        return list(await self.office.thread.read(reading.messages))

    async def callbacks(self) -> list[reading.Callback]:
        return list(await self.office.thread.read(reading.callbacks))

    async def calls(self) -> list[reading.RecordedCall]:
        return list(await self.office.thread.read(reading.calls))

    async def mails(self) -> int:
        return len(await self.office.thread.read(reading.outbox))

    def waiting(self) -> list[str]:
        """What has not been taken in."""
        return [*self.asterisk.files, *(file.name for file in self.shared.notes.iterdir())]


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = Home(tmp_path / "data", FakeAsterisk())
    yield home
    await home.office.close()


async def test_a_message_with_its_note_is_taken_in_as_it_was_left(home: Home) -> None:
    home.asterisk.add(RECORDING)
    home.leave(replace(MESSAGE, urgent=True, possibly_cut=True))

    await home.rounds.look()

    (message,) = await home.messages()
    (call,) = await home.calls()
    assert (message.at, message.due, message.urgent) == (BEGAN, DUE, True)
    assert (call.id, call.why, call.caller_name) == (CALL.call_id, "busy", "Hans Huber")
    assert (call.caller_number, call.outcome) == ("+81312345678", "message")
    assert home.office.audio.path_of(message.audio_id).read_bytes() == tone(5.0)
    assert await home.mails() == 1
    assert home.waiting() == []
    assert home.office.rings == 1


async def test_looking_again_takes_in_nothing_again(home: Home) -> None:
    for _ in range(3):
        home.asterisk.add(RECORDING)
        home.leave(MESSAGE)
        await home.look_twice()

    assert len(await home.messages()) == 1
    assert len(await home.calls()) == 1
    assert await home.mails() == 1
    assert home.waiting() == []


async def test_a_wish_to_be_called_back_needs_no_recording(home: Home) -> None:
    for _ in range(2):
        home.leave(CALLBACK)
        await home.rounds.look()

    (callback,) = await home.callbacks()
    assert (callback.wish, callback.number, callback.due, callback.at) == (
        "call_back",
        "0441112233",
        DUE,
        BEGAN,
    )
    assert home.waiting() == []


async def test_a_recorded_name_comes_with_the_wish(home: Home) -> None:
    home.asterisk.add(RECORDING, seconds=1.0)
    home.leave(replace(CALLBACK, recording=RECORDING))

    await home.rounds.look()

    (callback,) = await home.callbacks()
    assert callback.name_audio_id is not None
    assert home.office.audio.path_of(callback.name_audio_id).exists()
    assert await home.messages() == []


async def test_what_the_plain_dialplan_recorded_becomes_a_message(home: Home) -> None:
    home.asterisk.add(PLAIN)

    await home.look_twice()

    (message,) = await home.messages()
    (call,) = await home.calls()
    assert (message.extension, message.at) == ("101", BEGAN)
    assert message.due is None  # nobody here has working hours, and nothing was promised
    assert (call.caller_number, call.why) == ("+81312345678", "busy")
    assert home.waiting() == []


async def test_f73_while_the_caller_still_speaks_nothing_is_taken_in(home: Home) -> None:
    home.asterisk.add(PLAIN)
    home.asterisk.live.add(CALL.channel)
    await home.look_twice()
    assert await home.messages() == []

    home.asterisk.live.clear()
    assert await home.rounds.look(), "the attendant may be writing its note"
    assert await home.messages() == []
    assert not await home.rounds.look()
    assert len(await home.messages()) == 1


async def test_a_note_that_comes_late_adds_nothing(home: Home) -> None:
    home.asterisk.add(RECORDING)
    await home.look_twice()
    home.leave(MESSAGE)
    await home.look_twice()

    assert len(await home.messages()) == 1
    assert home.waiting() == []


async def test_a_call_that_the_service_had_begun_goes_on_as_that_call_and_is_owed_once(home: Home) -> None:
    known = "ab" * 16
    note = replace(MESSAGE, label=LABEL + known, recording=LeftCall.of(LABEL + known).recording(1))
    await home.office.notebook.open_call(decision(known))
    await home.recover()
    assert len(await home.callbacks()) == 1, "it was missed, as far as could be known"
    home.asterisk.add(note.recording or "")
    home.leave(note)

    await home.rounds.look()

    assert [(call.id, call.outcome) for call in await home.calls()] == [(known, Outcome.LOST.value)]
    (message,) = await home.messages()
    assert [each.owed_id for each in await home.callbacks()] == [message.owed_id]
    assert await home.mails() == 1, "nobody is told that the call was missed"


@pytest.mark.parametrize(("seconds", "amplitude"), [(0.1, 8000), (5.0, 0)])
async def test_a_recording_with_nothing_in_it_is_a_call_that_was_missed(
    home: Home, seconds: float, amplitude: int
) -> None:
    home.asterisk.add(PLAIN, tone(seconds, amplitude))

    await home.look_twice()

    (callback,) = await home.callbacks()
    assert (callback.wish, callback.number) == ("missed", "+81312345678")
    assert await home.messages() == []
    assert home.waiting() == []


async def test_a_damaged_recording_is_set_aside_and_told_and_the_caller_is_owed_a_call(home: Home) -> None:
    home.asterisk.add(RECORDING, b"this is no sound at all, though it is long enough for one")
    home.leave(MESSAGE)

    await home.look_twice()

    (aside,) = home.office.audio.in_quarantine()
    assert aside.read_bytes().startswith(b"this is no sound")
    assert [each.wish for each in await home.callbacks()] == ["missed"]
    assert home.waiting() == []


@pytest.mark.parametrize(
    "content", ["", "{", left.written(MESSAGE)[:80], "\udcff".encode("utf-8", "surrogateescape")]
)
async def test_a_damaged_note_is_set_aside_and_its_recording_is_taken_in_all_the_same(
    home: Home, content: str | bytes
) -> None:
    home.asterisk.add(RECORDING)
    file = home.leave(MESSAGE)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    await home.look_twice()

    assert len(await home.messages()) == 1
    assert home.waiting() == ["aside"]
    assert [each.name for each in (home.shared.notes / "aside").iterdir()] == [file.name]


async def test_a_half_written_note_is_waited_for_and_then_set_aside(home: Home) -> None:
    home.asterisk.add(RECORDING)
    home.asterisk.live.add(CALL.channel)
    file = home.leave(MESSAGE, ".part")
    file.write_text(left.written(MESSAGE)[:50])
    await home.look_twice()
    assert file.exists()

    home.asterisk.live.clear()
    await home.look_twice()
    assert not file.exists()
    assert len(await home.messages()) == 1


async def test_a_note_whose_words_are_gone_is_a_call_that_is_owed(home: Home) -> None:
    home.leave(MESSAGE)

    await home.look_twice()

    assert [each.wish for each in await home.callbacks()] == ["missed"]
    assert home.waiting() == []


async def test_what_was_left_for_nobody_is_set_aside_and_never_deleted(home: Home) -> None:
    nobody = LABEL.replace("101", "999", 1)
    home.asterisk.add(f"{left.FOLDER}{nobody}=p")
    note = replace(CALLBACK, label=nobody)
    home.leave(note)

    await home.look_twice()

    (aside,) = home.office.audio.in_quarantine()
    assert aside.read_bytes() == tone(5.0)
    assert (home.shared.notes / "aside" / note.file_name).exists()
    assert await home.calls() == []


@pytest.mark.parametrize("missed_first", [True, False])
async def test_where_the_dialplan_went_on_for_an_attendant_that_gave_up_one_call_is_told_once(
    home: Home, missed_first: bool
) -> None:
    missed = LeftNote(LABEL, Kind.MISSED, BEGAN, number="+81312345678")
    for step in (0, 1) if missed_first else (1, 0):
        home.leave(missed) if step == 0 else home.asterisk.add(PLAIN)
        await home.look_twice()

    (message,) = await home.messages()
    assert {each.owed_id for each in await home.callbacks()} <= {message.owed_id}
    assert await home.mails() == 1
    assert len(await home.calls()) == 1
    assert home.waiting() == []


async def test_while_the_notes_cannot_be_read_only_the_dialplans_own_recordings_are_taken_in(
    home: Home,
) -> None:
    home.asterisk.add(PLAIN)
    home.asterisk.add(RECORDING)
    away = home.shared.notes.rename(home.shared.path / "elsewhere")

    await home.look_twice()
    assert list(home.asterisk.files) == [RECORDING]

    away.rename(home.shared.notes)
    home.leave(MESSAGE)
    await home.rounds.look()
    assert len(await home.messages()) == 2
    assert home.waiting() == []


async def test_others_recordings_are_not_touched(home: Home) -> None:
    home.asterisk.add("abs/call-1-r1")
    home.asterisk.add(f"{left.FOLDER}somebody-elses")

    await home.look_twice()

    assert len(home.asterisk.files) == 2


async def test_an_asterisk_that_is_away_is_asked_again(home: Home) -> None:
    home.leave(CALLBACK)
    home.asterisk.trouble = AsteriskUnreachable("nobody answers at Asterisk's address")
    assert not await home.rounds.look()
    home.asterisk.trouble = None

    await home.rounds.look()

    assert len(await home.callbacks()) == 1


Gap = Callable[[pytest.MonkeyPatch, Home], None]


def _cut(*_: object, **__: object) -> None:
    raise PowerCutError


async def _cut_later(*_: object, **__: object) -> None:
    raise PowerCutError


def _cut_at(target: str) -> Gap:
    def gap(patch: pytest.MonkeyPatch, _home: Home) -> None:
        patch.setattr(target, _cut)

    gap.__name__ = target.rpartition(".")[2]
    return gap


def _before_the_removal_of_the_recording(patch: pytest.MonkeyPatch, home: Home) -> None:
    patch.setattr(home.asterisk, "delete_recording", _cut_later)


GAPS: list[Gap] = [
    _cut_at("ari_absence.ledger.intake.verify"),
    _cut_at("ari_absence.ledger.recordings._write_synced"),
    _cut_at("ari_absence.ledger.recordings.os.fsync"),
    _cut_at("ari_absence.ledger.writing.insert_call"),
    _cut_at("ari_absence.ledger.writing.insert_audio"),
    _cut_at("ari_absence.ledger.writing.queue_message"),
    _cut_at("ari_absence.ledger.intake.withdraw_missed"),
    _cut_at("ari_absence.ledger.recordings.RecordingStore.take_back"),
    _before_the_removal_of_the_recording,
    _cut_at("ari_absence.app.fallback_notes.NoteFolder.remove"),
]


@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.__name__)
async def test_f59_killed_in_each_gap_it_is_taken_in_once_at_the_next_start(
    home: Home, gap: Gap, noted: bool
) -> None:
    home.asterisk.add(RECORDING)
    if noted:
        home.leave(MESSAGE)
    await home.rounds.look() if not noted else None
    with pytest.MonkeyPatch.context() as patch:
        gap(patch, home)
        if noted or "remove" not in gap.__name__:
            with pytest.raises(PowerCutError):
                await home.rounds.look()
    again = Home(home.office.folder, home.asterisk)

    await again.recover()
    await again.look_twice()
    await again.office.notebook.clear_leftovers()

    (message,) = await again.messages()
    assert again.office.audio.path_of(message.audio_id).read_bytes() == tone(5.0)
    assert len(await again.calls()) == 1
    assert await again.callbacks() == [] or [each.owed_id for each in await again.callbacks()] == [
        message.owed_id
    ]
    assert await again.mails() == 1
    assert again.waiting() == []
    assert again.office.audio.in_quarantine() == []
    await again.office.close()
    assert not [task for task in asyncio.all_tasks() if "leftovers" in task.get_name()]
