"""A whole office in the laboratory: Asterisk, phones, a mail server, and the program itself as a process.

What the demo shows and the tests on a real Asterisk use. Nothing of the program is imported: it is run as
its users run it, ``ari-absence run --config …``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml

from ari_absence.control import ServiceNotRunning, ask_service
from ari_absence.errors import LabError
from ari_absence.lab.laboratory import Lab
from ari_absence.lab.mail import MailServer
from ari_absence.lab.packages import cache_folder

POLL_SECONDS = 0.02
READY_SECONDS = 60.0  # the very first start on a machine has the names spoken
STOP_SECONDS = 25.0
CLI_SECONDS = 30.0


class Office:
    """``folder`` takes the configuration, the data and the service's log.

    ``configuration`` is a folder with ``absence.yaml`` and ``people.yaml`` to copy; ``changes`` are laid over
    ``absence.yaml``, section by section (a section that is a list is replaced); ``pretend_now`` is the instant at
    which the service believes to start.
    """

    def __init__(
        self,
        lab: Lab,
        folder: Path,
        configuration: Path,
        *,
        pretend_now: str,
        changes: Mapping[str, Any] | None = None,
        ari_url: str | None = None,
    ) -> None:
        self.lab = lab
        self.config = folder / "config"
        self.data = folder / "data"
        self.log_file = folder / "service.log"
        self.mail = MailServer(folder / "mail")
        self.pretend_now = pretend_now
        self._ari_url = (ari_url or lab.ari_url).removesuffix("/ari")
        self._service: asyncio.subprocess.Process | None = None
        self._share_voices()
        self._write_configuration(configuration, changes or {})

    async def __aenter__(self) -> Self:
        """Start the mail server and the service, and wait until it serves."""
        self.mail.start()
        await self.start_service()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the service, then the mail server."""
        await self.stop_service()
        self.mail.stop()

    @property
    def is_running(self) -> bool:
        """Whether the service was started and not ended since."""
        return self._service is not None

    @property
    def pid(self) -> int:
        """The process id of the running service."""
        if self._service is None:
            raise LabError("the service is not running")
        return self._service.pid

    async def start_service(self) -> None:
        """Start the service and wait until it is linked with Asterisk and has set the lamps.

        Raises:
            LabError: it did not get ready; the text ends with its log.
        """
        with self.log_file.open("ab") as log:
            self._service = await asyncio.create_subprocess_exec(
                *self._command("run", "--pretend-now", self.pretend_now, "--debug"),
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        await self._until_ready()

    async def stop_service(self) -> int | None:
        """Ask it to stop, as systemd does; gives its exit code."""
        return await self._end_service(signal.SIGTERM)

    async def kill_service(self) -> None:
        """Kill it with SIGKILL, as the kernel does when memory runs out."""
        await self._end_service(signal.SIGKILL)

    def status(self) -> Mapping[str, Any]:
        """What the service says of itself."""
        return ask_service(self.data, "status")

    async def cli(self, *arguments: str) -> str:
        """What ``ari-absence …`` prints.

        Raises:
            LabError: it failed; the text holds what it said.
        """
        process = await asyncio.create_subprocess_exec(
            *self._command(*arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
        )
        printed, complaint = await asyncio.wait_for(process.communicate(), CLI_SECONDS)
        if process.returncode:
            raise LabError(
                f"ari-absence {' '.join(arguments)} exited {process.returncode}: {complaint.decode()}"
            )
        return printed.decode()

    async def cli_json(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """What ``ari-absence … --json`` prints, read."""
        return json.loads(await self.cli(*arguments, "--json"))

    async def messages(self) -> list[dict[str, Any]]:
        """The messages in the ledger, newest first."""
        return list(await self.cli_json("messages"))

    async def callbacks(self) -> list[dict[str, Any]]:
        """The callbacks in the ledger."""
        return list(await self.cli_json("callbacks"))

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ari_absence", *arguments, "--config", str(self.config)]

    def _environment(self) -> dict[str, str]:
        credentials = {"ARI_USERNAME": self.lab.ari_username, "ARI_PASSWORD": self.lab.ari_password}
        return {**os.environ, **credentials, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}

    def _share_voices(self) -> None:
        """Names take a second each to be spoken; what one office had made, the next one finds."""
        spoken = cache_folder() / "spoken"
        spoken.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.data / "sounds").exists():
            (self.data / "sounds").symlink_to(spoken)

    async def _until_ready(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                while not self._is_ready():
                    if self._service is None or self._service.returncode is not None:
                        break
                    await asyncio.sleep(POLL_SECONDS)
                else:
                    return
        last_words = self.log_file.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise LabError(f"the service did not get ready; its log ends with:\n{last_words}")

    def _is_ready(self) -> bool:
        try:
            status = self.status()
        except ServiceNotRunning:
            return False
        return bool(status.get("connected_since") and status.get("lamps_set") and status.get("names_ready"))

    async def _end_service(self, how: signal.Signals) -> int | None:
        if self._service is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            self._service.send_signal(how)
        try:
            code = await asyncio.wait_for(self._service.wait(), STOP_SECONDS)
        except TimeoutError:
            self._service.kill()
            await self._service.wait()
            raise LabError(f"the service did not stop within {STOP_SECONDS:g} s") from None
        self._service = None
        return code

    def _write_configuration(self, source: Path, changes: Mapping[str, Any]) -> None:
        self.config.mkdir(parents=True, exist_ok=True)
        (self.config / "people.yaml").write_bytes((source / "people.yaml").read_bytes())
        site = yaml.safe_load((source / "absence.yaml").read_text(encoding="utf-8"))
        own: dict[str, dict[str, Any]] = {
            "pbx": {"ari_url": self._ari_url},
            "delivery": {"email": {"smtp": f"127.0.0.1:{self.mail.port}", "from": "phone@example.com"}},
            "storage": {"folder": str(self.data)},
            # an office opens in the middle of the morning; who tests digests asks for them
            "digests": {"welcome": False, "morning": False, "weekly": False},
        }
        for section, values in (*own.items(), *changes.items()):
            mapping = isinstance(values, Mapping)
            site[section] = {**(site.get(section) or {}), **values} if mapping else values
        text = yaml.safe_dump(site, sort_keys=False, allow_unicode=True)
        (self.config / "absence.yaml").write_text(text, encoding="utf-8")
