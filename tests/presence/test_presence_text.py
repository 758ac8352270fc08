"""The words on displays follow the same changes as the lamps."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.display import Presence
from ari_absence.core.people import Kind, SetAbsences
from ari_absence.errors import AsteriskError, RequestRefused
from ari_absence.presence import presence_text
from ari_absence.presence.lamps import Lamps
from ari_absence.presence.presence_text import ROUND_SECONDS, PresenceTexts, written
from tests.attendant.conversation import MORNING
from tests.attendant.reach_office import office
from tests.presence.hand_clock import HandClock, settle
from tests.presence.test_lamps import Board
from tests.waiting import eventually


class Displays:
    """An office's lamps and texts, and Asterisk's presence states."""

    def __init__(self) -> None:
        self.clock, self.directory = HandClock(), office()
        self.absences = SetAbsences()
        self.shown: dict[str, str] = {}
        self.trouble: AsteriskError | None = None
        self.texts = PresenceTexts(self, self.clock)
        self.lamps = Lamps(
            lambda: self.directory, lambda: self.absences, Board(), self.clock, texts=self.texts
        )

    async def set_global(self, variable: str, value: str) -> None:
        await asyncio.sleep(0)
        if self.trouble:
            raise self.trouble
        self.shown[variable.removeprefix("PRESENCE_STATE(CustomPresence:").removesuffix(")")] = value

    async def alice_is(self, kind: Kind, until: timedelta | None = None) -> None:
        absence = DatedAbsence(kind, MORNING, None if until is None else MORNING + until, set_at=MORNING)
        self.absences = SetAbsences({"101": [absence]})
        self.lamps.refresh(["101"])
        await settle()

    def of(self, extension: str) -> tuple[str, str, str]:
        """The value, the subtype and the message of an extension."""
        value, subtype, message, option = self.shown[extension].split(",")
        assert option == "e"
        return value, base64.b64decode(subtype).decode(), base64.b64decode(message).decode()


@pytest_asyncio.fixture
async def displays() -> AsyncIterator[Displays]:
    displays = Displays()
    tasks = [asyncio.create_task(each.run()) for each in (displays.lamps, displays.texts)]
    await settle()
    yield displays
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_text, "RETRY_SECONDS", 0.01)


async def test_everybody_at_work_is_available_from_the_start(displays: Displays) -> None:
    assert displays.of("110") == ("available", "", "")
    assert displays.shown.keys() == displays.directory.people.keys()


async def test_the_text_changes_with_the_state(displays: Displays) -> None:
    await displays.alice_is(Kind.OUT, timedelta(hours=1))
    assert displays.of("101") == ("away", "out", "out, back 11:00")
    await displays.alice_is(Kind.DND)
    assert displays.of("101") == ("dnd", "dnd", "do not disturb")


async def test_the_text_ends_with_the_absence(displays: Displays) -> None:
    await displays.alice_is(Kind.OUT, timedelta(hours=1))
    displays.clock.at += timedelta(hours=1)
    displays.lamps.refresh(())
    await settle()
    assert displays.of("101") == ("available", "", "")


async def test_on_the_morning_of_the_return_the_time_is_shown_instead_of_the_day(displays: Displays) -> None:
    await displays.alice_is(Kind.BUSINESS_TRIP, timedelta(days=2))
    assert displays.of("101")[2] == "business trip, back Fri 27 Nov"
    displays.clock.at += timedelta(days=1, hours=15)
    displays.lamps.refresh(())
    await settle()
    assert displays.of("101")[2] == "business trip, back 10:00"


async def test_what_somebody_else_changed_is_put_right(displays: Displays) -> None:
    await displays.alice_is(Kind.OUT)
    displays.shown["101"] = "available,,,e"
    displays.clock.seconds += ROUND_SECONDS
    displays.texts._woken.set()
    await settle()
    assert displays.of("101")[0] == "away"


async def test_everything_is_set_anew_after_a_reconnect(displays: Displays) -> None:
    displays.shown.clear()
    displays.lamps.refresh()
    await settle()
    assert displays.shown.keys() == displays.directory.people.keys()


async def test_an_asterisk_without_presence_is_told_of_once_and_the_lamps_go_on(
    displays: Displays, capsys: pytest.CaptureFixture[str]
) -> None:
    displays.trouble = RequestRefused(500, "no PRESENCE_STATE here")
    await displays.alice_is(Kind.OUT)
    assert displays.lamps.settled
    assert not displays.texts.settled
    displays.trouble = None
    await eventually(lambda: displays.of("101")[0] == "away")
    assert capsys.readouterr().out.count("no PRESENCE_STATE here") == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_commas_and_quotes_come_through(kind: str, text: str) -> None:
    value, subtype, message, option = written(Presence("away", kind, text)).split(",")
    assert (value, option) == ("away", "e")
    assert (base64.b64decode(subtype).decode(), base64.b64decode(message).decode()) == (kind, text)
