"""The engines, on speech that really was spoken; those whose model can't be here, on a stand-in that says so."""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core import wav
from ari_absence.core.transcript import marked, understood
from ari_absence.transcription.doubling import doubled
from ari_absence.transcription.engines import ENGINES, ModelUnusable
from ari_absence.transcription.ports import Choice
from ari_absence.transcription.process import listen
from ari_absence.transcription.readiness import lacking
from tests.speech.hearing import compared
from tests.transcription.spoken import spoken, words


@pytest.fixture(scope="module")
def message(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A caller's message, as it lies in the data folder."""
    path = tmp_path_factory.mktemp("audio") / "A-1.wav"
    path.write_bytes(spoken())
    return path


async def test_a_real_engine_understands_most_of_what_a_caller_says(message: Path, tmp_path: Path) -> None:
    """pocketsphinx is no great listener: two words of three are what it is good for on a telephone line."""
    printed = await listen(Choice("pocketsphinx"), message, 8.0, tmp_path)
    heard = compared(words(), understood(printed) or "")

    assert heard.wrong <= heard.words / 3, heard
    assert "[tuesday morning]" in marked(heard.understood)
    assert "[one thirty]" in marked(heard.understood)


@pytest.mark.parametrize("extra_samples", [0, 1, 120])
def test_a_short_message_is_heard_whatever_its_length(tmp_path: Path, extra_samples: int) -> None:
    """240 samples are a frame of the recogniser; a message that ends with one is not forgotten for it."""
    path = tmp_path / "A-1.wav"
    samples = spoken(("day-2-morning", "at-01-30-end"))[44:]
    audio = samples[: len(samples) // 480 * 480] + bytes(2 * extra_samples)
    path.write_bytes(wav.header(8_000, len(audio)) + audio)

    assert "thirty" in ENGINES["pocketsphinx"].transcribe(path, None, None)


async def test_an_engine_without_its_package_is_named_with_the_way_to_get_it(
    message: Path, tmp_path: Path
) -> None:
    choice = Choice("vosk", model=tmp_path)

    with pytest.raises(Exception, match="the engine vosk can't be started; `ari-absence check`"):
        await listen(choice, message, 8.0, tmp_path)
    assert lacking(choice) == (
        "transcription.engine vosk is not installed; pip install 'ari-absence[transcription-vosk]'"
    )


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    choice = Choice("pocketsphinx", model=tmp_path / "gone")

    assert lacking(choice) == (
        f"transcription.model {tmp_path / 'gone'} is not there, or can't be read; put the model there"
    )


def test_a_program_that_is_not_there_is_named() -> None:
    choice = Choice("command", command=("no-such-program", "{audio}"))

    assert lacking(choice) == (
        "transcription.command: there is no program no-such-program; write its whole path, or install it"
    )
    assert lacking(Choice("command", command=("sh",))) is None
    assert lacking(Choice("pocketsphinx")) is None


# No model of these two can be shipped with the tests: their modules are stand-ins with the calls of vosk 0.3.45 and
# faster-whisper 1.2.1.


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Puts a module in the place of one that is not here."""

    def put(name: str, **parts: Any) -> None:
        module = ModuleType(name)
        module.__dict__.update(parts)
        monkeypatch.setitem(sys.modules, name, module)

    return iter([put])


class FakeVosk:
    def __init__(self, model: object, rate_hz: float) -> None:
        assert (model, rate_hz) == ("model of /models/en", 8000)
        self.blocks = 0

    def AcceptWaveform(self, frames: bytes) -> bool:  # noqa: N802 -- its own name
        assert frames
        self.blocks += 1
        return self.blocks == 2

    def Result(self) -> str:  # noqa: N802
        return json.dumps({"text": "call me"})

    def FinalResult(self) -> str:  # noqa: N802
        return json.dumps({"text": "at noon"})


def test_vosk_is_called_as_it_wants_to_be(stand_in: Any, message: Path) -> None:
    next(stand_in)(
        "vosk",
        KaldiRecognizer=FakeVosk,
        Model=lambda model_path: f"model of {model_path}",
        SetLogLevel=lambda _: None,
    )

    assert ENGINES["vosk"].transcribe(message, Path("/models/en"), None) == "call me at noon"


def test_a_model_that_vosk_does_not_take_is_told_apart_from_a_fault(stand_in: Any, message: Path) -> None:
    def refuse(model_path: str) -> None:
        raise Exception(f"Failed to create a model {model_path}")

    next(stand_in)("vosk", KaldiRecognizer=FakeVosk, Model=refuse, SetLogLevel=lambda _: None)

    with pytest.raises(ModelUnusable):
        ENGINES["vosk"].transcribe(message, Path("/models/en"), None)


def test_faster_whisper_is_called_on_one_core_and_fetches_nothing(stand_in: Any, message: Path) -> None:
    asked: dict[str, Any] = {}

    class FakeWhisper:
        def __init__(self, model: str, **options: Any) -> None:
            asked.update(options, model=model)

        def transcribe(self, audio: str, **options: Any) -> tuple[list[SimpleNamespace], None]:
            asked.update(options, audio=audio)
            return [SimpleNamespace(text=" Call me"), SimpleNamespace(text=" at noon.")], None

    next(stand_in)("faster_whisper", WhisperModel=FakeWhisper)

    heard = ENGINES["faster-whisper"].transcribe(message, Path("/models/small"), "en")

    assert heard == "Call me at noon."
    assert (asked["model"], asked["audio"], asked["language"]) == ("/models/small", str(message), "en")
    assert (asked["device"], asked["cpu_threads"], asked["local_files_only"]) == ("cpu", 1, True)


def _tone(hz: float, rate_hz: int, count: int) -> array[int]:
    return array("h", (round(8000 * math.sin(2 * math.pi * hz * n / rate_hz)) for n in range(count)))


@pytest.mark.parametrize("hz", [300, 1000, 2500, 3300])
def test_audio_at_twice_its_rate_sounds_the_same(hz: float) -> None:
    there = array("h", doubled(_tone(hz, 8_000, 800).tobytes()))
    wanted = _tone(hz, 16_000, 1600)

    assert max(abs(a - b) for a, b in zip(there[40:-40], wanted[40:-40], strict=True)) < 8000 * 0.03


@given(st.binary(max_size=200))
def test_every_sample_is_still_there(pcm: bytes) -> None:
    whole = doubled(pcm)

    assert len(whole) == 2 * (len(pcm) // 2 * 2)
    assert array("h", whole)[0::2] == array("h", pcm[: len(pcm) // 2 * 2])
