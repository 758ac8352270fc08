"""The guard that takes a call back from a service that says nothing any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from ari_absence.asterisk import guard
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.guard import GUARD_SECONDS, Guard
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import Channel
from ari_absence.errors import EffectFailed, RequestRefused
from tests.waiting import eventually


@dataclass
class Pbx:
    """Asterisk, as far as one variable goes. ``refusing``: it sets nothing."""

    guards: list[str] = field(default_factory=list)
    refusing: bool = False

    async def set_variable(self, channel_id: str, variable: str, value: str) -> None:
        assert (channel_id, variable) == ("hans", "TIMEOUT(absolute)")
        if self.refusing:
            raise RequestRefused(500, "no")
        self.guards.append(value)


def guarded() -> tuple[Pbx, Guard]:
    pbx = Pbx()
    line = Line("call-1", Channel("hans", "PJSIP/trunk-00000001", "Up", None, None))
    return pbx, Guard(line, cast(AriClient, pbx))


async def test_first_command_puts_the_guard_off_and_the_next_ones_cost_no_request() -> None:
    pbx, watch = guarded()
    for _ in range(5):
        await watch.prolong()
    assert pbx.guards == [str(round(GUARD_SECONDS))]


async def test_what_takes_long_is_not_interrupted() -> None:
    pbx, watch = guarded()
    await watch.prolong()
    await watch.prolong(3600)
    assert pbx.guards[1:] == [str(round(3600 + GUARD_SECONDS))]


async def test_guard_is_put_off_again_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "GUARD_SECONDS", 0.1)
    pbx, watch = guarded()

    async def again() -> bool:
        await watch.prolong()
        return len(pbx.guards) == 3

    await eventually(again)


async def test_two_who_talk_have_no_guard_and_the_conversation_afterwards_has_one() -> None:
    pbx, watch = guarded()
    await watch.prolong()
    async with watch.taken_away():
        await watch.prolong(3600)
    await watch.prolong()
    assert pbx.guards == ["600", "0", "600"]


async def test_conversation_goes_on_when_a_later_guard_is_refused_but_does_not_begin_without_one() -> None:
    pbx, watch = guarded()
    pbx.refusing = True
    with pytest.raises(EffectFailed):
        await watch.prolong()
    pbx.refusing = False
    await watch.prolong()
    pbx.refusing = True
    await watch.prolong(3600)
    assert pbx.guards == ["600"]
