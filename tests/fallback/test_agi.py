"""F71, F72: half an environment, lines without an end, every answer Asterisk has, and any bytes at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.asterisk.agi import AgiLine, quoted
from ari_absence.errors import CallerGone, EffectFailed
from tests.fallback.script import ENVIRONMENT, ScriptedAsterisk
from tests.hostile import HOSTILE

NOWHERE = Path("/nowhere/x")


def a_line(**answers: bytes) -> AgiLine:
    asterisk = ScriptedAsterisk(answers={name.replace("_", " "): answer for name, answer in answers.items()})
    return AgiLine(asterisk.stdin, asterisk.stdout)


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"agi_request: x\nagi_chan",
        b"agi_request: x\n",
        b"x" * 1_000_000,
        b"agi_arg: x\n" * 100_000,
        b"HANGUP\n",
    ],
    ids=["nothing", "half", "unfinished", "1 MB without newline", "endless", "hang-up"],
)
def test_f71_half_an_environment_ends_at_once_and_within_limits(received: bytes) -> None:
    stdin = io.BytesIO(received)

    with pytest.raises(CallerGone):
        AgiLine(stdin, io.BytesIO())
    assert stdin.tell() < 50_000


@pytest.mark.parametrize(
    "answer",
    [
        b"HANGUP\n",
        b"200 result=-1\n",
        b"200 result=-1 (hangup) endpos=0\n",
        b"200 result=0 (hangup)\n",
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        b"520-Invalid command syntax.  Proper usage follows:\n",
        b"520-Usage\n" * 100_000,
        b"100 Trying...\n" * 100_000,
        b"",
        b"20",
        b"nonsense\n",
        b"200\n",
        b"200 result=\n",
        b"x" * 1_000_000,
    ],
)
def test_f72_whatever_ends_the_line_is_a_hang_up(answer: bytes) -> None:
    line = a_line(STREAM_FILE=answer, WAIT_FOR_DIGIT=b"200 result=-1\n")

    with pytest.raises(CallerGone):
        line.play("hello")


@pytest.mark.parametrize(
    "answer",
    [
        b"200 result=-1 endpos=0\n",
        b"510 Invalid or unknown command\n",
        b"520-Invalid command syntax.  Proper usage follows:\n Usage: STREAM FILE\n520 End of proper usage.\n",
        b"520 Invalid command syntax.  Proper usage not available.\n520 End of proper usage.\n",
        b"503 what\n",
    ],
)
def test_f72_a_refusal_while_the_caller_is_there_is_one_of_this_command_alone(answer: bytes) -> None:
    line = a_line(STREAM_FILE=answer)

    with pytest.raises(EffectFailed):
        line.play("hello")
    assert line.key(1.0) == ""


def test_f72_a_hundred_says_only_that_more_is_to_come() -> None:
    assert a_line(WAIT_FOR_DIGIT=b"100 Trying...\n200 result=53\n").key(1.0) == "5"


def test_a_line_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ari_absence.asterisk.agi.ENVIRONMENT_SECONDS", 0.2)
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as stdin, os.fdopen(write_end, "wb"), pytest.raises(CallerGone):
        AgiLine(stdin, io.BytesIO())


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_of_asterisks_are_more_than_a_hang_up_or_a_refusal(
    received: bytes, after_the_code: bool
) -> None:
    answer = (b"200 result=" if after_the_code else b"") + received
    line = a_line(WAIT_FOR_DIGIT=answer, STREAM_FILE=answer, RECORD_FILE=answer)

    commands: list[Callable[[], str]] = [
        lambda: line.key(1.0),
        lambda: line.play("x"),
        lambda: line.record(str(NOWHERE), 5, 2)[0],
    ]
    for command in commands:
        try:
            assert command() in {"", *"0123456789*#"}
        except (CallerGone, EffectFailed):
            continue


@given(st.binary(max_size=2000))
def test_no_environment_is_more_than_a_hang_up(received: bytes) -> None:
    try:
        AgiLine(io.BytesIO(received), io.BytesIO())
    except CallerGone:
        return


@pytest.mark.parametrize("text", HOSTILE)
def test_no_argument_ever_is_more_than_one_argument(text: str) -> None:
    asterisk = ScriptedAsterisk(environment=ENVIRONMENT)
    line = AgiLine(asterisk.stdin, asterisk.stdout)
    try:
        line.set_variable("X", text)
    except EffectFailed:
        assert asterisk.commands == []
    else:
        assert asterisk.commands == [f"SET VARIABLE X {quoted(text)}"]
        assert asterisk.variables == {"X": text}
