"""The mail that tells somebody that their PIN is locked: from the wrong PIN to the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ari_absence.core.pins import PinRules
from ari_absence.ledger.pins import LedgerPins
from tests.delivery.test_letter import parsed, text_of
from tests.ledger.office import NOON, Office

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Tokyo", "Wednesday, 25 November 2026, 12:01 (Asia/Tokyo)"),  # the office's
        ("Europe/Berlin", "Wednesday, 25 November 2026, 04:01 (Europe/Berlin)"),
    ],
)
async def test_end_of_a_lock_is_told_by_the_clock_of_its_owner_and_the_name_of_the_zone(
    office: Office, zone: str, told: str
) -> None:
    people = office.directory.people
    office.directory = replace(
        office.directory, people={**people, "101": replace(people["101"], zone=ZoneInfo(zone))}
    )
    pins = LedgerPins(office.thread, PinRules, office.addressees, lambda: NOON)
    await pins.change("101", "827364")
    for _ in range(3):
        await pins.check("101", "000001")
    claim = await office.outbox.claim("email", NOON, NOON + HOUR)
    assert claim is not None
    letter = text_of(parsed(replace(await office.outbox.memo(claim), item_id="N-1")))
    assert f"It is locked until\n{told}." in letter
