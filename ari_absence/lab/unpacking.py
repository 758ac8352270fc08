"""Unpacking Debian's packages, of Asterisk, baresip and SIPp above all, into a folder, as any user."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ari_absence.errors import LabError
from ari_absence.lab.waiting import CLOCK

SUITE = "forky"
"""Debian's first suite after 11 that has Asterisk: 22 LTS."""

DEFAULT_MIRROR = "http://deb.debian.org/debian"

PROGRESS_EVERY_S = 2.0

_UNWANTED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/perl", "dev")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Selection:
    """Packages that are unpacked together, ``called`` so in what is told; about ``megabytes`` are fetched."""

    called: str
    packages: tuple[str, ...]
    megabytes: int


TELEPHONY = Selection(
    "Asterisk and the lab's phones",
    ("asterisk", "asterisk-core-sounds-en-gsm", "sip-tester", "baresip-core"),
    90,
)


def unpack(folder: Path, tell: Tell, selection: Selection = TELEPHONY) -> None:
    """Unpack packages, with everything they need, below ``folder``; tell a sentence at each step."""
    ensure_tools(tell)
    mirror = apt_mirror()
    archive = folder.with_name(f"{folder.name}.tar")
    tell(
        f"Unpacking {selection.called} from {mirror} ({SUITE}); needed once, "
        f"about {selection.megabytes} MB to fetch."
    )
    try:
        _run(_mmdebstrap(archive, mirror, selection), tell, "fetching and unpacking packages")
        _run(_tar(archive, folder), tell, "writing files")
    finally:
        archive.unlink(missing_ok=True)


def ensure_tools(tell: Tell) -> None:
    """See that mmdebstrap is there, installing it through apt if it is not.

    Raises LabError with what to install when this user may not.
    """
    if shutil.which("mmdebstrap"):
        return
    if not shutil.which("apt-get"):
        raise LabError(
            "The lab needs mmdebstrap to unpack Debian's Asterisk; install mmdebstrap and try again."
        )
    tell("Installing mmdebstrap through apt-get; it is needed to unpack Debian's Asterisk.")
    _apt(["update", "-qq"], tell)
    _apt(["install", "-y", "-qq", "--no-install-recommends", "mmdebstrap", *_keyring()], tell)


def apt_mirror(folder: Path = Path("/etc/apt")) -> str:
    """The Debian mirror of the machine's own apt configuration in ``folder``, or Debian's default."""
    for uri in _configured_uris(folder):
        if re.fullmatch(r"https?://\S+/debian/?", uri):
            return uri.rstrip("/")
    return DEFAULT_MIRROR


def _configured_uris(folder: Path) -> Iterator[str]:
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    for file in (file for file in files if file.is_file()):
        text = file.read_text(errors="replace")
        yield from _deb822_uris(text) if file.suffix == ".sources" else _one_line_uris(text)


def _deb822_uris(text: str) -> Iterator[str]:
    for line in re.findall(r"^URIs:[ \t]*(.+)$", text, re.MULTILINE | re.IGNORECASE):
        yield from line.split()


def _one_line_uris(text: str) -> Iterable[str]:
    return re.findall(r"^deb(?:[ \t]+\[[^\]]*\])?[ \t]+(\S+)", text, re.MULTILINE)


def _keyring() -> list[str]:
    known = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    return [] if known.exists() else ["debian-archive-keyring"]


def _apt(arguments: list[str], tell: Tell) -> None:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        raise LabError(_ask_for_mmdebstrap("there is no sudo"))
    try:
        _run([*sudo, "apt-get", *arguments], tell, "apt-get")
    except LabError as error:
        raise LabError(_ask_for_mmdebstrap(str(error))) from error


def _ask_for_mmdebstrap(reason: str) -> str:
    return (
        "The lab needs mmdebstrap and could not install it itself; "
        f"run `sudo apt-get install mmdebstrap` and try again ({reason})."
    )


def _mmdebstrap(archive: Path, mirror: str, selection: Selection) -> list[str]:
    return [
        "mmdebstrap",
        "--variant=extract",
        "--quiet",
        # a mirror that is a snapshot serves an expired Release file; fine for a laboratory
        '--aptopt=Acquire::Check-Valid-Until "false"',
        f"--include={','.join(selection.packages)}",
        SUITE,
        str(archive),
        f"deb {mirror} {SUITE} main",
    ]


def _tar(archive: Path, folder: Path) -> list[str]:
    excluded = [f"--exclude=./{path}" for path in _UNWANTED]
    return [
        "tar",
        "-xf",
        str(archive),
        "-C",
        str(folder),
        "--no-same-owner",
        "--no-same-permissions",
        *excluded,
    ]


def _run(command: list[str], tell: Tell, what: str) -> None:
    """Run a command to its end, telling every few seconds that it still works; raise LabError if it fails."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reader.start()
        _report_until_ended(process, tell, what)
        reader.join(timeout=5)
    if process.returncode:
        raise LabError(f"{what} failed: `{' '.join(command)}` said: {''.join(said[-8:]).strip()}")


def _report_until_ended(process: subprocess.Popen[str], tell: Tell, what: str) -> None:
    started = CLOCK.monotonic()
    while True:
        try:
            process.wait(timeout=PROGRESS_EVERY_S)
        except subprocess.TimeoutExpired:
            tell(f"  {what}: {CLOCK.monotonic() - started:.0f} s")
        else:
            return
