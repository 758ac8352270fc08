"""Ten calls of one office at the same time, each at another step of its conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ari_absence.lab import Phone, waiting
from tests.real.scenes import VOICE_HZ, Caller, Scene, tone_seconds

PATIENT: Mapping[str, Any] = {
    "menu_seconds": 60,
    "message_silence_seconds": 60,
    "message_max_seconds": 120,
    "operator_ring_seconds": 60,
}
"""Limits with which everybody stays where they are."""

STEPS = ("talking", "ringing", "menu", "number", "beep", "recording", "review", "saved", "greeting")
"""Where the nine from outside are."""

SPOKE = ("recording", "review", "saved")
"""Who has said something that is not to be lost."""


def number_of(step: str) -> str:
    """The number of the caller at this step."""
    return f"044100000{STEPS.index(step) + 1}"


@dataclass
class Crowd:
    """Who is where. The operator talks with one and is rung by another; Mori, of the house, is in the mailbox."""

    scene: Scene
    outside: Mapping[str, Caller]
    mori: Caller
    operator: Phone

    def __getitem__(self, step: str) -> Caller:
        return self.outside[step]

    async def who_talk_hear_each_other(self) -> None:
        """A tone crosses each way between the operator and who talks with them."""
        caller, operator = self["talking"], self.operator
        await asyncio.gather(caller.speaks(1.2, 620), operator.wait_for_tone(620, 0.4, 8))
        await asyncio.gather(operator.speak_tone(930, 1.2), caller.phone.wait_for_tone(930, 0.4, 8))

    async def hang_up(self) -> None:
        """Everybody who is still there puts the receiver down."""
        phones = [each.phone for each in (*self.outside.values(), self.mori)]
        await asyncio.gather(*(phone.hang_up() for phone in (*phones, self.operator)))
        await self.scene.lab.until_quiet()

    async def is_in_the_ledger(self, *, owed: tuple[str, ...]) -> None:
        """Each call is there once, so is all that was said; those ``owed`` a call, and nobody else, are owed one."""
        ledger = self.scene.ledger
        await waiting.until(lambda: len(ledger.messages()) >= len(SPOKE), 20, "All that was said")
        numbers = sorted(call.caller_number or "" for call in ledger.calls())
        assert numbers == sorted(map(number_of, STEPS))
        messages = {each.caller_number: each for each in ledger.messages()}
        assert messages.keys() == set(map(number_of, SPOKE))
        assert len(ledger.messages()) == len(SPOKE)
        for message in messages.values():
            assert abs(tone_seconds(ledger.audio(message), VOICE_HZ) - 1.5) <= 0.4
        assert sorted(each.number or "" for each in ledger.owed()) == sorted(map(number_of, owed))


async def crowd(scene: Scene) -> Crowd:
    """Everybody calls, and comes to their step; the one in the greeting came last."""
    operator = await scene.lab.desk_phone("100", on_ring="ring")
    mori = await scene.colleague("110")
    callers = {step: await scene.caller(number_of(step)) for step in STEPS}
    await mori.calls_among_others("*97")
    for step in STEPS[:-1]:
        await callers[step].calls_among_others("101")
    everybody = Crowd(scene, callers, mori, operator)
    await asyncio.gather(_keep_the_operator_busy(everybody), *map(_come_to_step, [everybody] * 6, STEPS[2:8]))
    await callers["greeting"].calls_among_others("101")
    await callers["greeting"].hears("welcome")
    await callers["saved"].presses("1")
    await callers["saved"].hears("say-message-saved")
    return everybody


async def _keep_the_operator_busy(everybody: Crowd) -> None:
    talking, ringing, operator = everybody["talking"], everybody["ringing"], everybody.operator
    await talking.chooses("0")
    await operator.wait_incoming()
    await operator.answer()
    await operator.wait_established()
    await ringing.chooses("0")
    await waiting.until(lambda: operator.calls[-1].state == "incoming", 20, "The operator's second call")


async def _come_to_step(everybody: Crowd, step: str) -> None:
    caller = everybody[step]
    if step == "menu":
        await caller.phone.wait_for_quiet(1.0)
        return
    await caller.chooses("2" if step == "number" else "1")
    if step == "number":
        await caller.hears("say-is-number-right")
        await caller.presses("2")
        await caller.hears("say-enter-number")
        await caller.presses("044")
        return
    await caller.phone.wait_for_beep()
    if step == "beep":
        return
    await caller.speaks()
    if step != "recording":
        await caller.presses("#")
        await caller.hears("say-review-menu")
