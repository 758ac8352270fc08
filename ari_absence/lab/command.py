"""``ari-absence lab up``, ``status`` and ``down``: a lab that outlives the command that started it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ari_absence.errors import LabError
from ari_absence.lab import packages, processes, waiting
from ari_absence.lab.laboratory import Lab
from ari_absence.lab.waiting import CLOCK

STATE_FILE = "lab.json"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class RunningLab:
    """What the state file of a lab says. ``since`` is an ISO 8601 instant in UTC."""

    directory: str
    pid: int
    since: str
    sip_port: int
    ari_url: str
    ari_username: str
    ari_password: str
    phone_password: str
    desk_phones: list[str]

    @property
    def alive(self) -> bool:
        """Whether its Asterisk still runs."""
        return _is_asterisk_of(self.pid, self.directory)


def default_directory() -> Path:
    """Where ``up`` puts a lab if nobody says otherwise."""
    return packages.cache_folder() / "up"


def fetch(*, tell: Tell = print) -> Path:
    """See that the lab's programs are there, unpacking them if needed; tells and returns where they are."""
    folder = packages.unpacked_root(tell)
    tell(f"Asterisk and the lab's phones are in {folder}.")
    return folder


def up(
    directory: Path | None = None,
    *,
    dialplan: Path | None = None,
    ring_seconds: int = 15,
    app: str = "ari-absence",
    tell: Tell = print,
) -> RunningLab:
    """Start a lab in ``directory`` that goes on after this process, and tell how to reach it with a softphone.

    If one runs there already, that one is told about. Raises LabError when the lab can't be started.
    """
    folder = (directory or default_directory()).resolve()
    known = _read(folder)
    if known is not None and known.alive:
        tell("A lab runs here already.")
    else:
        _clear(folder)
        known = asyncio.run(_start(folder, dialplan, ring_seconds, app, tell))
    for line in how_to_call(known):
        tell(line)
    return known


def status(directory: Path | None = None, *, tell: Tell = print) -> RunningLab | None:
    """Tell whether a lab runs in ``directory`` and since when; returns it if it does."""
    folder = (directory or default_directory()).resolve()
    known = _read(folder)
    if known is None or not known.alive:
        tell(f"No lab runs in {folder}; `ari-absence lab up` starts one.")
        return None
    tell(f"A lab runs in {folder} since {known.since} (process {known.pid}).")
    for line in how_to_call(known):
        tell(line)
    return known


def down(directory: Path | None = None, *, keep: bool = False, tell: Tell = print) -> None:
    """End the lab in ``directory`` and remove its folder, unless it is to be kept."""
    folder = (directory or default_directory()).resolve()
    known = _read(folder)
    if known is None:
        tell(f"No lab runs in {folder}; nothing to do.")
        return
    asyncio.run(_end(known))
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    tell(f"The lab in {folder} has ended.")


def how_to_call(lab: RunningLab) -> list[str]:
    """The lines that tell a person how to point a softphone, and a program how to point ARI, at a lab."""
    phones = ", ".join(lab.desk_phones)
    return [
        f"Softphone:  SIP server 127.0.0.1, port {lab.sip_port}, UDP",
        f"            user {phones}; password {lab.phone_password}",
        f"ARI:        {lab.ari_url}  user {lab.ari_username}, password {lab.ari_password}",
        f"Files:      {lab.directory}",
    ]


async def _start(folder: Path, dialplan: Path | None, ring_seconds: int, app: str, tell: Tell) -> RunningLab:
    lab = Lab(
        dialplan=dialplan,
        ring_seconds=ring_seconds,
        app=app,
        directory=folder,
        keep=True,
        outlives_us=True,
        tell=tell,
    )
    await lab.start()
    known = _described(lab, CLOCK.now())
    lab.let_go()
    (folder / STATE_FILE).write_text(json.dumps(asdict(known), indent=2) + "\n")
    (folder / STATE_FILE).chmod(0o600)
    return known


def _described(lab: Lab, now: datetime) -> RunningLab:
    return RunningLab(
        directory=str(lab.directory),
        pid=lab.pid,
        since=now.isoformat(timespec="seconds"),
        sip_port=lab.sip_port,
        ari_url=lab.ari_url,
        ari_username=lab.ari_username,
        ari_password=lab.ari_password,
        phone_password=lab.phone_password,
        desk_phones=list(lab.settings.desk_phones),
    )


def _read(folder: Path) -> RunningLab | None:
    try:
        return RunningLab(**json.loads((folder / STATE_FILE).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise LabError(
            f"{folder / STATE_FILE} can't be read ({error}); remove {folder} and try again."
        ) from error


def _clear(folder: Path) -> None:
    """Remove what a lab that died left behind; anything else in the way is left alone."""
    if (folder / STATE_FILE).exists():
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise LabError(f"{folder} is neither empty nor a lab's folder; choose another folder for the lab.")


async def _end(lab: RunningLab) -> None:
    for how in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
        if not lab.alive:
            return
        os.kill(lab.pid, how)
        if how is not signal.SIGCONT:
            await _gone(lab)


async def _gone(lab: RunningLab) -> bool:
    try:
        await waiting.until(lambda: not lab.alive, processes.GRACE_S, "")
    except waiting.Overdue:
        return False
    return True


def _is_asterisk_of(pid: int, directory: str) -> bool:
    """Whether a process is the Asterisk of this lab, and not another that was given the same number."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return f"{directory}/etc/asterisk.conf" in line
