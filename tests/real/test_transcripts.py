"""What was said in a message, as text: everything real, from the caller's voice to the second mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.scenes import Stage
from tests.transcription.spoken import spoken

pytestmark = pytest.mark.real

WHEN = ("day-2-morning", "at-01-30-end")


async def test_the_memo_is_mailed_at_once_and_what_was_said_follows_in_its_thread(
    stage: Stage, tmp_path: Path
) -> None:
    scene = await stage.open(changes={"transcription": {"engine": "pocketsphinx"}})
    said = tmp_path / "said.wav"
    said.write_bytes(spoken(WHEN))
    caller = await scene.caller_at_the_beep()
    await caller.phone.speak(said)
    await caller.presses("#")
    await caller.hears("say-review-menu")
    await caller.presses("1")
    await caller.hears("say-message-saved")
    await caller.hangs_up()

    memo, late = await scene.office.mail.wait_for_mails(2, 30)
    assert "a machine heard" not in memo.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert late["In-Reply-To"] == memo["Message-ID"]
    assert late["Subject"] == f"Re: {memo['Subject']}"
    heard = late.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "morning" in heard
    assert "thirty" in heard
    assert "tuesday" not in scene.log.lower()
    assert not (scene.office.data / "transcribing").exists()
