"""The callers of a profile: SIPp makes the calls, an ear of our own hears the first sound of each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ari_absence.lab import Lab
from bench.caller import Ears, Plan, moments, partings, traced
from bench.load.profiles import Profile
from bench.script import Script
from bench.telling import tell

CHUNK_CALLS = 150
"""So many calls one SIPp makes, with an open ear for each; meanwhile the next one begins."""

PATIENCE_S = 30.0
"""How long an answer is waited for: in a storm that is longer than in an office."""


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call, in seconds since 1970. ``to_its_end``: the caller hung up, having said everything."""

    number: str
    invited_at: float
    answered_at: float | None
    heard_at: float | None
    to_its_end: bool


async def make_calls(lab: Lab, profile: Profile, script: Script, called: Sequence[str]) -> list[CallMade]:
    """Call ``called`` in turn, as the profile says, until all calls are over."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    chunks = []
    for first in range(0, profile.calls, CHUNK_CALLS):
        await asyncio.sleep(max(0.0, began + first / profile.calls_per_s - loop.time()))
        tell(f"{profile.name}: call {first + 1} of {profile.calls}")
        chunks.append(asyncio.create_task(_chunk(lab, _plan(profile, script, first, called))))
    made = [call for chunk in await asyncio.gather(*chunks) for call in chunk]
    tell(f"{profile.name}: {len(made)} calls made")
    return made


def _plan(profile: Profile, script: Script, first: int, called: Sequence[str]) -> Plan:
    calls = min(CHUNK_CALLS, profile.calls - first)
    keys_at = (script.choose_s, script.end_message_s, script.accept_s)
    late = (1, 2, 2)  # hesitates before the choice, and once more in what is said
    at = [when + times * profile.hesitates_s for when, times in zip(keys_at, late, strict=True)]
    return Plan(
        called[0],
        calls,
        profile.calls_per_s,
        script.leave_s + 2 * profile.hesitates_s,
        list(zip(at, "1#1", strict=True)),
        numbers=[f"{profile.numbers_begin}{first + call:06}" for call in range(calls)],
        called=called,
        patience_s=PATIENCE_S,
    )


async def _chunk(lab: Lab, plan: Plan) -> list[CallMade]:
    # the phones of the laboratory are switched off: their ports are for these calls
    rtp = lab.ports.load_rtp.start
    more = ("-min_rtp_port", str(rtp), "-max_rtp_port", str(lab.ports.base + 998))
    with Ears(plan.calls) as ears:
        _, log = await traced(lab, plan, ears, *more)
        began, answered = await asyncio.to_thread(moments, log)
        parted = await asyncio.to_thread(partings, log)
        return [
            CallMade(number, began[port], answered.get(port), ears.heard.get(port), number in parted)
            for number, port in zip(plan.numbers, ears.ports, strict=True)
            if port in began
        ]
