"""The lab itself: one private Asterisk on loopback ports of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from ari_absence.errors import LabError
from ari_absence.lab import accounts, installation, processes, waiting
from ari_absence.lab.carrier import Carrier, Reached, Refused
from ari_absence.lab.lamp import SubscriberPhone
from ari_absence.lab.packages import Programs, programs
from ari_absence.lab.phone import OnRing, Phone
from ari_absence.lab.ports import PortBlock, Rota, claim_ports
from ari_absence.lab.refusal import RefusingPhone
from ari_absence.lab.settings import ARI_USERNAME, WIDEBAND_PHONES, Folders, Settings
from ari_absence.lab.waiting import CLOCK

BOOT_DEADLINE_S = 30.0
"""A lab boots in 1 to 3 s; ten times that covers a machine busy with other things."""

LONGEST_FOLDER = 80
"""Characters; Asterisk's control socket in it must fit the 107 a Unix socket's name may have."""

T = TypeVar("T")
P = TypeVar("P", Phone, RefusingPhone, SubscriberPhone)

_log = logging.getLogger(__name__)


class Lab:
    """A real Asterisk, private to whoever starts it. Use it as ``async with Lab() as lab``.

    ``dialplan``       file included into extensions.conf; it brings ``ari-absence`` and ``ari-absence-hints``
    ``extra_dialplan`` more contexts, as text
    ``ring_seconds``   how long a desk phone rings before the call counts as unanswered
    ``app``            the Stasis application that 7003 calls
    ``directory``      where the lab lives; a fresh temporary folder if None
    ``keep``           leave the folder behind when the lab stops; it stays after a failure in any case
    ``outlives_us``    the lab goes on when this process ends; else the kernel ends it with us
    """

    def __init__(
        self,
        *,
        dialplan: Path | None = None,
        extra_dialplan: str = "",
        ring_seconds: int = 15,
        app: str = "ari-absence",
        directory: Path | None = None,
        keep: bool = False,
        outlives_us: bool = False,
        tell: Callable[[str], None] = _log.info,
    ) -> None:
        self._dialplan = _existing(dialplan)
        self._extra_dialplan = extra_dialplan
        self._ring_seconds = ring_seconds
        self._app = app
        self._directory = directory
        self._keep = keep
        self._outlives_us = outlives_us
        self._tell = tell
        self._programs: Programs | None = None
        self._ports: PortBlock | None = None
        self._settings: Settings | None = None
        self._asterisk: processes.Process | None = None
        self._carrier: Carrier | None = None
        self._phones: list[Phone | RefusingPhone | SubscriberPhone] = []
        self._phone_ports = Rota(lambda: self.ports.phones(), "phones")
        self._tool_ports = Rota(lambda: self.ports.tools(), "lamps and load callers")

    # ---- what it is

    @property
    def settings(self) -> Settings:
        """Ports, passwords and folders; LabError before the lab was started."""
        return _started(self._settings)

    @property
    def ports(self) -> PortBlock:
        """The lab's block of ports."""
        return _started(self._ports)

    @property
    def programs(self) -> Programs:
        """How this lab's programs are run."""
        return _started(self._programs)

    @property
    def directory(self) -> Path:
        """The lab's own folder."""
        return self.settings.folders.root

    @property
    def ari_url(self) -> str:
        """ARI's address, without a slash at its end: ``http://127.0.0.1:PORT/ari``."""
        return f"http://127.0.0.1:{self.settings.http_port}/ari"

    @property
    def ari_username(self) -> str:
        """The ARI user."""
        return ARI_USERNAME

    @property
    def ari_password(self) -> str:
        """The ARI user's password, another one in every lab."""
        return self.settings.ari_password

    @property
    def sip_port(self) -> int:
        """Asterisk's SIP port on 127.0.0.1, UDP."""
        return self.settings.sip_port

    @property
    def phone_password(self) -> str:
        """The password of every desk phone; its user name is its extension."""
        return self.settings.phone_password

    @property
    def recordings(self) -> Path:
        """Where ARI's recordings are."""
        return self.settings.folders.recordings

    @property
    def log_file(self) -> Path:
        """Asterisk's log: notices, warnings, errors and every dialplan step."""
        return self.settings.folders.logs / "full"

    @property
    def pid(self) -> int:
        """Asterisk's process id."""
        return _started(self._asterisk).pid

    @property
    def running(self) -> bool:
        """Whether Asterisk's process lives (it may be frozen)."""
        return self._asterisk is not None and self._asterisk.poll() is None

    # ---- its phones

    async def desk_phone(
        self,
        extension: str,
        *,
        on_ring: OnRing = "ring",
        answer_after_s: float = 0.0,
        wideband: bool | None = None,
    ) -> Phone:
        """A registered desk phone; see OnRing for what it does when it is called.

        ``wideband`` offers G.722 first and hears at 16 kHz; None does so for the phones configured for it.
        """
        self._check(extension)
        high = extension in WIDEBAND_PHONES if wideband is None else wideband
        account = accounts.desk(extension, self.phone_password, self.sip_port, wideband=high)
        phone = Phone(self, account, name=f"desk phone {extension}", registers=True, wideband=high)
        phone.on_ring, phone.answer_after_s = on_ring, answer_after_s
        return await self._switched_on(phone)

    async def outside_caller(self, number: str | None = "0441234567", *, name: str = "") -> Phone:
        """A phone in the outside world, whose calls come through the trunk; ``number`` None withholds it."""
        title = f"outside caller {number or 'withheld'}"
        account = accounts.outside(number, name)
        return await self._switched_on(Phone(self, account, name=title, registers=False, wideband=False))

    async def outside_phone(
        self, number: str, *, on_ring: OnRing = "ring", answer_after_s: float = 0.0
    ) -> Phone:
        """A phone in the outside world that can be rung by the trunk, as ``PJSIP/<number>@trunk``."""
        carrier = await self.carrier()
        account = accounts.outside(number, "")
        phone = Phone(self, account, name=f"outside phone {number}", registers=False, wideband=False)
        phone.on_ring, phone.answer_after_s = on_ring, answer_after_s
        await self._switched_on(phone)
        carrier.fates[number] = Reached(phone.sip_port)
        return phone

    async def refused_outside(self, number: str, code: int) -> None:
        """A number in the outside world that the network refuses with a SIP status."""
        (await self.carrier()).fates[number] = Refused(code)

    async def carrier(self) -> Carrier:
        """The telephone network behind the trunk; it begins to work when it is first asked for."""
        if self._carrier is None:
            self._carrier = await Carrier(self.ports.carrier, self.sip_port).start()
        return self._carrier

    async def refusing_phone(
        self, extension: str, code: int = 603, *, ring_seconds: float = 0.0, forwards_to: str | None = None
    ) -> RefusingPhone:
        """A desk phone that rings a while, then refuses with a SIP status (302: ``forwards_to`` a number)."""
        self._check(extension)
        return await self._switched_on(
            RefusingPhone(self, extension, code, ring_seconds=ring_seconds, forwards_to=forwards_to)
        )

    async def lamp(self, watched: str, *, user: str = "110") -> SubscriberPhone:
        """A lamp key of desk phone ``user`` that watches the hint of an extension."""
        return await self._switched_on(SubscriberPhone(self, watched, user=user, watches="line"))

    async def message_lamp(self, extension: str) -> SubscriberPhone:
        """The message lamp of a desk phone; its states are ``yes`` and ``no``."""
        return await self._switched_on(SubscriberPhone(self, extension, user=extension, watches="mailbox"))

    async def presence_key(
        self, watched: str, *, user: str = "113", user_agent: str = "SIPp"
    ) -> SubscriberPhone:
        """A key of desk phone ``user`` that watches where somebody is, as PIDF; some makes are told more.

        Only phone 113 watches the hints that have words.
        """
        key = SubscriberPhone(self, watched, user=user, watches="presence", user_agent=user_agent)
        return await self._switched_on(key)

    async def close_phones(self) -> None:
        """Switch off every phone, and the network outside."""
        for phone in list(self._phones):
            await phone.close()
        if self._carrier is not None:
            await self._carrier.close()
            self._carrier = None

    def take_phone_ports(self) -> range:
        """Ports for one more phone."""
        return self._phone_ports.take()

    def take_tool_port(self) -> int:
        """A SIP port for one more SIPp."""
        return self._tool_ports.take()

    def forget(self, phone: Phone | RefusingPhone | SubscriberPhone) -> None:
        """Take note that a phone has been closed."""
        if phone in self._phones:
            self._phones.remove(phone)

    def _check(self, extension: str) -> None:
        known = self.settings.desk_phones
        if extension not in known:
            raise LabError(f"The lab has no desk phone {extension}; it has {', '.join(known)}.")

    async def _switched_on(self, phone: P) -> P:
        self._phones.append(phone)
        try:
            return await phone.start()
        except BaseException:
            await phone.close()
            raise

    # ---- its life

    async def start(self) -> Self:
        """Unpack if needed, write the configuration, start Asterisk and wait until it is fully booted."""
        try:
            await self._prepare()
            await self._boot()
        except BaseException:
            await self._end_asterisk(signal.SIGKILL)
            self._release_ports()
            raise
        return self

    async def stop(self, *, failed: bool = False) -> None:
        """End Asterisk and remove the lab's folder, unless it is to be kept or something ``failed``."""
        await self.close_phones()
        await self._end_asterisk(signal.SIGTERM)
        self._release_ports()
        if self._settings and not (self._keep or failed):
            shutil.rmtree(self.directory, ignore_errors=True)

    async def kill(self) -> None:
        """Kill Asterisk at once, as a crash would; ports, database and folder stay for a ``restart``."""
        await self._end_asterisk(signal.SIGKILL)

    async def restart(self) -> None:
        """Start Asterisk again, after ending it if it lives: same ports, same passwords, same database."""
        await self._end_asterisk(signal.SIGTERM)
        await self._boot()

    def let_go(self) -> int:
        """Leave Asterisk to itself, for a lab that outlives us; returns its process id."""
        asterisk = _started(self._asterisk)
        asterisk.returncode = 0  # Popen would complain that it still runs
        self._asterisk = None
        self._release_ports()
        return asterisk.pid

    def freeze(self) -> None:
        """Stop Asterisk's process in its tracks (SIGSTOP): ports stay open, nothing answers."""
        _started(self._asterisk).send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen Asterisk go on."""
        _started(self._asterisk).send_signal(signal.SIGCONT)

    @contextlib.asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Asterisk stands still inside this block."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    async def cli(self, command: str, deadline_s: float = 10.0) -> str:
        """What Asterisk's console answers to a command such as ``core show channels``."""
        return await processes.said([*self._command(), "-rx", command], deadline_s)

    async def channels(self) -> list[str]:
        """The names of the channels that exist now."""
        lines = (await self.cli("core show channels concise")).splitlines()
        return [line.split("!")[0] for line in lines if "!" in line]

    async def until_quiet(self, deadline_s: float = 10.0) -> None:
        """Wait until no channel exists any more."""
        end = CLOCK.monotonic() + deadline_s
        while left := await self.channels():
            if CLOCK.monotonic() > end:
                raise LabError(f"After {deadline_s:g} s there are still channels: {', '.join(left)}.")
            await asyncio.sleep(waiting.POLL_S)

    async def tidy_up(self) -> None:
        """Between two uses: phones off, calls hung up, a frozen or killed Asterisk running again."""
        if self.running:
            self.thaw()
        await self.close_phones()
        if not self.running:
            await self.restart()
        if await self.channels():
            await self.cli("channel request hangup all")
            await self.until_quiet()

    async def __aenter__(self) -> Self:
        """Start it."""
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; what it wrote is kept if something failed."""
        await self.stop(failed=kind is not None)

    # ---- how

    async def _prepare(self) -> None:
        self._programs = await asyncio.to_thread(programs, self._tell)
        self._ports = claim_ports()
        self._settings = self._decided(self._programs, self._ports)
        await asyncio.to_thread(installation.write, self._settings)

    def _decided(self, found: Programs, ports: PortBlock) -> Settings:
        return Settings(
            folders=Folders(self._own_directory()),
            sip_port=ports.sip,
            http_port=ports.http,
            carrier_port=ports.carrier,
            rtp_ports=ports.rtp,
            ari_password=secrets.token_hex(12),
            phone_password=secrets.token_hex(6),
            app=self._app,
            ring_seconds=self._ring_seconds,
            dialplan=self._dialplan,
            extra_dialplan=self._extra_dialplan,
            modules=found.modules,
            shared=found.shared,
        )

    def _own_directory(self) -> Path:
        root = self._directory or Path(tempfile.mkdtemp(prefix="ari-absence-lab-"))
        root = root.resolve()
        if len(str(root)) > LONGEST_FOLDER:
            raise LabError(f"{root} is too long for the lab's folder; use at most {LONGEST_FOLDER} letters.")
        return root

    def _command(self) -> list[str]:
        return [*self.programs.asterisk, "-C", str(self.settings.folders.etc / "asterisk.conf")]

    async def _boot(self) -> None:
        began = CLOCK.monotonic()
        self._asterisk = processes.start(
            [*self._command(), "-f"],
            log=self.settings.folders.logs / "console",
            folder=self.directory,
            ends_with_us=not self._outlives_us,
            inherited=[self.ports.claim],
        )
        control = self.settings.folders.state / "run" / "asterisk.ctl"
        await waiting.until(lambda: control.exists() or not self.running, BOOT_DEADLINE_S, "A start")
        if not await self._booted():
            logs = self.settings.folders.logs
            raise LabError(f"Asterisk did not boot; see {logs}. It said: {self._last_words()}")
        took_s = CLOCK.monotonic() - began
        self._tell(f"Asterisk is up after {took_s:.1f} s, SIP on 127.0.0.1:{self.sip_port}.")

    async def _booted(self) -> bool:
        """Wait for the end of the boot; the console's socket is there a moment before it takes connections."""
        end = CLOCK.monotonic() + BOOT_DEADLINE_S
        while self.running and CLOCK.monotonic() < end:
            if "fully booted" in await self.cli("core waitfullybooted", BOOT_DEADLINE_S):
                return True
            await asyncio.sleep(waiting.POLL_S)
        return False

    def _last_words(self) -> str:
        console = self.settings.folders.logs / "console"
        return " / ".join(console.read_text(errors="replace").splitlines()[-5:])

    async def _end_asterisk(self, how: signal.Signals) -> None:
        if self._asterisk is None:
            return
        if self.running:
            self.thaw()
        await processes.end(self._asterisk, first=how)
        (self.settings.folders.state / "run" / "asterisk.ctl").unlink(missing_ok=True)

    def _release_ports(self) -> None:
        if self._ports:
            self._ports.claim.close()


def _existing(dialplan: Path | None) -> Path | None:
    """The whole name of a file; Asterisk would start without it and say so in its log only."""
    if dialplan is not None and not dialplan.is_file():
        raise LabError(f"The dialplan {dialplan} does not exist; name the file to include, or none.")
    return dialplan.resolve() if dialplan else None


def _started(value: T | None) -> T:
    if value is None:
        raise LabError("The lab has not been started; `async with Lab() as lab` starts it.")
    return value
