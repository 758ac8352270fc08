"""The mailboxes in the ledger: what an owner does, what goes on to others, what the purge leaves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.mailbox_book import Fill, ForwardDraft, Forwarded
from ari_absence.attendant.notebook import KeptAudio
from ari_absence.core import wav
from ari_absence.core.greetings import GreetingKind
from ari_absence.core.mailbox import Folder, MessageCounts
from ari_absence.core.people import Limits
from ari_absence.errors import LedgerError
from ari_absence.ledger import owed_calls, owed_reading, reading
from ari_absence.ledger.mailbox_book import LedgerMailboxes
from ari_absence.ledger.mailbox_purge import purge_mailboxes
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.model import AudioRow, DeliveryRow, EscalationRow
from tests.ledger.office import NOON, Office, callback_draft, decision, directory, tone

BY = "phone 101"
DAY = timedelta(days=1)


class Books:
    """An office's mailboxes, and who was told of a change."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.changed: list[str] = []
        self.mailboxes = LedgerMailboxes(
            office.thread,
            office.audio,
            office.notebook,
            office.addressees,
            lambda: office.directory,
            office.clock,
            office._ring,
            self.changed.append,
        )

    def counts(self, extension: str = "101") -> MessageCounts:
        with self.office.store.reading() as session:
            return message_counts(session, [extension])[extension]

    async def purge(self) -> int:
        gone = 0
        before = self.office.clock.now() - 90 * DAY
        purge = partial(purge_mailboxes, deleted_before=self.office.clock.now() - DAY, before=before)
        while now_gone := await self.office.thread.write(purge):
            gone += now_gone
        await self.office.notebook.clear_leftovers()
        return gone

    async def introduction(self, seconds: float = 2.0) -> KeptAudio:
        recording = self.office.asterisk.add("abs/desk-r1", seconds=seconds)
        kept = await self.office.notebook.keep(recording, 1.0)
        assert isinstance(kept, KeptAudio)
        return kept


@pytest.fixture
def books(office: Office) -> Books:
    return Books(office)


async def test_a_message_goes_from_new_to_old_to_saved_and_its_history_tells_who_did_it(books: Books) -> None:
    message_id = await books.office.leave_message()
    folders = []
    for change in (books.mailboxes.mark_heard, books.mailboxes.save):
        folders.append((await books.mailboxes.open("101")).letters[0].folder)
        assert await change(message_id, BY)
    folders.append((await books.mailboxes.open("101")).letters[0].folder)

    assert folders == [Folder.NEW, Folder.OLD, Folder.SAVED]
    with books.office.store.reading() as session:
        (message,) = reading.messages(session)
    assert [(each["what"], each["by"]) for each in message.history] == [("heard", BY), ("saved", BY)]
    assert books.changed == ["101", "101"]


async def test_an_open_mailbox_tells_how_many_calls_its_owner_owes(books: Books) -> None:
    assert (await books.mailboxes.open("101")).calls_owed == 0
    await books.office.notebook.save_callback(callback_draft(decision("call-9")))
    assert (await books.mailboxes.open("101")).calls_owed == 1
    with books.office.store.writing() as session:
        (owed,) = owed_reading.owed_calls(session, "101")
        owed_calls.put_off(session, owed.id, books.office.clock.now() + timedelta(minutes=15), BY, NOON)
    assert (await books.mailboxes.open("101")).calls_owed == 1, "*38 tells when it comes again"
    books.office.clock.advance(timedelta(minutes=15))
    assert (await books.mailboxes.open("101")).calls_owed == 1
    with books.office.store.writing() as session:
        owed_calls.settle(session, owed.id, BY, NOON)
    assert (await books.mailboxes.open("101")).calls_owed == 0


async def test_what_is_deleted_frees_its_place_at_once_and_can_be_had_back(books: Books) -> None:
    books.office.directory = directory(Limits(messages_per_person=1, messages_warning=1))
    message_id = await books.office.leave_message()
    assert (await books.mailboxes.open("101")).fill is Fill.FULL
    assert await books.mailboxes.delete(message_id, BY)

    assert books.counts() == MessageCounts()
    assert (await books.mailboxes.open("101")).letters == ()
    assert await books.office.notebook.reserve_place("call-2", "101")
    assert not await books.mailboxes.delete(message_id, "the other phone")
    assert await books.mailboxes.restore(message_id, BY)
    assert books.counts() == MessageCounts(old=1)


async def test_saved_and_old_messages_count_for_the_quota(books: Books) -> None:
    books.office.directory = directory(Limits(messages_per_person=3, messages_warning=2))
    first, second = await books.office.leave_message("call-1"), await books.office.leave_message("call-2")
    await books.mailboxes.save(first, BY)
    await books.mailboxes.mark_heard(second, BY)

    assert (await books.mailboxes.open("101")).fill is Fill.FILLING
    assert await books.office.notebook.reserve_place("call-3", "101")
    assert not await books.office.notebook.reserve_place("call-4", "101")


@pytest.mark.parametrize("deed", ["mark_heard", "save", "delete"])
async def test_of_an_urgent_message_that_its_owner_knows_nobody_else_is_told(books: Books, deed: str) -> None:
    message_id = await books.office.leave_message(urgent=True)
    with books.office.store.writing() as session:
        session.add(EscalationRow(message_id=message_id, next_at=NOON, state="open", history=[]))
    assert await getattr(books.mailboxes, deed)(message_id, BY)

    with books.office.store.reading() as session:
        assert session.get_one(EscalationRow, message_id).state == "heard"


async def test_calling_back_settles_everything_that_is_owed_to_the_same_caller(books: Books) -> None:
    first, second = await books.office.leave_message("call-1"), await books.office.leave_message("call-2")
    await books.office.notebook.save_callback(callback_draft(decision("call-3")))
    await books.mailboxes.note_attempt(first, LegEnd.BUSY, BY, None)
    assert await books.mailboxes.settle(first, BY)

    letters = {each.message_id: each for each in (await books.mailboxes.open("101")).letters}
    assert letters[first].settled
    assert letters[second].settled
    with books.office.store.reading() as session:
        (callback,) = reading.callbacks(session)
        assert (callback.state, callback.history[-1]["by"]) == ("settled", BY)
        message = reading.message(session, first)
    assert message is not None
    assert [each["what"] for each in message.history] == ["tried to call back: busy", "settled"]


async def test_who_is_called_though_nothing_is_owed_leaves_a_trace_in_the_message(books: Books) -> None:
    message_id = await books.office.leave_message()
    assert await books.mailboxes.settle(message_id, BY)
    books.office.clock.advance(DAY)
    assert await books.mailboxes.begin_attempt(message_id, "101", BY) is None
    await books.mailboxes.note_attempt(message_id, LegEnd.BUSY, BY, NOON + 2 * DAY)

    with books.office.store.reading() as session:
        message = reading.message(session, message_id)
    assert message is not None
    assert [each["what"] for each in message.history] == ["settled", "tried to call back: busy"]


async def test_whom_a_colleague_calls_is_told_by_extension(books: Books) -> None:
    message_id = await books.office.leave_message()
    assert await books.mailboxes.begin_attempt(message_id, "102", "phone 102") is None
    assert await books.mailboxes.begin_attempt(message_id, "101", BY) == "102"
    await books.mailboxes.put_off(message_id, NOON + DAY, BY)


async def test_a_forwarded_message_is_one_of_its_own_with_mail_and_the_introduction_first(
    books: Books,
) -> None:
    message_id = await books.office.leave_message(urgent=True)
    rings = books.office.rings
    draft = ForwardDraft(message_id, "101", ("100",), await books.introduction())
    assert await books.mailboxes.forward(draft) == Forwarded(("100",))

    with books.office.store.reading() as session:
        (copy,) = reading.messages(session, "100")
        (original,) = reading.messages(session, "101")
    whole = wav.inspect(books.office.audio.path_of(copy.audio_id).read_bytes())
    assert whole.seconds == pytest.approx(2.0 + 0.6 + 5.0, abs=0.01)
    assert (copy.person_name, copy.caller_number, copy.urgent) == ("Reception", "+81312345678", True)
    assert (copy.forwarded_by, copy.due, copy.heard_at) == ("101", None, None)
    assert [each.recipient for each in copy.deliveries] == ["reception@example.com"]
    assert original.history[-1]["what"] == "forwarded to 100"
    assert books.office.rings == rings + 1
    assert "100" in books.changed


async def test_a_full_mailbox_gets_no_copy_and_leaves_no_file(books: Books) -> None:
    message_id = await books.office.leave_message()
    books.office.directory = directory(Limits(messages_per_person=1, messages_warning=1))
    await books.mailboxes.forward(ForwardDraft(message_id, "101", ("100",)))
    files = sorted(books.office.folder.glob("audio/*"))

    assert await books.mailboxes.forward(ForwardDraft(message_id, "101", ("100",))) == Forwarded((), ("100",))
    assert sorted(books.office.folder.glob("audio/*")) == files


async def test_a_message_whose_audio_is_gone_is_forwarded_to_nobody(books: Books) -> None:
    message_id = await books.office.leave_message()
    for file in books.office.folder.glob("audio/*"):
        file.unlink()
    with pytest.raises(LedgerError):
        await books.mailboxes.forward(ForwardDraft(message_id, "101", ("100",)))

    with books.office.store.reading() as session:
        assert reading.messages(session, "100") == []
    assert list(books.office.folder.glob("audio/*")) == []


async def test_a_forwarded_message_is_no_call_of_that_day(books: Books) -> None:
    message_id = await books.office.leave_message()
    await books.mailboxes.forward(ForwardDraft(message_id, "101", ("100",)))
    await books.office.notebook.open_call(decision("call-9", who=books.office.directory.people["100"]))

    assert await books.office.notebook.calls_today("+81312345678", "100") == 1


async def test_the_purge_takes_deleted_messages_after_their_grace_and_when_they_are_delivered(
    books: Books,
) -> None:
    message_id = await books.office.leave_message()
    await books.mailboxes.delete(message_id, BY)
    assert await books.purge() == 0
    books.office.clock.advance(2 * DAY)
    assert await books.purge() == 0  # its mail is still owed
    with books.office.store.writing() as session:
        for delivery in session.scalars(select(DeliveryRow)):
            delivery.state = "delivered"
    assert await books.purge() == 1

    with books.office.store.reading() as session:
        assert reading.message(session, message_id) is None
        assert session.scalars(select(DeliveryRow)).all() == []
        assert session.scalars(select(AudioRow)).all() == []
    assert list(books.office.folder.glob("audio/*")) == []
    assert not await books.mailboxes.restore(message_id, BY)


async def test_one_greeting_a_kind_is_kept_and_its_audio_goes_with_it(books: Books) -> None:
    first, second = await books.introduction(3.0), await books.introduction(4.0)
    for audio in (first, second):
        await books.mailboxes.keep_greeting("101", GreetingKind.OUT, audio, NOON + DAY, BY)

    (greeting,) = (await books.mailboxes.open("101")).greetings
    assert greeting.audio_id == second.audio_id
    assert greeting.seconds == pytest.approx(4.0)
    assert [file.stem for file in books.office.folder.glob("audio/*")] == [second.audio_id]
    assert (await books.mailboxes.greetings()).by_extension == {"101": [greeting]}
    assert await books.mailboxes.delete_greeting("101", GreetingKind.OUT)
    assert not await books.mailboxes.delete_greeting("101", GreetingKind.OUT)
    assert list(books.office.folder.glob("audio/*")) == []


async def test_a_greeting_outlives_the_start_of_the_service_and_is_purged_long_after_its_end(
    books: Books,
) -> None:
    audio = await books.introduction()
    await books.mailboxes.keep_greeting("101", GreetingKind.OUT, audio, NOON + DAY, BY)
    await books.office.recover()
    assert books.office.audio.path_of(audio.audio_id).exists()
    books.office.clock.advance(92 * DAY)

    assert await books.purge() == 1
    assert list(books.office.folder.glob("audio/*")) == []


async def test_nothing_deleted_can_be_read_from_the_ledgers_files(books: Books) -> None:
    message_id = await books.office.leave_message()
    with books.office.store.writing() as session:
        for delivery in session.scalars(select(DeliveryRow)):
            delivery.state = "delivered"
    await books.mailboxes.delete(message_id, BY)
    books.office.clock.advance(2 * DAY)
    await books.purge()
    await books.office.thread.clear_journal()

    for file in books.office.folder.glob("ledger*"):
        assert message_id.encode() not in file.read_bytes()


def test_two_recordings_are_joined_with_a_silence_between_them() -> None:
    whole = wav.inspect(wav.joined(tone(2.0), tone(3.0), 0.5))

    assert whole.seconds == pytest.approx(5.5)
    assert not whole.header_repaired
    with pytest.raises(wav.NotWav):
        wav.joined(tone(1.0), tone(1.0, rate_hz=16_000), 0.5)
