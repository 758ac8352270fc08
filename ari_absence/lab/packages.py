"""The programs the lab runs: Asterisk, the phones and the load caller, installed or unpacked.

A machine's own Asterisk is used when it is recent enough. Otherwise Debian's packages are unpacked, without
root and without installing them, into a folder of the user's cache, and run there by their own loader.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ari_absence.errors import LabError
from ari_absence.lab import unpacking

Tell = Callable[[str], None]

OLDEST_ASTERISK = 18
"""The first version that has every ARI request the application makes."""

RECIPE = "4"
"""Raised whenever what gets unpacked changes, so that older folders are not reused."""

_LOADERS = {
    "x86_64": ("usr/lib64/ld-linux-x86-64.so.2", "x86_64-linux-gnu"),
    "aarch64": ("usr/lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu"),
}


@dataclass(frozen=True)
class Programs:
    """How to start each program: ``asterisk``, ``baresip`` and ``sipp`` are the beginnings of command lines.

    ``modules`` is Asterisk's module folder and ``shared`` its read-only data (sounds, documentation); both
    are None for an installed Asterisk, which knows its own.
    """

    asterisk: tuple[str, ...]
    baresip: tuple[str, ...]
    sipp: tuple[str, ...]
    baresip_modules: Path
    modules: Path | None
    shared: Path | None


def programs(tell: Tell = print) -> Programs:
    """The programs of this machine's lab, unpacked first if they are not there yet (about 10 s, once).

    ``tell`` is called with a sentence at each step that takes time.
    """
    root = unpacked_root(tell)
    prefix, triplet = loading(root), _loader()[1]
    own = _own_asterisk()
    return Programs(
        asterisk=own or (*prefix, str(root / "usr/sbin/asterisk")),
        baresip=(*prefix, str(root / "usr/bin/baresip")),
        sipp=(*prefix, str(root / "usr/bin/sipp")),
        baresip_modules=root / "usr/lib/baresip/modules",
        modules=None if own else root / "usr/lib" / triplet / "asterisk/modules",
        shared=None if own else root / "usr/share/asterisk",
    )


def loading(root: Path) -> tuple[str, ...]:
    """The beginning of a command line that runs a program of ``root``: its own loader, its own libraries."""
    loader, triplet = _loader()
    return (str(root / loader), "--library-path", str(root / "usr/lib" / triplet))


def cache_folder() -> Path:
    """The lab's folder below ``XDG_CACHE_HOME``, or below ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "ari-absence" / "lab"


def unpacked_root(
    tell: Tell = print, selection: unpacking.Selection = unpacking.TELEPHONY, name: str = "debian"
) -> Path:
    """The folder with the unpacked packages; unpacks them if this recipe was not unpacked before."""
    root = cache_folder() / f"{name}-{unpacking.SUITE}-{platform.machine()}-{RECIPE}"
    if _complete(root):
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root.parent / f"{root.name}.lock", tell):
        if not _complete(root):
            _unpack(root, tell, selection)
    return root


def _complete(root: Path) -> bool:
    return (root / "recipe").is_file()


def _unpack(root: Path, tell: Tell, selection: unpacking.Selection) -> None:
    _loader()
    fresh = Path(tempfile.mkdtemp(prefix=f"{root.name}.", dir=root.parent))
    try:
        unpacking.unpack(fresh, tell, selection)
        (fresh / "recipe").write_text(f"{RECIPE}\n")
        shutil.rmtree(root, ignore_errors=True)
        fresh.rename(root)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def _alone(lock: Path, tell: Tell) -> Iterator[None]:
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another process is unpacking the lab's programs; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _loader() -> tuple[str, str]:
    machine = platform.machine()
    if machine not in _LOADERS:
        raise LabError(
            f"The lab runs on x86_64 and aarch64, not on {machine}; use such a machine, or a virtual one."
        )
    return _LOADERS[machine]


def _own_asterisk() -> tuple[str, ...] | None:
    found = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        return None
    said = subprocess.run([found, "-V"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.match(r"Asterisk (?:certified[/-])?(\d+)", said)
    return (found,) if version and int(version[1]) >= OLDEST_ASTERISK else None
