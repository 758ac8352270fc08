"""How a command reaches the running service: one JSON line each way over a socket in the data folder.

The socket is its owner's alone (0600). A command works without it too: what it wrote in the ledger takes
effect when the service starts.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from ari_absence.errors import AbsenceError

SOCKET_NAME = "control.sock"
ANSWER_SECONDS = 5.0
LINE_BYTES_MAX = 64 * 1024

_PATIENCE_SECONDS = {"reload": 60.0}
"""Thousands of people take a few seconds, and the names that are new are spoken before the answer."""

Handler = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ServiceNotRunning(AbsenceError):
    """Nobody listens at the control socket."""


class ControlSocket:
    """The service's end. Each question is handled by the function that its ``do`` names."""

    def __init__(self, data_folder: Path, handlers: Mapping[str, Handler]) -> None:
        self._path = data_folder / SOCKET_NAME
        self._handlers = handlers
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen; a socket left by a dead service is replaced (the ledger's lock proves it dead)."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE_BYTES_MAX)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            question = json.loads(await asyncio.wait_for(reader.readline(), ANSWER_SECONDS))
            writer.write(json.dumps(await self._answer(question)).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), ANSWER_SECONDS)
        except (TimeoutError, ValueError, ConnectionError):
            pass  # whoever asked has gone, or did not ask a question; nothing is owed to them
        finally:
            writer.close()

    async def _answer(self, question: object) -> Mapping[str, Any]:
        if not isinstance(question, dict) or question.get("do") not in self._handlers:
            return {"error": "unknown question"}
        try:
            return await self._handlers[question["do"]](question)
        except AbsenceError as error:
            return {"error": str(error)}


def ask_service(data_folder: Path, do: str, **facts: str) -> Mapping[str, Any]:
    """Ask the running service, from a command.

    Raises:
        ServiceNotRunning: nobody listens in ``data_folder``, or not in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE_SECONDS.get(do, ANSWER_SECONDS))
        try:
            connection.connect(str(data_folder / SOCKET_NAME))
            connection.sendall(json.dumps({"do": do, **facts}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline(LINE_BYTES_MAX))
        except (OSError, ValueError) as error:
            raise ServiceNotRunning("the service is not running") from error
    return answer if isinstance(answer, dict) else {}
