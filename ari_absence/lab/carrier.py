"""The telephone network behind the trunk: it finds phones outside by number, and passes SIP on both ways.

A stateless proxy on the trunk's port. Only what opens or refuses a call goes through it; once both sides know each
other's address they speak directly. What it is told to do with a number: ring a phone, refuse by any code, or send the
call back to Asterisk as a phone that forwards to the office does. ``asserts_number`` has it tell the number it has
reached in every answer (``P-Asserted-Identity``), as real carriers do.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from dataclasses import dataclass
from typing import Any, Self

from ari_absence.lab.settings import TRUNK_HEADER

LOOPBACK = "127.0.0.1"

_RETURNED = "-returned"


@dataclass(frozen=True)
class Reached:
    """A phone outside, by its SIP port."""

    port: int


@dataclass(frozen=True)
class Refused:
    """Every call to the number is refused with this SIP status; ``contact`` is the URI that a 302 names."""

    code: int
    contact: str = ""


@dataclass(frozen=True)
class Returned:
    """The owner of the number forwards to ``extension`` of the office, as the last of so many diversions: all
    counted in one ``Diversion`` header, or each in one of its own; ``suffix`` is written behind each.
    """

    extension: str
    diversions: int = 1
    headers: int = 1
    suffix: str = ""


Fate = Reached | Refused | Returned


class Carrier(asyncio.DatagramProtocol):
    """The network outside. ``invitations`` holds every INVITE from Asterisk, as text."""

    def __init__(self, port: int, asterisk_port: int) -> None:
        self.port = port
        self.fates: dict[str, Fate] = {}
        self.asserts_number = False
        self.invitations: list[str] = []
        self._asterisk_port = asterisk_port
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> Self:
        """Take calls from the trunk."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(LOOPBACK, self.port)
        )
        return self

    async def close(self) -> None:
        """Take no more calls."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Pass a request on to whom it is for, an answer back to who asked."""
        text = data.decode("utf-8", "replace")
        if text.startswith("SIP/2.0"):
            self._answer(text)
        elif text.strip():
            self._request(text, addr[1])

    def _request(self, text: str, source: int) -> None:
        method, number = _opening(text)
        fate = self.fates.get(number, Refused(404))
        if method == "INVITE":
            self.invitations.append(text)
        match fate:
            case Reached(port):
                self._send(self._with_via(text, source), port)
            case Returned():
                self._send(self._as_returned(self._with_via(text, source), number, fate), self._asterisk_port)
            case Refused(code, contact):
                if method != "ACK":
                    self._send(refusal(text, 200 if method == "CANCEL" else code, contact), source)

    def _answer(self, text: str) -> None:
        """Back to who asked: our Via comes off, and its port is the next one's."""
        found = re.search(r"^Via:.*;carrier=(\d+)-(\w*)\r\n", text, re.MULTILINE | re.IGNORECASE)
        if found is None:
            return
        text = text[: found.start()] + text[found.end() :]
        if self.asserts_number and not text.startswith("SIP/2.0 100"):
            identity = f"P-Asserted-Identity: <sip:{found[2]}@carrier.example>\r\n"
            text = text.replace("\r\n", "\r\n" + identity, 1)
        self._send(text.replace(_RETURNED, ""), int(found[1]))

    def _with_via(self, text: str, source: int) -> str:
        _, number = _opening(text)
        first, _, rest = text.partition("\r\n")
        top = re.search(r"^Via:.*?branch=([^;\s]+)", text, re.MULTILINE | re.IGNORECASE)
        branch = zlib.crc32(top[1].encode()) if top else 0
        via = f"Via: SIP/2.0/UDP {LOOPBACK}:{self.port};branch=z9hG4bK-c{branch};carrier={source}-{number.strip('+')}"
        return f"{first}\r\n{via}\r\n{rest}"

    def _as_returned(self, text: str, number: str, fate: Returned) -> str:
        """The call as it comes back: another call to another number, by the trunk, with what diverted it."""
        text = text.replace(f"sip:{number}@{LOOPBACK}:{self.port}", f"sip:{fate.extension}@{LOOPBACK}", 1)
        text = re.sub(
            r"^(Call-ID:\s*\S+)", rf"\1{_RETURNED}", text, count=1, flags=re.MULTILINE | re.IGNORECASE
        )
        address = f"<sip:{number}@carrier.example>"
        diversion = f"Diversion: {address};reason=unconditional;counter={fate.diversions}{fate.suffix}"
        added = "\r\n".join([f"{TRUNK_HEADER}: 1", *[diversion] * fate.headers])
        return text.replace("\r\n", f"\r\n{added}\r\n", 1)

    def _send(self, text: str, port: int) -> None:
        if self._transport is not None:
            self._transport.sendto(text.encode(), (LOOPBACK, port))


def _opening(text: str) -> tuple[str, str]:
    """The method of a request and the number it is for."""
    found = re.match(r"(\w+) sip:([^@;>\s]+)", text)
    return (found[1], found[2]) if found else ("", "")


def refusal(text: str, code: int, contact: str = "") -> str:
    """The answer with this status to a request, both as text."""
    kept = [
        line if not line.lower().startswith("to:") or "tag=" in line else f"{line};tag=carrier"
        for line in text.split("\r\n\r\n")[0].split("\r\n")
        if line.lower().startswith(("via:", "from:", "to:", "call-id:", "cseq:"))
    ]
    if contact:
        kept.append(f"Contact: <{contact}>")
    return "\r\n".join([f"SIP/2.0 {code} Carrier", *kept, "Content-Length: 0", "", ""])
