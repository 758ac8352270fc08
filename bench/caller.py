"""The caller: SIPp with real RTP, and ears of our own that note when the first sound arrives.

Each call names an ear, a UDP socket of this process, as where its sound goes. The kernel stamps what arrives;
after the first packet with a sound in it the ear is left alone, so that listening costs nothing. The moment of
the INVITE is SIPp's own, from its message log.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from ari_absence.errors import LabError
from ari_absence.lab import Lab
from ari_absence.lab.load import NOTHING, OK, in_dialog
from ari_absence.lab.settings import TRUNK_HEADER
from ari_absence.lab.sipp import Sipp
from bench.stamps import receive, stamped_socket

SLACK_S = 15.0
"""Beyond the calls' own time: starting SIPp, and answers that come late."""

KEY_MS = 160
_SPEECH = (b"\x30" * 8 + b"\xb0" * 8) * 500
"""A second of 500 Hz in u-law, which SIPp repeats."""

_RTP_HEADER_BYTES = 12
_SILENCE = frozenset((0x7F, 0xFF))  # both zeros of u-law

_INVITE = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="bench">
  <send retrans="500" start_rtd="1"><![CDATA[
INVITE sip:[field2]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Bench" <sip:[field1]@trunk.lab>;tag=[pid]t[call_number]
To: <sip:[field2]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
{header}: yes
Content-Type: application/sdp
Content-Length: [len]

v=0
o=bench 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio [field0] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
{own_port}]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rtd="1"/>
"""
_KEY = "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={key}\nDuration={ms}\n"
_SPEAK = '  <nop><action><exec rtp_stream="{file},-1,0,PCMU/8000"/></action></nop>\n'
_OWN_PORT = "a=x-speaks-from:[rtpstream_audio_port]\n"
_PAUSE = '  <pause milliseconds="{ms}"/>\n'
_LOGGED = re.compile(
    r"^-{20,} (\S+)\n\S+ message (sent|received) .*?\n\n(.*?)(?=^-{20,} |\Z)", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls to make. ``keys`` are (seconds after the answer, key), in order; the caller hangs up at ``leave_s``.

    ``numbers`` are the callers', ``called`` whom they call in turn; if left out, some of ours and ``dials``.
    ``patience_s``: how long an answer is waited for.
    """

    dials: str
    calls: int
    calls_per_s: float
    leave_s: float
    keys: Sequence[tuple[float, str]] = ()
    speaks: bool = True
    numbers: Sequence[str] = ()
    called: Sequence[str] = ()
    patience_s: float = 8.0

    def lines(self, ports: Sequence[int]) -> str:
        """A line for each call, for SIPp: where it listens, who calls, and whom. The last port serves all further."""
        called = self.called or (self.dials,)
        rows = [
            f"{ports[min(call, len(ports) - 1)]};{self.number(call)};{called[call % len(called)]};"
            for call in range(self.calls)
        ]
        return "\n".join(["SEQUENTIAL", *rows, ""])

    def number(self, call: int) -> str:
        """The caller's number in the call (0 is the first)."""
        return self.numbers[call] if self.numbers else f"0449{call + 1}"


@dataclass(frozen=True, slots=True)
class Heard:
    """Milliseconds from INVITE to 200 and to the first sound, for each call that got so far."""

    answered_ms: list[float]
    audio_ms: list[float]
    complete: bool


async def make_calls(lab: Lab, plan: Plan) -> Heard:
    """Make the calls and wait until all are over."""
    with Ears(plan.calls) as ears:
        complete, log = await traced(lab, plan, ears)
        began, answered = moments(log)
        return Heard(
            [(at - began[port]) * 1000 for port, at in answered.items()],
            [(at - began[port]) * 1000 for port, at in ears.heard.items() if port in began],
            complete,
        )


@dataclass(slots=True)
class Course:
    """How one call went: when its INVITE and its last key were sent."""

    invited_at: float
    keyed_at: float | None = None


async def follow_calls(lab: Lab, plan: Plan) -> dict[str, Course]:
    """Make the calls to their end; gives their courses, by the caller's number."""
    with Ears(plan.calls) as ears:
        complete, log = await traced(lab, plan, ears)
    if not complete:
        raise LabError(f"not every call to {plan.dials} went to its end")
    return courses(log)


async def traced(lab: Lab, plan: Plan, ears: Ears, *more: str) -> tuple[bool, str]:
    """Make the calls, each with an ear of its own; whether all went to their end, and SIPp's message log.

    ``more`` are arguments for SIPp.
    """
    sipp = Sipp(lab, f"bench{plan.dials}", _scenario(plan, lab.settings.folders.phones / "bench.ulaw"))
    complete = await _run(sipp, plan, *_lines(sipp, plan, ears), *more, trace=True)
    return complete, sipp.messages.read_text(errors="replace")


async def count_calls(lab: Lab, plan: Plan) -> Heard:
    """Make many short calls that nobody listens to: only whether and when each was answered."""
    with Ears(1) as ears:
        sipp = Sipp(lab, f"rate{plan.dials}", _scenario(plan, None))
        more = (*_lines(sipp, plan, ears), "-trace_rtt", "-rtt_freq", "1")
        complete = await _run(sipp, plan, *more, trace=False)
    table = next(sipp.folder.glob("*_rtt.csv"), None)
    rows = table.read_text().splitlines()[1:] if table else []
    return Heard([float(row.split(";")[1]) for row in rows if row.count(";") >= 2], [], complete)


def _lines(sipp: Sipp, plan: Plan, ears: Ears) -> tuple[str, str]:
    sipp.folder.mkdir(parents=True, exist_ok=True)
    lines = sipp.folder / "lines.csv"
    lines.write_text(plan.lines(ears.ports))
    return "-inf", str(lines)


async def _run(sipp: Sipp, plan: Plan, *more: str, trace: bool) -> bool:
    rate = ("-r", str(max(1, round(plan.calls_per_s * 10))), "-rp", "10000")
    sipp.start(
        *("-m", str(plan.calls), *rate, "-l", str(plan.calls), "-recv_timeout", _ms(plan.patience_s), *more),
        dials=plan.dials,
        trace=trace,
    )
    try:
        code = await sipp.ended(plan.calls / plan.calls_per_s + plan.patience_s + plan.leave_s + SLACK_S)
    finally:
        await sipp.stop()
    if code not in (0, 1):
        raise LabError(f"SIPp could not make the calls (exit {code}): {sipp.last_words()}")
    return code == 0


class Ears:
    """UDP sockets that note when the first sound came, by the kernel's clock."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._open = ExitStack()
        self.ports: list[int] = []
        self.heard: dict[int, float] = {}

    def __enter__(self) -> Self:
        for _ in range(self._count):
            ear = self._open.enter_context(stamped_socket())
            self.ports.append(ear.getsockname()[1])
            asyncio.get_running_loop().add_reader(ear, self._hear, ear, self.ports[-1])
            self._open.callback(asyncio.get_running_loop().remove_reader, ear)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _hear(self, ear: socket.socket, port: int) -> None:
        packet, at, _ = receive(ear)
        if set(packet[_RTP_HEADER_BYTES:]) - _SILENCE:
            self.heard[port] = at
            asyncio.get_running_loop().remove_reader(ear)


def moments(log: str) -> tuple[dict[int, float], dict[int, float]]:
    """When each call's first INVITE went out and when its 200 came, by the port of its ear."""
    began: dict[int, float] = {}
    answered: dict[int, float] = {}
    port_of: dict[str, int] = {}
    for at, way, message in _messages(log):
        call = _field(message, r"^Call-ID: *(\S+)")
        if way == "sent" and message.startswith("INVITE "):
            port = port_of[call] = int(_field(message, r"^m=audio (\d+)"))
            began.setdefault(port, at)
        elif message.startswith("SIP/2.0 200") and "1 INVITE" in _field(message, r"^CSeq: *(.*)$"):
            answered.setdefault(port_of[call], at)
    return began, answered


def courses(log: str) -> dict[str, Course]:
    """What SIPp's log says of each call, by the caller's number."""
    found: dict[str, Course] = {}
    for at, way, message in _messages(log):
        number = _field(message, r"^From: .*?<sip:(\d+)@")
        if way == "sent" and message.startswith("INVITE "):
            found.setdefault(number, Course(at))
        elif way == "sent" and message.startswith("INFO "):
            found[number].keyed_at = at
    return found


def partings(log: str) -> set[str]:
    """The numbers of the callers who hung up themselves, and were told that this was understood."""
    return {
        _field(message, r"^From: .*?<sip:(\d+)@")
        for _, way, message in _messages(log)
        if way == "received"
        and message.startswith("SIP/2.0 200")
        and "BYE" in _field(message, r"^CSeq: *(.*)$")
    }


def _messages(log: str) -> Iterator[tuple[float, str, str]]:
    for found in _LOGGED.finditer(log):
        at = datetime.fromisoformat(found[1]).astimezone().timestamp()
        yield at, found[2], found[3].replace("\r", "")


def _field(message: str, pattern: str) -> str:
    found = re.search(pattern, message, re.MULTILINE)
    return found[1] if found else ""


def _scenario(plan: Plan, speech: Path | None) -> str:
    speaks = plan.speaks and speech is not None
    steps = [_INVITE.format(header=TRUNK_HEADER, own_port=_OWN_PORT if speaks else "")]
    steps.append(in_dialog("ACK", 1, NOTHING))
    if speaks and speech is not None:
        speech.write_bytes(_SPEECH)
        steps.append(_SPEAK.format(file=speech))
    now_s, sequence = 0.0, 1
    for at_s, key in plan.keys:
        sequence += 1
        steps += [_pause(at_s - now_s), in_dialog("INFO", sequence, _KEY.format(key=key, ms=KEY_MS)), OK]
        now_s = at_s
    bye = in_dialog("BYE", sequence + 1, NOTHING)
    return "".join([*steps, _pause(plan.leave_s - now_s), bye, OK, "</scenario>\n"])


def _pause(seconds: float) -> str:
    return _PAUSE.format(ms=_ms(seconds))


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))
