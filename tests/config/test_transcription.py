"""What is said of turning messages into text: off unless it is chosen, and whole when it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.config.settings import TranscriptionSettings
from tests.config.folder import SITE, loaded, mistakes

MISTAKES = [  # what is wrong, the keys on line 7, the mistake
    (
        "vosk without a model",
        "{engine: vosk}",
        "7:25: engine: vosk needs a model; write model: and the path of its folder",
    ),
    (
        "faster-whisper without a model",
        "{engine: faster-whisper, language: de}",
        "7:25: engine: faster-whisper needs a model; write model: and the path of its folder",
    ),
    (
        "a command that is none",
        "{engine: command}",
        '7:25: engine: command needs a command; write such as command: [/opt/stt/run, "{audio}"]',
    ),
    (
        "a model for who takes none",
        "{engine: pocketsphinx, model: /models/en}",
        "7:25: engine: pocketsphinx takes no model; leave model out, or choose vosk or faster-whisper",
    ),
    (
        "a language in full",
        "{engine: faster-whisper, model: /models/small, language: german}",
        "7:73: this is not a language's code; write two small letters, such as en",
    ),
    ("too little memory", "{memory_mb: 64}", "7:28: 64 is too small; write 128 or more"),
]


def test_it_is_off_unless_an_engine_is_chosen(tmp_path: Path) -> None:
    assert loaded(tmp_path).transcription is None
    assert loaded(tmp_path, SITE + "transcription: {engine: none, memory_mb: 2048}\n").transcription is None


def test_what_is_chosen_is_taken_with_its_limits(tmp_path: Path) -> None:
    keys = "{engine: faster-whisper, model: /models/small, language: de, seconds_per_minute: 60, memory_mb: 2048}"
    taken = loaded(tmp_path, f"{SITE}transcription: {keys}\n").transcription

    assert taken == TranscriptionSettings("faster-whisper", Path("/models/small"), (), "de", 60, 2048)


def test_a_command_is_a_list_of_arguments(tmp_path: Path) -> None:
    keys = '{engine: command, command: [/opt/stt/run, --in, "{audio}"]}'
    taken = loaded(tmp_path, f"{SITE}transcription: {keys}\n").transcription

    assert taken is not None
    assert taken.command == ("/opt/stt/run", "--in", "{audio}")


@pytest.mark.parametrize(
    ("keys", "sentence"), [each[1:] for each in MISTAKES], ids=[each[0] for each in MISTAKES]
)
def test_each_mistake_is_a_sentence_at_its_place(tmp_path: Path, keys: str, sentence: str) -> None:
    assert mistakes(tmp_path, f"{SITE}transcription: {keys}\n") == [f"absence.yaml:{sentence}"]


def test_an_engine_that_nobody_knows_is_answered_with_those_there_are(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, f"{SITE}transcription: {{engine: sphinx}}\n")

    assert told.startswith("absence.yaml:7:25: ")
    assert "pocketsphinx" in told
