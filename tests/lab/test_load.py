"""The load caller makes real calls and measures them."""

from __future__ import annotations

import pytest

from ari_absence.lab import Lab, Load, audio, run_sipp

pytestmark = pytest.mark.real


async def test_every_call_of_a_load_is_timed_presses_its_keys_and_is_recorded(lab: Lab) -> None:
    before = len(list(lab.recordings.glob("plain-*.wav")))
    load = Load("7001", calls=4, calls_per_s=4, listen_s=6.7, keys="3", speak_s=1.5)
    result = await run_sipp(lab, load)
    assert len(result.answered_ms) == 4
    assert result.complete
    assert 0 < result.percentile_ms(0.5) <= result.percentile_ms(1.0) < 1000
    await lab.until_quiet()
    recordings = sorted(lab.recordings.glob("plain-*.wav"), key=lambda path: path.stat().st_mtime)[before:]
    assert len(recordings) == 4
    samples, _ = audio.read(recordings[0])
    assert audio.strength(samples[2000:6000], 500) > 0.98


async def test_calls_that_are_refused_are_counted_as_unanswered(lab: Lab) -> None:
    result = await run_sipp(lab, Load("7999", calls=2, calls_per_s=10, listen_s=0.1, speak_s=0.1))
    assert (result.answered_ms, result.unanswered, result.complete) == ([], 2, False)
