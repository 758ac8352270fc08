"""Who transferred a caller, and the note that came along, are told with the memo and forgotten with the call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ari_absence.attendant.call import Recording
from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.core.decision import Decision
from ari_absence.core.handover import Handover, Note
from ari_absence.ledger import reading, settling
from ari_absence.ledger.outbox import LedgerMemo
from tests.ledger.office import NOON, Office, callback_draft, decision, message_draft

DAY = timedelta(days=1)


def transferred(note: Note | None) -> Decision:
    """A call that the reception transferred."""
    about = decision("call-2")
    handover = Handover("100", note=note)
    return replace(about, enquiry=replace(about.enquiry, handover=handover), transferred_by="Reception")


async def kept_note(office: Office) -> tuple[Recording, KeptAudio]:
    """A note that was spoken in the consultation, call-1."""
    recording = office.asterisk.add("abs/call-1-r1")
    audio = await office.notebook.keep(recording, 0.5)
    assert isinstance(audio, KeptAudio)
    return recording, audio


async def memo_of_next_delivery(office: Office) -> LedgerMemo:
    claim = await office.outbox.claim("email", office.clock.now(), office.clock.now() + DAY)
    assert claim is not None
    return await office.outbox.memo(claim)


async def test_memo_tells_who_transferred_and_the_number_typed(office: Office) -> None:
    await office.notebook.save_callback(callback_draft(transferred(Note(digits="4711"))))
    memo = await memo_of_next_delivery(office)
    assert (memo.transferred_by, memo.note_digits, memo.note_audio) == ("Reception", "4711", None)
    assert "4711" not in repr(memo)


async def test_memo_of_an_ordinary_call_tells_of_no_transfer(office: Office) -> None:
    await office.notebook.save_callback(callback_draft())
    memo = await memo_of_next_delivery(office)
    assert (memo.transferred_by, memo.note_digits, memo.note_audio) == (None, None, None)


async def test_spoken_note_stays_in_asterisk_until_the_call_is_over(office: Office) -> None:
    recording, audio = await kept_note(office)
    about = transferred(Note(recording=recording.name, audio_id=audio.audio_id))
    await office.notebook.open_call(about)
    await office.notebook.clear_leftovers()
    assert recording.name in office.asterisk.files
    await office.notebook.save_callback(callback_draft(about))
    memo = await memo_of_next_delivery(office)
    assert memo.note_audio == office.audio.path_of(audio.audio_id)
    await office.notebook.close_call("call-2", Outcome.CALLBACK)
    await office.notebook.finish()
    assert recording.name not in office.asterisk.files
    assert memo.note_audio.exists()


async def test_note_is_no_message_after_a_crash(office: Office) -> None:
    recording, audio = await kept_note(office)
    await office.notebook.open_call(transferred(Note(recording=recording.name, audio_id=audio.audio_id)))
    await office.notebook.open_call(decision("call-1"))
    await office.recover()
    assert await office.thread.read(reading.messages) == []
    assert office.audio.path_of(audio.audio_id).exists()


async def test_who_consulted_when_we_died_is_owed_nothing(office: Office) -> None:
    about = decision("call-1")
    await office.notebook.open_call(replace(about, enquiry=replace(about.enquiry, consulting=True)))
    await office.recover()
    assert await office.thread.read(reading.callbacks) == []
    (call,) = await office.thread.read(reading.calls)
    assert call.ended_at is not None


async def test_purge_forgets_the_note_with_its_call(office: Office) -> None:
    recording, audio = await kept_note(office)
    await office.notebook.open_call(transferred(Note(recording=recording.name, audio_id=audio.audio_id)))
    await office.notebook.close_call("call-2", Outcome.CONNECTED)
    assert await office.thread.write(lambda session: settling.purge(session, NOON + DAY)) == 1
    await office.notebook.clear_leftovers()
    assert not office.audio.path_of(audio.audio_id).exists()


async def test_note_that_is_lost_costs_no_message(office: Office) -> None:
    await office.notebook.save_callback(callback_draft(transferred(Note(recording="abs/x", audio_id="A-x"))))
    memo = await memo_of_next_delivery(office)
    assert (memo.transferred_by, memo.note_audio) == ("Reception", None)


async def test_audio_of_a_note_and_of_a_message_are_two(office: Office) -> None:
    recording, note = await kept_note(office)
    about = transferred(Note(recording=recording.name, audio_id=note.audio_id))
    message = await office.notebook.keep(office.asterisk.add("abs/call-2-r1"), 3.0)
    assert isinstance(message, KeptAudio)
    await office.notebook.save_message(message_draft(message, about))
    memo = await memo_of_next_delivery(office)
    assert memo.audio == office.audio.path_of(message.audio_id)
    assert memo.note_audio == office.audio.path_of(note.audio_id)
