"""Only a colleague whose phone is free is offered by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from ari_absence.attendant.availability import decide_by_phones
from ari_absence.core.consulting import colleague_attempts
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Directory, Handling, Kind, SetAbsences, Why
from ari_absence.core.phrases import Action
from ari_absence.errors import EffectFailed
from tests.attendant.conversation import MORNING, OUTSIDER
from tests.attendant.reach_office import ALICE, away, office, steps
from tests.attendant.script import ScriptedCall

COVERED = office(away(ALICE, Kind.VACATION))


class Exchange(ScriptedCall):
    """A call whose exchange knows which phones are free; the last one asked about can be out of order."""

    free: frozenset[str] = frozenset()
    broken = False
    asked: tuple[str, ...] = ()

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        self.asked += tuple(target.endpoint for target in targets)
        if self.broken:
            raise EffectFailed("Asterisk does not answer")
        return any(target.endpoint in self.free for target in targets)


async def settled(
    *free: str,
    broken: bool = False,
    where: Directory = COVERED,
    consulting: bool = False,
    off: frozenset[str] = frozenset(),
) -> tuple[Decision, Exchange]:
    call = Exchange(OUTSIDER, "101", Why.ABSENT, [])
    call.free, call.broken, call.off = frozenset(free), broken, off

    def decide_with(unreachable: Mapping[str, str]) -> Decision:
        enquiry = Enquiry(
            "call-1",
            "101",
            OUTSIDER,
            Why.ABSENT,
            MORNING,
            unreachable=unreachable,
            consulting=consulting,
        )
        return decide(enquiry, where, SetAbsences())

    reception = ("100", [DialTarget("PJSIP/100")])
    return await decide_by_phones(call, decide_with, reception), call


def name_offered(decision: Decision) -> str | None:
    return decision.colleague.name.text if decision.colleague else None


async def test_colleague_whose_phone_is_free_is_offered() -> None:
    decision, _ = await settled("PJSIP/102", "PJSIP/103")

    assert name_offered(decision) == "Kenji Ito"


async def test_next_one_is_offered_instead_of_a_colleague_in_a_call() -> None:
    decision, _ = await settled("PJSIP/103")

    assert name_offered(decision) == "the sales desk"


async def test_nobody_is_offered_when_no_phone_is_free_and_each_was_asked_about_once() -> None:
    decision, call = await settled()

    assert name_offered(decision) is None
    assert decision.action_for("4") is None
    assert sorted(call.asked) == sorted(set(call.asked))


async def test_exchange_that_does_not_answer_hinders_nobody() -> None:
    decision, _ = await settled(broken=True)

    assert name_offered(decision) == "Kenji Ito"


async def test_call_that_offers_nobody_asks_nothing() -> None:
    _, call = await settled(where=office())

    assert call.asked == ()


async def test_who_consults_is_offered_a_colleague_only_whose_phone_can_ring() -> None:
    where = office(
        away(replace(ALICE, delegates=("102",)), Kind.OUT),
        handling={Kind.OUT: Handling(reach=steps("mobile"), urgent=steps("delegate"))},
    )
    on, _ = await settled("PJSIP/102", where=where, consulting=True)
    off, call = await settled(where=where, consulting=True)

    assert [each.name.text for each in colleague_attempts(on)] == ["Kenji Ito"]
    assert colleague_attempts(off) == ()
    assert call.asked == ("PJSIP/102",)


@pytest.mark.parametrize("consulting", [False, True])
async def test_operator_is_offered_while_their_phone_is_registered_also_if_they_talk(
    consulting: bool,
) -> None:
    there, _ = await settled(consulting=consulting)
    away_, _ = await settled(consulting=consulting, off=frozenset({"PJSIP/100"}))

    assert there.action_for("0") is Action.OPERATOR
    assert away_.action_for("0") is None
    assert any("operator's phone can't be rung" in reason.text for reason in away_.reasons)
