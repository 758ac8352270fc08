"""The service as a process of its own, on the laboratory's Asterisk."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.errors import LabError
from ari_absence.lab import Lab
from ari_absence.lab.waiting import CLOCK
from bench.figures import ROOT

STOP_S = 30.0
POLL_S = 0.05


class Service:
    """``async with Service(lab, config, data, pretend_now)``: linked with Asterisk, all lamps set."""

    def __init__(
        self, lab: Lab, config: Path, data: Path, pretend_now: str, *, deadline_s: float = 60.0
    ) -> None:
        self._lab = lab
        self._config = config
        self._data = data
        self._pretend_now = pretend_now
        self._deadline_s = deadline_s
        self._process: asyncio.subprocess.Process | None = None
        self._first_began: float | None = None
        self.linked_s = 0.0
        self.ready_s = 0.0

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise LabError("the service is not running")
        return self._process.pid

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it and wait until it is linked and all lamps are set."""
        began = CLOCK.monotonic()
        with (self._config / "service.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.serve", "run", "--config", str(self._config)),
                *("--pretend-now", self._pretended()),
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=ROOT,
            )
        await self._until("connected_since", began)
        self.linked_s = CLOCK.monotonic() - began
        await self._until("lamps_set", began)
        self.ready_s = CLOCK.monotonic() - began

    async def kill(self) -> None:
        """Kill it at once, as the kernel does when memory runs out."""
        await self.stop(signal.SIGKILL)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, as systemd does; by force if it does not end."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(how)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _until(self, fact: str, began: float) -> None:
        while not self.status().get(fact):
            ended = self._process is None or self._process.returncode is not None
            if ended or CLOCK.monotonic() - began > self._deadline_s:
                log = (self._config / "service.log").read_text(errors="replace")
                raise LabError(f"the service did not get ready; its log ends with:\n{log[-3000:]}")
            await asyncio.sleep(POLL_S)

    def status(self) -> Mapping[str, Any]:
        """What it says of itself; nothing, if it does not run."""
        try:
            return ask_service(self._data, "status")
        except ServiceNotRunning:
            return {}

    def _pretended(self) -> str:
        """The instant at which it believes to start: time goes on while it is away."""
        now = CLOCK.monotonic()
        self._first_began = self._first_began or now
        passed = timedelta(seconds=now - self._first_began)
        return (datetime.fromisoformat(self._pretend_now) + passed).isoformat()

    def _environment(self) -> dict[str, str]:
        credentials = {"ARI_USERNAME": self._lab.ari_username, "ARI_PASSWORD": self._lab.ari_password}
        return {**os.environ, **credentials}
