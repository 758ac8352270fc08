"""A call that several may return: a team's, and one of which others were told when it was overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ari_absence.asterisk.answered_watch import Debt
from ari_absence.core.owed import members_of, owners_for
from ari_absence.core.people import Team
from ari_absence.ledger import owed_calls, owed_reading
from ari_absence.ledger.owed_calls import NotDone, Refusal
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import note_change, told_overdue
from ari_absence.ledger.owed_reading import OwedCall
from tests.ledger.office import NOON, Office
from tests.ledger.test_owed import BY, ask_for_a_call, begin, claim, do, hand_over, owed
from tests.ledger.test_owed_settled import settled_by

SALES = Team("sales", "Sales", ("102", "103"))
HOUR = timedelta(hours=1)
KEY = "+81312345678"


async def of_the_team(office: Office) -> OwedCall:
    """A call that the team owes."""
    entry = await ask_for_a_call(office)
    assert hand_over(office, entry, "team:sales") is None
    return entry


def decline(office: Office, entry: OwedCall, who: str, *absent: str) -> Refusal | None:
    deed: Callable[[Session], Refusal | None] = lambda session: owed_calls.decline(  # noqa: E731
        session, entry.id, who, f"phone {who}", NOON, team=SALES, absent=absent
    )
    return do(office, deed)


def waiting_for(office: Office, who: str) -> list[str]:
    """What ``*38`` goes through; as many are counted."""
    owners, members = owners_for(who, [SALES]), members_of([SALES])
    with office.store.reading() as session:
        found = owed_reading.waiting_for(session, owners, members=members)
        assert owed_reading.count_owed(session, owners, members) == len(found)
    return [each.id for each in found]


async def test_of_two_who_decline_at_the_same_time_the_second_keeps_it(office: Office) -> None:
    entry = await of_the_team(office)
    assert decline(office, entry, "102") is None
    assert decline(office, entry, "103") == Refusal(NotDone.NOBODY_LEFT)
    assert owed(office, "team:sales")[0].declined == ["102"]
    assert (waiting_for(office, "102"), waiting_for(office, "103")) == ([], [entry.id])


async def test_who_is_alone_there_can_not_decline(office: Office) -> None:
    entry = await of_the_team(office)
    assert decline(office, entry, "102", "103") == Refusal(NotDone.NOBODY_LEFT)


async def test_what_everybody_has_declined_is_offered_to_everybody_again(office: Office) -> None:
    entry = await of_the_team(office)
    set_row(office, entry, declined=["102", "103"])
    assert waiting_for(office, "102") == waiting_for(office, "103") == [entry.id]


async def test_what_a_colleague_has_taken_is_neither_settled_nor_handed_over_by_the_owner(
    office: Office,
) -> None:
    entry = await ask_for_a_call(office)
    claim(office, entry, "102")
    taken = Refusal(NotDone.TAKEN, "102", NOON)
    assert do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON, who="101")) == taken
    to_reception: Callable[[Session], Refusal | None] = lambda session: owed_calls.hand_over(  # noqa: E731
        session, entry.id, "100", BY, (), NOON, who="101"
    )
    assert do(office, to_reception) == taken
    assert do(office, lambda session: owed_calls.settle(session, entry.id, BY, NOON, who="102")) is None


async def test_claimed_calls_are_counted_and_offered_to_who_has_claimed_them(office: Office) -> None:
    entry = await ask_for_a_call(office)
    claim(office, entry, "110")
    assert waiting_for(office, "110") == [entry.id]
    with office.store.reading() as session:
        assert owed_reading.count_owed(session, ["101"]) == 0, "somebody else has taken it"
        assert [each.id for each in owed_reading.owed_by_code(session, ["110"], entry.code)] == [entry.id]


async def test_what_is_put_off_is_counted(office: Office) -> None:
    entry = await ask_for_a_call(office)
    do(office, lambda session: owed_calls.put_off(session, entry.id, NOON + HOUR, BY, NOON))
    assert waiting_for(office, "101") == [entry.id]


# -- who was told that it is overdue


@pytest.mark.parametrize("who", ["110", "103"])
async def test_who_was_told_that_a_call_is_overdue_can_open_dial_and_settle_it(
    office: Office, who: str
) -> None:
    entry = await ask_for_a_call(office)
    assert by_code(office, "110", entry.code) == []
    assert await settled_by(office, "110") == []
    do(
        office,
        lambda session: note_change(session.connection(), entry.id, told_overdue(who), "the service", NOON),
    )
    assert by_code(office, who, entry.code) == [entry.id]
    assert not isinstance(begin(office, entry, who), Refusal)
    assert await settled_by(office, who) == [Debt(entry.id, KEY)]
    assert do(office, lambda session: owed_calls.settle_answered(session, who, KEY, BY, NOON)) == 1
    assert by_code(office, who, entry.code) == []


def by_code(office: Office, who: str, code: str) -> list[str]:
    with office.store.reading() as session:
        return [each.id for each in owed_reading.owed_by_code(session, owners_for(who, [SALES]), code)]


# -- codes


async def test_no_two_calls_that_are_owed_have_the_same_code_whoever_owes_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await of_the_team(office)
    set_row(office, entry, code="9999")
    drawn = [9999, 4711, 4711, 4712]
    monkeypatch.setattr("secrets.randbelow", lambda _: drawn.pop(0))
    for number in ("+81312340002", "+81312340003"):
        await ask_for_a_call(office, f"call-{number}", number=number)
    assert sorted(each.code for each in owed(office)) == ["4711", "4712"]


async def test_of_an_old_ledger_ones_own_and_the_teams_call_with_one_code_are_both_found(
    office: Office,
) -> None:
    entry = await of_the_team(office)
    own = await ask_for_a_call(office, "call-2", number="+81312340002")
    set_row(office, own, extension="102", code=entry.code)
    assert by_code(office, "102", entry.code) == [own.id, entry.id]


def set_row(office: Office, entry: OwedCall, **values: object) -> None:
    do(office, lambda session: session.execute(update(OwedRow).where(OwedRow.id == entry.id).values(values)))
