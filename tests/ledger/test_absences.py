"""Absences set by phone: each replaces what runs, unless that is known to end later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.people import Kind, PrivateNote, PrivateNumber, Source
from ari_absence.core.steps import MOBILE, Destination, Step, Way
from ari_absence.errors import LedgerError
from ari_absence.ledger import reading, settling
from ari_absence.ledger.absences import LedgerAbsences, NewAbsence, end_current
from ari_absence.ledger.model import AbsenceRow
from tests.ledger.office import NOON, Office

HOUR = timedelta(hours=1)


def absence(kind: Kind, hours: int | None = None, begins_in: int = 0, **more: object) -> NewAbsence:
    begin = NOON + begins_in * HOUR
    until = None if hours is None else begin + hours * HOUR
    return NewAbsence("101", kind, begin, until, "phone 101", **more)  # type: ignore[arg-type]


async def kinds(office: Office, hours_later: int = 0) -> list[Kind]:
    found = await LedgerAbsences(office.thread).all(NOON + hours_later * HOUR)
    return [each.kind for each in found.of("101")]


async def test_what_was_set_is_what_the_core_sees(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    note = PrivateNote("the dentist")
    await absences.set(absence(Kind.OUT, 2, note=note, delegate="102"), NOON)

    (found,) = (await absences.all(NOON)).of("101")

    assert found == DatedAbsence(
        Kind.OUT, NOON, NOON + 2 * HOUR, note, "102", source=Source("set by phone 101"), set_at=NOON
    )
    assert "dentist" not in repr(found)


async def test_steps_of_one_absence_come_back_as_they_were_and_no_number_is_shown(office: Office) -> None:
    absences, number = LedgerAbsences(office.thread), PrivateNumber("+819011112222")
    steps = (Step((Destination(Way.NUMBER, number=number), Destination(Way.DESK)), 12), MOBILE)
    await absences.set(absence(Kind.OUT, reach=steps), NOON)

    (found,) = (await absences.all(NOON)).of("101")

    assert found.reach == steps
    assert "1111" not in f"{found}{await office.thread.read(reading.absences)}"


async def test_absence_without_steps_is_not_one_that_goes_on_to_nobody(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    for steps in (None, ()):
        await absences.set(absence(Kind.OUT, reach=steps), NOON)
        (found,) = (await absences.all(NOON)).of("101")
        assert found.reach == steps


async def test_steps_that_can_not_be_read_end_no_absence(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.OUT, reach=(MOBILE,)), NOON)
    with office.store.writing() as session:
        session.query(AbsenceRow).one().steps = [{}]

    (found,) = (await absences.all(NOON)).of("101")

    assert (found.kind, found.reach) == (Kind.OUT, None)


async def test_old_absences_with_steps_are_forgotten_with_their_numbers(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.MEETING, 1), NOON)
    await absences.set(absence(Kind.OUT, 1, reach=(MOBILE,)), NOON)

    assert await office.thread.write(lambda session: settling.purge(session, NOON + 24 * HOUR)) == 1

    (left,) = await office.thread.read(reading.absences)
    assert left.kind == "meeting"


async def test_a_new_absence_replaces_what_runs_without_an_end(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.AWAY), NOON)
    await absences.set(absence(Kind.MEETING, 1), NOON)

    assert await kinds(office) == [Kind.MEETING]


async def test_an_absence_known_to_end_later_holds_again_afterwards(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.BUSINESS_TRIP, 48), NOON)
    await absences.set(absence(Kind.MEETING, 1), NOON + HOUR / 60)

    assert await kinds(office) == [Kind.BUSINESS_TRIP, Kind.MEETING]
    assert await kinds(office, hours_later=2) == [Kind.BUSINESS_TRIP]


async def test_being_here_holds_again_behind_what_is_set_over_it_and_is_corrected_by_itself(
    office: Office,
) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.PRESENT, 48), NOON)  # an early return from leave
    await absences.set(absence(Kind.HERE, 2), NOON)
    await absences.set(absence(Kind.AWAY, 2), NOON)
    assert set(await kinds(office)) == {Kind.PRESENT, Kind.HERE, Kind.AWAY}
    await absences.set(absence(Kind.HERE, 4, corrects=True), NOON)
    assert sorted(await kinds(office)) == [Kind.HERE, Kind.PRESENT]
    assert sorted(await kinds(office, hours_later=3)) == [Kind.HERE, Kind.PRESENT]


async def test_who_is_here_already_has_nothing_to_end(office: Office) -> None:
    await LedgerAbsences(office.thread).set(absence(Kind.HERE, 2), NOON)
    assert not await office.thread.write(lambda session: end_current(session, "101", "phone 101", NOON))
    assert await kinds(office) == [Kind.HERE]


async def test_an_absence_for_later_is_not_touched_and_touches_nothing(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.VACATION, 100, begins_in=24), NOON)
    await absences.set(absence(Kind.AWAY), NOON)
    assert set(await kinds(office)) == {Kind.AWAY, Kind.VACATION}

    await absences.end("101", "phone 101", NOON)

    assert await kinds(office) == [Kind.VACATION]


async def test_i_am_back_ends_everything_that_runs(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.BUSINESS_TRIP, 48), NOON)
    await absences.set(absence(Kind.MEETING, 1), NOON)

    assert await absences.end("101", "phone 101", NOON + HOUR / 2) == 2
    assert await absences.end("101", "phone 101", NOON + HOUR / 2) == 0
    assert await kinds(office) == []


async def test_an_absence_is_over_at_its_end(office: Office) -> None:
    await LedgerAbsences(office.thread).set(absence(Kind.OUT, 1), NOON)

    assert await kinds(office, hours_later=1) == []


async def test_who_set_and_who_ended_it_stays_known_without_the_note(office: Office) -> None:
    absences = LedgerAbsences(office.thread)
    await absences.set(absence(Kind.OUT, note=PrivateNote("the dentist")), NOON)
    await absences.end("101", "command line", NOON + HOUR)

    (row,) = await office.thread.read(reading.absences)

    assert (row.set_by, row.ended_by, row.ended_at) == ("phone 101", "command line", NOON + HOUR)
    assert "dentist" not in repr(row)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (absence(Kind.CLOSED), "can't be set"),
        (absence(Kind.OUT, 0), "must end after it begins"),
        (absence(Kind.OUT, 1, begins_in=-5), "over already"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(
    office: Office, wrong: NewAbsence, why: str
) -> None:
    with pytest.raises(LedgerError, match=why):
        await LedgerAbsences(office.thread).set(wrong, NOON)
