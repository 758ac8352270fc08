"""Camp-on: a colleague's wish to be rung when somebody is back, from the menu to the two being connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from ari_absence.attendant.call import HuntEnd, Verdict
from ari_absence.attendant.camp_on import (
    TRIES_MAX,
    CampOn,
    CampOnOffice,
    CampOnRounds,
    Introduction,
    KeptCampOns,
    News,
)
from ari_absence.attendant.notebook import Outcome
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.decision import Enquiry, decide
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Directory, Kind, Limits, SetAbsences, Why
from ari_absence.core.phrases import Action, Choice, Fixed, IsBack, Phrase
from ari_absence.errors import CalleeGone, LedgerError
from tests.attendant.conversation import COLLEAGUE, MORNING, OFFICE, OUTSIDER, SITE, Conversation, person
from tests.attendant.script import ScriptedCallee
from tests.waiting import eventually

KENJI = person("102", "Kenji Ito")
HOUSE = Directory(replace(SITE, limits=Limits(camp_on_again_seconds=1)), {**OFFICE.people, "102": KENJI})


@dataclass
class House:
    """Phones, a clock, who is away, and the wishes in memory. Who is rung presses ``keys``, once for each ring."""

    keys: list[str]
    away: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    now: datetime = MORNING
    wishes: dict[tuple[str, str], CampOn] = field(default_factory=dict)
    rung: list[Introduction] = field(default_factory=list)
    broken: bool = False
    wanted_is_silent: bool = False
    talk_ends: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.talk_ends.set()

    async def keep(self, wish: CampOn) -> None:
        if self.broken:
            raise LedgerError("no space left")
        self.wishes[wish.extension, wish.by] = wish

    async def kept(self, now: datetime) -> list[CampOn]:
        self.wishes = {pair: wish for pair, wish in self.wishes.items() if wish.until > now}
        return list(self.wishes.values())

    async def forget(self, wish: CampOn) -> None:
        self.wishes.pop((wish.extension, wish.by), None)

    def absences(self) -> SetAbsences:
        meeting = DatedAbsence(Kind.MEETING, self.now - timedelta(hours=1), self.now + timedelta(hours=9))
        return SetAbsences(dict.fromkeys(self.away, (meeting,)))

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        return not self.busy & {target.endpoint for target in targets}

    async def connect(self, introduction: Introduction) -> HuntEnd:
        self.rung.append(introduction)
        screening = introduction.asker[0].screening
        assert screening is not None
        try:
            verdict = await screening(ScriptedCallee(list(self.keys.pop(0) if self.keys else "")))
        except CalleeGone:
            return HuntEnd.DECLINED
        await self.talk_ends.wait()
        taken = verdict is Verdict.TAKE and not self.wanted_is_silent
        return HuntEnd.TALKED if taken else HuntEnd.NO_ANSWER

    @asynccontextmanager
    async def rounds(self) -> AsyncIterator[CampOnRounds]:
        port: KeptCampOns = self
        office = CampOnOffice(lambda: HOUSE, self.absences, self.is_free, self.connect, lambda: self.now)
        rounds = CampOnRounds(port, office)
        task = asyncio.create_task(rounds.run())
        try:
            yield rounds
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_asker_is_rung_as_soon_as_the_person_is_back() -> None:
    house = House(["1"], away={"101"})
    async with house.rounds() as rounds:
        assert await rounds.ask_for("101", "102")
        await eventually(lambda: bool(house.wishes))
        assert house.rung == []
        house.away.clear()
        rounds.wake()
        await eventually(lambda: not house.wishes)
    (introduction,) = house.rung
    assert [ring.target.endpoint for ring in introduction.asker] == ["PJSIP/102"]
    assert introduction.asker[0].shown.name == "Alice Tanaka is back"
    assert introduction.wanted[0].shown.name == "Kenji Ito"


async def test_nobody_is_rung_while_either_phone_is_busy() -> None:
    house = House(["1"], busy={"PJSIP/101"})
    async with house.rounds() as rounds:
        await rounds.ask_for("101", "102")
        for phone in ("PJSIP/102", "PJSIP/101"):
            house.busy = {phone}
            rounds.wake()
            await asyncio.sleep(0)
        assert house.rung == []
        house.busy.clear()
        rounds.wake()
        await eventually(lambda: not house.wishes)
    assert len(house.rung) == 1


async def test_asker_who_does_not_answer_is_rung_three_times() -> None:
    house = House([])
    async with house.rounds() as rounds:
        await rounds.ask_for("101", "102")
        for tries in range(1, TRIES_MAX):
            await eventually(lambda tries=tries: len(house.rung) == tries)  # type: ignore[misc]
            await eventually(lambda tries=tries: house.wishes["101", "102"].tries == tries)  # type: ignore[misc]
            house.now += timedelta(seconds=2)
            rounds.wake()
        await eventually(lambda: not house.wishes)
    assert len(house.rung) == TRIES_MAX


async def test_asker_who_is_absent_counts_as_one_who_does_not_answer() -> None:
    house = House(["1"], away={"102"})
    async with house.rounds() as rounds:
        await rounds.ask_for("101", "102")
        await eventually(lambda: house.wishes["101", "102"].tries == 1)
        assert house.rung == []
        house.away.clear()
        house.now += timedelta(seconds=2)
        rounds.wake()
        await eventually(lambda: not house.wishes)
    assert len(house.rung) == 1


async def test_wish_outlives_a_call_that_the_person_did_not_answer() -> None:
    house = House(["1"], wanted_is_silent=True)
    async with house.rounds() as rounds:
        await rounds.ask_for("101", "102")
        await eventually(lambda: house.wishes["101", "102"].tries == 1)
    assert len(house.rung) == 1


async def test_two_who_want_the_same_person_are_rung_one_after_the_other() -> None:
    house = House(["1", "1"], away={"101"})
    async with house.rounds() as rounds:
        assert await rounds.ask_for("101", "102")
        assert await rounds.ask_for("101", "100")
        house.talk_ends.clear()
        house.away.clear()
        rounds.wake()
        await eventually(lambda: len(house.rung) == 1)
        rounds.wake()
        await asyncio.sleep(0)
        assert len(house.rung) == 1
        house.talk_ends.set()
        await eventually(lambda: not house.wishes)
    assert len(house.rung) == 2


async def test_wish_ends_after_a_day() -> None:
    house = House([], away={"101"})
    async with house.rounds() as rounds:
        await rounds.ask_for("101", "102")
        house.now += timedelta(hours=24)
        rounds.wake()
        await eventually(lambda: not house.wishes)
    assert house.rung == []


@pytest.mark.parametrize(("extension", "by"), [("101", "101"), ("999", "102"), ("101", "999")])
async def test_wish_that_makes_no_sense_is_not_promised(extension: str, by: str) -> None:
    house = House([])
    async with house.rounds() as rounds:
        assert not await rounds.ask_for(extension, by)
    assert not house.wishes


async def test_wish_that_could_not_be_kept_is_not_promised() -> None:
    house = House([], broken=True)
    async with house.rounds() as rounds:
        assert not await rounds.ask_for("101", "102")


# -- what is said


@pytest.mark.parametrize(
    ("keys", "verdict", "decided"),
    [
        ("1", Verdict.TAKE, True),
        ("2", Verdict.NOT_ME, True),
        ("9.1", Verdict.TAKE, True),
        ("...", None, False),
    ],
)
async def test_who_asked_hears_who_is_back_and_chooses(
    keys: str, verdict: Verdict | None, decided: bool
) -> None:
    news, callee = News(OFFICE.people["101"], Limits()), ScriptedCallee(list(keys))

    assert await news.tell(callee) is verdict
    assert (news.verdict is not None) is decided
    assert isinstance(callee.heard[0], IsBack)
    assert (Fixed(Phrase.CAMP_ON_FORGOTTEN) in callee.heard) is (keys == "2")


@dataclass
class Wishes:
    """The port; gives always the same answer."""

    answer: bool
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def ask_for(self, extension: str, by: str) -> bool:
        self.asked.append((extension, by))
        return self.answer


def asking(*steps: str | None, answer: bool = True) -> tuple[Conversation, Wishes]:
    """Kenji calls Alice, who is in a meeting."""
    talk, wishes = Conversation(*steps, caller=COLLEAGUE, why=Why.ABSENT), Wishes(answer)
    talk.talk.decision = talk.decision = decide(enquiry(COLLEAGUE), OFFICE, AWAY)
    talk.talk.camp_ons = wishes
    return talk, wishes


AWAY = SetAbsences(
    {"101": (DatedAbsence(Kind.MEETING, MORNING - timedelta(hours=1), MORNING + timedelta(hours=1)),)}
)


def enquiry(caller: Caller, *, camp_on: bool = True) -> Enquiry:
    return Enquiry("call-1", "101", caller, Why.ABSENT, MORNING, camp_on=camp_on)


async def test_colleague_asks_to_be_rung_by_key_8() -> None:
    talk, wishes = asking("8")

    assert await talk.hold() is Outcome.CAMPED_ON
    assert wishes.asked == [("101", "102")]
    assert talk.call.phrases()[-1] is Phrase.CAMP_ON_NOTED
    assert talk.notebook.callbacks == []


async def test_colleague_whose_wish_can_not_be_kept_is_told_and_offered_the_rest() -> None:
    talk, _ = asking("8", "3", answer=False)
    await talk.hold()

    assert Phrase.CALL_NOT_NOTED in talk.call.phrases()
    assert Phrase.CAMP_ON_NOTED not in talk.call.phrases()


@pytest.mark.parametrize("steps", range(4))
async def test_colleague_who_hangs_up_is_accounted_for_at_every_step(steps: int) -> None:
    talk, wishes = asking("8")
    talk.call.gone_after_steps = steps
    outcome = await talk.hold()

    assert outcome is (Outcome.CAMPED_ON if wishes.asked else Outcome.MISSED)


def test_being_rung_is_offered_to_colleagues_by_name_and_to_nobody_else() -> None:
    def offered(caller: Caller, absences: SetAbsences = AWAY, *, camp_on: bool = True) -> list[Choice]:
        menu = decide(enquiry(caller, camp_on=camp_on), OFFICE, absences).menu
        return [each for each in menu if isinstance(each, Choice) and each.action is Action.CAMP_ON]

    (choice,) = offered(COLLEAGUE)
    assert choice.key == "8"
    assert choice.colleague is not None
    assert choice.colleague.text == "Alice Tanaka"
    assert offered(OUTSIDER) == []
    assert offered(COLLEAGUE, camp_on=False) == []
    assert offered(COLLEAGUE, SetAbsences()) == []
