"""PINs in the ledger: only hashes, and locks that no restart, no other caller and no hurry get round."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.attendant.pins import PinCheck
from ari_absence.core.pins import PinFlaw, PinRules
from ari_absence.ledger.addressees import MailAddressees
from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.pin_model import PinRow
from ari_absence.ledger.pins import LedgerPins, fits, hash_of, store, unlock
from ari_absence.ledger.store import default_url, open_store
from ari_absence.ledger.thread import LedgerThread
from tests.ledger.office import NOON, directory

PIN = "827364"
RULES = PinRules()
OUTSIDE = "0311112222"


class Hands:
    """The clock of a test."""

    def __init__(self) -> None:
        self.at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@asynccontextmanager
async def pins_in(folder: Path, hands: Hands) -> AsyncIterator[LedgerPins]:
    """The PINs of a ledger, opened as the service opens it."""
    thread = LedgerThread(open_store(default_url(folder), NOON))
    try:
        yield LedgerPins(thread, lambda: RULES, MailAddressees(directory), hands.now)
    finally:
        await thread.close()


async def asked(pins: LedgerPins, question: Callable[[Session], object]) -> object:
    return await pins._thread.read(question)


async def test_the_right_pin_is_right_and_any_other_wrong(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        assert await pins.check("101", PIN) is PinCheck.NOT_SET
        assert await pins.change("101", PIN) is None
        assert await pins.is_set("101")
        assert await pins.check("101", PIN) is PinCheck.RIGHT
        assert await pins.check("101", "827365") is PinCheck.WRONG
        assert await pins.check("101", "") is PinCheck.WRONG


async def test_a_pin_that_is_easily_guessed_is_not_taken(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        assert await pins.change("101", "123456") is PinFlaw.RUN
        assert not await pins.is_set("101")


async def test_no_pin_can_be_read_from_the_ledger(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        await pins.change("101", PIN)
        await pins.change("102", PIN)
        rows = await asked(pins, lambda session: [row.hash for row in session.scalars(select(PinRow))])
    assert isinstance(rows, list)
    assert rows[0] != rows[1]
    assert PIN.encode() not in (tmp_path / "ledger.sqlite3").read_bytes()


@pytest.mark.fault("A14")
async def test_three_wrong_ones_lock_and_each_lock_is_twice_as_long(tmp_path: Path) -> None:
    hands = Hands()
    async with pins_in(tmp_path, hands) as pins:
        await pins.change("101", PIN)
        for seconds in (60, 120, 240):
            for _ in range(3):
                assert await pins.check("101", "000001") is PinCheck.WRONG
            hands.forward(seconds - 1)
            assert await pins.check("101", PIN) is PinCheck.LOCKED
            hands.forward(1)
        assert await pins.check("101", PIN) is PinCheck.RIGHT
        for _ in range(3):
            await pins.check("101", "000001")
        hands.forward(60)
        assert await pins.check("101", PIN) is PinCheck.RIGHT  # a right one has reset the doubling


async def test_a_restart_forgets_neither_tries_nor_locks(tmp_path: Path) -> None:
    hands = Hands()
    async with pins_in(tmp_path, hands) as pins:
        await pins.change("101", PIN)
        await pins.check("101", "000001")
        await pins.check("101", "000001")
    async with pins_in(tmp_path, hands) as pins:
        assert await pins.check("101", "000001") is PinCheck.WRONG
    async with pins_in(tmp_path, hands) as pins:
        assert await pins.check("101", PIN) is PinCheck.LOCKED


async def test_many_guesses_at_once_are_no_more_than_three(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        await pins.change("101", PIN)
        checks = await asyncio.gather(*(pins.check("101", f"00000{n}") for n in range(8)))
        assert checks.count(PinCheck.WRONG) == 3
        assert checks.count(PinCheck.LOCKED) == 5


async def test_who_tries_one_extension_after_the_other_is_locked_out_by_number(tmp_path: Path) -> None:
    hands = Hands()
    async with pins_in(tmp_path, hands) as pins:
        await pins.change("101", PIN)
        for extension in ("555", "556", "557", "558", "559", "560"):
            assert await pins.check(extension, PIN, OUTSIDE) is PinCheck.NOT_SET
        assert await pins.check("101", PIN, OUTSIDE) is PinCheck.LOCKED
        assert await pins.check("101", PIN, "0399998888") is PinCheck.RIGHT
        hands.forward(60)
        assert await pins.check("101", PIN, OUTSIDE) is PinCheck.RIGHT


async def test_the_owner_is_mailed_once_for_each_lock(tmp_path: Path) -> None:
    hands = Hands()
    async with pins_in(tmp_path, hands) as pins:
        await pins.change("101", PIN)
        for _ in range(6):
            await pins.check("101", "000001")
        notices = await asked(
            pins, lambda session: [row.notice for row in session.scalars(select(DeliveryRow))]
        )
    assert isinstance(notices, list)
    assert [each["about"] for each in notices] == ["pin_locked"]
    assert notices[0]["extension"] == "101"
    assert "000001" not in str(notices)


async def test_a_new_pin_and_unlocking_open_the_lock(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        await pins.change("101", PIN)
        for again in range(2):
            for _ in range(3):
                await pins.check("101", "000001")
            assert await pins.check("101", PIN) is PinCheck.LOCKED
            if again:
                await pins._thread.write(lambda session: store(session, "101", hash_of(PIN), "test", NOON))
            else:
                assert await pins._thread.write(lambda session: unlock(session, "101"))
            assert await pins.check("101", PIN) is PinCheck.RIGHT


@pytest.mark.parametrize("pin", ["", "827364", "１２３４５６"])
def test_without_a_stored_pin_nothing_fits(pin: str) -> None:
    assert not fits(pin, None)


async def test_log_of_a_lock_names_the_call_that_guessed(tmp_path: Path) -> None:
    async with pins_in(tmp_path, Hands()) as pins:
        await pins.change("101", PIN)
        merge = structlog.contextvars.merge_contextvars
        with (
            structlog.testing.capture_logs([merge]) as lines,
            structlog.contextvars.bound_contextvars(call="call-7"),
        ):
            for _ in range(3):
                await pins.check("101", "000001")
    assert [(line["event"], line["call"], line["locks"]) for line in lines] == [("pin.locked", "call-7", 1)]
