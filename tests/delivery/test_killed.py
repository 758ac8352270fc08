"""Killed by kill -9 between any two steps of the outbox: nothing is lost, nothing stuck, a repetition recognisable."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.hook_server import answers, hook_server
from tests.delivery.killed_worker import ITEMS
from tests.delivery.mail_server import MailOffice

REPOSITORY = Path(__file__).parents[2]
STEPS_MIN = 12  # two deliveries: claimed, read, told, settled; and what is within a transaction


async def killed_at_every_step(folder: Path, channel: str, port: int) -> list[list[str]]:
    """How the deliveries stood in the end, for each step the first worker was killed at."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.delivery.killed_worker", str(folder), channel, str(port)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 0
    found: list[Any] = json.loads(out)
    assert len(found) > STEPS_MIN
    return found


async def test_a_worker_killed_at_any_step_loses_nothing_by_a_hook(tmp_path: Path) -> None:
    async with hook_server(answers(204, "")) as server:
        found = await killed_at_every_step(tmp_path, "crm", server.port)

    told = Counter((received.path, received.headers["webhook-id"]) for received in server.received)
    steps = {f"/{step}" for step in range(len(found))}
    keys = {key for _, key in told}
    assert found == [["delivered"] * ITEMS] * len(found)
    assert len(keys) == ITEMS
    assert told.keys() == {(step, key) for step in steps for key in keys}
    assert max(told.values()) == 2  # taken, but the worker died before it was noted: the same key says so
    assert max(sum(told[step, key] for key in keys) for step in steps) == ITEMS + 1


@pytest.mark.fault("F64", "P3")
async def test_a_worker_killed_at_any_step_loses_nothing_by_mail(tmp_path: Path, mail: MailOffice) -> None:
    found = await killed_at_every_step(tmp_path, "email", mail.port)

    told = Counter(letter["Message-ID"] for letter in mail.sink.mails)
    assert found == [["delivered"] * ITEMS] * len(found)
    assert len(told) == ITEMS
    assert all(len(found) <= times < len(found) + 10 for times in told.values())
