"""The attendant picks up in a blink: before anything is loaded that talks, and nothing slow is loaded at all."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from tests.fallback.script import ENVIRONMENT

ANSWER_SECONDS_MAX = 0.3
CODE = "import sys; sys.argv = list('xfrls'); from ari_absence.fallback import main; main()"


def seconds_to_answer() -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(ENVIRONMENT.encode())
        process.stdin.flush()
        assert process.stdout.readline() == b"ANSWER\n"
        seconds = time.perf_counter() - began
        process.kill()
        process.communicate()
    return seconds


def test_a_caller_is_answered_within_three_hundred_milliseconds_pythons_own_start_included() -> None:
    assert median(seconds_to_answer() for _ in range(5)) < ANSWER_SECONDS_MAX


def loaded_by(module: str) -> set[str]:
    code = (
        f"import sys; before = set(sys.modules); import {module}; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_nothing_that_talks_is_loaded_before_the_answer() -> None:
    ours = {name for name in loaded_by("ari_absence.fallback") if name.startswith("ari_absence.")}

    assert ours == {
        "ari_absence.errors",
        "ari_absence.fallback",
        "ari_absence.asterisk",
        "ari_absence.asterisk.agi",
    }


def test_only_the_standard_library_and_pyst2_are_loaded_at_all() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("ari_absence.fallback.serving")}
    installers = ("__editable", "_sysconfigdata")
    foreign = {name for name in loaded - sys.stdlib_module_names if not name.startswith(installers)}

    assert foreign <= {"ari_absence", "asterisk", "six"}
    assert not {"asyncio", "sqlite3", "logging", "ssl", "email"} & loaded
