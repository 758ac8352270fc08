"""What a conversation writes down is there, whole, when it is told so."""

from __future__ import annotations

import asyncio
import stat
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import AudioFault, KeptAudio, Notebook, Outcome, Wish
from ari_absence.core.owed import OwedState
from ari_absence.core.people import Caller, Limits
from ari_absence.errors import AsteriskUnreachable, DiskFull, LedgerError
from ari_absence.ledger import notebook as notebook_module
from ari_absence.ledger import reading
from ari_absence.ledger.model import AudioRow
from ari_absence.ledger.pages import Page
from tests.hostile import HOSTILE
from tests.ledger.office import Office, callback_draft, decision, directory, message_draft, tone, wav_of


async def kept(office: Office, recording: Recording) -> KeptAudio:
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    return audio


async def messages(office: Office) -> Sequence[reading.Message]:
    return await office.thread.read(reading.messages)


async def test_it_is_a_notebook(office: Office) -> None:
    notebook: Notebook = office.notebook

    assert notebook is office.notebook


async def test_a_saved_message_has_its_audio_its_call_and_one_delivery_to_its_owner(office: Office) -> None:
    message_id = await office.leave_message()

    (message,) = await messages(office)
    assert message.id == message_id
    assert message.id.startswith("M-20261125-030000-")
    assert (message.extension, message.caller_number, message.caller_name) == (
        "101",
        "+81312345678",
        "Bob Smith",
    )
    assert message.seconds == pytest.approx(5.0)
    assert office.audio.path_of(message.audio_id).read_bytes() == tone(5.0)
    (delivery,) = message.deliveries
    assert (delivery.channel, delivery.recipient, delivery.state) == ("email", "alice@example.com", "pending")
    assert office.rings == 1


@pytest.mark.fault("P9")
async def test_the_call_keeps_the_reasons_of_its_decision_and_how_it_ended(office: Office) -> None:
    await office.leave_message()
    office.clock.advance(timedelta(seconds=40))
    await office.notebook.close_call("call-1", Outcome.MESSAGE)

    call = await office.thread.read(lambda session: reading.call(session, "call-1"))
    assert call is not None
    assert call.reasons == ({"text": "Alice Tanaka is absent: business_trip", "source": "people.yaml:12"},)
    assert (call.state_kind, call.why, call.outcome) == ("business_trip", "absent", "message")
    assert call.ended_at == office.clock.now()


async def test_asterisks_own_copy_goes_after_the_message_is_saved(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await kept(office, recording)
    assert recording.name in office.asterisk.files

    await office.notebook.save_message(message_draft(audio))
    await office.notebook.finish()

    assert office.asterisk.deleted == [recording.name]


async def test_a_recording_asterisk_would_not_give_up_is_removed_later(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await kept(office, recording)
    office.asterisk.trouble = AsteriskUnreachable("Asterisk is away")
    await office.notebook.save_message(message_draft(audio))
    await office.notebook.finish()
    assert recording.name in office.asterisk.files

    office.asterisk.trouble = None
    await office.notebook.clear_leftovers()

    assert office.asterisk.deleted == [recording.name]


async def test_the_end_of_a_call_forgets_the_recordings_that_have_left_asterisk(office: Office) -> None:
    await office.leave_message()
    task = office.notebook._leftovers._task
    assert task is not None
    await task

    await office.notebook.close_call("call-1", Outcome.MESSAGE)

    names = await office.thread.read(lambda session: session.scalars(select(AudioRow.recording_name)).all())
    assert names == [None]


async def test_the_outbox_is_woken_only_for_what_is_owed(office: Office) -> None:
    nobody_has_mail = directory(alice_mail=None)
    office.directory = replace(nobody_has_mail, site=replace(nobody_has_mail.site, operator=None))

    await office.leave_message()

    assert office.rings == 0


@pytest.mark.fault("A16")
async def test_audio_and_folders_are_for_the_service_alone(office: Office) -> None:
    await office.leave_message()

    # Asterisk passes through to the spoken names below `sounds`; it can't list what else is here
    assert stat.S_IMODE(office.folder.stat().st_mode) == 0o711
    for path in office.folder.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


@pytest.mark.fault("F23")
async def test_f23_a_recording_that_is_too_short_stays_nowhere(office: Office) -> None:
    recording = office.asterisk.add(content=tone(1.0))

    assert await office.notebook.keep(recording, 3.0) is AudioFault.TOO_SHORT

    await office.notebook.finish()
    assert office.asterisk.files == {}
    assert list(office.folder.rglob("*.wav")) == []


@pytest.mark.fault("F23")
async def test_f23_silence_is_told_from_speech(office: Office) -> None:
    recording = office.asterisk.add(content=wav_of(array("h", [3, -3] * 24_000).tobytes()))

    assert await office.notebook.keep(recording, 3.0) is AudioFault.SILENT


@pytest.mark.fault("F22")
@pytest.mark.parametrize("content", [b"", wav_of(b"")[:20], wav_of(b"")])
async def test_f22_an_empty_recording_is_too_short(office: Office, content: bytes) -> None:
    recording = office.asterisk.add(content=content)

    assert await office.notebook.keep(recording, 3.0) is AudioFault.TOO_SHORT


async def test_what_is_no_audio_is_refused_and_not_saved(office: Office) -> None:
    recording = office.asterisk.add(content=b"<html>" + b"x" * 100_000)

    with pytest.raises(LedgerError, match="does not begin like a WAV file"):
        await office.notebook.keep(recording, 3.0)


async def test_a_recording_that_is_gone_is_a_ledger_error(office: Office) -> None:
    with pytest.raises(LedgerError, match="can't be fetched"):
        await office.notebook.keep(Recording("abs/none-r1", 5.0, RecordingEnd.KEY), 3.0)


async def test_an_asterisk_that_does_not_answer_is_given_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_name: str) -> bytes:
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(notebook_module, "FETCH_LIMIT_SECONDS", 0.05)
    monkeypatch.setattr(office.asterisk, "fetch_recording", never)
    with pytest.raises(LedgerError, match="not handed over within"):
        await office.notebook.keep(Recording("abs/slow-r1", 5.0, RecordingEnd.KEY), 3.0)


@pytest.mark.fault("F58")
async def test_f58_a_cut_recording_gets_its_header_repaired_and_is_marked(office: Office) -> None:
    whole = tone(5.0)
    never_closed = wav_of(whole[44:], promised_bytes=0)

    audio = await kept(office, office.asterisk.add(content=never_closed))

    assert audio.possibly_cut
    assert audio.seconds == pytest.approx(5.0)
    assert office.audio.path_of(audio.audio_id).read_bytes() == whole


@pytest.mark.fault("F24")
async def test_f24_a_recording_that_reached_the_limit_is_marked_as_possibly_cut(office: Office) -> None:
    name = office.asterisk.add().name

    assert (await kept(office, Recording(name, 5.0, RecordingEnd.LIMIT))).possibly_cut


@pytest.mark.fault("F60")
async def test_f60_audio_much_shorter_than_asterisk_said_is_marked_as_possibly_cut(office: Office) -> None:
    name = office.asterisk.add(seconds=5.0).name

    assert (await kept(office, Recording(name, 60.0, RecordingEnd.KEY))).possibly_cut


async def test_a_discarded_recording_leaves_no_trace(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await kept(office, recording)

    await office.notebook.discard(recording, audio)
    await office.notebook.finish()

    assert list(office.folder.rglob("*.wav")) == []
    assert office.asterisk.files == {}


async def test_discarding_never_raises_even_when_the_ledger_is_closed(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await kept(office, recording)
    await office.thread.close()

    await office.notebook.discard(recording, audio)


async def test_saved_audio_can_not_be_discarded(office: Office) -> None:
    recording = office.asterisk.add()
    audio = await kept(office, recording)
    await office.notebook.save_message(message_draft(audio))

    await office.notebook.discard(recording, audio)
    await office.notebook.finish()

    assert office.audio.path_of(audio.audio_id).exists()


async def test_a_message_needs_audio_that_was_kept(office: Office) -> None:
    with pytest.raises(LedgerError, match="never kept"):
        await office.notebook.save_message(message_draft(KeptAudio("A-nowhere", 5.0)))

    assert await messages(office) == []


async def test_saving_the_same_audio_twice_gives_one_message(office: Office) -> None:
    audio = await kept(office, office.asterisk.add())

    first = await office.notebook.save_message(message_draft(audio))
    second = await office.notebook.save_message(message_draft(audio))

    assert first == second
    assert len(await messages(office)) == 1


@pytest.mark.parametrize("wish", list(Wish))
async def test_a_callback_is_owed_until_it_is_settled(office: Office, wish: Wish) -> None:
    callback_id = await office.notebook.save_callback(callback_draft(wish=wish))

    (callback,) = await office.thread.read(reading.callbacks)
    assert callback.id == callback_id
    assert (callback.state, callback.wish, callback.number) == (OwedState.OPEN, wish, "+81312345678")
    assert callback.due == decision().promise


async def test_a_withheld_number_is_kept_as_information(office: Office) -> None:
    await office.notebook.save_callback(callback_draft(decision(caller=Caller(None)), number=None))

    (callback,) = await office.thread.read(reading.callbacks)
    assert callback.state == reading.INFORMATION


@pytest.mark.fault("F31")
async def test_f31_a_full_mailbox_has_no_place_and_owner_and_operator_are_told_once(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=2, messages_warning=2))
    assert await office.notebook.reserve_place("call-1", "101")
    assert await office.notebook.reserve_place("call-2", "101")

    assert not await office.notebook.reserve_place("call-3", "101")
    assert not await office.notebook.reserve_place("call-4", "101")
    assert await office.notebook.mailbox_full("101")

    owed = await office.thread.read(reading.outbox)
    assert sorted(each.recipient for each in owed) == ["alice@example.com", "reception@example.com"]


@pytest.mark.fault("F31")
async def test_f31_a_day_later_they_are_told_again(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=0))
    await office.notebook.reserve_place("call-1", "101")
    office.clock.advance(timedelta(days=1))
    await office.notebook.reserve_place("call-2", "101")

    assert len(await office.thread.read(reading.outbox)) == 4


@pytest.mark.fault("F32")
async def test_f32_the_last_place_is_given_to_one_of_many_callers_at_once(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=3))

    answers = await asyncio.gather(*(office.notebook.reserve_place(f"call-{n}", "101") for n in range(10)))

    assert sum(answers) == 3


async def test_asking_twice_in_one_call_takes_one_place(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=2))
    for _ in range(3):
        assert await office.notebook.reserve_place("call-1", "101")

    assert await office.notebook.reserve_place("call-2", "101")


async def test_a_place_that_was_not_used_is_free_when_the_call_ends(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=1))
    await office.notebook.reserve_place("call-1", "101")

    await office.notebook.close_call("call-1", Outcome.MISSED)

    assert await office.notebook.reserve_place("call-2", "101")


async def test_a_message_takes_the_place_that_was_reserved_for_it(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=2))
    await office.notebook.reserve_place("call-1", "101")
    await office.leave_message("call-1")

    assert await office.notebook.reserve_place("call-2", "101")
    assert not await office.notebook.reserve_place("call-3", "101")


async def test_the_owner_is_warned_once_a_day_that_the_mailbox_fills_up(office: Office) -> None:
    office.directory = directory(Limits(messages_per_person=100, messages_warning=2))
    for number in range(4):
        await office.leave_message(f"call-{number}")

    owed = await office.thread.read(reading.outbox)
    assert [each.recipient for each in owed if (each.item_id or "").startswith("N-")] == ["alice@example.com"]


async def test_who_has_no_mail_address_is_told_through_the_operator(office: Office) -> None:
    office.directory = directory(alice_mail=None)
    await office.leave_message()

    (message,) = await messages(office)
    assert [each.recipient for each in message.deliveries] == ["reception@example.com"]


@pytest.mark.fault("F60", "P8")
async def test_f60_a_disk_without_room_is_noticed_before_the_beep(office: Office) -> None:
    office.audio._floor_bytes = 2**62

    for hours in (0, 1, 23, 2):
        office.clock.advance(timedelta(hours=hours))
        with pytest.raises(DiskFull, match="free some space"):
            await office.notebook.reserve_place("call-1", "101")

    told = await office.thread.read(reading.outbox)
    assert [each.recipient for each in told] == ["reception@example.com"] * 2  # once a day
    assert office.rings == 2


@pytest.mark.fault("F28", "A8", "P11")
async def test_f28_whatever_a_caller_is_called_is_only_text(office: Office) -> None:
    for number, hostile in enumerate(HOSTILE):
        await office.notebook.open_call(decision(f"call-{number:03}", Caller(hostile, hostile, hostile)))

    calls = await office.thread.read(lambda session: reading.calls(session, page=Page(rows=500)))
    stored = [call.caller_name for call in sorted(calls, key=lambda call: call.id)]
    assert stored == [hostile.replace("\0", "").replace("\ud800", "?")[:200] for hostile in HOSTILE]


@pytest.mark.fault("F60")
async def test_f60_the_end_of_a_call_that_could_not_be_noted_is_noted_later_and_frees_its_place(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise LedgerError("the ledger can't be used: database or disk is full")

    office.directory = directory(Limits(messages_per_person=1))
    await office.notebook.open_call(decision("call-1"))
    assert await office.notebook.reserve_place("call-1", "101")
    monkeypatch.setattr("ari_absence.ledger.writing.end_call", full)
    for failing in (office.notebook.close_call("call-1", Outcome.MISSED), office.notebook.close_again()):
        with pytest.raises(LedgerError):
            await failing
    monkeypatch.undo()

    await office.notebook.close_again()
    await office.notebook.close_again()

    assert [call.outcome for call in await office.thread.read(reading.calls)] == ["missed"]
    assert await office.notebook.reserve_place("call-2", "101")
