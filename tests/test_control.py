"""Commands reaching the running service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ari_absence.control import LINE_BYTES_MAX, SOCKET_NAME, ControlSocket, ServiceNotRunning, ask_service
from ari_absence.errors import LedgerError


async def _echo(question: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"heard": question["word"]}


async def _fail(_: Mapping[str, Any]) -> Mapping[str, Any]:
    raise LedgerError("the disk is full")


@pytest.fixture
def handlers() -> dict[str, Any]:
    """Two things one may ask for."""
    return {"echo": _echo, "fail": _fail}


async def test_question_is_answered_and_the_socket_is_its_owners_alone(
    tmp_path: Path, handlers: dict[str, Any]
) -> None:
    control = ControlSocket(tmp_path, handlers)
    await control.open()

    assert await asyncio.to_thread(ask_service, tmp_path, "echo", word="hello") == {"heard": "hello"}
    assert (tmp_path / SOCKET_NAME).stat().st_mode & 0o777 == 0o600
    await control.close()
    assert not (tmp_path / SOCKET_NAME).exists()


async def test_fault_of_a_handler_is_told_as_a_sentence(tmp_path: Path, handlers: dict[str, Any]) -> None:
    control = ControlSocket(tmp_path, handlers)
    await control.open()

    assert await asyncio.to_thread(ask_service, tmp_path, "fail") == {"error": "the disk is full"}
    assert await asyncio.to_thread(ask_service, tmp_path, "nonsense") == {"error": "unknown question"}
    await control.close()


def test_nobody_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ServiceNotRunning):
        ask_service(tmp_path, "echo", word="hello")


def test_socket_of_a_dead_service_is_nobody(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(tmp_path / SOCKET_NAME))

    with pytest.raises(ServiceNotRunning):
        ask_service(tmp_path, "echo", word="hello")


@pytest.mark.fault("A5")
@pytest.mark.parametrize(
    "garbage", [b"\n", b"not json\n", b"[]\n", b"{" * 5000, b"x" * (LINE_BYTES_MAX + 10)]
)
async def test_garbage_on_the_socket_hurts_nobody(
    tmp_path: Path, handlers: dict[str, Any], garbage: bytes
) -> None:
    control = ControlSocket(tmp_path, handlers)
    await control.open()
    _, writer = await asyncio.open_unix_connection(tmp_path / SOCKET_NAME)
    writer.write(garbage)
    writer.write_eof()

    assert await asyncio.to_thread(ask_service, tmp_path, "echo", word="hello") == {"heard": "hello"}
    writer.close()
    await control.close()
