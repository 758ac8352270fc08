"""Outside dials: no more in an hour and a day than allowed, whoever asks, whatever dies and whoever sets the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, func, insert, select

from ari_absence.core.people import Dialing
from ari_absence.ledger.dials import SteadyTime, book_dial, purge_dials
from ari_absence.ledger.model import DialRow, table_of
from ari_absence.ledger.store import Store, open_existing
from ari_absence.ledger.tables import METADATA
from tests.ledger.office import NOON, FakeClock, Office
from tests.ledger.power_cut import die_at_every_step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def allow(office: Office, per_hour: int, per_day: int) -> None:
    office.directory = replace(office.directory, dialing=Dialing(per_hour=per_hour, per_day=per_day))


def dials_in(store: Store) -> int:
    with store.querying() as connection:
        return connection.scalar(select(func.count()).select_from(table_of(DialRow))) or 0


@pytest.mark.fault("F43", "P8")
async def test_f43_after_the_last_of_the_hour_nothing_is_dialled_until_the_first_is_an_hour_old(
    office: Office,
) -> None:
    allow(office, per_hour=2, per_day=100)
    assert await office.notebook.book_dial("101")
    office.clock.advance(30 * MINUTE)
    assert await office.notebook.book_dial("101")
    assert not await office.notebook.book_dial("101")

    office.clock.advance(30 * MINUTE)

    assert await office.notebook.book_dial("101")
    assert not await office.notebook.book_dial("101")


async def test_f43_the_cap_of_the_day_holds_through_quiet_hours(office: Office) -> None:
    allow(office, per_hour=2, per_day=3)
    for _ in range(3):
        assert await office.notebook.book_dial("101")
        office.clock.advance(2 * HOUR)
    assert not await office.notebook.book_dial("101")

    office.clock.advance(18 * HOUR)

    assert await office.notebook.book_dial("101")


async def test_everybody_has_a_cap_of_their_own(office: Office) -> None:
    allow(office, per_hour=1, per_day=1)

    assert await office.notebook.book_dial("101")
    assert await office.notebook.book_dial("102")
    assert not await office.notebook.book_dial("101")


async def test_a_cap_that_the_configuration_changes_counts_at_once(office: Office) -> None:
    allow(office, per_hour=1, per_day=1)
    await office.notebook.book_dial("101")
    allow(office, per_hour=2, per_day=2)

    assert await office.notebook.book_dial("101")
    allow(office, per_hour=0, per_day=0)
    assert not await office.notebook.book_dial("102")


@pytest.mark.fault("F43", "A13")
async def test_f43_a_restart_gives_nothing_back(office: Office) -> None:
    allow(office, per_hour=2, per_day=2)
    await office.notebook.book_dial("101")
    next_one = Office(office.folder, office.clock)
    allow(next_one, per_hour=2, per_day=2)

    assert await next_one.notebook.book_dial("101")
    assert not await next_one.notebook.book_dial("101")
    await next_one.close()


class JumpingClock(FakeClock):
    """A clock that somebody sets: what passes and what it shows are two things."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


@pytest.mark.fault("F47")
@pytest.mark.parametrize("jump", [3 * HOUR, -3 * HOUR, 365 * DAY, -365 * DAY])
def test_f47_the_time_of_the_caps_does_not_follow_a_clock_that_is_set(jump: timedelta) -> None:
    clock = JumpingClock()
    steady = SteadyTime(clock)
    clock.advance(jump)
    clock.passed = 60.0

    assert steady.now() == NOON + MINUTE


@pytest.mark.fault("F47", "A13")
async def test_f47_a_clock_set_forward_gives_no_dial_back(tmp_path: Path) -> None:
    clock = JumpingClock()
    office = Office(tmp_path, clock)
    allow(office, per_hour=1, per_day=100)
    assert await office.notebook.book_dial("101")

    clock.advance(3 * HOUR)

    assert not await office.notebook.book_dial("101")
    await office.close()


async def test_f47_a_clock_that_was_hours_ahead_at_the_last_run_gives_no_dial_back(office: Office) -> None:
    allow(office, per_hour=1, per_day=1)
    await office.notebook.book_dial("101")
    earlier = Office(office.folder, FakeClock(NOON - 3 * HOUR))
    allow(earlier, per_hour=1, per_day=1)

    assert not await earlier.notebook.book_dial("101")
    await earlier.close()


async def test_dials_of_a_clock_that_was_years_ahead_do_not_silence_the_phone(office: Office) -> None:
    allow(office, per_hour=1, per_day=1)
    await office.notebook.book_dial("101")
    years_earlier = Office(office.folder, FakeClock(NOON - 1000 * DAY))
    allow(years_earlier, per_hour=1, per_day=1)

    assert await years_earlier.notebook.book_dial("101")
    await years_earlier.close()


def test_f43_a_process_that_dies_at_any_step_never_gives_one_dial_more(office: Office) -> None:
    caps = Dialing(per_hour=3, per_day=3)
    allowed = 0

    def book() -> None:
        nonlocal allowed
        with office.store.changing() as connection:
            booked = book_dial(connection, "101", caps, NOON)
        allowed += booked

    def check() -> None:
        assert allowed == 0
        assert dials_in(office.store) == 0

    assert die_at_every_step(office.store, book, check) >= 4
    assert (allowed, dials_in(office.store)) == (1, 1)
    for _ in range(5):
        book()
    assert (allowed, dials_in(office.store)) == (3, 3)


def test_f43_processes_at_once_get_no_more_than_one_would(office: Office) -> None:
    caps, stores = Dialing(per_hour=7, per_day=100), [open_existing(office.url) for _ in range(4)]
    answers: list[bool] = []

    def book(store: Store) -> None:
        for _ in range(5):
            with store.changing() as connection:
                answers.append(book_dial(connection, "101", caps, NOON))

    _at_once([lambda store=store: book(store) for store in stores])  # type: ignore[misc]

    assert (len(answers), sum(answers), dials_in(office.store)) == (20, 7, 7)
    for store in stores:
        store.close()


def _at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_what_counts_for_no_cap_is_forgotten(office: Office) -> None:
    with office.store.changing() as connection:
        for days in range(4):
            _put(connection, NOON - days * DAY)
        assert purge_dials(connection, NOON) == 3

    assert dials_in(office.store) == 1


def _put(connection: Connection, at: datetime) -> None:
    connection.execute(insert(table_of(DialRow)), {"extension": "101", "at": at})


@settings(max_examples=60, deadline=None)
@given(
    pauses=st.lists(st.integers(0, 200), max_size=25), per_hour=st.integers(0, 4), per_day=st.integers(0, 6)
)
def test_no_window_of_an_hour_or_a_day_ever_holds_more_than_its_cap_and_none_is_refused_without_cause(
    pauses: list[int], per_hour: int, per_day: int
) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    at, made = NOON, list[datetime]()
    with engine.begin() as connection:
        for pause in pauses:
            at += pause * MINUTE
            of_hour = sum(each > at - HOUR for each in made)
            of_day = sum(each > at - DAY for each in made)
            booked = book_dial(connection, "101", Dialing(per_hour=per_hour, per_day=per_day), at)
            assert booked == (of_hour < per_hour and of_day < per_day)
            made += [at] if booked else []
    engine.dispose()
