"""Starting, watching and ending the lab's processes without ever blocking the event loop."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from ari_absence.errors import LabError
from ari_absence.lab.waiting import Overdue, until

GRACE_S = 3.0
"""How long a process may take to end by itself before it is killed."""


Process = subprocess.Popen[bytes]


def start(
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    ends_with_us: bool,
    inherited: Sequence[IO[str]] = (),
) -> Process:
    """Start a command whose output goes to ``log`` and whose working folder is ``folder``.

    With ``ends_with_us`` the kernel kills it when the thread that started it ends; without, it outlives us.
    ``inherited`` files stay open in it.
    """
    bound = _bound_to_us() if ends_with_us else ()
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            [*bound, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[file.fileno() for file in inherited],
            env=_environment(folder),
        )


async def end(process: Process, *, first: signal.Signals = signal.SIGTERM, grace_s: float = GRACE_S) -> None:
    """End a process we started, politely first, and reap it."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            await until(lambda: process.poll() is not None, grace_s, "the end of a process")
        except Overdue:
            process.kill()
            await until(lambda: process.poll() is not None, grace_s, "the end of a killed process")


async def said(command: Sequence[str], deadline_s: float) -> str:
    """What a command prints, both ways; LabError when it takes longer than ``deadline_s`` seconds."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), deadline_s)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise LabError(f"`{command[-1]}` was not answered within {deadline_s:g} s.") from None
    return output.decode(errors="replace")


def _bound_to_us() -> tuple[str, ...]:
    """A prefix that has the kernel kill the command when its parent dies, however it dies."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TZ", "LANG") if name in os.environ}
    return {**kept, "HOME": str(folder)}
