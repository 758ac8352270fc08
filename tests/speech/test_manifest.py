"""The manifest knows every file, and a changed byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import wav_bytes
from ari_absence.speech.building import build
from ari_absence.speech.manifest import NAME, SUFFIX, read_manifest, verify
from tests.speech.small_language import TEXTS, HummingEngine, SmallLanguage, hum


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assert build(SmallLanguage(), tmp_path, HummingEngine()).failures == ()
    return tmp_path


def test_what_was_just_built_is_right(built: Path) -> None:
    assert verify(SmallLanguage(), built) == []


def test_each_entry_tells_text_length_checksum_and_all_tell_the_voice(built: Path) -> None:
    manifest = read_manifest(built)
    assert (manifest.language, manifest.voice) == ("xx", "humming:one")
    assert {clip: entry.text for clip, entry in manifest.entries.items()} == TEXTS
    assert all(
        len(entry.sha256) == 64 and entry.duration_seconds > 0.2 for entry in manifest.entries.values()
    )


def test_one_changed_byte_is_found(built: Path) -> None:
    path = built / f"and{SUFFIX}"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert verify(SmallLanguage(), built) == [f"{path} is not the file that was built: its checksum differs."]


def test_a_missing_and_an_extra_file_are_found(built: Path) -> None:
    (built / f"hello{SUFFIX}").rename(built / f"other{SUFFIX}")
    (built / "README.md").write_text("notes are welcome")
    assert verify(SmallLanguage(), built) == [
        f"{built / f'hello{SUFFIX}'} is missing.",
        f"{built / f'other{SUFFIX}'} is no file of the manifest.",
    ]


def test_a_file_in_another_format_is_found(built: Path) -> None:
    path = built / f"hello{SUFFIX}"
    path.write_bytes(wav_bytes(hum(rate_hz=8_000)))
    assert any("8000 Hz" in sentence for sentence in verify(SmallLanguage(), built))
    path.write_bytes(b"not a sound")
    assert any("no WAV file" in sentence for sentence in verify(SmallLanguage(), built))


def test_a_text_that_changed_since_is_found(built: Path) -> None:
    changed = SmallLanguage({"hello": "Good day.", "and": "and also", "new": "New."})
    assert verify(changed, built) == [
        "The clip hello was built from 'Hello.'; the catalogue now says 'Good day.'.",
        "The clip new ('New.') has not been built yet.",
        "The clip goodbye is in the manifest, but no longer in the catalogue.",
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"clips": {"a": 1}}', '{"clips": {"a": {"b": 1}}}'])
def test_a_damaged_manifest_is_one_sentence(built: Path, content: str) -> None:
    (built / NAME).write_text(content)
    with pytest.raises(SpeechError, match="no manifest of sounds"):
        read_manifest(built)
    assert len(verify(SmallLanguage(), built)) == 1


def test_no_manifest_is_one_sentence(tmp_path: Path) -> None:
    assert verify(SmallLanguage(), tmp_path) == [
        f"{tmp_path / NAME} can't be read: No such file or directory."
    ]
