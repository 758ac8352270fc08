"""Many calls at once with real RTP, and how long each waited for its answer."""

from __future__ import annotations

import csv
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ari_absence.errors import LabError
from ari_absence.lab import audio
from ari_absence.lab.settings import TRUNK_DOMAIN, TRUNK_HEADER
from ari_absence.lab.sipp import Sipp

if TYPE_CHECKING:
    from ari_absence.lab.laboratory import Lab

SLACK_S = 30.0
"""Beyond the calls' own time: starting SIPp, and answers that come late."""

KEY_MS = 200

_INVITE = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="load">
  <send retrans="500" start_rtd="1"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Load" <sip:044{number}[call_number]@{domain}>;tag=[pid]t[call_number]
To: <sip:[service]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:load@[local_ip]:[local_port]>
Max-Forwards: 70
{header}: yes
Content-Type: application/sdp
Content-Length: [len]

v=0
o=load 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rtd="1"/>
"""

IN_DIALOG = """  <send{retrans}><![CDATA[
{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: {sequence} {method}
Max-Forwards: 70
{content}]]></send>
"""

NOTHING = "Content-Length: 0\n\n"
_KEY = "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={key}\nDuration=160\n"
_STREAM = '  <nop><action><exec rtp_stream="{file},-1,0,PCMU/8000"/></action></nop>\n'
_PAUSE = '  <pause milliseconds="{ms}"/>\n'
OK = '  <recv response="200"/>\n'


@dataclass(frozen=True)
class Load:
    """Calls to make: each listens, presses keys (one after the other, by SIP INFO), speaks a tone, hangs up."""

    dials: str
    calls: int = 10
    calls_per_s: float = 1.0
    listen_s: float = 4.0
    keys: str = ""
    speak_s: float = 2.0
    key_ms: int = KEY_MS

    @property
    def call_s(self) -> float:
        """How long one call takes after its answer."""
        return self.listen_s + self.speak_s + len(self.keys) * self.key_ms / 1000


@dataclass(frozen=True)
class LoadResult:
    """``answered_ms``: for each answered call, milliseconds from INVITE to 200, in the order of the answers.

    ``unanswered`` counts the others; ``complete`` says that every call went to its end as planned; ``table`` is
    SIPp's own file of the response times.
    """

    answered_ms: list[float]
    unanswered: int
    complete: bool
    table: Path

    def percentile_ms(self, share: float) -> float:
        """The response time that this share (0 to 1) of the answered calls did not exceed."""
        if not self.answered_ms:
            raise LabError("No call of the load was answered, so there is no response time to speak of.")
        ordered = sorted(self.answered_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def run_sipp(lab: Lab, load: Load) -> LoadResult:
    """Make the calls and wait until all are over. The lab's folder keeps each response time in ``table``."""
    sipp = Sipp(lab, f"load{load.dials}", _scenario(load, _speech(lab.settings.folders.phones / "load.ulaw")))
    sipp.start(*_arguments(load), dials=load.dials, trace=False)
    try:
        code = await sipp.ended(load.calls / load.calls_per_s + load.call_s + SLACK_S)
    finally:
        await sipp.stop()
    if code not in (0, 1):
        raise LabError(f"SIPp could not run the load (exit {code}): {sipp.last_words()}")
    return _result(sipp, load, complete=code == 0)


def _arguments(load: Load) -> tuple[str, ...]:
    rate = ("-r", str(max(1, round(load.calls_per_s * 10))), "-rp", "10000")
    return ("-m", str(load.calls), *rate, "-l", str(load.calls), "-trace_rtt", "-rtt_freq", "1")


def _result(sipp: Sipp, load: Load, *, complete: bool) -> LoadResult:
    table = next(sipp.folder.glob("*_rtt.csv"), None)
    if table is None:
        return LoadResult([], load.calls, complete, sipp.folder / "no_rtt.csv")
    with table.open(newline="") as file:
        times = [float(row["response_time_ms"]) for row in csv.DictReader(file, delimiter=";")]
    return LoadResult(times, load.calls - len(times), complete, table)


def _scenario(load: Load, speech: Path) -> str:
    invite = _INVITE.format(number="9", domain=TRUNK_DOMAIN, header=TRUNK_HEADER)
    steps = [
        invite,
        in_dialog("ACK", 1, NOTHING),
        _STREAM.format(file=speech),
        _pause(load.listen_s * 1000),
    ]
    for number, key in enumerate(load.keys):
        steps += [in_dialog("INFO", 2 + number, _KEY.format(key=key)), OK, _pause(load.key_ms)]
    bye = in_dialog("BYE", 2 + len(load.keys), NOTHING)
    return "".join([*steps, _pause(load.speak_s * 1000), bye, OK, "</scenario>\n"])


def in_dialog(method: str, sequence: int, content: str) -> str:
    """A request of the scenario within its call; ``content`` is the headers after ours, and the body."""
    retrans = "" if method == "ACK" else ' retrans="500"'
    return IN_DIALOG.format(method=method, sequence=sequence, content=content, retrans=retrans)


def _pause(milliseconds: float) -> str:
    return _PAUSE.format(ms=round(milliseconds))


def _speech(path: Path) -> Path:
    """A second of a tone as raw u-law, which SIPp repeats."""
    path.write_bytes(bytes(_ulaw(sample) for sample in _second_of_tone()))
    return path


def _second_of_tone() -> array[int]:
    return audio.tone(500, 1.0, level=0.2)


def _ulaw(sample: int) -> int:
    """One sample in G.711 u-law."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF
