"""UDP sockets whose packets carry the moment of their arrival, by the kernel's clock."""

from __future__ import annotations

import socket
import struct

LOOPBACK = "127.0.0.1"

_SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it
_PACKET_BYTES_MAX = 8192


def stamped_socket(port: int = 0) -> socket.socket:
    """A socket on ``port`` of this machine, or on any that is free."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    opened.bind((LOOPBACK, port))
    opened.setblocking(False)
    return opened


def receive(opened: socket.socket) -> tuple[bytes, float, tuple[str, int]]:
    """A packet that has arrived, when, in seconds since 1970, and from where."""
    packet, stamps, _, source = opened.recvmsg(_PACKET_BYTES_MAX, socket.CMSG_SPACE(16))
    seconds, nanoseconds = struct.unpack("qq", stamps[0][2])
    return packet, seconds + nanoseconds / 1e9, source
