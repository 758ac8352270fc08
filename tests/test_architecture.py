"""The import arrows of docs/design.md: a wrong one fails here, by name."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ari_absence"

# What each room may import of ours, besides itself, ``errors`` and ``clock``.
ARROWS: dict[str, set[str]] = {
    "core": set(),
    "attendant": {"core"},
    "asterisk": {"core", "attendant"},
    "config": {"core"},
    "presence": {"core"},
    "speech": {"core"},
    # a program of its own: starts in a blink, so nothing that imports more than the standard library and pyst2
    "fallback": {"core", "attendant", "asterisk", "speech"},
    "ledger": {"core", "attendant"},  # implements the notebook's port, as asterisk implements the call's
    "delivery": {"core"},
    "transcription": {"core"},
    "lab": set(),
    "cli": {
        "core",
        "attendant",
        "asterisk",
        "config",
        "presence",
        "speech",
        "ledger",
        "delivery",
        "transcription",
        "lab",
        "app",
    },
    "app": {
        "core",
        "attendant",
        "asterisk",
        "config",
        "presence",
        "speech",
        "ledger",
        "delivery",
        "transcription",
    },
}
TESTS = Path(__file__).parent
# The only sleeps of the tests, and why: everything else waits for a condition, with a deadline.
SLEEPS = {
    "asterisk/proxy.py: _pass_on": "a network that is slow on purpose",
    "waiting.py: eventually": "looks at a condition again and again",
    "delivery/mail_server.py: handle_DATA": "a mail server that is slow on purpose",
    "delivery/test_email.py: longest_hold_up": "gives way between two looks at the loop",
}
FREE = {"errors", "clock", "control", "installed"}
PURE_FOREIGN = set(sys.stdlib_module_names) - {
    "asyncio",
    "socket",
    "logging",
    "threading",
    "subprocess",
    "time",
}


NUMBERING_PLAN = {"numbers.py": {"phonenumbers"}}  # docs/decisions/numbering-plan-in-the-core.md


def _room(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _rooms_imported(path: Path) -> set[str]:
    parts = (name.split(".") for name in _imports(path))
    return {each[1] for each in parts if each[0] == "ari_absence" and len(each) > 1 and each[1][0].islower()}


FILES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if _room(path) not in ("__init__", "__main__", "errors", "clock", "control", "installed")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_imports_only_the_rooms_its_own_room_may_know(path: Path) -> None:
    room = _room(path)

    assert _rooms_imported(path) - FREE - {room} <= ARROWS[room]


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").glob("*.py")), ids=lambda path: path.name)
def test_core_imports_nothing_that_could_do_anything(path: Path) -> None:
    foreign = {name.split(".")[0] for name in _imports(path)} - {"ari_absence"}

    assert foreign <= PURE_FOREIGN | NUMBERING_PLAN.get(path.name, set())


# The parts of the laboratory know the whole, for its type.
@pytest.mark.parametrize("room", sorted(ARROWS.keys() - {"app", "lab"}))
def test_no_circle_of_imports_goes_round_in_a_room_not_even_for_types(room: str) -> None:
    modules = {f"ari_absence.{room}.{path.stem}": path for path in (PACKAGE / room).glob("*.py")}

    TopologicalSorter({name: _imports(path) & set(modules) for name, path in modules.items()}).prepare()


@pytest.mark.fault("A1", "P5")
def test_only_the_dial_policy_reads_a_private_number_and_makes_a_dial_target() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "digits_for_dialling(" in path.read_text(encoding="utf-8")
    }
    makers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "DialTarget(" in path.read_text(encoding="utf-8")
    }

    # The ledger's own file holds the numbers of forwards set by command; what reads them is one module.
    assert readers <= {"core/facts.py", "core/numbers.py", "ledger/steps.py"}
    assert makers == {"core/numbers.py"}


def test_names_are_made_of_people_teams_and_the_site_only() -> None:
    makers = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Name"
        and path.name != "phrases.py"
    ]

    assert makers == []


@pytest.mark.fault("A2")
def test_nothing_runs_a_shell() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "shell=True" not in text, path
        assert "os.system(" not in text, path


# What runs a program, reads a file or the network, or reads text as an expression, in an Asterisk dialplan.
DANGEROUS = re.compile(
    r"\b(Try)?System\(|\bSHELL\(|\bFILE\(|\bCURL\(|\bEVAL\(|externnotify|MixMonitor\(", re.IGNORECASE
)


@pytest.mark.fault("A2", "A3")
@pytest.mark.parametrize(
    "path", sorted((PACKAGE.parent / "dialplan").glob("*.conf")), ids=lambda path: path.name
)
def test_dialplan_runs_no_program_and_takes_no_digits_but_digits(path: Path) -> None:
    lines = [line.partition(";")[0] for line in path.read_text(encoding="utf-8").splitlines()]

    assert [line for line in lines if DANGEROUS.search(line)] == []
    assert [
        line for line in lines if re.search(r"exten\s*=>\s*_X?\.", line)
    ] == []  # would match anything typed


@pytest.mark.fault("A8")
def test_no_statement_of_sql_is_put_together_from_text() -> None:
    """Parameters only: what is handed to ``text`` or ``execute`` is never a text with something in it."""
    put_together = {
        f"{path.name}: {ast.unparse(node)}"
        for path in (PACKAGE / "ledger").rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1]
        in {"text", "execute", "exec_driver_sql", "scalar", "scalars"}
        and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args)
    }

    assert put_together == {"store.py: connection.execute(f'PRAGMA {pragma}')"}  # of four words of ours


def _functions(block: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of a file, those within them left out."""
    for node in block.body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _sleeping(path: Path) -> Iterator[str]:
    for function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
        if any(_is_sleep(node) for node in ast.walk(function)):
            yield f"{path.relative_to(TESTS).as_posix()}: {function.name}"


def _is_sleep(node: ast.AST) -> bool:
    """To give way to the loop for one round, ``sleep(0)``, is none."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] != "sleep":
        return False
    return ast.unparse(node.args[0]) != "0"


def test_no_test_sleeps_a_guessed_time() -> None:
    sleeping = {each for path in TESTS.rglob("*.py") for each in _sleeping(path)}

    assert sleeping == set(SLEEPS)


def test_no_test_is_skipped() -> None:
    skipping = {
        f"{path.relative_to(TESTS).as_posix()}: {ast.unparse(node)}"
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("skip", "skipif", "importorskip", "xfail")
    }

    assert skipping == set()
