"""``monitoring`` of ``absence.yaml``, from its shape to what the service knows."""

from __future__ import annotations

from ipaddress import ip_address

from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.monitoring_schema import MonitoringShape
from ari_absence.config.reader import Block

PORT_MAX = 65535


def listen_of(shape: MonitoringShape, block: Block, mistakes: FileMistakes) -> tuple[str, int] | None:
    """Address and port; what others than this machine could reach is noted as a mistake, and is None."""
    if shape.listen is None:
        return None
    host, _, port = shape.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not _is_loopback(host):
        mistakes.add(
            block.value_at("listen"),
            "names no address of this machine alone; write 127.0.0.1:9110 or [::1]:9110, and let a web server with"
            " a password stand before it for others",
        )
    elif not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
        mistakes.add(
            block.value_at("listen"), "has no port; add one between 1 and 65535, such as 127.0.0.1:9110"
        )
    else:
        return host, int(port)
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
