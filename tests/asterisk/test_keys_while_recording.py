"""Keys pressed while a caller speaks are no answer to the menu that follows."""

from __future__ import annotations

from ari_absence.asterisk.line import Line, Take
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.recording import _forget_recorded_keys


def _line(keys: str) -> Line:
    line = Line("call-1", Channel("1", "PJSIP/trunk-1", "Up", None, None))
    line.keys.extend(keys)
    return line


def test_key_pressed_while_speaking_does_not_send_the_message_unheard() -> None:
    line = _line("1")

    _forget_recorded_keys(line, Take("abs/call-1-r1"))

    assert list(line.keys) == []


def test_key_pressed_right_after_pound_by_somebody_quick_counts() -> None:
    line = _line("3#1")

    _forget_recorded_keys(line, Take("abs/call-1-r1"))

    assert list(line.keys) == ["1"]


def test_key_pressed_before_the_recording_stays() -> None:
    line = _line("23")

    _forget_recorded_keys(line, Take("abs/call-1-r1", keys_before=1))

    assert list(line.keys) == ["2"]
