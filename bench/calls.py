"""The same conversation with the service, a plain dialplan and app_voicemail, in turns, on one real Asterisk."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ari_absence.errors import LabError
from ari_absence.installed import folder
from ari_absence.lab import Lab
from bench import script as scripts
from bench import sustained
from bench.caller import Heard, Plan, make_calls
from bench.figures import Figure, Goal
from bench.script import CALLED, PLAIN, PRETEND_NOW, VOICEMAIL, Script
from bench.service import Service
from bench.telling import tell
from bench.usage import CpuMeter

ROUNDS = 3
CALLS = 60
CALLS_PER_S = 15.0
WARM_UP_CALLS = 8
IDLE_S = 4.0
AFTERWARDS_S = 1.0
"""What is done after a call (copies removed, rows closed) belongs to it."""

_WHY_OURS = "5 commits, and a request for every step: docs/speed.md"
_WHY_ASTERISK = "its playback and recording are the same; requests and events come on top"
_WHY_TOTAL = "our own part is too large: docs/speed.md"
_WHY_VOICEMAIL = "voicemail is a part of Asterisk and keeps no ledger: docs/speed.md"
_WHY_LATER = "before the first sound: a read of the ledger and three requests one after the other"

NAMES = {CALLED: "ari_absence", PLAIN: "plain dialplan", VOICEMAIL: "app_voicemail"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of calls took: milliseconds of CPU for each call, and how long the callers waited."""

    asterisk_ms: float
    ours_ms: float
    heard: Heard

    @property
    def total_ms(self) -> float:
        """CPU of Asterisk and of ours."""
        return self.asterisk_ms + self.ours_ms


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured on."""

    lab: Lab
    service: Service
    script: Script
    idle: Mapping[str, float]


async def measure() -> list[Figure]:
    """Everything that needs calls."""
    async with AsyncExitStack() as stack:
        bench = await _set_up(stack)
        turns = await _in_turns(bench)
        rates = await sustained.measure(bench.lab)
    return [*_cpu(turns), *_waits(turns), *rates]


async def _set_up(stack: AsyncExitStack) -> Bench:
    root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ari-bench-")))
    data, config, asterisk = root / "data", root / "config", root / "lab"
    scripts.write_site(config, data, "http://127.0.0.1:1/ari")
    script = scripts.write_script(config, data)
    extra = scripts.dialplan(script.prompts, asterisk / "spool" / "recording")
    dialplan = folder("dialplan") / "ari_absence.conf"
    lab = await stack.enter_async_context(
        Lab(dialplan=dialplan, extra_dialplan=extra, directory=asterisk, tell=tell)
    )
    (lab.settings.folders.etc / "voicemail.conf").write_text(scripts.voicemail_conf())
    scripts.write_greeting(lab.settings.folders.spool, script)
    await lab.cli("module reload app_voicemail")
    scripts.write_site(config, data, lab.ari_url)
    service = await stack.enter_async_context(Service(lab, config, data, PRETEND_NOW))
    await _warm_up(lab, script)
    idle = CpuMeter(_pids(lab, service), {})
    await asyncio.sleep(IDLE_S)
    return Bench(lab, service, script, idle.shares())


def _pids(lab: Lab, service: Service) -> dict[str, int]:
    return {"asterisk": lab.pid, "ours": service.pid}


async def _warm_up(lab: Lab, script: Script) -> None:
    tell("a few calls to everybody, to warm up")
    plans = [_plan(dials, script, WARM_UP_CALLS) for dials in NAMES]
    await asyncio.gather(*(make_calls(lab, plan) for plan in plans))


def _plan(dials: str, script: Script, calls: int = CALLS) -> Plan:
    keys = [(script.choose_s, "1"), (script.end_message_s, "#"), (script.accept_s, "1")]
    return Plan(dials, calls, CALLS_PER_S, script.leave_s, keys)


async def _in_turns(bench: Bench) -> dict[str, list[Turn]]:
    """A B C, then C B A, and so on, so that what disturbs the machine for a while disturbs all."""
    turns: dict[str, list[Turn]] = {dials: [] for dials in NAMES}
    for number in range(ROUNDS):
        for dials in list(NAMES) if number % 2 else reversed(NAMES):
            tell(
                f"round {number + 1} of {ROUNDS}: {CALLS} calls of {bench.script.leave_s:.0f} s, {NAMES[dials]}"
            )
            turns[dials].append(await _turn(bench, dials))
    return turns


async def _turn(bench: Bench, dials: str) -> Turn:
    shutil.rmtree(bench.lab.settings.folders.spool / "voicemail" / "default" / CALLED / "INBOX", True)
    meter = CpuMeter(_pids(bench.lab, bench.service), bench.idle)
    heard = await make_calls(bench.lab, _plan(dials, bench.script))
    await asyncio.sleep(AFTERWARDS_S)
    used = meter.used_s()
    if not heard.complete:
        raise LabError(f"not every call to {dials} went to its end; the CPU per call would not be comparable")
    ours_s = used["ours"] if dials == CALLED else 0.0
    return Turn(used["asterisk"] / CALLS * 1000, ours_s / CALLS * 1000, heard)


def _cpu(turns: Mapping[str, Sequence[Turn]]) -> list[Figure]:
    ours, plain, voicemail = turns[CALLED], turns[PLAIN], turns[VOICEMAIL]
    to_plain = _median_ratio(ours, plain)
    to_voicemail = _median_ratio(ours, voicemail)
    asterisk_alone = median(a.asterisk_ms / b.asterisk_ms for a, b in zip(ours, plain, strict=True))
    spread = "rounds: " + ", ".join(f"{_ratio(a, b):.2f}" for a, b in zip(ours, plain, strict=True))
    of_calls = f"whole process, idle subtracted; median of {ROUNDS} rounds of {CALLS} calls"
    return [
        Figure(
            "CPU per call, plain dialplan: Asterisk",
            median(t.asterisk_ms for t in plain),
            "ms",
            note=of_calls,
        ),
        Figure("CPU per call, app_voicemail: Asterisk", median(t.asterisk_ms for t in voicemail), "ms"),
        Figure("CPU per call, ari_absence: Asterisk", median(t.asterisk_ms for t in ours), "ms"),
        Figure(
            "CPU per call, ari_absence: ours", median(t.ours_ms for t in ours), "ms", Goal(5), "", _WHY_OURS
        ),
        Figure("Asterisk's CPU alone, against plain dialplan", asterisk_alone, "times", note=_WHY_ASTERISK),
        Figure(
            "total CPU, against plain dialplan",
            to_plain,
            "times",
            Goal(1.3, or_equal=True),
            spread,
            _WHY_TOTAL,
        ),
        Figure("total CPU, against app_voicemail", to_voicemail, "times", Goal(1), "", _WHY_VOICEMAIL),
    ]


def _ratio(one: Turn, other: Turn) -> float:
    return one.total_ms / other.total_ms


def _median_ratio(ours: Sequence[Turn], others: Sequence[Turn]) -> float:
    return median(_ratio(one, other) for one, other in zip(ours, others, strict=True))


def _waits(turns: Mapping[str, Sequence[Turn]]) -> list[Figure]:
    found = []
    for dials, name in NAMES.items():
        answered = [ms for turn in turns[dials] for ms in turn.heard.answered_ms]
        audio = [ms for turn in turns[dials] for ms in turn.heard.audio_ms]
        found += _percentiles(f"INVITE to 200, {name}", answered)
        found += _percentiles(f"INVITE to first audio, {name}", audio)
    later = median(
        percentile(ours.heard.audio_ms, 99) - percentile(plain.heard.audio_ms, 99)
        for ours, plain in zip(turns[CALLED], turns[PLAIN], strict=True)
    )
    note = f"first RTP packet with a sound in it, by the kernel's clock; median of {ROUNDS} paired rounds"
    goal = Goal(20, or_equal=True)
    name = "first audio p99, later than plain dialplan"
    return [*found, Figure(name, later, "ms", goal, note, _WHY_LATER)]


def _percentiles(name: str, values: Sequence[float]) -> list[Figure]:
    note = f"{len(values)} calls"
    return [Figure(f"{name}, p{share}", percentile(values, share), "ms", note=note) for share in (50, 99)]


def percentile(values: Sequence[float], share: int) -> float:
    """The value that ``share`` per cent of ``values`` do not exceed.

    Raises:
        LabError: there are none.
    """
    if not values:
        raise LabError("no call got so far, so there is nothing to measure")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
