"""The office that is called: people who are all away, the service as a process, a mail server, the fallback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from ari_absence.errors import LabError
from ari_absence.lab import Lab
from ari_absence.lab.mail import MailServer
from ari_absence.lab.waiting import CLOCK
from bench import script as scripts
from bench.load.counting import Books, read_books
from bench.load.profiles import Disturbance
from bench.script import PRETEND_NOW, Script
from bench.service import Service

PEOPLE = tuple(str(number) for number in range(101, 111))
AWAY_S = 5.0
STALL_S = 2.0
DRAINED_S = 150.0
"""What the fallback took is fetched within half a minute; a mail that failed is tried again within two."""

_ATTENDANT = Path(sys.executable).parent / "ari-absence-fallback"

_PEOPLE = 'people:\n  "100":\n    name: Reception\n    phones: [PJSIP/100]\n' + "".join(
    f"""  "{extension}":
    name: Person {extension}
    phones: [PJSIP/{extension}]
    email: p{extension}@example.com
    absences:
      - {{kind: business_trip, from: 2026-11-25, until: 2026-11-26}}
"""
    for extension in PEOPLE
)
_BESIDES = """delivery:
  email: {{smtp: "127.0.0.1:{port}", from: phone@example.com}}
digests: {{welcome: false, morning: false, weekly: false}}
"""


class LoadedOffice:
    """``async with LoadedOffice(lab, folder) as office``: it serves, nobody has called yet."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.data = folder / "data"
        self._config = folder / "config"
        self.mail = MailServer(folder / "mail")
        self.script = self._write_configuration()
        self.service = Service(lab, self._config, self.data, PRETEND_NOW)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.mail.start()
            stack.callback(self.mail.stop)
            await self._use_attendant(_ATTENDANT, self.data / "fallback")
            stack.push_async_callback(self._use_attendant, Path("/nowhere"), Path("/nowhere"))
            await stack.enter_async_context(self.service)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def log(self) -> str:
        """What the service has logged."""
        return (self._config / "service.log").read_text(errors="replace")

    def books(self) -> Books:
        """What the ledger has now."""
        return read_books(self.data)

    def mailed(self) -> list[str]:
        """What the mails that came were about: ids of messages and others, once for each mail."""
        return [str(mail["X-Ari-Absence-Item"]) for mail in self.mail.mails()]

    async def suffer(self, disturbance: Disturbance) -> None:
        """Have it happen."""
        match disturbance:
            case Disturbance.SERVICE_RESTARTED:
                await self.service.stop()
                await self.service.start()
            case Disturbance.SERVICE_KILLED:
                await self.service.kill()
                await asyncio.sleep(AWAY_S)
                await self.service.start()
            case Disturbance.SERVICE_STALLED:
                os.kill(self.service.pid, signal.SIGSTOP)
                await asyncio.sleep(STALL_S)
                os.kill(self.service.pid, signal.SIGCONT)
            case Disturbance.ASTERISK_RESTARTED:
                await self.lab.restart()
                await self._use_attendant(_ATTENDANT, self.data / "fallback")
            case Disturbance.ASTERISK_KILLED:
                await self.lab.kill()
                await self.lab.restart()
                await self._use_attendant(_ATTENDANT, self.data / "fallback")

    async def drained(self) -> bool:
        """Wait until nothing is under way any more: no channel, no open call, no mail, nothing to take in."""
        end = CLOCK.monotonic() + DRAINED_S
        while CLOCK.monotonic() < end:
            if not await self.lab.channels() and not await asyncio.to_thread(self._under_way):
                return True
            await asyncio.sleep(0.5)
        return False

    def left_lying(self) -> Counter[str]:
        """What should be nowhere when all calls are over: recordings in Asterisk, notes of the fallback."""
        spool = self.lab.recordings
        return Counter(
            {
                "recordings in Asterisk": len(list((spool / "abs").rglob("*.wav"))),
                "recordings of the fallback": len(list((spool / "ari-absence-fallback").glob("*"))),
                "notes of the fallback": len(list((self.data / "fallback" / "left").glob("*"))),
            }
        )

    def _under_way(self) -> bool:
        books = self.books()
        unmailed = set(books.messages) - set(self.mailed())
        return bool(books.open_calls or books.places or unmailed or +self.left_lying())

    async def _use_attendant(self, attendant: Path, folder: Path) -> None:
        if self.lab.running:
            await self.lab.cli(f"dialplan set global ABSENCE_FALLBACK {attendant}")
            await self.lab.cli(f"dialplan set global ABSENCE_FALLBACK_FOLDER {folder}")

    def _write_configuration(self) -> Script:
        scripts.write_site(self._config, self.data, self.lab.ari_url)
        (self._config / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
        site = self._config / "absence.yaml"
        site.write_text(
            site.read_text(encoding="utf-8") + _BESIDES.format(port=self.mail.port), encoding="utf-8"
        )
        if not _ATTENDANT.is_file():
            raise LabError(f"{_ATTENDANT} is missing; `make setup` installs it.")
        return scripts.write_script(self._config, self.data)
