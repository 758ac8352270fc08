"""What is forgotten is gone from every byte of the data folder: rows, journal, free pages, audio, texts, copies."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.core.people import Caller
from ari_absence.ledger import reading, settling
from ari_absence.ledger.backups import KEPT_FOR, back_up, forget_old_backups
from ari_absence.ledger.mailbox_changes import hear_message
from ari_absence.ledger.mailbox_purge import purge_mailboxes
from ari_absence.ledger.store import FILE_NAME
from ari_absence.ledger.transcripts import LedgerTranscripts
from tests.ledger.office import NOON, Office, callback_draft, decision, message_draft
from tests.ledger.test_owed import settle_all

DAY = timedelta(days=1)
NUMBER, NAME = "+819055512345", "Zebedee Quux"
SAID = "the tumour is benign call me before noon"


async def leave_everything(office: Office) -> bytes:
    """A message with its text, and a wish to be called back, of one caller; gives a piece of the audio."""
    caller = Caller(NUMBER, NAME)
    about = decision("call-1", caller)
    await office.notebook.open_call(about)
    audio = await office.notebook.keep(office.asterisk.add(), 3.0)
    assert isinstance(audio, KeptAudio)
    message_id = await office.notebook.save_message(message_draft(audio, about))
    texts = LedgerTranscripts(office.thread, office.audio)
    claim = await texts.claim(NOON, lambda _: DAY)
    assert claim is not None
    await texts.done(claim, SAID, "pocketsphinx", NOON)
    await office.notebook.save_callback(callback_draft(decision("call-2", caller)))
    for call_id in ("call-1", "call-2"):
        await office.notebook.close_call(call_id, Outcome.MESSAGE)
    await office.thread.write(lambda session: hear_message(session, message_id, "test", NOON))
    settle_all(office)
    while claimed := await office.outbox.claim("email", NOON, NOON + DAY):
        await office.outbox.delivered(claimed, NOON)
    return office.audio.path_of(audio.audio_id).read_bytes()[20_000:20_200]


async def purge_everything(office: Office) -> None:
    """As the housekeeping does it, in a year."""
    later = NOON + 365 * DAY
    while await office.thread.write(partial(settling.purge, before=later)):
        pass
    while await office.thread.write(partial(purge_mailboxes, deleted_before=later, before=later)):
        pass
    await office.notebook.clear_leftovers()
    await office.thread.clear_journal()
    forget_old_backups(office.folder / FILE_NAME, later)


def found_in(folder: Path, word: bytes) -> list[str]:
    """The files that hold it, whatever they are."""
    return [path.name for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


@pytest.mark.fault("A16")
async def test_what_is_purged_is_in_no_byte_of_the_data_folder(office: Office) -> None:
    audio = await leave_everything(office)
    back_up(office.folder / FILE_NAME, "0009", NOON)
    words = [NUMBER.encode(), NAME.encode(), SAID.encode(), audio]
    assert all(found_in(office.folder, word) for word in words)
    assert len(found_in(office.folder, SAID.encode())) >= 2  # the copy has it, too

    await purge_everything(office)

    assert [found_in(office.folder, word) for word in words] == [[], [], [], []]
    assert await office.thread.read(reading.messages) == []
    assert [*office.folder.glob("audio/*"), *office.folder.glob("quarantine/*")] == []


@pytest.mark.fault("A16")
def test_every_connection_overwrites_what_it_deletes(office: Office) -> None:
    for engine in (office.store._engine, office.store._writing_engine):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


async def test_a_copy_goes_after_a_week(office: Office) -> None:
    copy = back_up(office.folder / FILE_NAME, "0009", NOON)

    assert forget_old_backups(office.folder / FILE_NAME, NOON + 6 * DAY - KEPT_FOR) == []
    assert forget_old_backups(office.folder / FILE_NAME, NOON + 8 * DAY - KEPT_FOR) == [copy]
