"""SIGHUP: what a new configuration changes at once, and what waits for the next start."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ari_absence.lab.mail import MailServer
from tests.real.scenes import Scene, Stage

pytestmark = pytest.mark.real


async def reload_with(scene: Scene, **changes: dict[str, Any]) -> None:
    """Lay the changes over absence.yaml and have the service read it."""
    file = scene.office.config / "absence.yaml"
    site = yaml.safe_load(file.read_text(encoding="utf-8"))
    for section, values in changes.items():
        site[section] = {**site[section], **values}
    file.write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")
    os.kill(scene.office.pid, signal.SIGHUP)
    await scene.log_tells("configuration.taken")


async def test_a_new_mail_server_and_what_it_is_to_be_sent_count_at_once(
    scene: Scene, tmp_path: Path
) -> None:
    new = MailServer(tmp_path / "new")
    new.start()
    server = f"127.0.0.1:{new.port}"
    email = {"smtp": server, "from": "assistant@example.com", "attach_audio": False}
    await reload_with(scene, delivery={"email": email})
    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.is_hung_up_on()
    (mail,) = await new.wait_for_mails(1)
    assert "assistant@example.com" in mail["From"]
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/calendar"]
    assert scene.office.mail.mails() == []
    new.stop()


async def test_what_waits_for_the_next_start_is_named_in_the_log_and_calls_go_on(scene: Scene) -> None:
    await reload_with(scene, pbx={"app": "another"}, storage={"folder": "/elsewhere"})
    await scene.log_tells("takes effect at the next start: pbx.app")
    await scene.log_tells("takes effect at the next start: storage.folder")
    assert "next start: pbx.ari_url" not in scene.log
    await reload_with(scene, storage={"folder": str(scene.office.data)})
    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.hears("say-message-saved")


async def test_secrets_that_everybody_can_read_are_told_in_the_log_at_the_start(stage: Stage) -> None:
    scene = await stage.open(running=False)
    secrets = scene.office.config / ".env"
    secrets.write_text("SMTP_PASSWORD=hunter2\n", encoding="utf-8")
    secrets.chmod(0o644)
    await scene.office.start_service()
    assert "every user of this machine can read" in scene.log
    assert "hunter2" not in scene.log
