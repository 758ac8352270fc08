"""Transcripts as an administrator meets them: what `check` warns of, and what `messages` shows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ari_absence.ledger.transcripts import LedgerTranscripts
from tests.cli.test_commands import EXAMPLES, run
from tests.ledger.office import NOON, FakeClock, Office
from tests.ledger.test_transcripts import lease

SAID = "call me back at four one five before noon"


def configured(folder: Path, engine: str) -> Path:
    shutil.copytree(EXAMPLES, folder / "config")
    site = folder / "config" / "absence.yaml"
    site.write_text(
        f"{site.read_text()}\nstorage: {{folder: {folder / 'data'}}}\ntranscription: {engine}\n",
        encoding="utf-8",
    )
    return folder / "config"


@pytest.mark.parametrize(
    ("engine", "warning"),
    [
        ("{engine: vosk, model: /models/en}", "pip install 'ari-absence[transcription-vosk]'"),
        ("{engine: command, command: [no-such-program]}", "there is no program no-such-program"),
    ],
)
def test_check_says_what_the_engine_lacks_and_what_to_do(tmp_path: Path, engine: str, warning: str) -> None:
    done = run("check", config=configured(tmp_path, engine))

    assert done.returncode == 0
    assert warning in " ".join(done.stdout.split())


def test_check_has_nothing_to_say_of_an_engine_that_is_here(tmp_path: Path) -> None:
    assert "transcription" not in run("check", config=configured(tmp_path, "{engine: pocketsphinx}")).stdout


async def test_messages_shows_where_the_transcript_stands_and_tells_programs_its_text(tmp_path: Path) -> None:
    office = Office(tmp_path / "data", FakeClock())
    transcripts = LedgerTranscripts(office.thread, office.audio)
    await office.leave_message("call-1")
    done = await transcripts.claim(NOON, lease)
    assert done is not None
    await transcripts.done(done, SAID, "pocketsphinx", NOON)
    await office.leave_message("call-2")
    failed = await transcripts.claim(NOON, lease)
    assert failed is not None
    await transcripts.failed(failed, "nothing was understood", NOON, None)
    await office.close()
    config = configured(tmp_path, "{engine: pocketsphinx}")

    table = run("messages", config=config).stdout
    told = json.loads(run("messages", "--json", config=config).stdout)

    assert "done" in table
    assert "failed" in table
    assert "four one five" not in table
    by_id = {each["id"]: each["transcript"] for each in told}
    assert (by_id[done.message_id]["text"], by_id[done.message_id]["engine"]) == (SAID, "pocketsphinx")
    assert (by_id[failed.message_id]["state"], by_id[failed.message_id]["why"]) == (
        "failed",
        "nothing was understood",
    )
