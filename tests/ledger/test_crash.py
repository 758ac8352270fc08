"""Killed between any two steps: a whole message, or audio that waits; never a message without its audio."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.core.people import Caller, Limits
from ari_absence.errors import LedgerError
from ari_absence.ledger import reading
from ari_absence.ledger.orphans import Orphans
from ari_absence.ledger.recovery import FINDING, Recovered
from tests.ledger.office import NOON, FakeClock, Office, callback_draft, decision, directory, message_draft


class PowerCutError(BaseException):
    """The process is gone: nothing of ours handles this."""


Break = Callable[[pytest.MonkeyPatch, Office], None]


def _cut(*_args: object, **_kwargs: object) -> None:
    raise PowerCutError


def _break_before_the_file(patch: pytest.MonkeyPatch, office: Office) -> None:
    patch.setattr(office.audio, "keep", _cut)


def _break_within_the_file(patch: pytest.MonkeyPatch, _office: Office) -> None:
    patch.setattr("ari_absence.ledger.recordings.os.fsync", _cut)


def _break_between_file_and_row(patch: pytest.MonkeyPatch, _office: Office) -> None:
    patch.setattr("ari_absence.ledger.writing.insert_audio", _cut)


def _break_within_the_message(patch: pytest.MonkeyPatch, _office: Office) -> None:
    patch.setattr("ari_absence.ledger.writing.queue_message", _cut)


def _break_after_the_deliveries(patch: pytest.MonkeyPatch, _office: Office) -> None:
    patch.setattr("ari_absence.ledger.writing.free_place", _cut)


def _break_before_the_reply(patch: pytest.MonkeyPatch, office: Office) -> None:
    patch.setattr(office.notebook, "_on_queued", _cut)


# For each place to break: are there messages, deliveries, files in quarantine after the next start?
GAPS: list[tuple[Break, int, int]] = [
    (_break_before_the_file, 0, 0),
    (_break_within_the_file, 0, 0),
    (_break_between_file_and_row, 0, 1),
    (_break_within_the_message, 1, 0),
    (_break_after_the_deliveries, 1, 0),
    (_break_before_the_reply, 1, 0),
]


async def _leave_message_until_it_breaks(office: Office) -> None:
    with pytest.raises(PowerCutError):
        await office.leave_message()


@pytest.mark.fault("F59", "P2", "P7")
@pytest.mark.parametrize(
    ("gap", "messages", "in_quarantine"), GAPS, ids=lambda value: getattr(value, "__name__", "")
)
async def test_f59_killed_in_each_gap_it_converges_at_the_next_start(
    office: Office, gap: Break, messages: int, in_quarantine: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        gap(patch, office)
        await _leave_message_until_it_breaks(office)
    next_one = Office(office.folder, office.clock, office.asterisk)

    await next_one.recover()

    found = await next_one.thread.read(reading.messages)
    owed = await next_one.thread.read(reading.outbox)
    callbacks = await next_one.thread.read(reading.callbacks)
    assert len(found) == messages
    assert all(next_one.audio.path_of(message.audio_id).exists() for message in found)
    assert len(next_one.audio.in_quarantine()) == in_quarantine
    assert len(callbacks) == 1 - messages  # who left nothing is owed a call
    assert len(owed) == 1
    assert await next_one.recover() == Recovered()
    await next_one.close()


async def test_an_ordinary_fault_after_the_file_leaves_no_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise LedgerError("the ledger can't be used: disk I/O error")

    monkeypatch.setattr("ari_absence.ledger.writing.insert_audio", refuse)
    with pytest.raises(LedgerError):
        await office.leave_message()

    assert list(office.folder.rglob("*.wav")) == []


@pytest.mark.fault("F60")
async def test_f60_a_disk_that_fills_up_while_audio_is_written_is_a_ledger_error(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ari_absence.ledger.recordings.os.fsync", full)
    with pytest.raises(LedgerError, match="No space left on device"):
        await office.leave_message()

    assert [path for path in office.folder.rglob("*") if path.suffix in (".wav", ".part")] == []
    monkeypatch.undo()
    (name,) = office.notebook.take_unkept()
    assert office.notebook.take_unkept() == []
    assert await orphans_of(office).adopt(name, "call-1") is not None  # when there is room again
    assert len(await office.thread.read(reading.messages)) == 1


@pytest.mark.fault("F02")
async def test_f02_a_caller_lost_with_the_process_is_owed_a_call(office: Office) -> None:
    await office.notebook.open_call(decision("call-1"))
    await office.notebook.open_call(decision("call-2", caller=Caller(None)))
    await office.notebook.open_call(decision("call-3"))
    await office.notebook.close_call("call-3", Outcome.JUST_CALLED)

    await office.recover()

    calls = {call.id: call.outcome for call in await office.thread.read(reading.calls)}
    owed = {each.call_id: (each.wish, each.state) for each in await office.thread.read(reading.callbacks)}
    assert calls == {"call-1": "lost", "call-2": "lost", "call-3": "just_called"}
    assert owed == {"call-1": ("missed", "open"), "call-2": ("missed", "information")}


async def test_a_lost_caller_who_had_asked_to_be_called_back_is_owed_one_call_only(office: Office) -> None:
    about = decision("call-1")
    await office.notebook.open_call(about)
    await office.notebook.save_callback(callback_draft(about))

    await office.recover()

    assert [each.wish for each in await office.thread.read(reading.callbacks)] == ["call_back"]


@pytest.mark.fault("F17")
async def test_f17_a_call_that_is_still_live_is_left_alone(office: Office) -> None:
    await office.notebook.open_call(decision("call-1"))

    await office.recover(still_live=["call-1"])

    assert [call.ended_at for call in await office.thread.read(reading.calls)] == [None]
    assert await office.thread.read(reading.callbacks) == []


@pytest.mark.fault("F17", "F58")
async def test_f17_a_caller_who_talks_with_somebody_is_owed_nothing_and_their_name_is_no_message(
    office: Office,
) -> None:
    await office.notebook.open_call(decision("call-1"))
    said_name = office.asterisk.add()
    await office.notebook.keep(said_name, 0.4)

    await office.recover(talking=["call-1"])
    await office.notebook.clear_leftovers()

    assert [call.outcome for call in await office.thread.read(reading.calls)] == ["connected"]
    assert await office.thread.read(reading.callbacks) == []
    assert await office.thread.read(reading.messages) == []
    assert office.asterisk.deleted == [said_name.name]
    assert office.audio.in_quarantine() == []


async def test_places_reserved_by_a_dead_process_are_free_again(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=1))
    await office.notebook.reserve_place("call-1", "101")

    await office.recover()

    assert await office.notebook.reserve_place("call-2", "101")


async def test_a_recording_is_still_removed_from_asterisk_by_the_next_process(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office.notebook._leftovers, "clear_soon", _cut)
        with pytest.raises(PowerCutError):
            await office.notebook.save_message(message_draft(audio))
    next_one = Office(office.folder, office.clock, office.asterisk)

    await next_one.notebook.clear_leftovers()

    assert office.asterisk.deleted == [recording.name]
    await next_one.close()


async def test_audio_of_a_call_nobody_knows_waits_in_quarantine_and_leaves_asterisk(office: Office) -> None:
    recording = office.asterisk.add("abs/unknown-call-r1")
    await office.notebook.keep(recording, 3.0)

    for _ in range(2):
        await office.recover()
    await office.notebook.clear_leftovers()

    assert len(office.audio.in_quarantine()) == 1
    assert office.asterisk.files == {}
    assert await office.thread.read(reading.messages) == []


async def test_what_a_caller_discarded_before_the_crash_is_removed_not_set_aside(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office.notebook._leftovers, "clear_soon", _cut)
        with pytest.raises(PowerCutError):
            await office.notebook.discard(recording, audio)

    await office.recover()
    await office.notebook.clear_leftovers()

    assert list(office.folder.rglob("*.wav")) == []
    assert office.asterisk.files == {}


async def test_a_recording_asterisk_refuses_to_remove_stays_known_and_hinders_no_other(
    office: Office,
) -> None:
    office.asterisk.stubborn = "abs/call-1-r1"
    await office.leave_message("call-1")
    await office.leave_message("call-2")
    await office.notebook.finish()
    assert list(office.asterisk.files) == ["abs/call-1-r1"]
    orphans = Orphans(
        office.notebook, office.thread, office.addressees, lambda: office.directory.site.limits, office.clock
    )
    assert await orphans.adopt("abs/call-1-r1", "call-1") is None  # it is no lost message

    office.asterisk.stubborn = None
    await office.notebook.clear_leftovers()

    assert office.asterisk.files == {}
    assert len(await office.thread.read(reading.messages)) == 2


def orphans_of(office: Office) -> Orphans:
    limits = office.directory.site.limits
    return Orphans(office.notebook, office.thread, office.addressees, lambda: limits, office.clock)


@pytest.mark.fault("F03")
async def test_f03_a_recording_asterisk_kept_for_a_dead_process_becomes_one_message(office: Office) -> None:
    await office.notebook.open_call(decision("call-1"))
    office.asterisk.add("abs/call-1-r1")
    orphans = orphans_of(office)

    message_id = await orphans.adopt("abs/call-1-r1", "call-1")
    await orphans.adopt("abs/call-1-r1", "call-1")

    assert [message.id for message in await office.thread.read(reading.messages)] == [message_id]


@pytest.mark.parametrize("number", ["0441112233", None], ids=["shown", "withheld"])
async def test_of_a_lost_call_whose_message_is_found_one_mail_goes_out(
    office: Office, number: str | None
) -> None:
    office.asterisk.add("abs/call-1-r1")
    await office.notebook.open_call(decision("call-1", caller=Caller(number)))
    await office.recover()
    assert await office.outbox.claim("email", NOON, NOON + FINDING) is None  # the message may still come

    await orphans_of(office).adopt("abs/call-1-r1", "call-1")

    (message,) = await office.thread.read(reading.messages)
    (delivery,) = await office.thread.read(reading.outbox)
    assert delivery.item_id == message.id


async def test_of_a_lost_call_without_a_message_its_owner_is_told_when_none_can_come_any_more(
    office: Office,
) -> None:
    await office.notebook.open_call(decision("call-1"))
    await office.recover()
    longest = timedelta(seconds=office.directory.site.limits.message_max_seconds)

    assert await office.outbox.claim("email", NOON + longest, NOON + 2 * longest) is None
    assert await office.outbox.claim("email", NOON + longest + FINDING, NOON + 2 * longest) is not None


KILLED_AT = {
    "between_file_and_row": "ari_absence.ledger.writing.insert_audio",
    "within_the_message": "ari_absence.ledger.writing.free_place",
    "after_the_commit": "ari_absence.ledger.leftovers.Leftovers.clear_soon",
}
CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from unittest import mock
from tests.ledger.office import FakeClock, Office

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    office = Office(Path(sys.argv[1]), FakeClock())
    with mock.patch(sys.argv[2], die):
        await office.leave_message()

asyncio.run(main())
"""


@pytest.mark.fault("F59", "P2")
@pytest.mark.parametrize(
    ("gap", "messages", "in_quarantine"),
    [("between_file_and_row", 0, 1), ("within_the_message", 1, 0), ("after_the_commit", 1, 0)],
)
async def test_f59_kill_minus_nine_for_real(
    tmp_path: Path, gap: str, messages: int, in_quarantine: int
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(tmp_path), KILLED_AT[gap], cwd=Path(__file__).parents[2]
    )
    assert await child.wait() == -signal.SIGKILL

    office = Office(tmp_path, FakeClock())
    await office.recover()

    found = await office.thread.read(reading.messages)
    assert len(found) == messages
    assert all(office.audio.path_of(message.audio_id).exists() for message in found)
    assert len(office.audio.in_quarantine()) == in_quarantine
    assert len(await office.thread.read(reading.outbox)) == 1
    await office.close()
