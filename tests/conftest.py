"""``pytest --fault F06`` runs the tests that show a row of docs/faults.md."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault", metavar="ROW", help="run what shows this row of docs/faults.md, such as F06")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    row = config.getoption("--fault")
    if row is None:
        return
    left_out = [item for item in items if row not in _rows(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if row in _rows(item)]


def _rows(item: pytest.Item) -> set[str]:
    return {row for mark in item.iter_markers("fault") for row in mark.args}
