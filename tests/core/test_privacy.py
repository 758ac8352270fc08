"""What is private cannot be printed, and has no way into what a caller hears."""

from __future__ import annotations

import pickle
import typing
from dataclasses import fields, is_dataclass

import pytest

from ari_absence.core import phrases
from ari_absence.core.people import PrivateNote, PrivateNumber

NUMBER = PrivateNumber("+819012345678")
NOTE = PrivateNote("Contract talks in Osaka")


@pytest.mark.parametrize("private", [NUMBER, NOTE])
@pytest.mark.parametrize(
    "show", [str, repr, "{}".format, "{!r:>30}".format, lambda p: f"{p}", "{0!s:.30}".format]
)
def test_private_value_prints_as_a_placeholder(private: object, show: typing.Callable[[object], str]) -> None:
    shown = show(private)

    assert "private" in shown
    assert "8190" not in shown
    assert "Osaka" not in shown


def test_private_value_does_not_pickle() -> None:
    with pytest.raises(TypeError, match="private"):
        pickle.dumps(NUMBER)


def test_private_values_compare_so_that_a_reload_sees_a_change() -> None:
    assert PrivateNumber("+1") == PrivateNumber("+1")
    assert PrivateNumber("+1") != PrivateNumber("+2")
    assert PrivateNumber("+1") != PrivateNote("+1")
    assert len({NUMBER, PrivateNumber("+819012345678")}) == 1


@pytest.mark.fault("A16")
def test_no_utterance_has_a_field_that_could_hold_a_note_or_a_private_number() -> None:
    for utterance in typing.get_args(phrases.Utterance):
        assert is_dataclass(utterance)
        hints = typing.get_type_hints(utterance)
        for each in fields(utterance):
            assert "Private" not in str(hints[each.name]), (utterance, each.name)


def test_only_published_text_and_the_callers_own_digits_are_free_text_in_an_utterance() -> None:
    free = {
        (utterance.__name__, each.name)
        for utterance in typing.get_args(phrases.Utterance)
        for each in fields(utterance)
        if typing.get_type_hints(utterance)[each.name] is str
    }

    assert free == {("Choice", "key"), ("QuestionChoice", "key"), ("ReadBack", "digits")}
