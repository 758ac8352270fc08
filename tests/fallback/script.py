"""An Asterisk at the other end of two pipes: answers each command at once, as its caller behaves.

It stands where each step must fail in turn, which a real telephone does not do on request.
"""

from __future__ import annotations

import io
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ari_absence.asterisk.agi import LINE_BYTES_MAX

SILENCE = ""
ENVIRONMENT = (
    "agi_request: ari-absence-fallback\n"
    "agi_channel: PJSIP/trunk-00000001\n"
    "agi_callerid: 0441112233\n"
    "agi_calleridname: Hans Huber\n"
    "agi_extension: fallback\n"
    "\n"
)

_COMMANDS = ("ANSWER", "STREAM FILE", "WAIT FOR DIGIT", "SET VARIABLE", "RECORD FILE", "HANGUP")


@dataclass
class ScriptedAsterisk:
    """The caller presses ``keys`` one by one where one is waited for, and says ``words`` into each recording.

    After ``steps`` commands they hang up: as Asterisk tells it, by ``-1`` and by an end of all.
    """

    keys: list[str] = field(default_factory=list)
    words: bytes = b""
    steps: int | None = None
    environment: str = ENVIRONMENT
    commands: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    answers: dict[str, bytes] = field(default_factory=dict)
    gone: bool = False

    def __post_init__(self) -> None:
        self.stdin = _Input(self.environment.encode())
        self.stdout = _Output(self._take)

    @property
    def played(self) -> list[str]:
        """The sounds that were played, by their names without the folder."""
        said = [shlex.split(each) for each in self.commands if each.startswith("STREAM FILE")]
        return [Path(words[2]).name for words in said]

    def _take(self, command: str) -> None:
        if self.gone:
            raise BrokenPipeError(32, "Broken pipe")
        self.commands.append(command)
        if self.steps is not None and len(self.commands) > self.steps:
            self.gone = True
        name = next(each for each in _COMMANDS if command.startswith(each))
        said = self.answers.get(name)
        self.stdin.put(self._answer(name, shlex.split(command)) if said is None else said)

    def _answer(self, name: str, words: list[str]) -> bytes:
        match name:
            case "RECORD FILE":
                return self._record(Path(words[2] + ".wav"))
            case _ if self.gone:
                return b"200 result=-1\nHANGUP\n"
            case "STREAM FILE":
                if Path(words[2]).name in self.missing:
                    return b"200 result=-1 endpos=0\n"
                return b"200 result=0 endpos=8000\n"
            case "WAIT FOR DIGIT":
                key = self.keys.pop(0) if self.keys and words[3] != "1" else SILENCE
                return f"200 result={ord(key) if key else 0}\n".encode()
            case "SET VARIABLE":
                self.variables[words[2]] = words[3]
                return b"200 result=1\n"
            case "HANGUP":
                self.gone = True
                return b"200 result=1\n"
            case _:
                return b"200 result=0\n"

    def _record(self, file: Path) -> bytes:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.words)
        if self.gone:
            return b"200 result=-1 (hangup) endpos=16000\nHANGUP\n"
        return b"200 result=35 (dtmf) endpos=16000\n"


class _Input(io.BytesIO):
    """What Asterisk has said so far; it ends there."""

    def put(self, content: bytes) -> None:
        at = self.tell()
        self.seek(0, io.SEEK_END)
        self.write(content)
        self.seek(at)

    def readline(self, size: int | None = -1) -> bytes:
        assert size == LINE_BYTES_MAX + 1, "a line is read without a limit"
        return super().readline(size)


class _Output(io.BytesIO):
    def __init__(self, take: Callable[[str], None]) -> None:
        super().__init__()
        self._take = take

    def write(self, content: bytes) -> int:  # type: ignore[override]
        (line,) = content.decode().splitlines()
        self._take(line)
        return len(content)
