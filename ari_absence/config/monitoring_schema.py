"""The shape of ``monitoring`` and ``reload``: who may ask how the service is, and when it reads its files again."""

from __future__ import annotations

from pydantic import Field

from ari_absence.config.value_types import Shape


class MonitoringShape(Shape):
    """Where `/healthz`, `/readyz` and `/metrics` are answered (docs/operations.md)."""

    listen: str | None = Field(
        default=None,
        description="Loopback address and port, such as `127.0.0.1:9110`. Left out: nowhere.",
        examples=["127.0.0.1:9110"],
    )


class ReloadShape(Shape):
    """When a running service reads its files again, besides `SIGHUP` and `ari-absence reload`."""

    on_change: bool = Field(
        default=True,
        description="Whether files that were saved are read again by themselves, two seconds after the last change."
        " What is wrong with them is logged, and changes nothing.",
    )
