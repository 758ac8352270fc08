"""The table of all keys in ``docs/configuration.md``, from the same models that check the files.

``python -m ari_absence.config.reference`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ari_absence.config.schema import FILES
from ari_absence.config.sentences import element_of, model_in


def tables() -> str:
    """Every key of both files, with its default and meaning, as Markdown."""
    return "\n".join(line for file, shape in FILES.items() for line in _file(f"{file}.yaml", shape))


def _file(name: str, shape: type[BaseModel]) -> Iterator[str]:
    yield f"### {name}\n"
    yield "| key | if left out | meaning |"
    yield "| --- | --- | --- |"
    yield from _rows("", shape)
    yield ""


def _rows(above: str, shape: type[BaseModel]) -> Iterator[str]:
    for name, field in shape.model_fields.items():
        key = f"{above}{field.alias or name}"
        yield f"| `{key}` | {_default(field)} | {field.description} |"
        below, sign = _below(field)
        if below is not None:
            yield from _rows(f"{key}{sign}.", below)


def _below(field: FieldInfo) -> tuple[type[BaseModel] | None, str]:
    """The mapping below a key, and how one of several is written: ``[]`` in a list, ``.<key>`` in a mapping."""
    direct = model_in(field.annotation)
    if direct is not None:
        return direct, ""
    element = model_in(element_of(field.annotation))
    return element, "[]" if "list[" in str(field.annotation) else ".<key>"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(needed)"
    default = field.get_default(call_default_factory=True)
    if default is None or isinstance(default, BaseModel) or default in ([], {}):
        return ""
    text = str(default).lower() if isinstance(default, bool) else str(default).replace("'", "")
    return f"`{text}`"


if __name__ == "__main__":
    print(tables())
