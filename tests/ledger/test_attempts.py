"""Who was rung and who took the call, and how often somebody called today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import AttemptNote, Outcome
from ari_absence.core.people import Caller
from ari_absence.core.steps import Way
from ari_absence.errors import LedgerError
from ari_absence.ledger import owed_reading, reading, settling
from ari_absence.ledger.attempts import _midnight
from tests.ledger.office import CALLER, NOON, TOKYO, Office, decision

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def note(position: int, way: Way, extension: str, end: LegEnd, call_id: str = "call-1") -> AttemptNote:
    began = NOON + 20 * position * SECOND
    return AttemptNote(call_id, position, way, extension, 20, began, end, began + 12 * SECOND)


async def the_call(office: Office) -> reading.RecordedCall:
    (call,) = await office.thread.read(reading.calls)
    assert call == await office.thread.read(lambda session: reading.call(session, call.id))
    return call


async def test_a_connected_call_says_who_took_it_and_who_was_rung_in_order(office: Office) -> None:
    await office.notebook.open_call(decision())
    await office.notebook.note_attempts(
        [note(0, Way.MOBILE, "101", LegEnd.UNDECIDED), note(0, Way.DESK, "101", LegEnd.NO_ANSWER)]
    )
    await office.notebook.note_attempts([note(1, Way.DELEGATE, "102", LegEnd.TALKED)])
    await office.notebook.close_call("call-1", Outcome.CONNECTED)

    call = await the_call(office)

    assert (call.outcome, call.taken_by, call.taken_way) == ("connected", "102", "delegate")
    assert [(each.way, each.extension, each.end) for each in call.attempts] == [
        ("mobile", "101", "undecided"),
        ("desk", "101", "no_answer"),
        ("delegate", "102", "talked"),
    ]
    assert (call.attempts[2].began_at, call.attempts[2].ring_seconds) == (NOON + 20 * SECOND, 20)


async def test_a_call_that_nobody_took_says_so(office: Office) -> None:
    await office.notebook.open_call(decision())
    await office.notebook.note_attempts([note(0, Way.MOBILE, "101", LegEnd.DECLINED)])
    await office.notebook.note_attempts([])

    call = await the_call(office)

    assert (call.taken_by, call.taken_way, len(call.attempts)) == (None, None, 1)


async def test_attempts_of_a_call_nobody_knows_are_refused_whole(office: Office) -> None:
    await office.notebook.open_call(decision())
    with pytest.raises(LedgerError, match="never noted"):
        await office.notebook.note_attempts(
            [note(0, Way.DESK, "101", LegEnd.BUSY), note(0, Way.DESK, "101", LegEnd.BUSY, "call-9")]
        )

    assert (await the_call(office)).attempts == ()


async def test_the_attempts_are_forgotten_with_their_call(office: Office) -> None:
    await office.notebook.open_call(decision())
    await office.notebook.note_attempts([note(0, Way.DESK, "101", LegEnd.TALKED)])
    await office.notebook.close_call("call-1", Outcome.CONNECTED)

    assert await office.thread.write(lambda session: settling.purge(session, NOON + DAY)) == 1

    assert await office.thread.read(reading.calls) == []


async def test_calls_of_today_are_counted_by_number_and_person_this_one_included(office: Office) -> None:
    begun = {
        "yesterday": NOON - 13 * HOUR,  # 23:00 in Tokyo
        "early": NOON - 11 * HOUR,  # 01:00 in Tokyo, and still yesterday in UTC
        "noon": NOON,
    }
    for call_id, at in begun.items():
        await office.notebook.open_call(decision(call_id, at=at))
    await office.notebook.open_call(decision("another", Caller("+81355556666")))
    await office.notebook.open_call(decision("withheld", Caller(None)))

    assert await office.notebook.calls_today(CALLER.number or "", "101") == 2
    assert await office.notebook.calls_today(CALLER.number or "", "102") == 1  # the one that asks


async def test_a_call_the_ledger_could_not_note_still_counts_itself(office: Office) -> None:
    assert await office.notebook.calls_today("+81312345678", "101") == 1


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(
        [TOKYO, *map(ZoneInfo, ("Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "UTC"))]
    ),
)
def test_today_began_at_the_last_midnight_by_the_persons_clock(at: datetime, zone: ZoneInfo) -> None:
    midnight = _midnight(at, zone)

    assert midnight <= at
    assert midnight.astimezone(zone).date() == at.astimezone(zone).date()
    assert (midnight - SECOND).astimezone(zone).date() < at.astimezone(zone).date()


@pytest.mark.parametrize(
    ("way", "extension", "end", "left"),
    [
        (Way.MOBILE, "101", LegEnd.TALKED, 0),
        (Way.DESK, "101", LegEnd.TALKED, 0),
        (Way.MOBILE, "101", LegEnd.NO_ANSWER, 1),
        (Way.OPERATOR, "100", LegEnd.TALKED, 1),
    ],
)
async def test_caller_who_gets_through_to_the_person_called_is_owed_nothing_more(
    office: Office, way: Way, extension: str, end: LegEnd, left: int
) -> None:
    await office.leave_message("call-0")
    await office.notebook.open_call(decision())
    await office.notebook.note_attempts([note(0, way, extension, end)])

    entries = await office.thread.read(lambda session: owed_reading.owed_calls(session, over_too=True))
    assert len([each for each in entries if each.live]) == left
    history = await office.thread.read(lambda session: owed_reading.history_of(session, entries[0].id))
    assert history[-1].by == ("caller" if left else f"101, by a call to their {way.value}")
