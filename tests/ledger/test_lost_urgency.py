"""A call that we die in: what its caller had said of it, and when it came, is not forgotten with us."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ari_absence.core.covering import Covering
from ari_absence.ledger.model import CallbackRow, EscalationRow, MessageRow
from tests.ledger.office import NOON, Office, decision
from tests.ledger.test_covering import COVERING, DUE, SALES, sales
from tests.ledger.test_crash import orphans_of
from tests.ledger.test_escalations import LADDER
from tests.ledger.test_owed import owed

__all__ = ["sales"]

NIGHT = timedelta(hours=15)


async def begin_call(office: Office, *, covering: Covering | None = None, urgent: bool = True) -> None:
    about = decision("call-1", urgent=LADDER)
    about = replace(about, covering=covering, promise=None if covering else about.promise)
    await office.notebook.open_call(about)
    await office.notebook.note_urgent("call-1", urgent=urgent)


@pytest.mark.fault("F58")
async def test_a_caller_who_said_urgent_and_nothing_else_is_owed_an_urgent_call_of_that_time(
    office: Office,
) -> None:
    await begin_call(office)
    office.clock.advance(NIGHT)
    await office.recover()
    (entry,) = owed(office)
    assert (entry.urgent, entry.first_at, entry.due) == (True, NOON, decision().promise)
    with office.store.reading() as session:
        assert session.scalars(select(CallbackRow.at)).one() == NOON


@pytest.mark.fault("F58")
@pytest.mark.parametrize("kept", [True, False])
async def test_what_was_said_urgently_is_told_as_urgent_whoever_kept_it(office: Office, kept: bool) -> None:
    await begin_call(office)
    recording = office.asterisk.add("abs/call-1-r1", seconds=5.0)
    if kept:
        await office.notebook.keep(recording, 3.0)
        office.clock.advance(NIGHT)
        await office.recover()
    else:
        office.clock.advance(NIGHT)
        await office.recover()
        await orphans_of(office).adopt(recording.name, "call-1")
    with office.store.reading() as session:
        message = session.scalars(select(MessageRow)).one()
        assert (message.urgent, message.at) == (True, NOON)
        due_at = session.scalars(select(EscalationRow.next_at)).one()
    assert NOON < due_at < NOON + NIGHT  # others are told at once
    assert owed(office)[0].urgent


async def test_urgency_that_was_taken_back_is_none(office: Office) -> None:
    await begin_call(office)
    await office.notebook.note_urgent("call-1", urgent=False)
    await office.recover()
    assert not owed(office)[0].urgent


async def test_a_call_that_a_team_covers_is_the_teams_also_when_we_die_in_it(sales: Office) -> None:
    await begin_call(sales, covering=COVERING)
    await sales.recover()
    (entry,) = owed(sales, f"team:{SALES.key}")
    assert entry.due == DUE
