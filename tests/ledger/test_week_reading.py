"""What the report of a week counts: calls returned in time, late, and owed, each once and by whom they were owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from ari_absence.attendant.notebook import Wish
from ari_absence.core.weekly import WeekCounts
from ari_absence.ledger import owed_calls
from ari_absence.ledger.week_reading import week_counts
from tests.ledger.office import NOON, Office, callback_draft, decision, person
from tests.ledger.test_owed import BY, DAY, ask_for_a_call, do, owed

HOUR = timedelta(hours=1)
DUE = NOON + 4 * HOUR


def counts(office: Office) -> dict[str, WeekCounts]:
    with office.store.reading() as session:
        return week_counts(session, NOON - DAY, NOON + 6 * DAY)


def settle(office: Office, owed_id: str, at: datetime) -> None:
    assert do(office, lambda session: owed_calls.settle(session, owed_id, BY, at)) is None


async def ask_102_for_a_call(office: Office, call_id: str) -> str:
    """The same caller asks 102, too."""
    about = decision(call_id, who=person("102", "Kenji Ito", "kenji@example.com"))
    await office.notebook.save_callback(callback_draft(about, wish=Wish.CALL_BACK, due=DUE))
    return owed(office, "102")[0].id


async def test_a_call_handed_over_to_who_owes_the_same_caller_is_returned_once_when_they_call(
    office: Office,
) -> None:
    hers = await ask_for_a_call(office, "call-1", due=DUE)
    his = await ask_102_for_a_call(office, "call-2")
    handed = do(office, lambda session: owed_calls.hand_over(session, hers.id, "102", BY, (), NOON + HOUR))
    assert handed is None
    assert counts(office) == {"102": WeekCounts(owed=1)}  # nobody has called anybody yet

    settle(office, his, NOON + 2 * HOUR)

    assert counts(office) == {"102": WeekCounts(in_time=1)}


async def test_calls_are_returned_in_time_until_the_moment_they_were_promised_for(office: Office) -> None:
    early = await ask_for_a_call(office, "call-1", due=DUE)
    settle(office, early.id, DUE)
    late = await ask_for_a_call(office, "call-2", due=DUE)
    settle(office, late.id, DUE + timedelta(seconds=1))
    assert counts(office) == {"101": WeekCounts(in_time=1, late=1)}


async def test_what_is_handed_over_to_who_owes_them_nothing_is_returned_by_them(office: Office) -> None:
    entry = await ask_for_a_call(office, "call-1", due=DUE)
    do(office, lambda session: owed_calls.hand_over(session, entry.id, "102", BY, (), NOON + HOUR))
    settle(office, entry.id, NOON + 2 * HOUR)
    assert counts(office) == {"102": WeekCounts(in_time=1)}
