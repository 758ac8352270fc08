"""``codes:`` -> the site's codes, and what they clash with: each other, extensions, and a FreePBX's own codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ari_absence.config import checks
from ari_absence.config.conversation_schema import CodesShape
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import Block
from ari_absence.core.codes import Codes
from ari_absence.core.facts import Kind

FREEPBX = frozenset(
    {"*1", "*2", "*3", "*4", "*5", "*6", "*8", "*11", "*12", "*21", "*52", "*53", "*59", "*72", "*73", "*74"}
    | {"*76", "*78", "*79", "*85", "*88", "**", "##"}
    | {f"*28{digit}" for digit in range(10)}
    | {f"*9{digit}" for digit in range(9)}
)
"""What a FreePBX listens to as it comes."""


def codes_of(
    shape: CodesShape, block: Block, internal: Iterable[str], mistakes: FileMistakes, *, freepbx: bool
) -> Codes:
    """The site's codes. What would mean two things is a mistake; what a FreePBX takes itself, a warning."""
    named = shape.model_dump(exclude={"toggle_kind"})
    codes = Codes(**named, toggle_kind=Kind(shape.toggle_kind))
    if block.left_out:
        return codes
    for one, other in codes.clashes():
        at = block.value_at(other if other in block else one)
        mistakes.add(at, f"{named[other]} would mean both {one} and {other}; choose another code")
    for name, pattern in _extensions_taken(codes, internal):
        sentence = f"{named[name]} is an extension by {pattern} of dialing.internal, too; choose another code"
        mistakes.add(block.value_at(name), sentence)
    if freepbx:
        _warn_of_freepbx(named, internal, block, mistakes)
    return codes


def note_people_with_codes(codes: Codes, people: Mapping[str, int], mistakes: FileMistakes) -> None:
    """Note whose extension, at its place, is one of our codes."""
    for extension, at in people.items():
        command = codes.parse(extension)
        if command is not None:
            sentence = (
                f'"{extension}" is a code (codes.{_name_of(codes, extension)}); write another extension'
            )
            mistakes.add(at, sentence)


def _name_of(codes: Codes, dialled: str) -> str:
    return next(name for name, code in codes.named() if dialled.startswith(code))


def _extensions_taken(codes: Codes, internal: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name, code, follows in codes.patterns():
        for pattern in internal:
            taken = pattern[: len(code)] if follows == "extension" else pattern
            if checks.fits_pattern(code, taken):
                yield name, pattern
                break


def _warn_of_freepbx(
    named: Mapping[str, str], internal: Iterable[str], block: Block, mistakes: FileMistakes
) -> None:
    for name, code in named.items():
        if code in FREEPBX:
            sentence = f"{code} ({name}) is a code of FreePBX, too; switch it off there, or choose another"
            mistakes.warn(block.value_at(name), sentence)
        elif any(code[0] == "*" and checks.fits_pattern(code[1:], pattern) for pattern in internal):
            sentence = f"{code} ({name}) reaches a mailbox of FreePBX (* and an extension); choose another"
            mistakes.warn(block.value_at(name), sentence)
