"""Who may ask how the service is: this machine alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.config.settings import WatchSettings
from tests.config.folder import SITE, loaded, mistakes


@pytest.mark.parametrize(
    ("listen", "address"), [("127.0.0.1:9110", ("127.0.0.1", 9110)), ("'[::1]:80'", ("::1", 80))]
)
def test_a_loopback_address_is_listened_at(tmp_path: Path, listen: str, address: tuple[str, int]) -> None:
    watch = loaded(tmp_path, f"{SITE}monitoring: {{listen: {listen}}}\n").watch
    assert watch == WatchSettings(address)


def test_nobody_is_answered_and_saved_files_are_read_if_nothing_else_is_said(tmp_path: Path) -> None:
    assert loaded(tmp_path).watch == WatchSettings(listen=None, reload_on_change=True)


@pytest.mark.parametrize("listen", ["0.0.0.0:9110", "192.168.1.5:9110", "localhost:9110", "'[::]:9110'"])
def test_an_address_that_others_could_reach_is_refused(tmp_path: Path, listen: str) -> None:
    (mistake,) = mistakes(tmp_path, f"{SITE}monitoring:\n  listen: {listen}\n")
    assert mistake.startswith("absence.yaml:8:11: ")
    assert "names no address of this machine alone; write 127.0.0.1:9110" in mistake


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.0.0.1:http", "127.0.0.1", "127.0.0.1:65536"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, listen: str) -> None:
    assert mistakes(tmp_path, f"{SITE}monitoring: {{listen: '{listen}'}}\n")
