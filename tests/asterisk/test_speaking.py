"""Digits as they are collected from the keys of a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from unittest.mock import create_autospec

import pytest

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.speaking import Speaking


def pressed(keys: str) -> Speaking[str]:
    """A line on which these keys wait."""
    line = Line("call-1", cast("Channel", create_autospec(Channel, instance=True)))
    line.keys.extend(keys)

    def silence(_: Sequence[str]) -> Sequence[str]:
        return ()

    return Speaking(cast("AriClient", create_autospec(AriClient, instance=True)), line, silence)


@pytest.mark.parametrize(
    ("keys", "left"), [("1124#", ""), ("1124#2", "2"), ("11242", "2"), ("1124##", "#"), ("1124", "")]
)
async def test_pound_behind_the_last_digit_is_no_key_for_what_comes_next(
    keys: str, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_absence.asterisk.speaking.POUND_SECONDS", 0.01)
    speaking = pressed(keys)

    assert await speaking.ask_digits([], 4, 0.01) == "1124"
    assert "".join(speaking.line.keys) == left
