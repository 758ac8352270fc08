"""The sound part of a mapping in which something is wrong, so that the checks that follow can judge the rest.

It is never taken: whoever asks for it has noted a mistake already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ari_absence.config import sentences
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import DEPTH_MAX, Block, Items

_AnyShape = TypeVar("_AnyShape", bound=BaseModel)
_Wrong = dict[int | str, Any]  # steps to what is wrong, as a tree; {} at its end

# Without these keys there would be no shape at all. No check that follows tells a stand-in from the real thing.
_STAND_INS: dict[str, Any] = {
    "site": {},
    "hours": {},
    "company": "-",
    "timezone": "UTC",
    "country": "ZZ",  # a country nobody has; the site knows that it is none
    "name": "-",
    "kind": "away",
}


def checked(
    shape: type[_AnyShape], block: Block, mistakes: FileMistakes
) -> tuple[_AnyShape, Block] | tuple[None, None]:
    """``block`` as a ``shape``. After noting what is wrong, the sound part of both, or nothing if there is none."""
    try:
        return shape.model_validate(block), block
    except ValidationError as error:
        sentences.note_all(error, shape, block, mistakes)
        return _sound(shape, block, error)


def _sound(
    shape: type[_AnyShape], block: Block, error: ValidationError
) -> tuple[_AnyShape, Block] | tuple[None, None]:
    for _ in range(DEPTH_MAX):  # what is left out can leave its surroundings wanting, but no deeper than this
        wrong = _tree(error)
        if not all(wrong):
            break
        block = _without(block, wrong)
        try:
            return shape.model_validate(_completed(shape, block)), block
        except ValidationError as still:
            error = still
    return None, None


def _tree(error: ValidationError) -> _Wrong:
    """The way to everything that ``error`` is about; the key "" says that the whole is."""
    tree: _Wrong = {}
    for path in _paths(error):
        below = tree
        for step in path or [""]:
            below = below.setdefault(step, {})
    return tree


def _paths(error: ValidationError) -> Iterator[list[int | str]]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        path = [step for step in detail["loc"] if step != "[key]"]
        if detail["type"] != "missing":
            yield path
        elif path[-1] not in _STAND_INS:
            yield path[:-1]


def _without(value: Any, wrong: _Wrong) -> Any:  # noqa: ANN401 - whatever YAML holds
    """``value`` without what ``wrong`` leads to. What is sound is shared with it."""
    if isinstance(value, Block):
        return _block_without(value, wrong)
    return _items_without(value, wrong) if isinstance(value, Items) else value


def _block_without(block: Block, wrong: _Wrong) -> Block:
    part = Block(block.at)
    gone = [key for key, value in block.items() if _is_gone(value, key, wrong)]
    part.left_out = (*block.left_out, *gone)
    for index, (key, value) in enumerate(block.items()):
        if not _is_gone(value, key, wrong):
            part[key] = _without(value, wrong[key]) if key in wrong else value
            part.places += block.places[2 * index : 2 * index + 2]
    return part


def _items_without(items: Items, wrong: _Wrong) -> Items:
    part = Items(items.at)
    for index, value in enumerate(items):
        if not _is_gone(value, index, wrong):
            part.append(_without(value, wrong[index]) if index in wrong else value)
            part.places.append(items.places[index])
    return part


def _is_gone(value: object, step: int | str, wrong: _Wrong) -> bool:
    return step in wrong and (not wrong[step] or not isinstance(value, Block | Items))


def _completed(annotation: Any, value: Any) -> Any:  # noqa: ANN401 - a type of any kind, whatever YAML holds
    """``value`` with a stand-in for every needed key it lacks."""
    model = sentences.model_in(annotation)
    if isinstance(value, list):
        return [_completed(sentences.element_of(annotation), each) for each in value]
    if not isinstance(value, dict):
        return value
    if model is None:
        return {key: _completed(sentences.element_of(annotation), each) for key, each in value.items()}
    whole = {**_stand_ins(model), **value}
    return {key: _completed(sentences.field_of(model, key), each) for key, each in whole.items()}


def _stand_ins(model: type[BaseModel]) -> dict[str, Any]:
    needed = {field.alias or name: field for name, field in model.model_fields.items() if field.is_required()}
    return {key: _stand_in(key, field.annotation) for key, field in needed.items() if key in _STAND_INS}


def _stand_in(key: str, annotation: Any) -> Any:  # noqa: ANN401 - a type of any kind
    return get_args(annotation)[0] if get_origin(annotation) is Literal else _STAND_INS[key]
