"""One decision, one loading, one day of lamps: what needs no Asterisk."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ari_absence.config.loader import load
from ari_absence.core.decision import Enquiry, decide
from ari_absence.core.people import Caller, Directory, SetAbsences, Why
from bench import town
from bench.day import Day, live_through_a_day
from bench.figures import Figure, Goal
from bench.telling import tell

LOADINGS = 5
DECISION_ROUNDS = 7
DECISIONS = 4_000
NOW = datetime.fromisoformat(f"{town.WORKDAY}T10:30:00+09:00")
MIDNIGHT = datetime.fromisoformat(f"{town.WORKDAY}T00:00:00+09:00")


def measure() -> list[Figure]:
    """Everything of this part."""
    with tempfile.TemporaryDirectory(prefix="ari-absence-bench-") as name:
        folder = town.write(Path(name), Path(name, "data"))
        tell(f"loading {town.PEOPLE} people, {LOADINGS} times")
        loads = [_load_s(folder) for _ in range(LOADINGS)]
        directory = load(folder, {}).directory
    tell(f"{DECISION_ROUNDS} rounds of {DECISIONS} decisions")
    first_us = _decision_us(directory, random.Random(0))  # noqa: S311 - which calls are measured
    rounds = [_decision_us(directory, random.Random(n)) for n in range(DECISION_ROUNDS)]  # noqa: S311
    tell("a day of everybody's lamps")
    day = live_through_a_day(directory, MIDNIGHT)
    return [_loading(loads), *_decisions(rounds, first_us), *_lamps(day)]


def _load_s(folder: Path) -> float:
    began = time.perf_counter()
    load(folder, {})
    return time.perf_counter() - began


def _decision_us(directory: Directory, dice: random.Random) -> float:
    """CPU of one decision, the mean of many: people picked at random, callers in and out of the house."""
    enquiries = list(_enquiries(directory, dice))
    nothing_set = SetAbsences()
    began = time.process_time()
    for enquiry in enquiries:
        decide(enquiry, directory, nothing_set)
    return (time.process_time() - began) / len(enquiries) * 1e6


def _enquiries(directory: Directory, dice: random.Random) -> Iterator[Enquiry]:
    called = list(directory.people)
    outside, colleague = Caller("0441112233"), Caller("10007", "Colleague", "10007")
    for number in range(DECISIONS):
        caller = colleague if number % 5 == 0 else outside
        yield Enquiry(f"call-{number}", dice.choice(called), caller, Why.ABSENT, NOW)


def _loading(seconds: list[float]) -> Figure:
    note = f"YAML to a checked directory; median of {len(seconds)}"
    return Figure(f"load and check {town.PEOPLE} people", statistics.median(seconds), "s", Goal(3), note)


def _decisions(rounds: list[float], first_us: float) -> list[Figure]:
    note = f"state, return, promise, menu and reasons; median of {len(rounds)} rounds of {DECISIONS}"
    why = "the schedule is walked four times: state, return, promise, operator; and the ladders are climbed"
    return [
        Figure(
            f"decide a call among {town.PEOPLE} people", statistics.median(rounds), "µs", Goal(50), note, why
        ),
        Figure(
            "the same, when first asked", first_us, "µs", note="what is compiled once is not yet compiled"
        ),
    ]


def _lamps(day: Day) -> list[Figure]:
    changes = f"{day.changes} changes of somebody's state, each sets the gate and the lamp"
    return [
        Figure("a day of lamps: CPU", day.cpu_s, "s", note="the service's own, in a simulated day"),
        Figure("a day of lamps: requests", day.requests, "", note=changes),
        Figure(
            "a day of lamps: times woken",
            day.wakeups,
            "",
            note="every half minute: are all as they were set?",
        ),
        Figure("a day of lamps: changes waiting", day.waiting, "", note="entries of the heap at its end"),
    ]
