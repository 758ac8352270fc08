"""Building makes what is missing or changed, and nothing else."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from ari_absence.errors import SpeechError
from ari_absence.speech import command
from ari_absence.speech.audio import Sound
from ari_absence.speech.building import build, make_clip
from ari_absence.speech.engines import recordings
from ari_absence.speech.language import as_spoken
from ari_absence.speech.languages import language
from ari_absence.speech.manifest import SUFFIX, read_manifest
from tests.speech.small_language import TEXTS, HummingEngine, SmallLanguage, hum, write_recording


def test_a_second_build_makes_nothing(tmp_path: Path) -> None:
    build(SmallLanguage(), tmp_path, HummingEngine())
    again = HummingEngine()
    built = build(SmallLanguage(), tmp_path, again)
    assert (built.made, built.kept, again.said) == (0, 3, [])


def test_only_what_changed_is_built_again(tmp_path: Path) -> None:
    build(SmallLanguage(), tmp_path, HummingEngine())
    (tmp_path / f"and{SUFFIX}").write_bytes(b"damaged")
    engine = HummingEngine()
    built = build(SmallLanguage(TEXTS | {"hello": "Good day."}), tmp_path, engine)
    assert (built.made, built.kept) == (2, 1)
    assert sorted(engine.said) == ["Good day.", "and also,"]


def test_another_voice_builds_all_again_and_so_does_anew(tmp_path: Path) -> None:
    build(SmallLanguage(), tmp_path, HummingEngine())
    assert build(SmallLanguage(), tmp_path, HummingEngine("humming:two")).made == 3
    assert build(SmallLanguage(), tmp_path, HummingEngine("humming:two"), anew=True).made == 3


def test_two_builds_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        build(SmallLanguage(), tmp_path / folder, HummingEngine())
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_what_is_no_longer_in_the_catalogue_is_removed(tmp_path: Path) -> None:
    build(SmallLanguage(), tmp_path, HummingEngine())
    assert build(SmallLanguage({"hello": "Hello."}), tmp_path, HummingEngine()).removed == 2
    assert [path.stem for path in tmp_path.glob(f"*{SUFFIX}")] == ["hello"]


def test_one_clip_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    built = build(SmallLanguage(), tmp_path, HummingEngine(refused=frozenset({"Hello."})))
    assert built.made == 2
    assert built.failures == ("'Hello.' can't be hummed.",)
    assert "hello" not in read_manifest(tmp_path).entries


def test_progress_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build(SmallLanguage(), tmp_path, HummingEngine(), lambda done, total, _: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_voice_stays_up_where_the_sentence_goes_on() -> None:
    assert as_spoken("and will be back") == "and will be back,"
    assert as_spoken("Goodbye.") == "Goodbye."


def test_silence_from_an_engine_is_a_failure() -> None:
    class Mute(HummingEngine):
        def speak(self, text: str) -> Sound:
            return Sound(array("h", bytes(2_000)), 16_000)

    with pytest.raises(SpeechError, match="without a sound"):
        make_clip(Mute(), "Hello.")


def test_one_s_own_recordings_are_a_voice_too(tmp_path: Path) -> None:
    for clip in ("hello", "and"):
        write_recording(tmp_path / "mine" / f"{clip}.wav", hum(rate_hz=44_100))
    built = build(SmallLanguage(), tmp_path / "xx", recordings(tmp_path / "mine", TEXTS))
    assert built.made == 2
    assert built.failures == (
        f"There is no recording {tmp_path / 'mine' / 'goodbye.wav'} of the text 'Goodbye.'.",
    )


def test_the_command_builds_from_a_folder_of_recordings(tmp_path: Path) -> None:
    write_recording(tmp_path / "mine" / "office-closed.wav")
    built = command.build(tmp_path, engine=f"recordings:{tmp_path / 'mine'}")
    assert built.made == 1
    assert len(built.failures) == len(language("en").catalogue) - 1
    assert (tmp_path / "en" / f"office-closed{SUFFIX}").is_file()
    assert len(command.verify(tmp_path)) == len(language("en").catalogue) - 1
