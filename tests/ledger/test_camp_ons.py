"""Wishes to be rung survive the service, one for each pair, until they are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ari_absence.attendant.camp_on import CampOn, KeptCampOns
from ari_absence.ledger.camp_ons import LedgerCampOns
from tests.ledger.office import NOON, Office

HOUR = timedelta(hours=1)
WISH = CampOn("101", "102", NOON + 24 * HOUR, NOON)


@pytest.fixture
def wishes(office: Office) -> LedgerCampOns:
    return LedgerCampOns(office.thread)


async def test_wish_is_kept_as_it_was(wishes: LedgerCampOns) -> None:
    port: KeptCampOns = wishes
    other = replace(WISH, by="100", tries=2, next_at=NOON + HOUR)
    for each in (WISH, other):
        await port.keep(each)

    assert set(await port.kept(NOON)) == {WISH, other}


async def test_second_wish_of_a_pair_takes_the_place_of_the_first(wishes: LedgerCampOns) -> None:
    later = replace(WISH, until=WISH.until + HOUR)
    await wishes.keep(WISH)
    await wishes.keep(later)

    assert await wishes.kept(NOON) == [later]


async def test_wish_is_forgotten_when_it_is_carried_out_and_not_when_it_was_renewed(
    wishes: LedgerCampOns,
) -> None:
    await wishes.keep(replace(WISH, until=WISH.until + HOUR))
    await wishes.forget(WISH)
    assert len(await wishes.kept(NOON)) == 1

    await wishes.forget(replace(WISH, until=WISH.until + HOUR, tries=1))
    assert await wishes.kept(NOON) == []


async def test_wish_is_over_at_its_end(wishes: LedgerCampOns) -> None:
    await wishes.keep(WISH)

    assert await wishes.kept(WISH.until - timedelta(seconds=1)) == [WISH]
    assert await wishes.kept(WISH.until) == []
    assert await wishes.kept(NOON) == []
