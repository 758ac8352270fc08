"""Whose talk settles which of the calls that are owed: what the watch of the phones asks the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from ari_absence.app.records import Records
from ari_absence.app.settling import LedgerDebts
from ari_absence.asterisk.answered_watch import Debt
from ari_absence.core.people import Directory, SetAbsences
from ari_absence.ledger import owed_calls, owed_reading
from tests.attendant import reach_office
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import BY, KEY, ask_for_a_call, begin, do, hand_over, owed, whats


@dataclass
class House:
    """The part of the records that is asked: 102 and the team sales (102 and 103) are delegates of 101."""

    absences: SetAbsences = field(default_factory=SetAbsences)

    def directory(self) -> Directory:
        return reach_office.office()


def debts(office: Office) -> LedgerDebts:
    return LedgerDebts(cast(Records, House()), office.thread, office.clock)


async def settled_by(office: Office, talker: str, *callers: str) -> Sequence[Debt]:
    return await debts(office).settled_by(talker, callers or [KEY])


async def test_owner_and_delegates_settle_what_is_owed_and_nobody_else_does(office: Office) -> None:
    entry = await ask_for_a_call(office)
    for talker in ("101", "102", "103"):
        assert await settled_by(office, talker) == [Debt(entry.id, KEY)]
    for talker in ("100", "110"):
        assert await settled_by(office, talker) == []


async def test_who_has_taken_it_settles_it(office: Office) -> None:
    entry = await ask_for_a_call(office)
    assert do(office, lambda session: owed_calls.claim(session, entry.id, "110", BY, NOON)) is None
    assert await settled_by(office, "110") == [Debt(entry.id, KEY)]


async def test_what_was_handed_over_is_settled_by_who_owes_it_and_by_who_was_called(office: Office) -> None:
    entry = await ask_for_a_call(office)
    assert hand_over(office, entry, "100") is None
    for talker in ("100", "101"):
        assert await settled_by(office, talker) == [Debt(entry.id, KEY)]
    assert await settled_by(office, "102") == []


async def test_talk_with_somebody_else_or_with_nobody_known_settles_nothing(office: Office) -> None:
    await ask_for_a_call(office)
    assert await settled_by(office, "101", "+81399999999", "ext:102") == []
    assert await debts(office).settled_by("101", []) == []


async def test_what_was_dialled_by_hand_in_vain_is_an_attempt_and_comes_again_as_before(
    office: Office,
) -> None:
    entry = await ask_for_a_call(office)
    again = NOON + timedelta(minutes=15)
    do(office, lambda session: owed_calls.put_off(session, entry.id, again, BY, NOON))
    (debt,) = await settled_by(office, "101")
    await debts(office).tried([debt], "busy", "101, by a call from PJSIP/101")
    (noted,) = owed(office)
    assert (noted.state, noted.attempts, noted.retry_at) == ("attempted", 1, again)
    assert whats(office, entry.id)[-1] == "tried to call back: busy"
    assert begin(office, entry, "102")
    await debts(office).tried([debt], "busy", "101, by a call from PJSIP/101")
    assert owed(office)[0].attempts == 1, "somebody is calling them: how that ends is noted"


async def test_settled_is_noted_with_who_and_how_and_once(office: Office) -> None:
    entry = await ask_for_a_call(office)
    (debt,) = await settled_by(office, "101")
    for _ in range(2):
        await debts(office).settle([debt], "101, by a call from PJSIP/101")
    with office.store.reading() as session:
        history = owed_reading.history_of(session, entry.id)
    assert [(each.what, each.by) for each in history[1:]] == [
        ("settled: they have talked", "101, by a call from PJSIP/101")
    ]
    assert owed(office) == []
    assert await settled_by(office, "101") == []
