"""Where Debian's packages come from, and what is said when they can't be had."""

from __future__ import annotations

import os
import platform
import shutil
import threading
from pathlib import Path

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import packages, unpacking


def test_the_mirror_of_a_deb822_file_is_used(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\nURIs: http://mirror.example/debian/ http://second.example/debian\nSuites: bookworm\n"
    )
    assert unpacking.apt_mirror(tmp_path) == "http://mirror.example/debian"


def test_the_mirror_of_a_one_line_file_is_used(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(
        "# deb http://commented.example/debian bookworm main\n"
        "deb http://security.example/debian-security bookworm-security main\n"
        "deb [arch=amd64 signed-by=/x] https://mirror.example/debian bookworm main\n"
    )
    assert unpacking.apt_mirror(tmp_path) == "https://mirror.example/debian"


def test_a_machine_that_is_not_a_debian_uses_debians_own_mirror(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://archive.ubuntu.com/ubuntu noble main\n")
    assert unpacking.apt_mirror(tmp_path) == unpacking.DEFAULT_MIRROR
    assert unpacking.apt_mirror(tmp_path / "nothing") == unpacking.DEFAULT_MIRROR


def test_without_apt_the_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LabError, match="install mmdebstrap"):
        unpacking.ensure_tools(lambda _: None)


def test_without_root_and_sudo_the_command_to_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="sudo apt-get install mmdebstrap"):
        unpacking.ensure_tools(lambda _: None)


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "ari-absence" / "lab"


def test_two_at_once_unpack_only_once(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    unpacked: list[Path] = []
    told: list[str] = []
    both_here = threading.Barrier(2)

    def slowly(folder: Path, *_: object) -> None:
        unpacked.append(folder)
        (folder / "usr").mkdir()

    def one() -> None:
        both_here.wait()
        packages.unpacked_root(told.append)

    monkeypatch.setattr(unpacking, "unpack", slowly)
    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(unpacked) == 1
    assert [path.name for path in empty_cache.iterdir() if path.is_dir()] == [packages.unpacked_root().name]


def test_an_unpacking_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    def fails(folder: Path, *_: object) -> None:
        (folder / "half").mkdir()
        raise LabError("no mirror")

    monkeypatch.setattr(unpacking, "unpack", fails)
    with pytest.raises(LabError, match="no mirror"):
        packages.unpacked_root(lambda _: None)
    assert [path for path in empty_cache.iterdir() if path.is_dir()] == []


def test_a_processor_debian_has_no_loader_for_here_is_refused(
    monkeypatch: pytest.MonkeyPatch, empty_cache: Path
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    with pytest.raises(LabError, match="not on s390x"):
        packages.unpacked_root(lambda _: None)
    assert not any(path.is_dir() for path in empty_cache.iterdir())


@pytest.mark.parametrize(("version", "used"), [("Asterisk 22.10.1", True), ("Asterisk 16.2.1~dfsg", False)])
def test_a_machines_own_asterisk_is_used_from_version_18_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, *, used: bool
) -> None:
    program = tmp_path / "asterisk"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    own = packages.programs().asterisk == (str(program),)
    assert own is used
