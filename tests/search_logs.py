"""``python -m tests.search_logs FOLDER``: fails with each line of a run's logs that holds what no log may hold.

Looked for is everything secret or private that the tests and the example configurations use: passwords, tokens,
private numbers, notes and briefings, the numbers of callers, and the passwords that laboratories made up.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
CONFIGURATIONS = ("config", "tests/config/examples", "ari_absence/lab/demo/config")

NOTES = {"note", "may"}
NUMBERS = {"mobile", "PrivateNumber"}
SECRETS = {"password", "smtp_password", "ari_password", "ami_password", "secret", "database_url"}
SHORTEST = 8
"""What is shorter, or is a word of every log, would be found by chance."""

CALLERS = ("0441112233", "0442223344", "+81312345678")
SHOWN = {
    "Confirm dates.": "too common to be told from a sentence of ours",
}

_IN_YAML = re.compile(r"^\s*(?:- )?\{?(note|may|mobile): *[\"']?(.+?)[\"']?\s*(?:#.*)?\}?$", re.MULTILINE)
_COUNTRY_CODES = ("81", "49", "44")


@dataclass(frozen=True, slots=True)
class Word:
    """What must not be found, what it is, and where it stands in the tests."""

    pattern: re.Pattern[str]
    what: str
    where: str


def words(root: Path = ROOT) -> list[Word]:
    """Everything to be looked for."""
    found = dict.fromkeys(CALLERS, ("a caller's number", "tests/search_logs.py"))
    for path in sorted((root / "tests").rglob("*.py")):
        for what, text in _in_source(path.read_text(encoding="utf-8")):
            found.setdefault(text, (what, path.relative_to(root).as_posix()))
    for folder in CONFIGURATIONS:
        for path in sorted((root / folder).glob("*.yaml")):
            for what, text in _in_yaml(path.read_text(encoding="utf-8")):
                found.setdefault(text, (what, path.relative_to(root).as_posix()))
    kept = (each for each in found.items() if len(each[0]) >= SHORTEST and each[0] not in SHOWN)
    return [Word(_pattern(text), what, where) for text, (what, where) in kept]


def made_up(folder: Path) -> list[Word]:
    """The secrets that this run made up for itself."""
    lines = {line for file in folder.glob("*-secrets.txt") for line in file.read_text().splitlines()}
    return [
        Word(re.compile(re.escape(line)), "a password of the laboratory", "this run")
        for line in lines
        if line
    ]


def findings(folder: Path, forbidden: list[Word]) -> Iterator[str]:
    """A sentence for each line that holds something forbidden."""
    for file in sorted(folder.glob("*.log")):
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            word = next((each for each in forbidden if each.pattern.search(line)), None)
            if word is not None:
                yield f"{file}:{number}: holds {word.what} of {word.where}: {line.strip()[:400]}"


def _in_source(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg is not None:
            yield from _of(node.arg, node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _of(key.value, value)
        elif isinstance(node, ast.Call) and node.args:
            yield from _of(ast.unparse(node.func).rpartition(".")[2], node.args[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _in_yaml(node.value)


def _of(name: str, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and (what := _what(name)):
        yield what, value.value


def _in_yaml(text: str) -> Iterator[tuple[str, str]]:
    for name, value in _IN_YAML.findall(text):
        yield _what(name) or name, value


def _what(name: str) -> str | None:
    if name in NOTES:
        return "a note"
    if name in NUMBERS:
        return "a private number"
    return "a secret" if name.lower() in SECRETS else None


def _pattern(text: str) -> re.Pattern[str]:
    """Of a number its digits however they are grouped, with or without its country; of anything else itself."""
    digits = re.sub(r"[ /()+-]", "", text)
    if not digits.isdigit():
        return re.compile(re.escape(text), re.IGNORECASE)
    for code in _COUNTRY_CODES:
        if text.startswith(f"+{code}"):
            digits = digits.removeprefix(code)
            break
    grouped = r"[ /()-]*".join(digits.removeprefix("0"))
    return re.compile(r"(?<![0-9.:])(?:\+?[0-9]{1,3}|0)?" + grouped + r"(?![0-9])")


def main() -> None:
    """Search the folder that the command line names."""
    folder = Path(sys.argv[1])
    logs = list(folder.glob("*.log"))
    if not logs:
        sys.exit(f"no logs in {folder}; were the tests run with ARI_ABSENCE_TEST_LOGS={folder}?")
    forbidden = [*words(), *made_up(folder)]
    found = list(findings(folder, forbidden))
    for sentence in found[:50]:
        print(sentence)
    if found:
        sys.exit(f"{len(found)} lines of the tests' logs hold something secret or private")
    print(f"{len(forbidden)} secrets, private numbers and notes: none is in the {len(logs)} logs of this run")


if __name__ == "__main__":
    main()
