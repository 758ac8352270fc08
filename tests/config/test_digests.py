"""What is written of reminders and digests is what holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ari_absence.config.settings import DigestSettings
from ari_absence.core.reminding import ReminderRules
from tests.config.folder import SITE, loaded, mistakes

MINUTE = timedelta(minutes=1)


def test_reminders_and_digests_have_sane_defaults(tmp_path: Path) -> None:
    configuration = loaded(tmp_path)
    assert configuration.callbacks == ReminderRules(30 * MINUTE, (30 * MINUTE, 120 * MINUTE))
    assert configuration.digests == DigestSettings()


def test_what_is_written_of_them_holds(tmp_path: Path) -> None:
    keys = (
        "callbacks: {remind_before: 1h, escalate_after: []}\ndigests: {weekly: false, welcome_after: 20min}\n"
    )
    configuration = loaded(tmp_path, SITE + keys)
    assert configuration.callbacks == ReminderRules(60 * MINUTE, ())
    assert configuration.digests == DigestSettings(weekly=False, welcome_after=20 * MINUTE)


def test_steps_in_the_wrong_order_are_a_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, SITE + "callbacks: {escalate_after: [2h, 30min]}\n")
    assert found == ["absence.yaml:7:29: each step comes after the one before it; write the shorter first"]
