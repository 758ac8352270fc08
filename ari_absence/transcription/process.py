"""The parent of the child: starts it, reads what it prints, and ends it, however it behaves."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import site
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from ari_absence.core.transcript import BYTES_MAX
from ari_absence.errors import TranscriptFailed
from ari_absence.transcription.ports import COMMAND, Choice
from ari_absence.transcription.worker import Order, Status

START_SECONDS = 30.0  # an engine loads its model, on a machine that has better things to do
SCRATCH = "transcribing"
"""The folder, within the data folder, in which the child may leave what it likes: it goes with the child."""

_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH")  # and so no secret
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600

_log = structlog.get_logger(__name__)


def limit_seconds(choice: Choice, audio_seconds: float) -> float:
    """How long the child may take, by the processor's clock and by the wall's."""
    return START_SECONDS + choice.seconds_per_minute * audio_seconds / 60


async def listen(choice: Choice, audio: Path, audio_seconds: float, data_folder: Path) -> bytes:
    """What the engine prints of the audio. Whatever it does meanwhile, it is gone when this returns.

    Raises:
        TranscriptFailed: it printed nothing usable; the text says why, in our words.
    """
    scratch = data_folder / SCRATCH
    try:
        await asyncio.to_thread(_lay_out, scratch, audio)
        return await _run(choice, scratch / audio.name, limit_seconds(choice, audio_seconds))
    finally:
        await asyncio.shield(asyncio.to_thread(clear, data_folder))


def clear(data_folder: Path) -> None:
    """Remove what a child, or a process of ours that died, has left."""
    scratch = data_folder / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    if scratch.exists():
        _log.warning("transcription_leaves_files", folder=str(scratch))


def _lay_out(scratch: Path, audio: Path) -> None:
    """A copy of the audio: the message itself is out of the reach of whatever listens."""
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        copy = scratch / audio.name
        shutil.copyfile(audio, copy)
        copy.chmod(_PRIVATE_FILE)
    except OSError as fault:
        raise TranscriptFailed(f"its audio can't be copied: {fault.strerror}") from fault


def _order(choice: Choice, audio: Path, seconds: float) -> Order:
    return Order(
        choice.engine,
        str(audio.absolute()),
        seconds,
        choice.memory_mb,
        str(choice.model.absolute()) if choice.model else None,
        choice.command,
        choice.language,
    )


async def _run(choice: Choice, audio: Path, seconds: float) -> bytes:
    order = _order(choice, audio, seconds)
    child = await _start(audio.parent)
    try:
        async with asyncio.timeout(seconds):
            printed = await _conversed(child, order)
            status = await child.wait()
    except TimeoutError as fault:
        raise TranscriptFailed(f"it took longer than {seconds:.0f} s") from fault
    finally:
        await _end(child)
    if status:
        raise TranscriptFailed(_sentence(choice, status))
    return printed


async def _start(folder: Path) -> asyncio.subprocess.Process:
    """A process group of its own, but no session: within one of its own, being nice would mean nothing to others."""
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "ari_absence.transcription.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            process_group=0,
        )
    except OSError as fault:
        raise TranscriptFailed(f"no process can be started for it: {fault.strerror}") from fault


def _environment(folder: Path) -> Mapping[str, str]:
    """Home and temporary folder are the scratch; no engine fetches anything, and none takes a second core."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR"), str(folder.absolute()))
    alone = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "HF_HUB_OFFLINE": "1"}
    return {**kept, **places, **alone, "PYTHONUSERBASE": site.getuserbase()}


async def _conversed(child: asyncio.subprocess.Process, order: Order) -> bytes:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 -- both are pipes
    with suppress(ConnectionError):  # a child that is dead already tells so by its status
        child.stdin.write(order.as_json())
        await child.stdin.drain()
    child.stdin.close()
    printed = bytearray()
    while block := await child.stdout.read(BYTES_MAX):
        printed += block
        if len(printed) > BYTES_MAX:
            raise TranscriptFailed(f"it printed more than {BYTES_MAX} bytes")
    return bytes(printed)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill the child and all it has started; ask nothing and wait for its end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    await asyncio.shield(child.wait())


def _sentence(choice: Choice, status: int) -> str:
    if status == -signal.SIGXCPU or status == -signal.SIGKILL:
        return "it was ended, by its limit of processor time or from outside"
    if status < 0:
        return f"its process died of signal {-status}, perhaps for want of memory"
    match status if choice.engine != COMMAND or status == Status.NO_ENGINE else Status.FAILED:
        case Status.NO_ENGINE:
            return f"the engine {choice.engine} can't be started; `ari-absence check` says what it lacks"
        case Status.NO_MODEL:
            return f"the model of {choice.engine} can't be used"
        case Status.NO_MEMORY:
            return f"it needs more memory than {choice.memory_mb} MB"
        case _:
            return f"it ended with status {status}"
