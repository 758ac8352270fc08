"""``transcription:`` in ``absence.yaml``: which engine turns messages into text, and what it may use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import Block
from ari_absence.config.settings import TranscriptionSettings
from ari_absence.config.value_types import Line, Shape

OFF = "none"
_NEED_A_MODEL = ("vosk", "faster-whisper")
_COMMAND = "command"


def _language_code(text: str) -> str:
    """Two small letters."""
    if len(text) != 2 or not (text.isascii() and text.isalpha() and text.islower()):
        raise ValueError("this is not a language's code; write two small letters, such as en")
    return text


Language = Annotated[
    str, AfterValidator(_language_code), WithJsonSchema({"type": "string", "pattern": "^[a-z]{2}$"})
]


class TranscriptionShape(Shape):
    """What was said in a message, as text in the mail (docs/transcription.md)."""

    engine: Literal["none", "pocketsphinx", "vosk", "faster-whisper", "command"] = Field(
        default="none",
        description="`none`: off. `command` is your own; the others are extras, `ari-absence[transcription-vosk]`.",
    )
    model: Line | None = Field(
        default=None, description="For `vosk` and `faster-whisper`: the folder of the model."
    )
    command: Annotated[list[Line], Field(max_length=20)] = Field(
        default_factory=list,
        description="For `command`: program and arguments. `{audio}` is the WAV file; it is on its input, too.",
    )
    language: Language | None = Field(
        default=None, description="For `faster-whisper`: two letters, such as `de`; else it guesses."
    )
    seconds_per_minute: Annotated[int, Field(ge=5, le=1800)] = Field(
        default=120, description="How long it may work on one minute of a message before it is ended."
    )
    memory_mb: Annotated[int, Field(ge=128, le=65536)] = Field(
        default=1024, description="How much memory it may have."
    )


def transcription_of(
    shape: TranscriptionShape, block: Block, mistakes: FileMistakes
) -> TranscriptionSettings | None:
    """The engine that was chosen; None when it is off. What the engine lacks is a mistake at ``engine``."""
    if shape.engine == OFF:
        return None
    lacking = _lacking(shape)
    if lacking and not block.left_out:
        mistakes.add(block.value_at("engine"), lacking)
    return TranscriptionSettings(
        shape.engine,
        Path(shape.model) if shape.model else None,
        tuple(shape.command),
        shape.language,
        shape.seconds_per_minute,
        shape.memory_mb,
    )


def _lacking(shape: TranscriptionShape) -> str | None:
    if shape.engine in _NEED_A_MODEL and shape.model is None:
        return f"engine: {shape.engine} needs a model; write model: and the path of its folder"
    if shape.engine == _COMMAND and not shape.command:
        return 'engine: command needs a command; write such as command: [/opt/stt/run, "{audio}"]'
    if shape.engine not in _NEED_A_MODEL and shape.model is not None:
        return f"engine: {shape.engine} takes no model; leave model out, or choose vosk or faster-whisper"
    return None
