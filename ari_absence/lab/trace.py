"""The SIP messages a phone sent and received, read back from its log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_START = re.compile(r"^(?:UDP|TCP) \S+ -> 127\.0\.0\.1:(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class SipMessage:
    """One SIP message that the phone got (``received``) or sent. Header names are in lower case; of a header that
    comes several times the first counts. ``text`` is the whole message."""

    received: bool
    first_line: str
    headers: dict[str, str]
    body: str
    text: str = ""

    @property
    def call_id(self) -> str:
        """Its Call-ID."""
        return self.headers.get("call-id", "")

    @property
    def answers_well(self) -> bool:
        """Whether it is a 200."""
        return self.first_line.startswith("SIP/2.0 200 ")

    @property
    def tells_of_ringing(self) -> bool:
        """Whether it is a 180 or 183."""
        return self.first_line.startswith(("SIP/2.0 180 ", "SIP/2.0 183 "))

    def tag(self, header: str) -> str:
        """The tag parameter of its ``from`` or ``to`` header, empty if it has none."""
        found = re.search(r";tag=([^\s;>]+)", self.headers.get(header, ""))
        return found[1] if found else ""


def read(log: Path, own_port: int) -> list[SipMessage]:
    """The messages in a phone's log, oldest first; ``own_port`` is the phone's SIP port."""
    text = _COLOURS.sub("", log.read_text(errors="replace").replace("\r\n", "\n"))
    pieces = _START.split(text)[1:]
    pairs = zip(pieces[::2], pieces[1::2], strict=True)
    return [_message(piece, received=int(port) == own_port) for port, piece in pairs]


def _message(text: str, *, received: bool) -> SipMessage:
    head, _, rest = text.lstrip("\n").partition("\n\n")
    first_line, *lines = head.split("\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    body = rest[: int(headers.get("content-length", "0") or 0)]
    return SipMessage(received, first_line, headers, body, f"{head}\n\n{body}")
