"""Who serves the people of the house: their codes, their mailboxes, the calls they owe."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from ari_absence.app.absence_book import LedgerAbsenceBook
from ari_absence.app.books import Books
from ari_absence.app.callback_dialling import CallbackDialling
from ari_absence.app.callback_list import LedgerCallbackList
from ari_absence.app.desk import CodeDesk
from ari_absence.app.mailbox_desk import GreetingLoans, MailboxDesk, SpokenMailboxes
from ari_absence.app.records import Records
from ari_absence.app.returning import Returns
from ari_absence.attendant.call import HuntEnd
from ari_absence.attendant.calling_back import NumberOf
from ari_absence.attendant.camp_on import Introduction
from ari_absence.attendant.code_desk import House
from ari_absence.attendant.dialling_back import DiallingBack
from ari_absence.attendant.next_callback import CallbackDesk
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.people import PrivateNumber
from ari_absence.ledger.dials import SteadyTime
from ari_absence.ledger.owed_book import LedgerOwedCalls
from ari_absence.ledger.pins import LedgerPins, pin_rules
from ari_absence.speech.library import SoundLibrary


def code_desk(
    records: Records,
    books: Books,
    sounds: SoundLibrary,
    greeting_loans: GreetingLoans,
    absence_book: LedgerAbsenceBook,
    returns: Returns,
    on_message_changed: Callable[[str], None],
) -> CodeDesk:
    """Who serves the codes, with all that needs."""
    # one book for all who ask: its time is steady, and so many are hashed at once
    pins = _pin_book(records, books)
    mailbox = _mailbox_desk(records, books, sounds, greeting_loans, pins, returns, on_message_changed)
    callbacks = _callback_desk(records, books, sounds, absence_book)
    return CodeDesk(House(absence_book, pins, mailbox.serve, callbacks.serve, books.clock.now, returns))


def _pin_book(records: Records, books: Books) -> LedgerPins:
    rules = partial(pin_rules, records.limits)
    return LedgerPins(books.thread, rules, books.addressees, SteadyTime(books.clock).now, books.outbox.wake)


def _mailbox_desk(
    records: Records,
    books: Books,
    sounds: SoundLibrary,
    greeting_loans: GreetingLoans,
    pins: LedgerPins,
    returns: Returns,
    on_message_changed: Callable[[str], None],
) -> MailboxDesk:
    mailboxes = SpokenMailboxes(
        books.thread,
        books.store,
        books.notebook,
        books.addressees,
        records.directory,
        books.clock,
        books.outbox.wake,
        on_message_changed,
    )
    mailboxes.hear(records, sounds, greeting_loans)
    return MailboxDesk(records, mailboxes, pins, returns, books.clock)


def _callback_desk(
    records: Records, books: Books, sounds: SoundLibrary, absence_book: LedgerAbsenceBook
) -> CallbackDesk:
    callbacks = _callback_list(records, books, sounds)
    return CallbackDesk(absence_book, callbacks, _number_reader(records), books.clock.now)


def callback_dialling(
    records: Records,
    books: Books,
    sounds: SoundLibrary,
    connect: Callable[[Introduction], Awaitable[HuntEnd]],
) -> CallbackDialling:
    """Who calls back by command."""
    callbacks, number = _callback_list(records, books, sounds), _number_reader(records)
    dialling = DiallingBack(callbacks, records.directory, connect, number, books.clock.now)
    return CallbackDialling(dialling, owed_calls_of(books), books.clock)


def owed_calls_of(books: Books) -> LedgerOwedCalls:
    """The calls that are owed."""
    return LedgerOwedCalls(books.thread, books.addressees, books.outbox.wake)


def _callback_list(records: Records, books: Books, sounds: SoundLibrary) -> LedgerCallbackList:
    owed_calls = owed_calls_of(books)
    return LedgerCallbackList(owed_calls, books.notebook, records.directory, sounds, books.store, books.clock)


def _number_reader(records: Records) -> NumberOf:
    def number(written: str) -> PrivateNumber | None:
        return number_of(written, records.directory().site.country)

    return number
