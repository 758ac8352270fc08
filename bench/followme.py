"""How long until the phone that follow-me leads to is rung: the service beside app_followme, on one real Asterisk.

Both ring the same number outside by the same trunk, in turns, for the same caller. The colleague behind key 4 has no
counterpart in app_followme, and is measured in a turn of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

from ari_absence.config.loader import load
from ari_absence.installed import folder
from ari_absence.lab import Lab
from ari_absence.lab.refusal import register
from bench import serve, town
from bench.callee import Callees
from bench.caller import Course, Plan, follow_calls
from bench.calls import percentile
from bench.figures import Figure
from bench.service import Service
from bench.telling import tell

REMOTE, FOLLOWED, ABSENT, COLLEAGUE = "101", "7104", "103", "102"
PRETEND_NOW = "2026-11-25T10:00:00+09:00"
ROUNDS = 4
CALLS = 15
WARM_UP_CALLS = 4
CALLS_PER_S = 4.0
LEAVES_AFTER_S = 0.3
KEY_CALLS_PER_S = 2.0
"""Slowly: while the colleague is rung for one caller, the next would not be offered them."""

KEY_S = 1.0
KEY_LEAVES_S = 3.0
MOBILE = "+819012345678"

_PEOPLE = f"""people:
  "100": {{name: Reception, phones: [PJSIP/100]}}
  "{REMOTE}":
    name: Alice Tanaka
    phones: [PJSIP/{REMOTE}]
    mobile: "{MOBILE}"
    absences:
      - {{kind: remote, from: 2026-11-25, until: 2026-11-26}}
  "{COLLEAGUE}": {{name: Kenji Ito, phones: [PJSIP/{COLLEAGUE}]}}
  "{ABSENT}":
    name: Ben Wada
    phones: [PJSIP/{ABSENT}]
    delegates: ["{COLLEAGUE}"]
    absences:
      - {{kind: business_trip, from: 2026-11-25, until: 2026-11-26}}
  "113": {{name: The Caller, phones: [PJSIP/load, PJSIP/trunk]}}
"""
"""The caller is one of the house, by whichever of the two trunks Asterisk takes them to come: no name is asked."""

_DIALING = """dialing:
  outside: [JP]
  trunk: "PJSIP/{number}@trunk"
  per_hour: 10000
  per_day: 10000
"""

_DIALPLAN = f"""
[from-trunk](+)
exten => {FOLLOWED},1,Ringing()
 same => n,FollowMe(bench,N)
 same => n,Answer()
 same => n,Wait(5)
[bench-followed]
exten => mobile,1,Dial(PJSIP/{MOBILE}@trunk,20)
"""

_FOLLOWME = """[general]
enable_callee_prompt = no
[bench]
context = bench-followed
number = mobile,20
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is measured on."""

    lab: Lab
    callees: Callees


async def measure() -> list[Figure]:
    """All three, in turns."""
    async with AsyncExitStack() as stack:
        stage = await _set_up(stack)
        for dials in (REMOTE, FOLLOWED):
            await _turn(stage, Plan(dials, WARM_UP_CALLS, CALLS_PER_S, LEAVES_AFTER_S, speaks=False))
        return _figures(await _in_turns(stage))


async def _set_up(stack: AsyncExitStack) -> Stage:
    root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ari-bench-")))
    dialplan = folder("dialplan") / "ari_absence.conf"
    lab = await stack.enter_async_context(
        Lab(dialplan=dialplan, extra_dialplan=_DIALPLAN, directory=root / "lab", tell=tell)
    )
    (lab.settings.folders.etc / "followme.conf").write_text(_FOLLOWME)
    await lab.cli("module load app_followme.so")
    callees = stack.enter_context(Callees())
    callees.listen(lab.ports.carrier)
    await register(lab, COLLEAGUE, callees.listen())
    config, data = _write_site(root, lab)
    await stack.enter_async_context(Service(lab, config, data, PRETEND_NOW))
    return Stage(lab, callees)


def _write_site(root: Path, lab: Lab) -> tuple[Path, Path]:
    config, data = root / "config", root / "data"
    config.mkdir()
    (config / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
    town.write_site(config, data, operator="100", ari_url=lab.ari_url)
    with (config / "absence.yaml").open("a", encoding="utf-8") as site:
        site.write(_DIALING)
    serve.make_names(serve.sounds_of(data, folder("sounds")), load(config, {}).directory)
    return config, data


async def _in_turns(stage: Stage) -> dict[str, list[list[float]]]:
    """A B, then B A, and so on, so that what disturbs the machine for a while disturbs both; then the key."""
    turns: dict[str, list[list[float]]] = {REMOTE: [], FOLLOWED: [], ABSENT: []}
    for number in range(ROUNDS):
        tell(
            f"round {number + 1} of {ROUNDS}: {CALLS} calls each to somebody remote, app_followme, and key 4"
        )
        for dials in (REMOTE, FOLLOWED) if number % 2 else (FOLLOWED, REMOTE):
            plan = Plan(dials, CALLS, CALLS_PER_S, LEAVES_AFTER_S, speaks=False)
            turns[dials].append(await _turn(stage, plan))
        plan = Plan(ABSENT, CALLS, KEY_CALLS_PER_S, KEY_LEAVES_S, [(KEY_S, "4")], speaks=False)
        turns[ABSENT].append(await _turn(stage, plan))
    return turns


async def _turn(stage: Stage, plan: Plan) -> list[float]:
    """Milliseconds to the callee's INVITE, for each call: from the key, or without one from the caller's INVITE."""
    courses = await follow_calls(stage.lab, plan)
    await stage.lab.until_quiet(30)
    return _waits_ms([*courses.values()], stage.callees.collect())


def _waits_ms(courses: Sequence[Course], rung: Sequence[float]) -> list[float]:
    """Each call rings one phone, and they come a quarter of a second apart: the first that came was rung for first.

    Calls that got nowhere can't be told from one another, so that a turn with one of them counts for nothing.
    """
    began = sorted(course.keyed_at or course.invited_at for course in courses)
    if len(began) != len(rung):
        tell(f"a turn is left out: {len(began)} calls, but {len(rung)} phones were rung")
        return []
    return [(at - since) * 1000 for since, at in zip(began, rung, strict=True)]


def _figures(turns: Mapping[str, Sequence[Sequence[float]]]) -> list[Figure]:
    to_callee = "INVITE to the callee's INVITE"
    remote, followed, key = ([*chain.from_iterable(turns[dials])] for dials in (REMOTE, FOLLOWED, ABSENT))
    later = median(
        percentile(ours, 50) - percentile(theirs, 50)
        for ours, theirs in zip(turns[REMOTE], turns[FOLLOWED], strict=True)
    )
    return [
        *_percentiles("follow-me, app_followme without prompts", to_callee, followed),
        *_percentiles("follow-me, ari_absence, somebody remote", to_callee, remote),
        Figure(
            "follow-me p50, later than app_followme", later, "ms", note=f"median of {ROUNDS} paired rounds"
        ),
        *_percentiles("follow-me, ari_absence, key 4", "the key to the callee's INVITE", key),
    ]


def _percentiles(name: str, counted: str, values: Sequence[float]) -> list[Figure]:
    note = f"{counted}; {len(values)} calls"
    return [Figure(f"{name}, p{share}", percentile(values, share), "ms", note=note) for share in (50, 99)]
