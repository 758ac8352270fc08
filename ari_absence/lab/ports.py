"""Free loopback ports for one lab, taken as a block so that several labs and their phones never meet."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

from ari_absence.errors import LabError

T = TypeVar("T")

FIRST_PORT = 20000
"""Below Linux's ports for outgoing connections (32768 and up), which would otherwise get in the way."""

BLOCK_PORTS = 1000
BLOCKS = 12
PHONE_PORTS = 12
"""Ports of one phone: SIP, the next (baresip takes it for TLS), control, a spare, four RTP and RTCP pairs."""

PHONES = 25

_HTTP, _CARRIER, _TOOLS, _RTP, _LOAD_RTP, _PHONES = 1, 2, 10, 100, 500, 700


@dataclass(frozen=True)
class PortBlock:
    """One lab's ports. ``claim`` is an open lock file: the block stays taken while any process holds it."""

    base: int
    claim: IO[str]

    @property
    def sip(self) -> int:
        """UDP port of Asterisk's SIP."""
        return self.base

    @property
    def http(self) -> int:
        """TCP port of Asterisk's ARI."""
        return self.base + _HTTP

    @property
    def carrier(self) -> int:
        """UDP port of the telephone network behind the trunk."""
        return self.base + _CARRIER

    @property
    def rtp(self) -> range:
        """UDP ports of Asterisk's RTP."""
        return range(self.base + _RTP, self.base + _LOAD_RTP)

    @property
    def load_rtp(self) -> range:
        """UDP ports of the load caller's RTP."""
        return range(self.base + _LOAD_RTP, self.base + _PHONES)

    def tools(self) -> Iterator[int]:
        """SIP ports for lamps and load callers that are free now."""
        return (
            port for port in range(self.base + _TOOLS, self.base + _RTP) if is_free(port, socket.SOCK_DGRAM)
        )

    def phones(self) -> Iterator[range]:
        """Port ranges for phones, the first ports of which are free now."""
        for slot in range(PHONES):
            first = self.base + _PHONES + slot * PHONE_PORTS
            if is_free(first, socket.SOCK_DGRAM) and is_free(first + 2, socket.SOCK_STREAM):
                yield range(first, first + PHONE_PORTS)


class Rota(Generic[T]):
    """Gives out ports in turn, so that each rests for a while before it is used again."""

    def __init__(self, free: Callable[[], Iterator[T]], users: str) -> None:
        self._free = free
        self._users = users
        self._turn: Iterator[T] = iter(())

    def take(self) -> T:
        """The next free port or ports; LabError when there are none."""
        for _ in range(2):
            for ports in self._turn:
                return ports
            self._turn = self._free()
        raise LabError(f"All of the lab's ports for {self._users} are in use; close some first.")


def claim_ports() -> PortBlock:
    """Claim a block of ports nobody else has; raises LabError when a dozen labs run already."""
    folder = Path(tempfile.gettempdir()) / f"ari-absence-lab-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(BLOCKS):
        base = FIRST_PORT + number * BLOCK_PORTS
        claim = (folder / str(base)).open("a")
        if _lock(claim) and is_free(base, socket.SOCK_DGRAM) and is_free(base + _HTTP, socket.SOCK_STREAM):
            return PortBlock(base, claim)
        claim.close()
    last = FIRST_PORT + BLOCKS * BLOCK_PORTS - 1
    raise LabError(f"All {BLOCKS} port blocks from {FIRST_PORT} to {last} are taken; end another lab first.")


def is_free(port: int, kind: socket.SocketKind) -> bool:
    """Whether a loopback port can be bound; ``kind`` is SOCK_DGRAM for UDP, SOCK_STREAM for TCP."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _lock(claim: IO[str]) -> bool:
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
