"""Every fault, attack and promise of docs/faults.md is shown by a test, or it says why not."""

from __future__ import annotations

from tests.fault_rows import DOCUMENT, marked, rows, with_tests

DOCUMENTED = DOCUMENT.read_text(encoding="utf-8")
NUMBERS = [
    f"{kind}{number:{width}}"
    for kind, width, last in (("F", "02", 77), ("A", "", 16), ("P", "", 12))
    for number in range(1, last + 1)
]


def test_every_row_is_there_once_and_in_order() -> None:
    assert [row.number for row in rows(DOCUMENTED)] == NUMBERS


def test_tests_carry_numbers_of_rows_that_exist() -> None:
    assert set(marked()) <= set(NUMBERS)


def test_rows_name_the_tests_that_carry_their_numbers() -> None:
    assert with_tests(DOCUMENTED, marked()) == DOCUMENTED, "run `python -m tests.fault_rows`"


def test_what_no_test_shows_says_why() -> None:
    silent = [row.number for row in rows(DOCUMENTED) if not (row.shown_by or row.besides)]

    assert silent == []
