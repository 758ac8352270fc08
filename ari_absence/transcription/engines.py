"""The engines: a WAV file in, its words out. Only the child process calls them, and only there they are imported."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ari_absence.transcription.doubling import doubled

_WIDEBAND_HZ = 16_000
_NARROWBAND_HZ = 8_000
_BLOCK_FRAMES = 4_000


class ModelUnusable(Exception):
    """The engine is there, its model can't be used."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How one engine is used: the module it needs, the extra of ours that installs it, whether it needs a model.

    ``transcribe`` takes the audio, the model's place and the language; it may raise whatever the engine raises.
    """

    module: str
    extra: str
    needs_model: bool
    transcribe: Callable[[Path, Path | None, str | None], str]


def _with_pocketsphinx(audio: Path, _model: Path | None, _language: str | None) -> str:
    """The English model of the wheel, sentence by sentence: pauses cost nothing, and a long message no memory."""
    from pocketsphinx import Decoder, Segmenter

    decoder, segmenter = Decoder(samprate=_WIDEBAND_HZ, loglevel="FATAL"), Segmenter(sample_rate=_WIDEBAND_HZ)
    samples, heard = _wideband(audio), []
    # it gives the last sentence only when it meets a part of a frame
    samples += bytes((2 - len(samples)) % segmenter.frame_bytes)
    for segment in segmenter.segment(io.BytesIO(samples)):
        decoder.start_utt()
        decoder.process_raw(segment.pcm, full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        heard.append(hypothesis.hypstr if hypothesis else "")
    return " ".join(filter(None, heard))


def _with_vosk(audio: Path, model: Path | None, _language: str | None) -> str:
    from vosk import KaldiRecognizer, Model, SetLogLevel

    SetLogLevel(-1)
    try:
        loaded = Model(model_path=str(model))
    except Exception as fault:  # no other class is what it raises
        raise ModelUnusable from fault
    heard = []
    with wave.open(str(audio)) as file:
        recognizer = KaldiRecognizer(loaded, file.getframerate())
        while frames := file.readframes(_BLOCK_FRAMES):
            if recognizer.AcceptWaveform(frames):
                heard.append(recognizer.Result())
    heard.append(recognizer.FinalResult())
    return " ".join(filter(None, (json.loads(each).get("text", "") for each in heard)))


def _with_faster_whisper(audio: Path, model: Path | None, language: str | None) -> str:
    from faster_whisper import WhisperModel

    try:
        loaded = WhisperModel(
            str(model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
    except (ValueError, RuntimeError, OSError) as fault:
        raise ModelUnusable from fault
    # without the first, silence becomes words; without the second, one slip becomes a loop
    segments, _ = loaded.transcribe(
        str(audio), language=language, vad_filter=True, condition_on_previous_text=False
    )
    return " ".join(segment.text.strip() for segment in segments)


ENGINES: Mapping[str, Engine] = {
    "pocketsphinx": Engine("pocketsphinx", "transcription-pocketsphinx", False, _with_pocketsphinx),
    "vosk": Engine("vosk", "transcription-vosk", True, _with_vosk),
    "faster-whisper": Engine("faster_whisper", "transcription-faster-whisper", True, _with_faster_whisper),
}


def _wideband(audio: Path) -> bytes:
    """The samples at 16 kHz.

    Raises:
        ValueError: the file has another rate than a telephone's.
    """
    with wave.open(str(audio)) as file:
        rate_hz, samples = file.getframerate(), file.readframes(file.getnframes())
    if rate_hz not in (_NARROWBAND_HZ, _WIDEBAND_HZ):
        raise ValueError(f"a rate of {rate_hz} Hz")
    return doubled(samples) if rate_hz == _NARROWBAND_HZ else samples
