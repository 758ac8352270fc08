"""systemd is told when we are ready and when we stop; without it, or with a broken socket, nothing happens."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ari_absence.app.systemd import READY, STOPPING, notify


@pytest.mark.fault("F68")
def test_f68_systemd_is_told_on_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, address in (("@ari-absence-test", "\0ari-absence-test"), (str(tmp_path / "n"),) * 2):
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(address)
            notify(READY)
            notify(STOPPING)
            assert [systemd.recv(64), systemd.recv(64)] == [b"READY=1", b"STOPPING=1"]


def test_nobody_to_be_told_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify(READY)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify(READY)
