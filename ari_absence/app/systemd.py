"""What systemd is told of our state (``sd_notify``), when it runs us as ``Type=notify``; nobody else is told."""

from __future__ import annotations

import os
import socket

import structlog

READY, STOPPING = "READY=1", "STOPPING=1"

log = structlog.get_logger()


def notify(state: str) -> None:
    """Send ``state`` to the socket of the environment, if there is one. Never raises."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
            there.setblocking(False)
            there.sendto(state.encode("ascii"), address)
    except OSError as fault:
        log.warning("systemd could not be told", state=state, reason=fault.strerror)
