"""What would eat memory, time or sense is refused quickly, with a sentence."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ari_absence.config.loader import load
from ari_absence.config.reader import ALIASES_MAX, FILE_MAX_BYTES, NODES_MAX
from ari_absence.errors import ConfigurationError
from tests.config.folder import PEOPLE, SITE, mistakes, write

QUICK_SECONDS = 3.0  # one second of work on a machine that does other things as well


def bomb() -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "l0: &l0 [x]\n" + "\n".join(levels) + "\n"


REFUSED: list[tuple[str, str | bytes, str]] = [
    (
        "an alias bomb",
        bomb(),
        f"people.yaml:7:40: the file holds more than {NODES_MAX} values; remove repetitions (aliases)",
    ),
    (
        "too many aliases",
        "a: &a x\nb: [" + "*a, " * (ALIASES_MAX + 1) + "*a]\n",
        f"people.yaml:2:{4 * ALIASES_MAX + 5}: more than {ALIASES_MAX} aliases (*); write the values out",
    ),
    (
        "3000 levels of brackets",
        "people: " + "[" * 3000,
        "people.yaml:1:20: nested deeper than 12 levels; write it flatter",
    ),
    (
        "3000 levels of indentation",
        "".join(" " * level + "a:\n" for level in range(3000)),
        "people.yaml:13:13: nested deeper than 12 levels; write it flatter",
    ),
    (
        "a file of nothing but values",
        "people: [" + "x," * (NODES_MAX + 1),
        (
            f"people.yaml:1:{2 * NODES_MAX + 6}: the file holds more than {NODES_MAX} values;"
            " remove repetitions (aliases)"
        ),
    ),
    (
        "a file that is too large",
        b"#" * (FILE_MAX_BYTES + 1),
        "people.yaml:1:1: the file is larger than 16 MB; remove what does not belong in it",
    ),
    (
        "Latin letters of another encoding",
        b'people:\n  "101":\n    name: M\xfcller\n',
        "people.yaml:3:12: this character is not UTF-8; save the file as UTF-8",
    ),
    (
        "UTF-16",
        PEOPLE.encode("utf-16"),
        "people.yaml:1:1: the file is written as UTF-16; save it as UTF-8",
    ),
    (
        "a byte order mark",
        b"\xef\xbb\xbf" + PEOPLE.encode(),
        "people.yaml:1:1: the file begins with a byte order mark; save it as UTF-8 without one",
    ),
]


@pytest.mark.fault("F53", "P8")
@pytest.mark.parametrize(
    ("people", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_it_is_refused_quickly(tmp_path: Path, people: str | bytes, expected: str) -> None:
    write(tmp_path, SITE, people)
    begun = time.process_time()
    found = mistakes(tmp_path, SITE, people)
    assert time.process_time() - begun < QUICK_SECONDS
    assert found[-1] == expected


@pytest.mark.fault("F53")
def test_a_file_of_200_mb_is_not_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path)
    with (tmp_path / "people.yaml").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert told(tmp_path)[0].startswith("people.yaml:1:1: the file is larger than 16 MB")


@pytest.mark.fault("F54")
def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "people.yaml").unlink()
    (tmp_path / "people.yaml").mkdir()
    assert told(tmp_path) == ["people.yaml:1:1: this is a folder; put a file of this name in its place"]


@pytest.mark.fault("F54")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (write(tmp_path) / "people.yaml").unlink()
    os.mkfifo(tmp_path / "people.yaml")
    assert told(tmp_path) == [
        "people.yaml:1:1: this is not a regular file; put a file of this name in its place"
    ]


def test_both_missing_files_are_named(tmp_path: Path) -> None:
    missing = "there is no such file; create it, starting from the commented example of the same name"
    assert told(tmp_path) == [f"absence.yaml:1:1: {missing}", f"people.yaml:1:1: {missing}"]


def test_aliases_within_reason_are_read(tmp_path: Path) -> None:
    people = """\
people:
  "101": {name: Alice, hours: &early {mon-fri: ["07:00-15:00"]}}
  "102": {name: Kenji, hours: *early}
"""
    assert mistakes(tmp_path, SITE, people) == []


def told(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(folder, {})
    return raised.value.mistakes
