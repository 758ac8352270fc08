"""A running service is told to read its configuration again."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ari_absence.app.service import Service
from ari_absence.clock import SystemClock
from ari_absence.config.holder import ConfigurationHolder
from tests.config.folder import PEOPLE, SITE, write


@pytest.mark.fault("F51", "P6")
async def test_f51_a_service_refuses_a_bad_file_with_every_mistake_and_goes_on_as_before(
    tmp_path: Path,
) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    service, before = Service(holder, SystemClock()), holder.current
    write(tmp_path, SITE.replace("Tokyo", "Tokio"), PEOPLE + "    nonsense: 1\n")

    with capture_logs() as logged:
        await service._reload()

    assert holder.current is before
    refused = [line["mistake"] for line in logged if line["event"] == "configuration.refused"]
    assert [mistake.partition(": ")[0].rpartition(":")[0] for mistake in refused] == [
        "absence.yaml:3",
        "people.yaml:7",
    ]
