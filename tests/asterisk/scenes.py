"""What the tests of hunts have in common: rings with a screening, and what they do in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Callee, Display, Hunt, Ring, Verdict
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Trunk
from ari_absence.lab import Lab, Phone
from tests.asterisk.conftest import Office
from tests.waiting import eventually

CALLER = "0441112233"
SHOWN = Display(CALLER, "Hans Huber")
VERDICTS = {"1": Verdict.TAKE, "2": Verdict.NOT_ME, "3": Verdict.TO_MESSAGE}
MONKEYS: Any = "sound:tt-monkeysintro"
BEEP: Any = "sound:beep"
PAUSE: Any = "sound:silence/1"  # a phone loses the last moment before a hang-up
TRUNK = Trunk("PJSIP/{number}@trunk")


async def screen(callee: Callee, patience_seconds: float = 8) -> Verdict | None:
    """One question; silence is no decision."""
    key = await callee.ask([MONKEYS], patience_seconds)
    return VERDICTS.get(key or "")


def screened(endpoint: str, trunk: Trunk | None = None, **changes: Any) -> Ring:
    """A phone whose owner decides by key; a beep is all they hear when it is too late, or the caller has left."""
    parts: dict[str, Any] = {"screening": screen, "too_late": (BEEP, PAUSE), "left": (BEEP, PAUSE), **changes}
    return Ring(DialTarget(endpoint, trunk), SHOWN, **parts)


def mobile(number: str, trunk: Trunk = TRUNK, **changes: Any) -> Ring:
    """A phone outside."""
    return screened(f"PJSIP/{number}@trunk", trunk, **changes)


def hunting(
    *rings: Ring,
    ring_seconds: float = 6,
    answers: bool = True,
    pastime: Callable[[ChannelCall], Awaitable[None]] | None = None,
) -> Callable[[ChannelCall], Awaitable[Hunt]]:
    """A conversation that consists of one hunt."""

    async def conversation(call: ChannelCall) -> Hunt:
        if answers:
            await call.answer()
        company = None if pastime is None else (lambda: pastime(call))
        return await call.hunt(rings, ring_seconds, company)

    return conversation


async def call_us(lab: Lab, number: str | None = CALLER) -> Phone:
    """Somebody outside calls extension 101."""
    caller = await lab.outside_caller(number, name="Hans Huber" if number else "")
    await caller.dial("7003")
    return caller


async def joined(office: Office) -> None:
    """Wait until the caller is in a bridge with the taker."""
    await eventually(
        lambda: any(line.bridge_id and line.leg and not line.gone for line in office.link.sessions.lines)
    )


async def hear_each_other(caller: Phone, callee: Phone) -> None:
    """A tone crosses each way."""
    await asyncio.gather(caller.speak_tone(600, 1.2), callee.wait_for_tone(600, 0.5))
    await asyncio.gather(callee.speak_tone(900, 1.2), caller.wait_for_tone(900, 0.5))


def ends(hunt: Hunt) -> Sequence[str]:
    """How each ring ended, as words."""
    return [leg.value for leg in hunt.legs]
