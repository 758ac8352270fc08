"""Strict YAML: text -> plain values that know where they stand, within bounds.

Not accepted: tags, directives, several documents, keys that are not text, repeated keys, a byte order mark.
Aliases are, as long as what they repeat stays within the bounds.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from ari_absence.config.mistakes import FileMistakes, line_of, place
from ari_absence.config.scalars import Trap, read_plain

FILE_MAX_BYTES = 16 * 1024 * 1024  # 20 000 people with every key there is
NODES_MAX = 1_000_000  # thirty thousand people; the parser makes about a million in a second
_CHUNK_BYTES = 64 * 1024
DEPTH_MAX = 12  # ours go five deep
ALIASES_MAX = 1000
YamlValue: TypeAlias = Any  # Block, Items or a Scalar; pydantic finds out which
YamlEvent: TypeAlias = Any  # the stubs of yaml know neither marks nor styles of its events
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOP = place(1, 1)


class Block(dict[str, Any]):
    """A mapping that knows where it, its keys and its values stand.

    ``left_out`` names the keys that stand there, too, but whose values are of no use; that was noted already.
    """

    __slots__ = ("at", "left_out", "places")

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.places: list[int] = []  # key, value, key, value: in the order of the keys
        self.left_out: tuple[str, ...] = ()

    def below(self, key: str) -> Block:
        """The mapping under ``key``; an empty one if there is none."""
        return self[key] if key in self else Block(self.at)

    def key_at(self, key: str) -> int:
        """Where ``key`` stands; the block's own place if it has no such key."""
        return self.places[2 * list(self).index(key)] if key in self else self.at

    def value_at(self, key: str) -> int:
        """Where the value of ``key`` stands; the block's own place if it has no such key."""
        return self.places[2 * list(self).index(key) + 1] if key in self else self.at


class Items(list[Any]):
    """A list that knows where it and its entries stand."""

    __slots__ = ("at", "places")

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.places: list[int] = []


@dataclass(frozen=True, slots=True)
class Entry:
    """A top-level key with its value; or, for a key read piece by piece, one key below it."""

    path: tuple[str, ...]
    key_at: int
    value_at: int
    value: Any


class _Unreadable(Exception):
    def __init__(self, at: int, sentence: str) -> None:
        self.at = at
        self.sentence = sentence


def no_value(key: str) -> str:
    """The sentence for a key with nothing behind it."""
    return f'"{key}" has no value; write one or remove the key'


def read_bytes(path: Path, mistakes: FileMistakes) -> bytes | None:
    """The content of ``path``, or None after noting why it can't be had."""
    try:
        if path.is_dir():
            raise _Unreadable(_TOP, "this is a folder; put a file of this name in its place")
        if path.exists() and not path.is_file():
            raise _Unreadable(_TOP, "this is not a regular file; put a file of this name in its place")
        content = _read_undisturbed(path)
        _check_bytes(content)
    except _Unreadable as wrong:
        mistakes.give_up(wrong.at, wrong.sentence)
    except OSError as error:
        mistakes.give_up(_TOP, _sentence_for_os(error))
    else:
        return content
    return None


def _read_undisturbed(path: Path) -> bytes:
    """The content, if nobody wrote to the file meanwhile: half a file may make sense and lack half the people."""
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        content = file.read(FILE_MAX_BYTES + 1)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _Unreadable(_TOP, "the file was written to while it was read; load it again")
    return content


def _sentence_for_os(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file; create it, starting from the commented example of the same name"
    if isinstance(error, PermissionError):
        return "this file can't be read; give the service's user the right to read it"
    return f"this file can't be read ({error.strerror}); check the disk and the file"


def _check_bytes(content: bytes) -> None:
    if len(content) > FILE_MAX_BYTES:
        limit = FILE_MAX_BYTES // 1024 // 1024
        raise _Unreadable(_TOP, f"the file is larger than {limit} MB; remove what does not belong in it")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _Unreadable(_TOP, "the file is written as UTF-16; save it as UTF-8")
    if content[:3] == b"\xef\xbb\xbf":
        raise _Unreadable(_TOP, "the file begins with a byte order mark; save it as UTF-8 without one")
    _check_utf8(content)


def _check_utf8(content: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK_BYTES):
            decoder.decode(content[start : start + _CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        at = _place_of_first_bad_byte(content)
        raise _Unreadable(at, "this character is not UTF-8; save the file as UTF-8") from None


def _place_of_first_bad_byte(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        return place(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
    return _TOP


def entries(content: bytes, mistakes: FileMistakes, piecewise: frozenset[str]) -> Iterator[Entry]:
    """The top-level keys of a YAML text one after another; those in ``piecewise`` key by key.

    What can't be read ends the iteration, after it was noted as a mistake.
    """
    try:
        yield from _Composer(content, mistakes).entries(piecewise)
    except _Unreadable as wrong:
        mistakes.give_up(wrong.at, wrong.sentence)
    except yaml.MarkedYAMLError as error:
        mistakes.give_up(_place_of_error(error), _sentence_for_yaml(error, content))
    except yaml.reader.ReaderError as error:
        before = content[: error.position] if isinstance(error.position, int) else b""
        at = place(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        mistakes.give_up(at, "there is a control character here; remove it")


def _place_of_error(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return _TOP if mark is None else place(mark.line + 1, mark.column + 1)


def _sentence_for_yaml(error: yaml.MarkedYAMLError, content: bytes) -> str:
    problem = error.problem or "this can't be read as YAML"
    if "tab character" in problem:
        return "a tab stands here; indent with spaces"
    if "cannot start any token" in problem:
        if error.problem_mark is not None and _character_at(content, error.problem_mark) == "\t":
            return "a tab stands here; indent with spaces"
        return "this character can't begin a value; put the value in double quotes"
    if "did not find expected key" in problem or "mapping values are not allowed" in problem:
        return "this line does not fit the lines above it; check its indentation, colons and quotes"
    return f"this is not YAML ({problem}); check the indentation, brackets and quotes here and just above"


def _character_at(content: bytes, mark: yaml.Mark) -> str:
    return content.decode()[mark.index : mark.index + 1]


class _Composer:
    """Puts values together from the parser's events, counting what it makes."""

    def __init__(self, content: bytes, mistakes: FileMistakes) -> None:
        self._next = _LOADER(content).get_event
        self._mistakes = mistakes
        self._made = 0
        self._aliases = 0
        self._anchored: dict[str, tuple[Any, int, int]] = {}

    def entries(self, piecewise: frozenset[str]) -> Iterator[Entry]:
        self._root()
        for key, key_at, event in self._pairs(1):
            if key in piecewise and type(event) is MappingStartEvent and event.anchor is event.tag is None:
                yield from self._pieces(key, event)
            else:
                value_at, value = self._at(event), self._value(event, 2)
                yield Entry((key,), key_at, value_at, value)
        self._check_end()

    def _pieces(self, key: str, start: YamlEvent) -> Iterator[Entry]:
        self._count(start, 1)
        yield Entry((key,), self._at(start), self._at(start), Block(self._at(start)))
        for below, key_at, event in self._pairs(2, keys_are_extensions=True):
            value_at, value = self._at(event), self._value(event, 3)
            yield Entry((key, below), key_at, value_at, value)

    def _root(self) -> None:
        self._next()
        document = self._next()
        if type(document) is StreamEndEvent:
            raise _Unreadable(_TOP, "the file is empty; start from the commented example of the same name")
        self._check_directives(document)
        root = self._next()
        if type(root) is ScalarEvent and not root.value:
            raise _Unreadable(_TOP, "the file is empty; start from the commented example of the same name")
        if type(root) is not MappingStartEvent:
            raise _Unreadable(self._at(root), 'the file must begin with a key, such as "people:" or "site:"')
        self._check_tag(root)

    def _check_directives(self, document: YamlEvent) -> None:
        if type(document) is DocumentStartEvent and (document.version or document.tags):
            raise _Unreadable(self._at(document), "directives (%) are not accepted; remove the line")

    def _check_end(self) -> None:
        if type(self._next()) is DocumentEndEvent:
            following = self._next()
            if type(following) is not StreamEndEvent:
                raise _Unreadable(self._at(following), "a second document begins here; keep one in each file")

    @staticmethod
    def _at(event: YamlEvent) -> int:
        mark = event.start_mark
        return place(mark.line + 1, mark.column + 1)

    def _count(self, event: YamlEvent, number: int) -> None:
        self._made += number
        if self._made > NODES_MAX:
            raise _Unreadable(
                self._at(event), f"the file holds more than {NODES_MAX} values; remove repetitions (aliases)"
            )

    def _check_tag(self, event: YamlEvent) -> None:
        if event.tag is not None:
            raise _Unreadable(self._at(event), "tags (!) are not accepted; remove the tag, or quote the text")

    def _value(self, event: YamlEvent, depth: int) -> YamlValue:
        kind = type(event)
        if kind is ScalarEvent and event.anchor is event.tag is None and self._made < NODES_MAX:
            self._made += 1  # nine values of ten
            return event.value if event.style else read_plain(event.value)
        if kind is AliasEvent:
            return self._repeated(event)
        self._check_tag(event)
        self._count(event, 1)
        if event.anchor is None:
            return self._unnamed(event, depth)
        return self._named(event, depth)

    def _unnamed(self, event: YamlEvent, depth: int) -> YamlValue:
        kind = type(event)
        if kind is ScalarEvent:
            return event.value if event.style else read_plain(event.value)
        if depth > DEPTH_MAX:
            raise _Unreadable(self._at(event), f"nested deeper than {DEPTH_MAX} levels; write it flatter")
        return self._block(event, depth) if kind is MappingStartEvent else self._items(event, depth)

    def _named(self, event: YamlEvent, depth: int) -> YamlValue:
        made_before = self._made
        self._anchored[event.anchor] = (None, 0, self._at(event))
        value = self._unnamed(event, depth)
        self._anchored[event.anchor] = (value, self._made - made_before + 1, 0)
        return value

    def _repeated(self, event: YamlEvent) -> YamlValue:
        self._aliases += 1
        if self._aliases > ALIASES_MAX:
            raise _Unreadable(self._at(event), f"more than {ALIASES_MAX} aliases (*); write the values out")
        value, size, unfinished = self._anchored.get(event.anchor, (None, 0, -1))
        if unfinished:
            why = "repeats itself without end" if unfinished > 0 else "is nowhere defined"
            raise _Unreadable(self._at(event), f"*{event.anchor} {why}; write the value out")
        self._count(event, size)
        return value

    def _items(self, start: YamlEvent, depth: int) -> Items:
        items = Items(self._at(start))
        event = self._next()
        while type(event) is not SequenceEndEvent:
            items.places.append(self._at(event))
            items.append(self._value(event, depth + 1))
            event = self._next()
        return items

    def _block(self, start: YamlEvent, depth: int) -> Block:
        block = Block(self._at(start))
        for key, key_at, event in self._pairs(depth):
            value_at, value = self._at(event), self._value(event, depth + 1)
            if value is None:
                self._mistakes.add(key_at, no_value(key))
                block.left_out += (key,)
                continue
            block.places += (key_at, value_at)
            block[key] = value
        return block

    def _pairs(self, depth: int, *, keys_are_extensions: bool = False) -> Iterator[tuple[str, int, Any]]:
        """Each key of a mapping with its place and the first event of its value; repeated keys are left out.

        Whoever stands under an extension that lacks its quotes is still somebody: others may name them.
        """
        known: dict[str, int] = {}
        event = self._next()
        while type(event) is not MappingEndEvent:
            key, key_at = self._key(event), self._at(event)
            if key is None and keys_are_extensions and type(event) is ScalarEvent and event.value.isalnum():
                key = event.value
            value = self._next()
            if key is None or (key in known and self._is_repeated(key, key_at, known)):
                self._value(value, depth + 1)
            else:
                known[key] = key_at
                yield key, key_at, value
            event = self._next()

    def _key(self, event: YamlEvent) -> str | None:
        """The key as text; anything else is noted, and skipped with its value."""
        value = self._value(event, DEPTH_MAX)
        if type(value) is str:
            return value
        at = self._at(event)
        if isinstance(value, Trap):
            self._mistakes.add(at, value.sentence)
        elif isinstance(value, bool | int | float):
            text = event.value if type(event) is ScalarEvent else value
            self._mistakes.add(at, f'{text} is not quoted, and YAML does not read it as text; write "{text}"')
        else:
            self._mistakes.add(at, "this key is not text; write a word followed by a colon")
        return None

    def _is_repeated(self, key: str, key_at: int, known: dict[str, int]) -> bool:
        first = line_of(known[key])
        self._mistakes.add(key_at, f'"{key}" is given twice, first on line {first}; keep one of the two')
        return True
