"""Mistakes in the configuration, each a sentence at a place: collected, sorted, raised once."""

from __future__ import annotations

from ari_absence.core.text import for_terminal
from ari_absence.errors import ConfigurationError

MISTAKES_SHOWN = 200  # nobody mends more in one go; a file of rubbish must not fill the log
SENTENCE_MAX = 2000  # characters; ours have 300 at most, without what they quote
_COLUMN_BITS = 24  # the longest line a file of the greatest size can hold
_COLUMN_MASK = (1 << _COLUMN_BITS) - 1


def place(line: int, column: int) -> int:
    """A place in a file as one number, cheap to keep by the hundred thousand. Both count from 1."""
    return line << _COLUMN_BITS | min(column, _COLUMN_MASK)


def line_of(at: int) -> int:
    """The line, from 1, of a place."""
    return at >> _COLUMN_BITS


class Mistakes:
    """Everything that is wrong in all files."""

    def __init__(self) -> None:
        self._found: set[tuple[str, int, int, str]] = set()
        self._warned: set[tuple[str, int, int, str]] = set()
        self.unreadable: set[str] = set()

    def __len__(self) -> int:
        """How many mistakes there are; warnings are none."""
        return len(self._found)

    def add(self, file: str, at: int, sentence: str) -> None:
        """Note ``sentence`` for the place ``at`` of ``file``."""
        self._found.add((file, at >> _COLUMN_BITS, at & _COLUMN_MASK, sentence))

    def warn(self, file: str, at: int, sentence: str) -> None:
        """Note what works as it stands and yet is hardly meant so."""
        self._warned.add((file, at >> _COLUMN_BITS, at & _COLUMN_MASK, sentence))

    def warnings(self) -> list[str]:
        """Every warning that has a place, as :meth:`lines`."""
        return _lines(self._warned)

    def give_up_on(self, file: str, at: int, sentence: str) -> None:
        """Note ``sentence``, after which the rest of ``file`` can't be judged."""
        self.unreadable.add(file)
        self.add(file, at, sentence)

    def lines(self) -> list[str]:
        """Every mistake as ``file:line:column: sentence``, in the order of the files."""
        return _lines(self._found)

    def raise_if_any(self) -> None:
        """Raise all of them at once.

        Raises:
            ConfigurationError: at least one mistake was found.
        """
        if self._found:
            raise ConfigurationError(self.lines())


def _lines(noted: set[tuple[str, int, int, str]]) -> list[str]:
    found = sorted(noted)
    # what a file says may be in the sentence, and must neither break the line nor command a terminal
    lines = [
        f"{file}:{line}:{column}: {for_terminal(sentence, SENTENCE_MAX)}"
        for file, line, column, sentence in found[:MISTAKES_SHOWN]
    ]
    if len(found) > MISTAKES_SHOWN:
        lines.append(f"and {len(found) - MISTAKES_SHOWN} more; mend these first")
    return lines


class FileMistakes:
    """The mistakes of one file."""

    def __init__(self, mistakes: Mistakes, file: str) -> None:
        self._mistakes = mistakes
        self.file = file

    @property
    def count(self) -> int:
        """How many mistakes there are so far, in all files."""
        return len(self._mistakes)

    def add(self, at: int, sentence: str) -> None:
        """Note ``sentence`` for the place ``at``."""
        self._mistakes.add(self.file, at, sentence)

    def warn(self, at: int, sentence: str) -> None:
        """Note, for the place ``at``, what works as it stands and yet is hardly meant so."""
        self._mistakes.warn(self.file, at, sentence)

    def give_up(self, at: int, sentence: str) -> None:
        """Note ``sentence``, after which the rest of the file can't be judged."""
        self._mistakes.give_up_on(self.file, at, sentence)
