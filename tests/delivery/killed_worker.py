"""A worker that is killed by kill -9 at its step 0, 1, 2 ... until it gets through; and after each the next worker.

``python -m tests.delivery.killed_worker FOLDER CHANNEL PORT`` prints, as JSON, how the deliveries stood after each.
Its deliveries go to a server of the test: by mail, or by a hook whose path is the number of the step.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import structlog

from ari_absence.clock import SystemClock
from ari_absence.delivery.email import EmailNotifier, MailServer
from ari_absence.delivery.hooks import Hook, HookKind, HookNotifier
from ari_absence.delivery.outbox import LEASE, OutboxWorker
from ari_absence.delivery.ports import Memo, Notifier, Outbox
from ari_absence.ledger import outbox as ledger_outbox
from ari_absence.ledger.addressees import Channels
from ari_absence.ledger.store import FILE_NAME
from tests.delivery.conftest import SENDER
from tests.delivery.mail_server import HOST
from tests.ledger.office import NOON, FakeClock, Office, callback_draft, decision

ITEMS = 2
CHANNELS = Channels(frozenset({"email", "crm"}))
STEPS_MAX = 200
_WITHIN_TRANSACTIONS = ("_claim", "_settle", "_rest", "_next_due")


class Death:
    """Comes at the step ``at``, of all that are counted."""

    def __init__(self, at: int | None) -> None:
        self._at = at
        self._steps = itertools.count()

    def step(self) -> None:
        """One step more."""
        if next(self._steps) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """``work`` with a step after it, which is the one before whatever comes next."""

        async def stepping(*given: Any, **named: Any) -> Any:
            result = await work(*given, **named)
            self.step()
            return result

        return stepping

    def within(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """``work`` with a step after it, before its transaction is committed."""

        def stepping(*given: Any) -> Any:
            result = work(*given)
            self.step()
            return result

        return stepping


class DeadlyOutbox:
    """The ledger's outbox, with a step after whatever it is asked."""

    def __init__(self, outbox: Outbox, death: Death) -> None:
        self._outbox = outbox
        self._death = death

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return self._death.around(getattr(self._outbox, name))


class DeadlyNotifier:
    """A notifier, with a step after each delivery."""

    def __init__(self, notifier: Notifier, death: Death) -> None:
        self._notifier = notifier
        self._deliver = death.around(notifier.deliver)
        self.channel, self.destination = notifier.channel, notifier.destination

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        await self._deliver(memo, recipient, key)


def office_at(folder: Path, channel: str, at: datetime = NOON) -> Office:
    office = Office(folder, FakeClock(at))
    office.tell_by_rules(CHANNELS)
    office.tell_all_by(channel)
    return office


async def leave_items(folder: Path, channel: str) -> None:
    office = office_at(folder, channel)
    for number in range(ITEMS):
        await office.notebook.save_callback(callback_draft(decision(f"call-{number}")))
    await office.close()


def notifier_of(channel: str, port: int, step: int, office: Office) -> Notifier:
    if channel == "email":
        return EmailNotifier(MailServer(HOST, port, command_limit_seconds=5.0), SENDER, SystemClock())
    hook = Hook(channel, HookKind.JSON, f"http://{HOST}:{port}/{step}", "sesame")
    return HookNotifier(hook, office.clock)


async def work(folder: Path, channel: str, port: int, step: int, *, deadly: bool) -> None:
    """The first worker dies at ``step``; the next one comes when its lease has ended."""
    office = office_at(folder, channel, NOON if deadly else NOON + LEASE)
    death = Death(step if deadly else None)
    death.step()
    for name in _WITHIN_TRANSACTIONS if deadly else ():
        setattr(ledger_outbox, name, death.within(getattr(ledger_outbox, name)))
    outbox = cast("Outbox", DeadlyOutbox(office.outbox, death))
    notifier = DeadlyNotifier(notifier_of(channel, port, step, office), death)
    await OutboxWorker(outbox, [notifier], office.clock, lambda: 0.5).sweep()
    await office.close()


def states(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as ledger:
        return [state for (state,) in ledger.execute("SELECT state FROM outbox")]


def in_child(job: Callable[[], Awaitable[None]]) -> bool:
    """Whether the child that did the job was killed. A fork, because the imports take a second."""
    child = os.fork()
    if not child:
        try:
            asyncio.run(cast("Any", job()))
        except BaseException as fault:  # noqa: BLE001 -- told by the exit code
            print(repr(fault), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def main(base: Path, channel: str, port: int) -> list[list[str]]:
    asyncio.run(leave_items(base / "begin", channel))
    found = []
    for step in range(STEPS_MAX):
        folder = base / str(step)
        shutil.copytree(base / "begin", folder)
        killed = in_child(lambda: work(folder, channel, port, step, deadly=True))  # noqa: B023 -- at once
        assert not in_child(lambda: work(folder, channel, port, step, deadly=False))  # noqa: B023
        found.append(states(folder))
        if not killed:
            return found
    raise AssertionError("the worker never gets through")


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
