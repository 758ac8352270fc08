"""Twenty callers within two seconds, and a service that stands still meanwhile: every one is in the ledger, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.lab import Lab
from bench.load.profiles import SMOKE
from bench.load.trial import try_out

pytestmark = pytest.mark.real


@pytest.mark.fault("F19", "P7")
async def test_every_caller_of_a_busy_office_whose_service_stalls_leaves_one_message_that_is_mailed_once(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("load")  # a socket's name must be short

    outcome = await try_out(lab, folder, SMOKE, warm_up=False)

    assert outcome.mistakes == []
    assert (outcome.count.made, outcome.count.messages, outcome.count.mails) == (20, 20, 20)
    assert (outcome.released, outcome.taken_in) == (0, 0)
    assert len(outcome.first_sounds_ms) == 20
    assert outcome.reconnects == 0, "the link holds out a stall of two seconds"
