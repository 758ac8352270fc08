"""The search of a run's logs finds what it is to find, and the collecting misses no line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.search_logs import findings, made_up, words

PLANTED = """
import structlog
from structlog.testing import capture_logs

log = structlog.get_logger()


def test_that_talks():
    log.debug("whispered", note="Contract talks in Osaka")
    with capture_logs():
        log.info("kept from the screen", dialled="090 1234-5678")
    try:
        raise ValueError("for 0441112233")
    except ValueError:
        log.exception("it broke")
    structlog.get_logger().bind(password="open-sesame").warning("bound")
"""


@pytest.mark.fault("A16")
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("event=x number=+819012345678", "a private number"),
        ("event=x number=090-1234-5678 y=1", "a private number"),
        ("event='Contract talks in Osaka'", "a note"),
        ("GET /ari?password=open-sesame", "a secret"),
        ("caller=0441112233", "a caller's number"),
        ("caller=+41441112233", "a caller's number"),
        ("with=made-up-for-this-run", "a password of the laboratory"),
        ("timestamp=2026-11-25T09:01:23.456789Z id=A-20261125-030000-a03126", None),
    ],
)
def test_a_line_that_holds_something_private_is_named(line: str, what: str | None, tmp_path: Path) -> None:
    (tmp_path / "1-in-process.log").write_text(f"event=harmless\n{line}\n")
    (tmp_path / "1-secrets.txt").write_text("made-up-for-this-run\n")

    found = list(findings(tmp_path, [*words(), *made_up(tmp_path)]))

    assert bool(found) == (what is not None)
    assert all(f"1-in-process.log:2: holds {what} " in each for each in found)


def test_every_line_at_every_level_is_collected_and_the_search_fails_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_talks.py").write_text(PLANTED)
    logs = tmp_path / "logs"
    environment = {**os.environ, "ARI_ABSENCE_TEST_LOGS": str(logs), "PYTHONPATH": str(Path.cwd())}
    plain = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    run = [*plain, "-p", "tests.log_collection", str(tmp_path / "test_talks.py")]
    subprocess.run(run, check=True, capture_output=True, env=environment, timeout=60)

    search = [sys.executable, "-m", "tests.search_logs", str(logs)]
    done = subprocess.run(search, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stderr == "4 lines of the tests' logs hold something secret or private\n"
    for word in ("Osaka", "1234-5678", "0441112233", "open-sesame"):
        assert word in done.stdout


def test_a_search_of_nothing_is_no_success(tmp_path: Path) -> None:
    search = [sys.executable, "-m", "tests.search_logs", str(tmp_path)]
    assert subprocess.run(search, capture_output=True, timeout=60, check=False).returncode == 1
