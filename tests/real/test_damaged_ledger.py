"""F61: the service starts with a ledger that can't be used."""

from __future__ import annotations

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import waiting
from ari_absence.ledger.store import FILE_NAME
from tests.real.scenes import Stage

pytestmark = pytest.mark.real

RUBBISH = b"this was a ledger once\n" * 1000
BACK_SECONDS = 40.0


@pytest.mark.fault("F61")
async def test_f61_with_a_damaged_ledger_callers_hear_the_truth_until_it_is_put_right(stage: Stage) -> None:
    scene = await stage.open(running=False)
    file = scene.office.data / FILE_NAME
    file.write_bytes(RUBBISH)
    await scene.office.start_service()
    await scene.log_tells("announcements only")
    assert f"the ledger {file} is damaged" in scene.office.status()["ledger_trouble"]
    with pytest.raises(LabError, match=r"is damaged \(file is not a database\); .* Move it"):
        await scene.office.cli("check")

    caller = await scene.call("101")
    await caller.hears("say-nothing-can-be-noted")
    await caller.presses("1")
    await caller.hears("say-not-understood")
    await caller.hangs_up()
    assert file.read_bytes() == RUBBISH  # nothing was changed in it

    file.rename(scene.office.data / "damaged.sqlite3")
    await waiting.until(lambda: scene.log.count("link.up") == 2, BACK_SECONDS, "The return of the ledger")
    caller = await scene.caller_at_the_beep()
    await caller.speaks()
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await scene.ledger.the_message()
