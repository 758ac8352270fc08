"""Which tests show which row of docs/faults.md.

A test carries the numbers of its rows, ``@pytest.mark.fault("F06", "P7")``; the document's column "shown by" is
made of them: ``python -m tests.fault_rows`` writes it anew.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "faults.md"

_ROW = re.compile(r"\| ([FAP]\d+) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the document. ``besides``: what is not tested here, why, and what was done instead."""

    number: str
    does: str
    shown_by: str
    besides: str

    def __str__(self) -> str:
        return f"| {self.number} | {self.does} | {self.shown_by} | {self.besides} |"


def rows(document: str) -> list[Row]:
    """The rows of the document's tables, in order."""
    return [Row(*(cell.strip() for cell in found.groups())) for found in _ROW.finditer(document)]


def marked() -> Mapping[str, list[str]]:
    """The tests that show each row, as ``folder/file.py::test``, in order."""
    tests: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, numbers in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            for number in numbers:
                tests[number].append(f"{path.relative_to(TESTS).as_posix()}::{test}")
    return tests


def _marks(file: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in file.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault":
                    yield node.name, [ast.literal_eval(argument) for argument in decorator.args]


def with_tests(document: str, tests: Mapping[str, list[str]]) -> str:
    """The document with the column "shown by" as the tests say."""

    def written(found: re.Match[str]) -> str:
        number, does, _, besides = (cell.strip() for cell in found.groups())
        return str(Row(number, does, "<br>".join(f"`{test}`" for test in tests.get(number, ())), besides))

    return _ROW.sub(written, document)


if __name__ == "__main__":
    DOCUMENT.write_text(
        with_tests(DOCUMENT.read_text(encoding="utf-8"), marked()),
        encoding="utf-8",
    )
