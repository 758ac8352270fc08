"""The phones that are rung: each refuses every call as busy, and notes when it was called, by the kernel's clock."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import ExitStack
from typing import Self

from ari_absence.lab.carrier import refusal
from bench.stamps import receive, stamped_socket

BUSY = 486


class Callees:
    """Phones that listen on UDP ports of this process.

    ``rung`` says when the first INVITE of each call came, by its Call-ID, in the order in which they came. The number
    in it does not tell callers apart: a trunk that shows a number of the house shows none for who has none.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self.rung: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def listen(self, port: int = 0) -> int:
        """One more phone; gives its port."""
        phone = self._open.enter_context(stamped_socket(port))
        loop = asyncio.get_running_loop()
        loop.add_reader(phone, self._take, phone)
        self._open.callback(loop.remove_reader, phone)
        return int(phone.getsockname()[1])

    def collect(self) -> list[float]:
        """What was noted since the last time, the first call first."""
        collected, self.rung = [*self.rung.values()], {}
        return collected

    def _take(self, phone: socket.socket) -> None:
        packet, at, source = receive(phone)
        text = packet.decode("utf-8", "replace")
        if text.startswith("INVITE "):
            self.rung.setdefault(call_id_of(text), at)
            phone.sendto(refusal(text, BUSY).encode(), source)


def call_id_of(invite: str) -> str:
    """The Call-ID of an INVITE."""
    found = re.search(r"^Call-ID:\s*(\S+)", invite, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
