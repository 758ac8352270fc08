"""What must not be in the program's text, and that docs/security.md names tests that are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ari_absence"
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if "lab" not in path.relative_to(PACKAGE).parts]
# The laboratory runs an Asterisk and phones; it is no part of the service.
RUN_PROGRAMS = {
    "speech/engines.py": "a speech engine says texts of the site",
    "transcription/process.py": "a recognition engine listens to one recording, by its path",
    "transcription/worker.py": "the child of that: it takes the engine's place, within bounds",
    "cli/bench.py": "the benchmark",
}
RUNNERS = {"subprocess", "asyncio.subprocess", "pty", "multiprocessing"}
SHELLS = re.compile(
    r"shell=True|os\.(?:system|popen|spawn)|create_subprocess_shell|\beval\(|(?<!\.)\bexec\(|pickle\.load"
)
# What the dialplan may not use, wherever a caller's text could get to.
DIALPLAN_RUNS = re.compile(r"\b(?:Try)?System\(|\bSHELL\(|\bFILE\(|\bDB\(|MixMonitor|\bExec\(|\bEVAL\(")
SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|DROP|ALTER|ORDER BY)\b")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES:
        yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.fault("A2")
def test_nothing_runs_a_shell_and_few_files_run_programs() -> None:
    running = set()
    for name, tree in trees():
        text = ast.unparse(tree)
        assert not SHELLS.search(text), name
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        if imported & RUNNERS or "create_subprocess_exec" in text or "os.exec" in text:
            running.add(name)

    assert running == set(RUN_PROGRAMS)


@pytest.mark.fault("A2")
def test_the_dialplan_runs_no_program_and_reads_no_file() -> None:
    files = sorted((ROOT / "dialplan").glob("*.conf"))
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not DIALPLAN_RUNS.search(line.partition(";")[0]), f"{path.name}:{number}: {line}"
    assert files


@pytest.mark.fault("A8")
def test_no_statement_of_sql_is_put_together_from_text() -> None:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
                assert not SQL.search(fixed), f"{name}:{node.lineno}: {fixed}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
                sides = (side.value for side in (node.left, node.right) if isinstance(side, ast.Constant))
                assert not any(SQL.search(side) for side in sides if isinstance(side, str)), (
                    f"{name}:{node.lineno}"
                )


@pytest.mark.fault("A15")
def test_we_listen_on_no_port_that_others_could_reach() -> None:
    """One socket of ours is in the file system; the other is on loopback, whatever is configured."""
    listening = {
        f"{name}: {node.func.attr}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("start_server", "create_server", "start_unix_server", "TCPSite", "run_app")
    }

    assert listening == {"control.py: start_unix_server", "app/monitoring.py: TCPSite"}


def _variable_names(tree: ast.Module) -> Iterator[str]:
    """The names, of the requests by ARI (channel, name, ...) and of an AGI line (name, value)."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("set_variable", "variable")
            and len(node.args) >= 2
        ):
            of_agi = ast.unparse(node.func.value) == "line"
            yield ast.unparse(node.args[0 if of_agi else 1])


@pytest.mark.fault("A3")
def test_only_these_channel_variables_are_set_or_read() -> None:
    """Each name is a constant of ours; none comes from a call."""
    used = {(name, variable) for name, tree in trees() for variable in _variable_names(tree)}

    assert used == {
        ("asterisk/party.py", "GUARD"),
        ("asterisk/fetching.py", "WAITING"),
        ("asterisk/party.py", "DISPLAYED_ANEW"),
        ("asterisk/fetching.py", "STILL_WAITING"),
        ("asterisk/guard.py", "_VARIABLE"),
        ("asterisk/channel_call.py", "'ABSENCE_EXTENSION'"),
        ("asterisk/channel_call.py", "_CONNECTED_LINE"),
        ("asterisk/channel_call.py", "OUR_CALL"),
        ("asterisk/channel_call.py", "UNSAID"),
        ("asterisk/audio_watch.py", "ON_HOLD"),
        ("asterisk/phones_watch.py", "ON_HOLD"),
        ("fallback/serving.py", "SAID"),
    }


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 16
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named, row
        for file, test in named:
            assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
