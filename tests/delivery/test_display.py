"""What a display shows, and what becomes of it when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.delivery_rules import DISPLAY
from ari_absence.delivery.display import DisplayNotifier, display_text
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.ports import DestinationDown, RecipientAway
from ari_absence.errors import AsteriskUnreachable
from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.deliveries import queue_message
from ari_absence.ledger.settling import mark_heard
from tests.delivery.test_email import MEMO
from tests.delivery.test_mail_parts import DUE, OWED
from tests.hostile import HOSTILE
from tests.ledger.office import Office

PROMISED = replace(MEMO, due=DUE, owed=OWED)


def test_a_display_shows_who_when_by_when_and_the_code() -> None:
    assert display_text(PROMISED, "*38") == (
        "Message from +81312345678, 12:00, wants a call by 17:00. *38*4711"
    )


def test_a_promise_for_another_day_shows_its_day() -> None:
    later = replace(PROMISED, due=DUE + timedelta(days=1), urgent=True)

    assert "URGENT: Message from" in display_text(later, "*38")
    assert "by 26 Nov 17:00." in display_text(later, "*38")


def test_a_colleague_is_shown_by_extension_and_a_withheld_number_as_such() -> None:
    assert "from extension 102," in display_text(replace(MEMO, caller_extension="102"), "*38")
    assert "from a withheld number," in display_text(replace(MEMO, caller_number=None, number=None), "*38")


REMINDED = {"number": "+81312345678", "due": DUE.isoformat(), "code": "4711"}


@pytest.mark.parametrize(
    ("about", "label"),
    [("callback_due", "Due soon"), ("callback_overdue", "Overdue"), ("callback_handed_over", "Yours now")],
)
def test_a_display_shows_whom_to_call_by_when_and_the_code(about: str, label: str) -> None:
    memo = replace(MEMO, about=about, facts=REMINDED, number=None, caller_number=None)
    assert display_text(memo, "*38") == f"{label}: call +81312345678 by 17:00. *38*4711"
    urgent = replace(memo, facts={**REMINDED, "urgent": True, "due": None})
    assert display_text(urgent, "*38") == f"URGENT: {label}: call +81312345678. *38*4711"
    hostile = display_text(replace(memo, facts={**REMINDED, "number": "\x1b[31m" * 90}), "*38")
    assert len(hostile) <= 160
    assert hostile.isprintable()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_word_of_a_caller_breaks_a_display(hostile: str) -> None:
    _check(hostile)


@given(st.text(max_size=300))
def test_nor_does_any_text_at_all(anything: str) -> None:
    _check(anything)


def _check(foreign: str) -> None:
    memo = replace(
        PROMISED,
        caller_name="Mallory",
        caller_number=foreign,
        number=foreign,
        note_digits="998877",
        transcript="lawsuit",
    )
    shown = display_text(memo, "*38")

    assert len(shown) <= 160
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.endswith(" *38*4711")
    for private in ("Mallory", "998877", "lawsuit"):
        assert private not in shown or private in foreign


class Desks:
    """Displays of a house: on how many a text appears, or why on none."""

    def __init__(self, phones: int = 1, fault: Exception | None = None) -> None:
        self.phones, self.fault = phones, fault
        self.shown: list[tuple[str, str]] = []

    async def show(self, extension: str, text: str) -> int:
        if self.fault is not None:
            raise self.fault
        self.shown.append((extension, text))
        return self.phones

    @property
    def notifier(self) -> DisplayNotifier:
        return DisplayNotifier(self.show, lambda: "*38")


async def test_somebody_without_a_registered_phone_holds_up_nobody_else() -> None:
    with pytest.raises(RecipientAway):
        await Desks(phones=0).notifier.deliver(MEMO, "101", "key")


async def test_an_asterisk_that_is_away_is_away_for_everybody() -> None:
    with pytest.raises(DestinationDown):
        await Desks(fault=AsteriskUnreachable("gone")).notifier.deliver(MEMO, "101", "key")


async def test_a_phone_that_is_off_is_tried_ever_less_often_and_rests_nobody(office: Office) -> None:
    desks = Desks(phones=0)
    worker = OutboxWorker(office.outbox, [desks.notifier], office.clock, lambda: 0.5)
    message_id = await office.leave_message()
    await _queue(office, message_id)

    for _ in range(60):  # an hour
        await worker.sweep()
        office.clock.advance(timedelta(minutes=1))

    assert 3 <= len(desks.shown) <= 8
    assert await office.outbox.rest(desks.notifier.destination) is None


async def test_what_was_heard_meanwhile_lights_no_display(office: Office) -> None:
    desks = Desks()
    worker = OutboxWorker(office.outbox, [desks.notifier], office.clock, lambda: 0.5)
    message_id = await office.leave_message()
    await _queue(office, message_id)
    now = office.clock.now()
    await office.thread.write(lambda session: mark_heard(session, message_id, now, "extension 101"))

    await worker.sweep()

    assert desks.shown == []


async def _queue(office: Office, message_id: str) -> None:
    there = [Destination(DISPLAY, "101")]
    now = office.clock.now()
    await office.thread.change(
        lambda connection: queue_message(connection, message_id, there, now, urgent=False)
    )
