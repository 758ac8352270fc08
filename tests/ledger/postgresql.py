"""A PostgreSQL server of our own, for as long as the tests run: the machine's, or Debian's unpacked.

It is made in a temporary folder, listens on a socket there and nowhere else, and is gone afterwards. As root,
who may not run PostgreSQL, everything of it is run as ``nobody``.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from ari_absence.lab import packages, processes
from ari_absence.lab.unpacking import Selection
from tests.waiting import eventually

START_SECONDS = 30.0
POSTGRESQL = Selection("PostgreSQL", ("postgresql",), 60)

_SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "timezone": "GMT"}
_DATABASE = ("--username=ari", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database. Its server ends with the block, and with us however we end."""
    folder = Path(tempfile.mkdtemp(prefix="ari-absence-postgresql."))
    try:
        programs = _installed() or _unpacked(folder / "programs")
        _give_away(folder)
        _make_database(folder, programs)
        with _serving(folder, programs):
            yield _url(folder)
    finally:
        shutil.rmtree(folder)


def _installed() -> Path | None:
    """The newest PostgreSQL of this machine."""
    on_path = shutil.which("postgres")
    found = (
        [Path(on_path).resolve()] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    )
    complete = [path.parent for path in found if (path.parent / "initdb").exists()]
    return complete[-1] if complete else None


def _unpacked(folder: Path) -> Path:
    """Debian's, copied to where ``nobody`` can read it."""
    root = packages.unpacked_root(selection=POSTGRESQL, name="postgresql")
    for part in ("usr/lib", "usr/lib64", "usr/share/postgresql"):
        shutil.copytree(root / part, folder / part, symlinks=True)
    (programs,) = (folder / "usr/lib/postgresql").glob("*/bin")
    for name in ("initdb", "postgres"):
        _wrap(programs / name, packages.loading(folder))
    return programs


def _wrap(program: Path, loading: Sequence[str]) -> None:
    """Put a script in its place that has it loaded with its own libraries: ``initdb`` starts ``postgres``."""
    program.rename(program.with_suffix(".real"))
    program.write_text(f'#!/bin/sh\nexec {" ".join(loading)} --argv0 "$0" "$0.real" "$@"\n')
    program.chmod(0o755)


def _command(program: Path) -> list[str]:
    return ["setpriv", "--pdeathsig=QUIT", *_as_nobody(), str(program)]


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _as_nobody() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    nobody = pwd.getpwnam("nobody")
    return (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")


def _make_database(folder: Path, programs: Path) -> None:
    command = [*_command(programs / "initdb"), f"--pgdata={folder / 'data'}", *_DATABASE]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


@contextmanager
def _serving(folder: Path, programs: Path) -> Iterator[None]:
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    command = [*_command(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
    log = folder / "server.log"
    server = processes.start(command, log=log, folder=folder, ends_with_us=False)
    try:
        asyncio.run(eventually(lambda: server.poll() is not None or _answers(folder), START_SECONDS))
        assert server.poll() is None, log.read_text()
        yield
    finally:
        asyncio.run(processes.end(server, first=signal.SIGQUIT))


def _url(folder: Path) -> str:
    return f"postgresql+psycopg://ari@/postgres?host={folder}"


def _answers(folder: Path) -> bool:
    engine = create_engine(_url(folder))
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True
