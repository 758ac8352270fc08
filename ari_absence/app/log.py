"""How the service logs."""

from __future__ import annotations

import os
from collections.abc import MutableMapping, Sequence
from typing import Any

import structlog
from structlog.typing import Processor


def configure_log(*, debug: bool) -> None:
    """One line per step on standard error, as key=value: journald keeps it."""
    structlog.configure(
        processors=STEPS,
        wrapper_class=structlog.make_filtering_bound_logger(10 if debug else 20),
        logger_factory=structlog.PrintLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
        cache_logger_on_first_use=True,
    )


def escape_unprintable(
    _logger: object, _level: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Have no line command a terminal, turn itself around or hold what can't be written; breaks are the renderer's."""
    return {key: _escaped(value) if isinstance(value, str) else value for key, value in event.items()}


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


STEPS: Sequence[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    escape_unprintable,
    structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "call"]),
]
"""What an event goes through until it is a line."""
