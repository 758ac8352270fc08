"""One line to Asterisk over AGI: pyst2, with every foreign byte checked before it reads it and before it sends it.

pyst2 waits for ever for lines that never come, and loops when the input ends in an error message of several lines. It
quotes nothing. So what it reads is handed to it line by line here, with limits in length, number and time, and what it
sends is quoted here. Nothing but pyst2 is imported: the caller is answered before anything else is loaded.
"""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from asterisk.agi import AGI, AGIAppError, AGIError, AGIHangup, AGIUnknownError

from ari_absence.errors import CallerGone, EffectFailed

LINE_BYTES_MAX = 8192  # a variable of Asterisk's may be 4096 long
LINES_MAX = 256  # the environment has 30, the longest explanation of a command 20
ENVIRONMENT_SECONDS = 5
ANSWER_SECONDS = 15  # how long a command may take besides what it plays or records
MESSAGE_SECONDS_MAX = 3600

_DEAD = 511  # "Command Not Permitted on a dead channel"
ALL_KEYS = "0123456789*#"


class _Broken(AGIHangup):  # type: ignore[misc]
    """The other side is gone, or talks nonsense: as good as a hang-up."""


class _Reader:
    """What Asterisk says, a line at a time, as pyst2 wants it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = LINES_MAX

    def begin(self) -> None:
        """A new answer is to be read."""
        self._left = LINES_MAX

    def readline(self) -> str:
        """The next line that says something; ``100`` only says that more is to come."""
        while True:
            line = self._line()
            if not line.startswith("100"):
                return line

    def _line(self) -> str:
        self._left -= 1
        if self._left < 0:
            raise _Broken("there is no end of what Asterisk says")
        received = self._stream.readline(LINE_BYTES_MAX + 1)
        if not received.endswith(b"\n"):
            raise _Broken("the input has ended, or a line has no end")
        line = received.decode("utf-8", "replace")
        if line.strip() == "HANGUP":
            raise _Broken("the caller has hung up")
        return line


class _Writer:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", "replace"))

    def flush(self) -> None:
        self._stream.flush()


class _Silence(io.TextIOBase):
    """Where pyst2's chatter goes: it holds the caller's number, and Asterisk would show it on its console."""

    def write(self, _text: str) -> int:
        return 0


class AgiLine:
    """The caller's line. Every method raises CallerGone once nobody is there, EffectFailed when Asterisk refuses.

    For the main thread of a process of its own: it takes SIGHUP, by which Asterisk tells a hang-up, and SIGALRM.
    """

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self._reader = _Reader(stdin)
        signal.signal(signal.SIGALRM, _too_late)
        with _mapped(ENVIRONMENT_SECONDS):
            self._agi = AGI(self._reader, _Writer(stdout), _Silence())
        self.environment: dict[str, str] = dict(self._agi.env)

    def begin_to_answer(self) -> None:
        """Pick up. What Asterisk says to that comes later: it first listens for the caller, up to half a second."""
        with _mapped(ANSWER_SECONDS):
            self._reader.begin()
            self._agi.send_command("ANSWER")

    def await_answer(self) -> None:
        """Wait until the line is up."""
        try:
            with _mapped(ANSWER_SECONDS):
                self._agi.get_result()
        except _Refused as refused:
            raise CallerGone("the line is not up") from refused

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the channel, for the dialplan."""
        self._execute(ANSWER_SECONDS, "SET VARIABLE", name, quoted(value))

    def play(self, file: str, keys: str = ALL_KEYS, seconds_max: int = 90) -> str:
        """Play a sound, by its path without a type; the one of ``keys`` that ended it, or ``""``."""
        return _key(self._execute(seconds_max, "STREAM FILE", quoted(file), quoted(keys), 0)["result"][0])

    def key(self, seconds: float) -> str:
        """The next key that is pressed within so many seconds, or ``""``."""
        milliseconds = round(seconds * 1000)
        return _key(self._execute(seconds, "WAIT FOR DIGIT", milliseconds)["result"][0])

    def record(self, file: str, max_seconds: int, silence_seconds: int) -> tuple[str, float]:
        """Beep and record into ``file`` until ``#``, silence or the limit: the key, and how many seconds it took.

        Raises:
            CallerGone: hung up meanwhile. What was said is in the file.
        """
        answer = self._execute(
            max_seconds + silence_seconds,
            "RECORD FILE",
            quoted(file),
            "wav",
            quoted("#"),
            max_seconds * 1000,
            "BEEP",
            f"s={silence_seconds}",
        )
        samples = answer.get("endpos", ("0", ""))[0]
        return _key(answer["result"][0]), int(samples) / 8000 if samples.isdecimal() else 0.0

    def hang_up(self) -> None:
        """End the call."""
        self._execute(ANSWER_SECONDS, "HANGUP")

    def _execute(self, seconds: float, command: str, *arguments: str | int) -> dict[str, tuple[str, str]]:
        """``seconds``: how long it may take by itself."""
        try:
            with _mapped(min(seconds, MESSAGE_SECONDS_MAX) + ANSWER_SECONDS):
                self._reader.begin()
                answer: dict[str, tuple[str, str]] = self._agi.execute(command, *arguments)
        except _Refused as refused:
            self._tell_why(command, refused)
        if not answer["result"][0]:
            raise CallerGone("Asterisk is no longer to be understood")
        return answer

    def _tell_why(self, command: str, refused: _Refused) -> None:
        """Asterisk says -1 for both: that it can't, and that the caller is gone. Who is gone can't be waited for."""
        try:
            with _mapped(ANSWER_SECONDS):
                self._reader.begin()
                self._agi.execute("WAIT FOR DIGIT", 1)
        except _Refused:
            raise CallerGone("the caller has hung up") from refused
        raise EffectFailed(f"Asterisk refused {command}: {refused}") from refused


class _Refused(Exception):
    """Asterisk said no, or -1."""


@contextmanager
def _mapped(seconds: float) -> Iterator[None]:
    """Foreign errors end here, and so does a wait of more than ``seconds``."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except AGIHangup as gone:
        raise CallerGone(str(gone) or "the caller has hung up") from gone
    except AGIUnknownError as strange:
        if strange.args and strange.args[0] not in (0, _DEAD):
            raise _Refused(f"code {strange.args[0]}") from strange
        raise CallerGone("the line is dead") from strange
    except (AGIAppError, AGIError) as fault:
        raise _Refused(type(fault).__name__) from fault
    except (OSError, ValueError, KeyError) as broken:  # a pipe that is closed, a code that is no number
        raise CallerGone("Asterisk is no longer to be understood") from broken
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_late(_number: int, _frame: object) -> None:
    raise _Broken("Asterisk did not answer in time")


def quoted(argument: str) -> str:
    """An argument that stays one whatever is in it.

    Raises:
        EffectFailed: it holds a control character, which would end the command.
    """
    if not argument.isprintable():
        raise EffectFailed("a control character has no place in a command")
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _key(result: str) -> str:
    """The key in a result, the code of a character."""
    found = chr(int(result)) if result.isdecimal() and int(result) < 128 else ""
    return found if found in ALL_KEYS else ""
