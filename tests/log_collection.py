"""A pytest plugin: what the program logs in a run of tests, at every level, goes into one folder to be searched.

``make test`` names the folder in ``ARI_ABSENCE_TEST_LOGS`` and runs ``tests.search_logs`` at the end. Without the
variable nothing is collected. Collected are the lines of our own loggers in this process, whatever a test does with
them, what libraries log as a warning or worse, and the log files of services that ran as processes of their own.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
import structlog

FOLDER = "ARI_ABSENCE_TEST_LOGS"
SERVICE_LOGS = "service*.log"
_OUR_LINES = "in-process.log"
_SECRETS = "secrets.txt"

_renderer = structlog.processors.LogfmtRenderer(key_order=["event"])


def folder() -> Path | None:
    """Where logs are collected, if they are."""
    path = os.environ.get(FOLDER)
    return Path(path) if path else None


def note_secret(secret: str) -> None:
    """A secret that was made up in this run must not be found in its logs either."""
    if (where := folder()) is not None:
        _append(where / f"{os.getpid()}-{_SECRETS}", secret)


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(line.replace("\n", "\\n") + "\n")


class _Collector(logging.Handler):
    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        """A line of a library, as it would stand in the service's log."""
        _append(self._file, self.format(record))


def _collecting(file: Path) -> type[structlog.BoundLoggerBase]:
    """The usual logger, of which a copy of each line goes into ``file``: at debug level, before any processor."""

    class Collecting(structlog.make_filtering_bound_logger(0)):  # type: ignore[misc]
        def _proxy_to_logger(
            self, method_name: str, event: str | None = None, *args: Any, **facts: Any
        ) -> Any:
            # a logger as the service has it: facts with what is bound to it, an exception with its text
            told = {**structlog.contextvars.get_contextvars(), **self._context, **facts, "event": event}
            whole = structlog.processors.format_exc_info(None, method_name, told)
            _append(
                file, str(_renderer(None, method_name, {key: repr(value) for key, value in whole.items()}))
            )
            return super()._proxy_to_logger(method_name, event, *args, **facts)

    return Collecting


def pytest_configure() -> None:
    """Collect from now on."""
    if (where := folder()) is None:
        return
    where.mkdir(parents=True, exist_ok=True)
    file = where / f"{os.getpid()}-{_OUR_LINES}"
    structlog.configure(wrapper_class=_collecting(file))
    logging.getLogger().addHandler(_Collector(file))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take the logs of services that ran by themselves."""
    where = folder()
    if where is None or not hasattr(session.config, "_tmp_path_factory"):
        return
    base: Path = session.config._tmp_path_factory.getbasetemp()
    for number, log in enumerate(sorted(base.rglob(SERVICE_LOGS))):
        if log.is_file():
            copy = where / f"{os.getpid()}-{number}-{log.parent.name}-{log.name}"
            copy.write_bytes(log.read_bytes())
