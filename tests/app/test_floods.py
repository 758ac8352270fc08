"""Whom one number has called again and again is told so once."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import select

from ari_absence.app.books import Books
from ari_absence.app.floods import Floods
from ari_absence.core.admission import Admission
from ari_absence.ledger.model import DeliveryRow
from tests.ledger.conftest import office
from tests.ledger.office import Office

__all__ = ["office"]


class Worker:
    """What is woken when there is something to deliver."""

    woken = 0

    def wake(self) -> None:
        self.woken += 1


@pytest.mark.fault("F30")
async def test_owner_gets_one_summary_of_a_flood_when_it_is_quiet_again(office: Office) -> None:
    admission, worker = Admission(), Worker()
    books = Books(
        office.thread, office.audio, office.addressees, office.notebook, cast(Any, worker), office.clock
    )
    floods = Floods(admission, books)
    for call in range(50):
        admission.judge("0441112233", "101", float(call), held=0, calls_max=100, per_minute=10)

    await floods.tell(60.0)
    assert worker.woken == 0
    for later in (200.0, 300.0):
        await floods.tell(later)

    rows = await office.thread.read(
        lambda session: [row.notice for row in session.scalars(select(DeliveryRow))]
    )
    told = [(notice["about"], notice["number"], notice["calls"]) for notice in rows if notice]
    assert told == [("called_too_often", "0441112233", 40)]
    assert worker.woken == 1
