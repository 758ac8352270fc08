"""The guard that takes a call back from a service that says nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from ari_absence.asterisk import guard, joining, playing, speaking
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.guard import Guard
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.speaking import Speaking
from ari_absence.errors import EffectFailed, RequestRefused
from tests.waiting import eventually


@dataclass
class Pbx:
    """Asterisk, as far as one variable goes. ``refusing``: it sets nothing."""

    guards: list[str] = field(default_factory=list)
    refusing: bool = False

    async def set_variable(self, channel_id: str, variable: str, value: str) -> None:
        assert channel_id in ("hans", "anna")
        assert variable == "TIMEOUT(absolute)"
        if self.refusing:
            raise RequestRefused(500, "no")
        self.guards.append(value)


def guarded() -> tuple[Pbx, Guard]:
    pbx = Pbx()
    line = Line("call-1", Channel("hans", "PJSIP/trunk-00000001", "Up", None, None))
    return pbx, Guard(line, cast(AriClient, pbx))


async def test_first_command_sets_the_guard_and_the_next_ones_cost_no_request() -> None:
    pbx, watch = guarded()
    for _ in range(5):
        await watch.prolong()
    assert pbx.guards == ["10"]


async def test_what_takes_long_is_not_interrupted_and_the_silence_after_it_is_short() -> None:
    pbx, watch = guarded()
    await watch.prolong()
    await watch.prolong(20.4)
    await watch.prolong(1)  # the long sound was cut short by a key
    assert pbx.guards == ["10", "31", "11"]


async def test_after_a_sound_that_a_key_cut_short_no_second_of_it_is_added_to_the_silence() -> None:
    pbx, watch = guarded()
    await watch.prolong(12)
    await watch.prolong(11.4)
    await watch.prolong(9)
    await watch.prolong(0)
    assert pbx.guards == ["22", "22", "19", "10"]


async def test_guard_is_set_again_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "GUARD_SECONDS", 0.1)
    monkeypatch.setattr(guard, "_SLACK_SECONDS", 0.05)
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
    assert pbx.guards == ["10", "0", "10"]


async def test_who_takes_the_callers_place_by_a_transfer_gets_a_guard_of_their_own() -> None:
    pbx, watch = guarded()
    await watch.prolong()
    watch._line.channel = Channel("anna", "PJSIP/trunk-00000002", "Up", None, None)
    await watch.prolong()
    assert pbx.guards == ["10", "10"]


async def test_conversation_goes_on_when_a_later_guard_is_refused_but_does_not_begin_without_one() -> None:
    pbx, watch = guarded()
    pbx.refusing = True
    with pytest.raises(EffectFailed):
        await watch.prolong()
    pbx.refusing = False
    await watch.prolong()
    pbx.refusing = True
    await watch.prolong(3600)
    assert pbx.guards == ["10"]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that is looked after every few hundredths of a second."""
    monkeypatch.setattr(guard, "_SLACK_SECONDS", 0.01)
    monkeypatch.setattr(speaking, "RENEWAL_SECONDS", 0.02)
    monkeypatch.setattr(joining, "RENEWAL_SECONDS", 0.02)


@pytest.mark.usefixtures("fast")
async def test_guard_is_kept_while_a_key_is_waited_for_and_whenever_another_can_be_said() -> None:
    pbx, watch = guarded()
    spoken: Speaking[str] = Speaking(cast(AriClient, pbx), watch._line, lambda _: (), watch)
    assert await spoken.ask((), 0.2) is None
    assert len(pbx.guards) > 3
    assert set(pbx.guards) == {"10"}


async def test_sound_that_is_played_has_the_guard_end_ten_seconds_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pbx, watch = guarded()
    played: list[Sequence[str]] = []

    async def play(line: Line, client: AriClient, media: Sequence[str], **_: object) -> None:
        assert pbx.guards == ["17"], "while it plays, nothing can be set"
        played.append(media)

    monkeypatch.setattr(playing, "play", play)
    sounds: Speaking[str] = Speaking(
        cast(AriClient, pbx), watch._line, lambda _: ["sound:a"], watch, lambda _: 7.0
    )
    await sounds.say("hello")
    assert played == [["sound:a"]]
