"""What must not leave by accident: it prints as a placeholder and does not pickle."""

from __future__ import annotations


class _Private:
    """Text that must not leave by accident: it prints as a placeholder and does not pickle."""

    __slots__ = ("_content",)
    _placeholder = "<private>"

    def __init__(self, content: str) -> None:
        self._content = content

    def __repr__(self) -> str:
        return self._placeholder

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format(self._placeholder, format_spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Private) and other._content == self._content

    def __hash__(self) -> int:
        return hash((type(self), self._content))

    def __reduce__(self) -> str:
        raise TypeError("what is private can't be pickled")


class PrivateNumber(_Private):
    """A number that is dialled for its owner and never spoken, shown or logged.

    Only ``core.numbers`` calls :meth:`digits_for_dialling`; a test holds that.
    """

    __slots__ = ()
    _placeholder = "<private number>"

    def digits_for_dialling(self) -> str:
        """The number in E.164 form, for the dial policy alone."""
        return self._content


class PrivateNote(_Private):
    """An absence's free-text note: for its owner's own mail and screen only."""

    __slots__ = ()
    _placeholder = "<private note>"

    def text_for_owner(self) -> str:
        """The note, for a medium that only its owner sees."""
        return self._content
