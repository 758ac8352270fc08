"""How many calls a second are answered without a loss: the rate is raised until one is lost, or waits too long."""

from __future__ import annotations

from ari_absence.lab import Lab
from bench.caller import Plan, count_calls
from bench.figures import Figure
from bench.script import ANSWER_ONLY, CALLED
from bench.telling import tell

RATES = (25, 50, 100, 150, 200, 250, 300)
STEP_S = 3.0
STAY_S = 0.5
P99_MS_MAX = 1000.0
TRIES = 2
"""A rate counts as too high when it failed twice: once may have been somebody else on this machine."""


async def measure(lab: Lab) -> list[Figure]:
    """The service, and a plain dialplan that answers and speaks."""
    found = []
    for dials, name in ((ANSWER_ONLY, "plain dialplan"), (CALLED, "ari_absence")):
        rate, note = await _highest(lab, dials, name)
        found.append(Figure(f"calls per second without a loss, {name}", rate, "1/s", note=note))
        await lab.until_quiet(30)
    return found


async def _highest(lab: Lab, dials: str, name: str) -> tuple[float, str]:
    best, best_ms = 0, 0.0
    for rate in RATES:
        tell(f"{rate} calls a second, {name}")
        p99_ms = await _p99_ms(lab, dials, rate)
        if p99_ms is None:
            return (
                best,
                f"answer, speak {STAY_S} s; INVITE to 200 p99 {best_ms:.0f} ms; {rate}/s was too much",
            )
        best, best_ms = rate, p99_ms
    return best, f"INVITE to 200 p99 {best_ms:.0f} ms; more was not tried"


async def _p99_ms(lab: Lab, dials: str, rate: int) -> float | None:
    """The wait of the slowest but one in a hundred; None when a call was lost, or it was too long."""
    calls = round(rate * STEP_S)
    for _ in range(TRIES):
        heard = await count_calls(lab, Plan(dials, calls, rate, STAY_S, speaks=False))
        waits = sorted(heard.answered_ms)
        if heard.complete and len(waits) == calls and waits[calls * 99 // 100] <= P99_MS_MAX:
            return waits[calls * 99 // 100]
    return None
