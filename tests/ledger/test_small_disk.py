"""A disk that is really full, or really read-only: refused in a sentence, nothing half done, whole again with room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.small_disk import run_on_small_disk


def told(story: str, folder: Path) -> dict[str, Any]:
    """What came of a story: one message at its end, with its audio and its one mail, in a sound ledger."""
    found: dict[str, Any] = run_on_small_disk("tests.ledger.disk_stories", story, str(folder))
    assert len(found["messages"]) == 1
    assert found["files"] == found["messages"]
    assert found["deliveries"] == 1
    assert found["verdict"] == "ok"
    return found


@pytest.mark.fault("F60")
def test_f60_a_disk_that_fills_up_while_audio_is_written_leaves_no_piece_of_it(tmp_path: Path) -> None:
    found = told("full_while_the_audio_is_written", tmp_path)

    assert "No space left on device" in found["fault"]
    assert found["left"] == []


@pytest.mark.fault("F60")
def test_f60_a_disk_that_is_full_at_the_commit_refuses_it_and_takes_it_later(tmp_path: Path) -> None:
    found = told("full_at_the_commit", tmp_path)

    assert "is full" in found["fault"]
    assert "is full" in found["refused"]
    assert found["readable"] == 0


@pytest.mark.fault("F60")
def test_f60_audio_kept_before_the_disk_was_full_is_a_message_after_the_next_start(tmp_path: Path) -> None:
    told("full_and_then_the_process_ends", tmp_path)


@pytest.mark.fault("F61")
def test_f61_a_disk_that_turns_read_only_is_a_sentence_each_time_and_damages_nothing(tmp_path: Path) -> None:
    found = told("read_only", tmp_path)

    place, audio, end, start = found["faults"]
    assert place == end == "the ledger can't be used: unable to open database file"
    assert "can't be written: Read-only file system" in audio
    assert "can't be written: Read-only file system; check its owner and mode" in start
