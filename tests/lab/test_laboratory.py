"""The lab starts, stands several of its kind, survives what tests do to it, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import Lab, packages, waiting
from ari_absence.lab.waiting import CLOCK

pytestmark = pytest.mark.real

STARTS_IN_S = 10.0


def written(lab: Lab, key: str) -> bool:
    """Whether a key is in the file of Asterisk's database."""
    with contextlib.closing(sqlite3.connect(lab.settings.folders.state / "db" / "astdb.sqlite3")) as database:
        return bool(database.execute("SELECT 1 FROM astdb WHERE key = ?", [key]).fetchone())


def written_contact(lab: Lab, extension: str) -> bool:
    """Whether a registration is in the file of Asterisk's database."""
    with contextlib.closing(sqlite3.connect(lab.settings.folders.state / "db" / "astdb.sqlite3")) as database:
        found = database.execute(
            "SELECT 1 FROM astdb WHERE key LIKE ?", [f"/registrar/contact/{extension};%"]
        )
        return bool(found.fetchone())


async def asked(lab: Lab, path: str) -> str:
    """The status line of ARI's answer to a GET."""
    reader, writer = await asyncio.open_connection("127.0.0.1", lab.settings.http_port)
    secret = b64encode(f"{lab.ari_username}:{lab.ari_password}".encode()).decode()
    request = f"GET /ari/{path} HTTP/1.0\r\nAuthorization: Basic {secret}\r\n\r\n"
    try:
        writer.write(request.encode())
        return (await reader.readline()).decode().strip()
    finally:
        writer.transport.abort()


def processes_in(folder: Path) -> list[int]:
    """Processes whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line:
                found.append(int(entry.name))
    return found


async def test_a_lab_is_up_in_seconds_answers_ari_and_leaves_nothing_behind() -> None:
    packages.programs()
    began = CLOCK.monotonic()
    async with Lab() as lab:
        assert CLOCK.monotonic() - began < STARTS_IN_S
        assert await asked(lab, "asterisk/ping") == "HTTP/1.1 200 OK"
        await lab.desk_phone("101")
        await lab.outside_caller()
        await lab.lamp("101")
        assert len(processes_in(lab.directory)) == 4
    assert processes_in(lab.directory) == []
    assert not lab.directory.exists()
    with pytest.raises(OSError, match="Connect call failed"):
        await asked(lab, "asterisk/ping")


async def test_every_wanted_module_loads_and_nothing_complains() -> None:
    async with Lab() as lab:
        log = lab.log_file.read_text()
        shown = await lab.cli("module show")
    assert [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line] == []
    assert "Not Running" not in shown


async def test_two_labs_at_once_do_not_meet() -> None:
    async with Lab() as one, Lab() as other:
        assert one.sip_port != other.sip_port
        assert one.directory != other.directory
        here, there = await one.desk_phone("101"), await other.desk_phone("101")
        caller = await one.outside_caller()
        await caller.dial("101")
        await here.wait_incoming()
        assert there.calls == []


async def test_a_killed_asterisk_comes_back_on_the_same_ports_with_its_database(lab: Lab) -> None:
    await lab.cli("database put absence key value")
    await waiting.until(
        lambda: written(lab, "/absence/key"), 3, "the database's write, which Asterisk puts off"
    )
    before = lab.settings
    await lab.kill()
    assert not lab.running
    await lab.restart()
    assert lab.settings == before
    assert "value" in await lab.cli("database get absence key")
    assert await asked(lab, "asterisk/ping") == "HTTP/1.1 200 OK"


async def test_a_registered_phone_is_still_reachable_after_a_restart(lab: Lab) -> None:
    alice = await lab.desk_phone("101")
    await waiting.until(lambda: written_contact(lab, "101"), 15, "the registration's write")
    await lab.restart()
    caller = await lab.outside_caller()
    await caller.dial("101")
    await alice.wait_incoming()


async def test_a_frozen_asterisk_answers_nothing_until_it_thaws(lab: Lab) -> None:
    async with lab.frozen():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asked(lab, "asterisk/ping"), 0.5)
    assert await asked(lab, "asterisk/ping") == "HTTP/1.1 200 OK"


async def test_the_lab_dies_with_its_parent_even_if_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, os, signal\n"
        "from ari_absence.lab import Lab\n"
        "async def main():\n"
        "    lab = await Lab().start()\n"
        "    await lab.desk_phone('101')\n"
        "    print(lab.directory, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, str(script), stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(parent.communicate(), 20)
    assert parent.returncode == -signal.SIGKILL
    folder = Path(said.decode().strip())
    await waiting.until(lambda: not processes_in(folder), 15, "the end of the orphans")
    await asyncio.to_thread(os.system, f"rm -rf '{folder}'")


async def test_a_failed_test_leaves_the_logs() -> None:
    lab = Lab()
    with pytest.raises(ZeroDivisionError):
        async with lab:
            raise ZeroDivisionError
    assert "Asterisk Ready" in lab.log_file.read_text()
    assert processes_in(lab.directory) == []
    await lab.stop()
    assert not lab.directory.exists()


def test_a_dialplan_that_cannot_be_read_is_told_with_its_name(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.conf"
    with pytest.raises(LabError, match=r"nowhere\.conf"):
        Lab(dialplan=missing)


async def test_the_folder_may_not_have_too_long_a_name(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="too long"):
        await Lab(directory=tmp_path / ("x" * 80)).start()


def test_using_a_lab_before_it_is_started_says_how_to_start_it() -> None:
    with pytest.raises(LabError, match="async with Lab"):
        _ = Lab().ari_url
