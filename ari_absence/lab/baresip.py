"""One baresip process and the control channel it is driven by: JSON commands and events in netstrings."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ari_absence.errors import LabError
from ari_absence.lab import processes, waiting
from ari_absence.lab.packages import Programs

CONNECT_DEADLINE_S = 20.0
COMMAND_DEADLINE_S = 20.0

_MODULES = ("g711", "g722", "aufile", "aubridge", "account", "menu", "ctrl_tcp")

_CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{sip}
call_local_timeout 600
call_max_calls 4
call_hold_other_calls no
audio_path {folder}
audio_player aubridge,nowhere
audio_source aufile,{silence}
audio_alert aubridge,nowhere
ausrc_channels 1
auplay_channels 1
audio_buffer 100-2000
audio_txmode poll
jitter_buffer_type off
rtp_ports {rtp_first}-{rtp_last}
rtp_stats no
rtp_timeout 0
net_interface 127.0.0.1
module_path {modules}
{loads}
statmode_default off
ring_aufile
callwaiting_aufile
ringback_aufile
busy_aufile
notfound_aufile
error_aufile
ctrl_tcp_listen 127.0.0.1:{control}
"""


@dataclass(frozen=True)
class Station:
    """Where one phone lives: its folder, its ports (SIP, control, then RTP) and its sampling rate in Hz."""

    folder: Path
    ports: range
    rate_hz: int

    @property
    def control(self) -> int:
        """The TCP port baresip is driven through; the one after its SIP port is its TLS port."""
        return self.ports[2]

    @property
    def log(self) -> Path:
        """What baresip prints, with every SIP message it sends and gets."""
        return self.folder / "baresip.log"

    @property
    def sound(self) -> str:
        """What every call of an account starts with, whatever `ausrc` and `auplay` were told before."""
        return f"audio_source=aufile,{self.silence};audio_player=aubridge,nowhere"

    @property
    def silence(self) -> Path:
        """What the microphone picks up while nobody speaks."""
        return self.folder / "silence.wav"


class Baresip:
    """A running baresip. ``on_event`` gets each event as a mapping, in order."""

    def __init__(self, station: Station, found: Programs, on_event: Callable[[dict[str, Any]], None]) -> None:
        self._station = station
        self._programs = found
        self._on_event = on_event
        self._process: processes.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._commands = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise LabError("This phone has not been started.")
        return self._process.pid

    async def start(self) -> None:
        """Start the process and connect to its control port."""
        folder = self._station.folder
        (folder / "config").write_text(_config(self._station, self._programs.baresip_modules))
        (folder / "accounts").write_text("")
        (folder / "contacts").write_text("")
        self._process = processes.start(
            [*self._programs.baresip, "-4", "-s", "-f", str(folder)],
            log=self._station.log,
            folder=folder,
            ends_with_us=True,
        )
        reader, self._writer = await self._connected()
        self._reading = asyncio.create_task(self._read(reader))

    async def command(self, name: str, parameters: str = "") -> str:
        """Give a command of baresip's menu; returns what it prints. LabError if baresip refuses it."""
        return (await self.sequence((name, parameters)))[0]

    async def sequence(self, *commands: tuple[str, str]) -> list[str]:
        """Give commands with nothing in between; returns what each prints. LabError at the first refusal."""
        said = []
        async with self._turn:
            for name, parameters in commands:
                ok, text = await self._exchange(name, parameters)
                if not ok:
                    raise LabError(f"The phone refused `{name} {parameters}`: {text}".strip())
                said.append(text)
        return said

    async def hear_into(self, path: Path) -> bool:
        """Have all calls write what they hear to a file; returns whether that began.

        Nothing else is told to baresip until the threads that write have begun: a player closed before leaves
        its thread behind, which then kills the program.
        """
        async with self._turn:
            _, said = await self._exchange("auplay", f"aufile,{path}")
            await waiting.until(self._threads_have_slept, COMMAND_DEADLINE_S, "The beginning of a recording")
        return _was_begun(path, said)

    async def attempt(self, name: str, parameters: str = "") -> tuple[bool, str]:
        """Give a command; returns whether baresip says it worked, and what it prints."""
        async with self._turn:
            return await self._exchange(name, parameters)

    async def stop(self) -> None:
        """End the process; calls it still has are hung up by it."""
        if self._process is not None:
            await processes.end(self._process)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _exchange(self, name: str, parameters: str) -> tuple[bool, str]:
        """Send a command and wait for its answer."""
        if self._writer is None:
            raise LabError("This phone has not been started.")
        self._commands += 1
        token = str(self._commands)
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        self._writer.write(_netstring({"command": name, "params": parameters, "token": token}))
        try:
            said = await asyncio.wait_for(answer, COMMAND_DEADLINE_S)
        except TimeoutError:
            raise LabError(f"The phone did not answer `{name}` within {COMMAND_DEADLINE_S:g} s.") from None
        finally:
            self._answers.pop(token, None)
        return bool(said.get("ok")), str(said.get("data", ""))

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        end = asyncio.get_running_loop().time() + CONNECT_DEADLINE_S
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", self._station.control)
            except OSError:
                if asyncio.get_running_loop().time() > end or self._ended():
                    raise LabError(f"The phone did not start; see {self._station.log}.") from None
                await asyncio.sleep(waiting.POLL_S)

    def _threads_have_slept(self) -> bool:
        """Whether each thread has waited for something once, and so is past its beginning."""
        for status in Path(f"/proc/{self.pid}/task").glob("*/status"):
            with contextlib.suppress(OSError):
                if "\nvoluntary_ctxt_switches:\t0\n" in status.read_text():
                    return False
        return True

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                length = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(length + 1))[:-1])
            except (asyncio.IncompleteReadError, OSError):
                self._fail_answers()
                return
            self._take(message)

    def _fail_answers(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LabError(f"The phone's program has ended; see {self._station.log}."))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event"):
            self._on_event(message)
            return
        answer = self._answers.get(str(message.get("token")))
        if answer is not None and not answer.done():
            answer.set_result(message)


def _was_begun(path: Path, said: str) -> bool:
    return path.exists() and "failed" not in said


def _netstring(message: dict[str, str]) -> bytes:
    body = json.dumps({name: value for name, value in message.items() if value}).encode()
    return b"%d:%s," % (len(body), body)


def _config(station: Station, modules: Path) -> str:
    return _CONFIG.format(
        sip=station.ports[0],
        control=station.control,
        rtp_first=station.ports[4],
        rtp_last=station.ports[-1],
        folder=station.folder,
        silence=station.silence,
        modules=modules,
        loads="\n".join(f"module {name}.so" for name in _MODULES),
    )
