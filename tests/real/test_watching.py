"""Whoever watches the service: its status, its answers on loopback, and files that are saved while it runs."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from ari_absence.cli import app
from ari_absence.lab import waiting
from tests.asterisk.proxy import Proxy
from tests.real.scenes import Scene, Stage

pytestmark = pytest.mark.real


def free_port() -> int:
    """A port of loopback that nobody has at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def answer(port: int, path: str) -> tuple[int, str]:
    """The status and the text of what is answered."""

    def ask() -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    return await asyncio.to_thread(ask)


def said(*arguments: str, code: int = 0) -> str:
    """What a command prints; it must end with ``code``."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result.output


def save(file: Path, section: str, **changes: object) -> None:
    """Change a section of a file as somebody does with an editor."""
    site = yaml.safe_load(file.read_text(encoding="utf-8"))
    site[section] = {**site[section], **changes}
    file.write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")


async def figures(port: int) -> dict[str, float]:
    """Each figure by its name and labels."""
    status, text = await answer(port, "/metrics")
    assert status == 200
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def status_of(scene: Scene, code: int = 0) -> str:
    """What ``ari-absence status`` prints."""
    return await asyncio.to_thread(said, "status", "-c", str(scene.office.config), code=code)


async def test_the_status_and_the_figures_tell_what_becomes_of_calls_files_and_the_link(
    proxy: Proxy, stage: Stage
) -> None:
    port = free_port()
    watched = {"monitoring": {"listen": f"127.0.0.1:{port}"}}
    scene = await stage.open(changes=watched, ari_url=f"http://127.0.0.1:{proxy.port}/ari")
    caller = await scene.caller_in_the_review()
    assert (await figures(port))["ari_absence_calls"] == 1.0
    await caller.presses("1")
    await caller.is_hung_up_on()
    await scene.ledger.the_message()

    found = await figures(port)
    assert found["ari_absence_calls_ended_total message"] == 1.0
    assert found["ari_absence_link_up"] == 1.0
    assert found["ari_absence_first_sound_seconds_count"] == 1.0
    assert found["ari_absence_first_sound_seconds_bucket 1.0"] == 1.0
    assert (await answer(port, "/healthz"), await answer(port, "/readyz")) == (
        (200, "ok\n"),
        (200, "ready\n"),
    )
    assert "linked for less than a minute" in await status_of(scene)

    people = scene.office.config / "people.yaml"
    good = people.read_bytes()
    people.write_bytes(good + b"  nonsense: [\n")
    await scene.log_tells("configuration.refused")
    assert (await figures(port))["ari_absence_configuration_mistakes"] == 1.0
    assert "not taken: people.yaml:" in await status_of(scene, code=1)
    people.write_bytes(good)
    await scene.log_tells("configuration.taken")
    save(scene.office.config / "absence.yaml", "pbx", message_lamp="none")
    assert "pbx.message_lamp takes effect at the next start" in await asyncio.to_thread(
        said, "reload", "-c", str(scene.office.config)
    )
    assert (await figures(port))["ari_absence_reloads_total taken"] == 2.0

    await proxy.cut()
    await waiting.until(lambda: scene.office.status()["connected_since"] is None, 30, "The link's loss")
    status, text = await answer(port, "/readyz")
    assert (status, text.startswith("not linked to Asterisk: ")) == (503, True)
    assert "not linked" in await status_of(scene, code=1)
    proxy.mend()
    await waiting.until(lambda: scene.office.status()["connected_since"] is not None, 30, "The link's return")
    await scene.office.stop_service()
    assert "does not run" in await status_of(scene, code=3)
    await scene.office.start_service()
