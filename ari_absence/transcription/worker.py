"""The child process: one message, one engine, and bounds that the kernel keeps.

``python -m ari_absence.transcription.worker`` reads an :class:`Order` as JSON from its input and prints what it heard.
It says nothing else: an engine's own words may quote the message. Its exit status is one of :class:`Status`.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path

from ari_absence.transcription.engines import ENGINES, ModelUnusable
from ari_absence.transcription.ports import COMMAND

AUDIO = "{audio}"
"""In a command: the place of the WAV file, which is on its input as well."""

_NICENESS = 19  # calls come first
_FILE_BYTES_MAX = 256 * 2**20  # nobody fills the disk of the ledger
_PR_SET_PDEATHSIG = 1


class Status(IntEnum):
    """How the child ended."""

    DONE = 0
    FAILED = 1
    NO_ENGINE = 65
    NO_MODEL = 66
    NO_MEMORY = 67


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, as far as the child must know it. ``limit_seconds`` is processor time."""

    engine: str
    audio: str
    limit_seconds: float
    memory_mb: int
    model: str | None = None
    command: tuple[str, ...] = ()
    language: str | None = None

    def as_json(self) -> bytes:
        """For the child's input."""
        return json.dumps(asdict(self)).encode()


def main() -> Status:
    """Do what the order on our input says."""
    order = Order(**json.load(sys.stdin))
    confine(order)
    if order.engine == COMMAND:
        return _become(order)
    try:
        model = Path(order.model) if order.model else None
        heard = ENGINES[order.engine].transcribe(Path(order.audio), model, order.language)
    except ImportError:
        return Status.NO_ENGINE
    except ModelUnusable:
        return Status.NO_MODEL
    except MemoryError:
        return Status.NO_MEMORY
    except Exception:  # noqa: BLE001 -- whatever an engine raises, its words stay here
        return Status.FAILED
    sys.stdout.buffer.write(heard.encode("utf-8", "replace"))
    return Status.DONE


def confine(order: Order) -> None:
    """Take the bounds upon this process and all it becomes: one core, last in the queue, and an end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # when the service dies, so do we
    os.nice(_NICENESS)
    with suppress(OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    seconds, memory = math.ceil(order.limit_seconds), order.memory_mb * 2**20
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _FILE_BYTES_MAX),
        (resource.RLIMIT_CORE, 0),  # a core file would hold the message
    ):
        _limit(what, most)


def _limit(what: int, most: int) -> None:
    _, allowed = resource.getrlimit(what)
    most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(what, (most, most))


def _become(order: Order) -> Status:
    """The site's own program, with the audio on its input and nothing of ours open."""
    audio = os.open(order.audio, os.O_RDONLY)
    os.dup2(audio, 0)
    os.close(audio)
    arguments = [each.replace(AUDIO, order.audio) for each in order.command]
    try:
        os.execvp(arguments[0], arguments)  # noqa: S606 -- no shell; the program is the site's to choose
    except OSError:
        return Status.NO_ENGINE


if __name__ == "__main__":
    sys.exit(main())
