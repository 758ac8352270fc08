"""What a reload can't change is named, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ari_absence.config.next_start import waiting_for_a_start
from ari_absence.config.settings import DeliverySettings, EmailSettings, Secrets
from tests.config.folder import SITE, loaded


def test_a_reload_that_changes_nothing_of_the_start_names_nothing(tmp_path: Path) -> None:
    begun = loaded(tmp_path)
    mail = DeliverySettings(EmailSettings("mail.example.com", 25, "phone@example.com"))
    fresh = replace(begun, delivery=mail, secrets=Secrets(smtp_password="other"))
    assert list(waiting_for_a_start(begun, fresh)) == []


@pytest.mark.fault("P6")
def test_every_setting_that_waits_for_the_next_start_is_named_and_no_secret_is_shown(tmp_path: Path) -> None:
    begun = loaded(tmp_path)
    site = SITE + (
        "pbx: {ari_url: 'http://pbx.example.com:8088', app: other, ami: 'pbx.example.com:5038', sounds: /sounds}\n"
        "storage: {folder: elsewhere}\nmonitoring: {listen: '127.0.0.1:9110'}\n"
    )
    other = loaded(tmp_path, site)
    directory = replace(other.directory, site=replace(other.directory.site, language="xx"))
    changed: dict[str, Any] = dict.fromkeys(
        ("ari_username", "ari_password", "ami_username", "ami_password", "database_url"), "new"
    )
    fresh = replace(other, directory=directory, secrets=Secrets(**changed))
    assert list(waiting_for_a_start(begun, fresh)) == [
        "pbx.ari_url",
        "pbx.app",
        "pbx.ami",
        "pbx.sounds",
        "monitoring.listen",
        "storage.folder",
        "site.language",
        "ARI_USERNAME",
        "ARI_PASSWORD",
        "AMI_USERNAME",
        "AMI_PASSWORD",
        "DATABASE_URL",
    ]
