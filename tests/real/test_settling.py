"""Calls that are owed settle themselves when somebody of ours talks with whom one is owed to, whoever has called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from ari_absence.core.owed import OwedState
from ari_absence.lab import Phone, waiting
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_reading import history_of
from ari_absence.ledger.store import default_url, open_existing
from tests.real.scenes import Scene, Stage
from tests.real.test_reaching import FAST
from tests.real.test_transfers import FRIDAY

pytestmark = pytest.mark.real

HANS, ANNA, EVA, OTTO = "0441112233", "0442223344", "0443334455", "0444445566"
NUMBERS = count(1)
"""Calls owed since the same instant are offered in the order of their ids."""

ONLY_SOUND, ONLY_A_MAILBOX = "0445550001", "0445550002"
"""Numbers whose calls end in the PBX; see the dialplan in conftest.py."""

SOON: Mapping[str, Any] = {**FAST, "settles_after_seconds": 1}
NINE: Mapping[str, Any] = {"dialing": {"outside_line": "9"}}


@dataclass
class Debt:
    """A call that somebody owes."""

    scene: Scene
    id: str

    @property
    def settled_by(self) -> list[str]:
        """Who has settled it, and how."""
        return [by for what, by in self.history if what.startswith("settled")]

    @property
    def history(self) -> list[tuple[str, str]]:
        """What became of it, by whom."""
        store = open_existing(default_url(self.scene.office.data))
        try:
            with store.reading() as session:
                return [(each.what, each.by) for each in history_of(session, self.id)]
        finally:
            store.close()

    async def is_settled(self, by: str) -> None:
        """Wait until it is settled, once, by whom."""
        await waiting.until(lambda: self.settled_by, 10, f"The end of {self.id}")
        assert self.settled_by == [by]


def owes(scene: Scene, extension: str, caller: str) -> Debt:
    """``extension`` owes a call to a number outside, or a colleague (``ext:102``)."""
    at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    key = caller if caller.startswith("ext:") else f"+81{caller[1:]}"
    row = OwedRow(
        id=f"owed-{next(NUMBERS):04}",
        code=key[-4:],
        extension=extension,
        called=extension,
        caller=key,
        number=caller,
        first_at=at,
        last_at=at,
        times=1,
        wish="call_back",
        state=OwedState.OPEN,
    )
    store = open_existing(default_url(scene.office.data))
    with store.writing() as session:
        session.add(row)
        session.flush()
        session.add(OwedChangeRow(owed_id=row.id, at=at, what="noted", by="caller"))
    store.close()
    return Debt(scene, row.id)


async def outside(scene: Scene, number: str, *spellings: str) -> Phone:
    """Somebody outside who answers, by whichever spelling of the number the network is asked for them."""
    phone = await scene.lab.outside_phone(number, on_ring="answer")
    carrier = await scene.lab.carrier()
    for each in spellings:
        carrier.fates[each] = carrier.fates[number]
    return phone


async def test_call_is_settled_from_either_phone_by_hand_by_redial_and_across_a_restart(stage: Stage) -> None:
    scene = await stage.open(now=FRIDAY, limits=SOON, changes=NINE)
    to_hans, to_anna, to_eva = (owes(scene, "103", each) for each in (HANS, ANNA, EVA))
    hans = await outside(scene, HANS)
    hans.on_ring = "ring"
    desk, other = [await scene.lab.desk_phone(each) for each in ("103", "113")]
    await desk.dial(f"9{HANS}")
    await desk.wait_ended()
    hans.on_ring = "answer"
    await desk.call(f"9{HANS}")
    await to_hans.is_settled("103, by a call from PJSIP/103")
    assert ("tried to call back: no_answer", "103, by a call from PJSIP/103") in to_hans.history
    await desk.hang_up()

    await outside(scene, ANNA, "+81442223344")
    await other.call("9+81442223344")
    await to_anna.is_settled("103, by a call from PJSIP/113")
    await other.hang_up()

    await outside(scene, EVA)
    await scene.office.kill_service()
    await desk.call(f"9{EVA}")
    await scene.office.start_service()
    await to_eva.is_settled("103, by a call to PJSIP/103")


async def test_call_is_settled_by_a_transfer_by_a_delegate_and_by_a_caller_who_gets_through(
    stage: Stage,
) -> None:
    scene = await stage.open(now=FRIDAY, limits=SOON, changes=NINE)
    debts = [
        owes(scene, "101", HANS),
        owes(scene, "101", ANNA),
        owes(scene, "101", OTTO),
        owes(scene, "110", EVA),
    ]
    for each in (HANS, ANNA, OTTO):
        await outside(scene, each)
    mori = await scene.lab.desk_phone("110")
    alice = await scene.lab.desk_phone("101", on_ring="answer")
    kenji = await scene.lab.desk_phone("102")

    await mori.call(f"9{HANS}")
    await mori.call("101")
    await mori.transfer_attended()
    await debts[0].is_settled("101, by a call to PJSIP/101")
    await alice.hang_up()

    await mori.call(f"9{ANNA}")
    await mori.transfer("101")
    await debts[1].is_settled("101, by a call to PJSIP/101")
    await alice.hang_up()

    await kenji.call(f"9{OTTO}")
    await debts[2].is_settled("102, by a call from PJSIP/102")

    mori.on_ring = "answer"
    await scene.call("110", EVA)
    await debts[3].is_settled("110, by a call to PJSIP/110")


async def test_nothing_but_a_person_who_answers_settles_a_call(stage: Stage) -> None:
    scene = await stage.open(limits=SOON, changes=NINE)
    spared = [owes(scene, "102", each) for each in (ANNA, EVA, ONLY_SOUND, ONLY_A_MAILBOX, "ext:101")]
    spared.append(owes(scene, "101", HANS))
    to_hans = owes(scene, "100", HANS)
    kenji = await scene.lab.desk_phone("102")
    anna = await outside(scene, ANNA, "+81442223344")
    anna.on_ring = "ring"
    await scene.lab.refused_outside(EVA, 486)
    for number in (ANNA, EVA, ONLY_SOUND):
        await kenji.dial(f"9{number}")
        await kenji.wait_ended()
    for number in (f"9{ONLY_A_MAILBOX}", "101"):
        looks = scene.log.count("talk.with_nobody")
        await kenji.call(number)
        await waiting.until(lambda: scene.log.count("talk.with_nobody") > looks, 10, "A look")  # noqa: B023
        await kenji.hang_up()
    mori = await scene.lab.desk_phone("110")
    hans = await outside(scene, HANS)
    await mori.call(f"9{HANS}")  # he answers for none of those who owe Hans one
    await hans.speak_tone(620, 1.6)
    await mori.hang_up()

    await scene.lab.desk_phone("100", on_ring="answer")
    caller = await scene.call("101", HANS)
    await caller.chooses("0")
    await to_hans.is_settled("100, by a call to PJSIP/100")
    assert [debt.settled_by for debt in spared] == [[]] * len(spared)
    ends = [[what.partition(": ")[2] for what, _ in debt.history if "tried" in what] for debt in spared[:2]]
    assert ends == [["no_answer"], ["busy"]]
    await caller.hangs_up()

    anna.on_ring = "answer"
    await kenji.call("*38")
    await scene.playbill.hears("status-callback-menu")
    await kenji.press("1")
    await spared[0].is_settled("102, by a call from PJSIP/102")
    await kenji.hang_up()
