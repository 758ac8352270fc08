"""What the clock tells: who is back, what their manager and the operator get in the morning, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest_asyncio
from sqlalchemy import select

from ari_absence.app.day_rounds import LOOK_SECONDS, DayRounds, owners_near
from ari_absence.app.mornings import Mornings
from ari_absence.app.records import Records
from ari_absence.app.returning import Returns
from ari_absence.config.settings import DigestSettings
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.hours import WeeklyHours
from ari_absence.core.people import Directory, Kind, SetAbsences, Team
from ari_absence.core.reminding import ReminderRules
from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.reminders import LedgerReminders
from tests.ledger.office import NOON, FakeClock, Office, directory, person
from tests.ledger.power_cut import PowerCutError, dying_before
from tests.ledger.test_owed import ask_for_a_call

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE_HOURS = WeeklyHours((((540, 1080),),) * 5 + ((), ()))
EIGHT = NOON - 4 * HOUR  # in Tokyo, on a Wednesday


@dataclass
class Settings:
    """As much of the configuration as the rounds read."""

    callbacks: ReminderRules = field(default_factory=ReminderRules)
    digests: DigestSettings = field(default_factory=DigestSettings)


@dataclass
class FewRecords:
    """What the service goes by."""

    office: Office
    absences: SetAbsences = field(default_factory=SetAbsences)
    configuration: Settings = field(default_factory=Settings)

    def directory(self) -> Directory:
        return self.office.directory


class House:
    """Alice at 101, whom Kenji at 102 covers and Maya at 103 manages, an operator at 100, and the rounds."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.clock = office.clock
        people = [
            person("100", "Reception", "reception@example.com"),
            replace(person("101", "Alice Tanaka", "alice@example.com"), delegates=("102",), manager="103"),
            person("102", "Kenji Ito", "kenji@example.com"),
            person("103", "Maya Mori", "maya@example.com"),
        ]
        everybody = {each.extension: replace(each, hours=OFFICE_HOURS) for each in people}
        teams = {"sales": Team("sales", "Sales", ("101", "102"))}
        office.directory = Directory(office.directory.site, everybody, teams)
        self.records = FewRecords(office)
        self.start()

    def start(self) -> None:
        """The service starts, or starts again."""
        records, office = cast("Records", self.records), self.office
        self.returns = Returns(office.thread, records, office.addressees, self.clock)
        mornings = Mornings(office.thread, records, office.addressees, self.clock)
        reminders = LedgerReminders(office.thread, office.addressees)
        self.rounds = DayRounds(records, reminders, self.returns, mornings, self.clock, office._ring)

    def away(self, kind: Kind, hours: float, extension: str = "101") -> None:
        """Somebody is away from now on."""
        now = self.clock.now()
        absence = DatedAbsence(kind, now, now + hours * HOUR, set_at=now)
        self.records.absences = SetAbsences({extension: (absence,)})
        self.rounds.people_changed([extension])

    def back(self, extension: str = "101") -> None:
        """They are back before their time."""
        self.records.absences = SetAbsences()
        self.rounds.people_changed([extension])

    async def after(self, time: timedelta) -> float:
        """One round, so much later; gives the seconds until the next."""
        self.clock.advance(time)
        return await self.rounds._round()

    async def told(self) -> list[tuple[str, str]]:
        """Which notices went to whom."""
        return [(each["about"], to) for each, to in await self.notices()]

    async def notices(self) -> list[tuple[dict[str, Any], str]]:
        def read(session: Any) -> list[tuple[dict[str, Any], str]]:
            rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
            return [(row.notice, row.recipient) for row in rows if row.notice]

        return await self.office.thread.read(read)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    office = Office(tmp_path / "data", FakeClock())
    yield House(office)
    await office.close()


ALICE_WELCOMED = ("welcome_back", "alice@example.com")


# -- the welcome


async def test_whoever_is_back_from_half_a_day_is_mailed_who_called_and_what_is_owed(house: House) -> None:
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    await house.office.leave_message("call-2")
    await house.after(3 * HOUR)
    ((facts, to),) = await house.notices()
    assert (facts["about"], to) == ALICE_WELCOMED
    assert (facts["callers"], facts["messages"], facts["callbacks"], facts["overdue"]) == (1, 1, 1, 0)
    assert [each["number"] for each in facts["owed"]] == ["+81312345678"]
    await house.after(MINUTE)
    assert await house.told() == [ALICE_WELCOMED]


async def test_lunch_and_an_absence_in_which_nobody_called_are_left_alone(house: House) -> None:
    house.away(Kind.AWAY, 1)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    await house.after(HOUR)
    assert await house.returns.news("101") is None
    house.away(Kind.OUT, 3, "102")
    await house.after(MINUTE)
    await house.after(3 * HOUR)
    assert await house.returns.news("102") is None
    assert await house.told() == []


async def test_it_is_said_once_and_not_before_they_are_back(house: House) -> None:
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    await house.after(2 * HOUR)
    assert await house.returns.news("101") is None
    house.back()  # by *30, before any round
    news = await house.returns.news("101")
    assert news is not None
    assert news.tally.callbacks == 1
    await house.returns.note_said(news)
    assert await house.returns.news("101") is None
    assert await house.told() == [ALICE_WELCOMED]


async def test_two_returns_that_nothing_was_said_of_are_one_welcome(house: House) -> None:
    for _ in range(2):
        house.away(Kind.OUT, 2)
        await house.after(MINUTE)
        await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
        await house.after(2 * HOUR)
    news = await house.returns.news("101")
    assert news is not None
    await house.returns.note_said(news)
    assert await house.returns.news("101") is None


async def test_a_service_that_was_down_when_they_came_back_welcomes_them_later(house: House) -> None:
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    house.start()
    await house.after(4 * HOUR)
    assert await house.told() == [ALICE_WELCOMED]


async def test_a_night_is_no_absence_and_a_leave_ends_when_they_are_at_work_again(house: House) -> None:
    house.away(Kind.VACATION, 34)  # until ten in the evening of the next day
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 60 * HOUR)
    await house.after(35 * HOUR)
    assert await house.told() == []
    await house.after(11 * HOUR)  # ten in the morning
    assert ALICE_WELCOMED in await house.told()


async def test_whoever_dies_while_welcoming_welcomes_them_once_later(house: House) -> None:
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    house.clock.advance(3 * HOUR)
    for step in range(100):
        house.start()
        try:
            with dying_before(step, house.office.store):
                await house.returns.look()
        except PowerCutError:
            assert await house.told() == []
        else:
            break
    assert step > 5
    assert await house.told() == [ALICE_WELCOMED]


async def test_a_site_that_wants_no_welcome_has_none(house: House) -> None:
    house.records.configuration.digests = DigestSettings(welcome=False)
    house.away(Kind.OUT, 3)
    await house.after(MINUTE)
    await ask_for_a_call(house.office, due=NOON + 9 * HOUR)
    await house.after(3 * HOUR)
    assert await house.returns.news("101") is None
    assert await house.told() == []


# -- the morning


async def test_manager_and_operator_are_told_at_the_begin_of_their_day_what_is_owed(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    house.away(Kind.VACATION, 100, "102")
    await house.after(20 * HOUR + 59 * MINUTE)  # a minute to nine
    before = await house.told()
    assert ("day_begins", "maya@example.com") not in before
    await house.after(2 * MINUTE)
    notices = {(each["about"], to): each for each, to in await house.notices()}
    manager = notices["day_begins", "maya@example.com"]
    operator = notices["day_begins", "reception@example.com"]
    assert [(each["name"], each["owed"], each["overdue"]) for each in manager["owed"]] == [
        ("Alice Tanaka", 1, 1)
    ]
    assert manager["away"] == []
    assert [each["name"] for each in operator["away"]] == ["Kenji Ito"]
    house.start()
    count = len(await house.told())
    await house.after(5 * MINUTE)
    assert len(await house.told()) == count


async def test_a_digest_has_no_note_no_place_and_no_kind_of_absence(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    house.away(Kind.DAY_OFF, 100, "102")
    await house.after(21 * HOUR)
    told = str([each for each, _ in await house.notices() if each["about"] == "day_begins"])
    assert "day_off" not in told
    assert "+81312345678" not in told


async def test_the_report_of_the_week_comes_with_the_first_morning_of_the_next(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + 2 * HOUR)
    await house.after(5 * DAY - 3 * HOUR)  # Monday, nine
    reports = [(each["week"], to) for each, to in await house.notices() if each["about"] == "week_report"]
    assert ("2026-W48", "maya@example.com") in reports
    assert ("2026-W48", "reception@example.com") in reports


# -- the timer


async def test_the_timer_sleeps_until_the_next_moment_and_five_minutes_at_most(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + HOUR)
    assert await house.after(timedelta(0)) == LOOK_SECONDS
    assert await house.after(28 * MINUTE) == 120
    await house.after(2 * MINUTE)
    assert await house.told() == [("callback_due", "alice@example.com")]
    assert house.office.rings > 1  # the outbox is woken


async def test_a_clock_that_is_set_back_is_survived(house: House) -> None:
    await ask_for_a_call(house.office, due=NOON + HOUR)
    await house.after(30 * MINUTE)
    assert await house.after(-3 * HOUR) <= LOOK_SECONDS
    await house.after(4 * HOUR)
    told = [about for about, _ in await house.told() if about != "day_begins"]
    assert told == ["callback_due", "callback_overdue"]


async def test_a_ledger_that_fails_is_tried_again(house: House) -> None:
    await house.office.thread.close()
    assert await house.after(MINUTE) == LOOK_SECONDS


def test_whose_plans_change_when_somebody_comes_or_goes() -> None:
    people = {
        "101": replace(person("101", "Alice", None), delegates=("102",), manager="103"),
        "102": person("102", "Kenji", None),
        "103": person("103", "Maya", None),
        "104": person("104", "Nobody's", None),
    }
    whole = Directory(directory().site, people, {"sales": Team("sales", "Sales", ("101",))})
    assert owners_near(["103"], whole) == {"101", "103", "team:sales"}
    assert owners_near(["104"], whole) == {"104"}
