"""Speech programs are called without a shell, with a time limit, and their failures are sentences."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import wav_bytes
from ari_absence.speech.engines import PROGRAMS, TEXT_LIMIT, Program, ProgramEngine, engines_here, find_engine
from tests.speech.small_language import hum

SPEAKING = (
    "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(pathlib.Path(sys.argv[2]).read_bytes())"
)


def engine(
    code: str, *arguments: str, time_limit_seconds: float = 20.0, only_ascii: bool = False
) -> ProgramEngine:
    program = Program("python", ("-c", code, *arguments), "voice", only_ascii=only_ascii)
    return ProgramEngine("test", program, sys.executable, "voice", time_limit_seconds)


def test_a_program_s_sound_comes_at_16_khz(tmp_path: Path) -> None:
    (tmp_path / "spoken.wav").write_bytes(wav_bytes(hum(0.5, rate_hz=22_050)))
    sound = engine(SPEAKING, "{out}", str(tmp_path / "spoken.wav")).speak("Hello.")
    assert sound.rate_hz == 16_000
    assert sound.duration_seconds == pytest.approx(0.5, abs=0.01)


def test_a_deep_voice_is_played_slower(tmp_path: Path) -> None:
    (tmp_path / "spoken.wav").write_bytes(wav_bytes(hum(0.5, rate_hz=24_000)))
    program = Program("python", ("-c", SPEAKING, "{out}", str(tmp_path / "spoken.wav")), "", deepened=0.8)
    sound = ProgramEngine("test", program, sys.executable, "voice").speak("Hello.")
    assert sound.duration_seconds == pytest.approx(0.5 / 0.8, abs=0.01)


def test_the_text_is_input_and_never_a_command(tmp_path: Path) -> None:
    copy = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    nasty = f"$(touch {tmp_path}/made) ; --help `id` \"'"
    with pytest.raises(SpeechError, match="WAV"):
        engine(copy, "{out}").speak(nasty)
    assert not (tmp_path / "made").exists()


def test_letters_that_a_program_can_t_read_lose_their_signs(tmp_path: Path) -> None:
    keep = (
        f"import sys, pathlib; pathlib.Path({str(tmp_path / 'text')!r}).write_bytes(sys.stdin.buffer.read())"
    )
    with pytest.raises(SpeechError, match="made no sound"):
        engine(keep, only_ascii=True).speak("Zoë Müller’s")
    assert (tmp_path / "text").read_text() == "Zoe Muller's"


def test_a_program_that_hangs_is_ended() -> None:
    with pytest.raises(SpeechError, match=r"did not finish within 0\.2 s"):
        engine("import time; time.sleep(30)", time_limit_seconds=0.2).speak("Hello.")


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(SpeechError, match="failed with status 3: no such voice"):
        engine("import sys; print('no such voice', file=sys.stderr); sys.exit(3)").speak("Hello.")


def test_a_program_that_can_t_be_run_is_named(tmp_path: Path) -> None:
    gone = ProgramEngine("test", Program("gone", (), ""), str(tmp_path / "gone"), "voice")
    with pytest.raises(SpeechError, match="can't be run"):
        gone.speak("Hello.")


@pytest.mark.parametrize("text", ["", "  ", "x" * (TEXT_LIMIT + 1)])
def test_a_text_has_a_sensible_length(text: str) -> None:
    with pytest.raises(SpeechError, match="characters"):
        engine("pass").speak(text)


def test_an_engine_is_found_by_name_with_its_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in PROGRAMS.values():
        (tmp_path / program.command).write_text("#!/bin/sh\n")
        (tmp_path / program.command).chmod(0o755)
    (tmp_path / "joe.onnx").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines_here() == tuple(PROGRAMS)
    assert find_engine("flite").voice == "flite:rms"
    assert find_engine("flite:slt").voice == "flite:slt"
    assert find_engine(f"piper:{tmp_path}/joe.onnx").voice == "piper:joe"


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ("siri", "no speech engine 'siri'"),
        ("piper", "needs the file of a voice"),
        ("festival:x)(system", "can't be the name of a voice"),
    ],
)
def test_a_wrong_choice_is_refused_with_a_sentence(
    choice: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in PROGRAMS.values():
        (tmp_path / program.command).write_text("#!/bin/sh\n")
        (tmp_path / program.command).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechError, match=reason):
        find_engine(choice)


def test_an_engine_that_is_not_installed_names_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SpeechError, match="text2wave"):
        find_engine("festival")
