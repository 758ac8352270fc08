"""What pydantic finds wrong -> a sentence at a place. Private values never appear in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ari_absence.config.checks import nearest
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import Block, Items, no_value
from ari_absence.config.scalars import Trap

PRIVATE_KEYS = frozenset({"mobile", "note", "may"})
_SECRET_WORDS = ("password", "secret", "token", "username", "database_url")


def note_all(error: ValidationError, shape: type[BaseModel], root: Block, mistakes: FileMistakes) -> None:
    """Note every mistake of ``error``, which came from checking ``root`` against ``shape``."""
    details = error.errors(include_url=False, include_context=True)
    misspelt = {_meant(detail, shape) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        if detail["type"] == "missing" and (detail["loc"] in misspelt or _is_left_out(root, detail["loc"])):
            continue  # it is there, and what is wrong with it is said
        mistakes.add(place_of(root, detail["loc"], detail["type"]), _sentence(detail, shape))


def _meant(detail: ErrorDetails, shape: type[BaseModel]) -> tuple[int | str, ...]:
    """Where the key that an unknown one was probably meant to be would stand."""
    *above, key = detail["loc"]
    return (*above, nearest(str(key), _keys_at(shape, above)))


def _is_left_out(root: Block | Items, loc: tuple[int | str, ...]) -> bool:
    value: Any = root
    for step in loc[:-1]:
        value = value[step]
    return isinstance(value, Block) and loc[-1] in value.left_out


def place_of(root: Block | Items, loc: tuple[int | str, ...], error_type: str = "") -> int:
    """Where in the file the value at ``loc`` stands; its key, if the key itself is wrong."""
    value: Any = root
    at = root.at
    of_key = error_type == "extra_forbidden" or (bool(loc) and loc[-1] == "[key]")
    path = [step for step in loc if step != "[key]"]
    for index, step in enumerate(path):
        if isinstance(value, Block) and step in value:
            last = index == len(path) - 1
            at = value.key_at(str(step)) if last and of_key else value.value_at(str(step))
            value = value[str(step)]
        elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
            at, value = value.places[step], value[step]
        else:
            break
    return at


def _sentence(detail: ErrorDetails, shape: type[BaseModel]) -> str:
    loc = [step for step in detail["loc"] if step != "[key]"]
    key = next((step for step in reversed(loc) if isinstance(step, str)), "")
    value = detail["input"]
    if detail["type"] == "extra_forbidden":
        return unknown_key(str(loc[-1]), _keys_at(shape, loc[:-1]))
    if detail["type"] == "missing":
        return f'"{loc[-1]}" is missing here; add it'
    if key in PRIVATE_KEYS and not isinstance(value, str):
        return f"the value of {key} is not quoted text; put it in double quotes"
    if isinstance(value, Trap) and detail["type"] != "value_error":
        return _trap_sentence(value, detail["type"])
    if value is None:
        return no_value(key)
    return _by_type(detail, value)


def _trap_sentence(trap: Trap, error_type: str) -> str:
    if error_type == "bool_type" and trap.reads_as in ("true", "false"):
        return f"{trap.text} is neither true nor false here; write {trap.reads_as}"
    return trap.sentence


def _by_type(detail: ErrorDetails, value: object) -> str:
    sentence = _BY_TYPE.get(detail["type"])
    if sentence is None:
        return f"{_shown(value)} does not fit here ({detail['msg']}); see docs/configuration.md"
    return sentence(value, detail.get("ctx", {}))


def _not_text(value: object) -> str:
    if isinstance(value, bool | int | float):
        shown = _plain(value)
        reads_as = "as true or false" if isinstance(value, bool) else "as a number"
        return f'{shown} is not quoted, and YAML reads it {reads_as}; write "{shown}"'
    return f"{_shown(value)} stands where a text is expected; write one text"


def _not_one_of(value: object, expected: str) -> str:
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    like = nearest(str(value), words)
    remedy = like or ("one of " if len(words) > 1 else "") + ", ".join(words)
    return f"{_shown(value)} is not possible here; write {remedy}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:60] if isinstance(value, str | int | float) else "..."


def _not_a_list(value: object) -> str:
    if isinstance(value, dict):
        return "a list is expected here; begin every entry with a dash"
    brackets = f'["{_plain(value)}"]' if isinstance(value, str) else f"[{_plain(value)}]"
    return f"{_shown(value)} is not a list; write it in brackets: {brackets}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f'"{_plain(value)}"' if isinstance(value, str) else _plain(value)


_Sentence = Callable[[object, dict[str, Any]], str]
_BY_TYPE: dict[str, _Sentence] = {
    "value_error": lambda _, context: str(context["error"]),
    "string_type": lambda value, _: _not_text(value),
    "bool_type": lambda value, _: (
        f"{_shown(value)} is neither true nor false; write one of the two, unquoted"
    ),
    "int_from_float": lambda value, _: f"{_shown(value)} is not a whole number; write one without a point",
    "greater_than_equal": lambda value, context: (
        f"{_shown(value)} is too small; write {context['ge']:g} or more"
    ),
    "less_than_equal": lambda value, context: (
        f"{_shown(value)} is too large; write {context['le']:g} or less"
    ),
    "literal_error": lambda value, context: _not_one_of(value, str(context["expected"])),
    "list_type": lambda value, _: _not_a_list(value),
    "too_short": lambda *_: "this list is empty; name at least one",
    "too_long": lambda _, context: f"this list is too long; keep {context['max_length']} at most",
    **dict.fromkeys(
        ("int_type", "int_parsing", "float_type", "float_parsing"),
        lambda value, _: f"{_shown(value)} is not a number; write a number without quotes",
    ),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"),
        lambda *_: "keys and values are expected here; write them indented below, each as key: value",
    ),
}


def unknown_key(key: str, known: list[str]) -> str:
    """The sentence for a key nobody knows, with the one most like it."""
    if any(word in key.lower() for word in _SECRET_WORDS):
        return f'"{key[:60]}" does not belong here; secrets stand in .env only'
    if key == "<<":
        return "merge keys (<<) are not accepted; write the keys out"
    like = nearest(key, known)
    remedy = f"write {like}" if like else f"known here are {', '.join(known)}"
    return f'"{key[:60]}" is not known; {remedy}'


def _keys_at(shape: type[BaseModel], loc: list[int | str]) -> list[str]:
    """The keys known to the mapping at ``loc``."""
    found: Any = shape
    for step in loc:
        model = model_in(found)
        found = field_of(model, step) if model is not None and isinstance(step, str) else element_of(found)
    model = model_in(found)
    return [] if model is None else list(keys_of(model))


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """The keys of a mapping as they are written in YAML."""
    return (field.alias or name for name, field in model.model_fields.items())


def field_of(model: type[BaseModel], key: str) -> Any:  # noqa: ANN401 - a type, of whatever kind
    """What ``model`` expects under ``key``, or None if it does not know it."""
    return next(
        (field.annotation for name, field in model.model_fields.items() if (field.alias or name) == key), None
    )


def model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - a type, of whatever kind
    """The mapping that ``annotation`` allows, if it does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType):
        return next((model for part in get_args(annotation) if (model := model_in(part))), None)
    return None


def element_of(annotation: Any) -> Any:  # noqa: ANN401 - a type, of whatever kind
    """What a list or mapping of ``annotation`` holds, or None."""
    if get_origin(annotation) in (Union, UnionType):
        return next((found for part in get_args(annotation) if (found := element_of(part))), None)
    arguments = get_args(annotation)
    return arguments[-1] if get_origin(annotation) in (list, dict) else None
