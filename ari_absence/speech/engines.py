"""Voices: programs found on this machine that turn a text into a sound, and a folder of recordings.

No engine is needed to run the product; one is needed to build its sounds, or to say the names of a site in
the same voice. Each engine is a command line: a new one is one more entry in the table.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ari_absence.errors import SpeechError
from ari_absence.speech.audio import WIDEBAND_HZ, Sound, read_wav
from ari_absence.speech.language import as_spoken
from ari_absence.speech.shaping import resampled

TIME_LIMIT_SECONDS = 60.0  # a sentence takes under two; a program that hangs must not hold a build forever
TEXT_LIMIT = 2_000  # characters; a published answer is the longest thing that is ever said


class Engine(Protocol):
    """Something that speaks."""

    @property
    def voice(self) -> str:
        """The engine and its voice, such as ``hibari:heart``; part of a made file's name."""

    def speak(self, text: str) -> Sound:
        """``text`` as a sound of 16 kHz, unshaped.

        Raises:
            SpeechError: it can't be said; the text tells why.
        """


@dataclass(frozen=True, slots=True)
class Program:
    """How one program is called: ``{voice}`` and ``{out}`` are filled in; the text goes to standard input."""

    command: str
    arguments: tuple[str, ...]
    default_voice: str
    only_ascii: bool = False
    wants_model_file: bool = False
    deepened: float = 1.0  # played slower by this factor: deeper, which G.711 carries better


PROGRAMS: Mapping[str, Program] = {
    "hibari": Program(
        "hibari",
        ("-", "-o", "{out}", "--seed", "1", "--speed", "1.1", "--voice", "{voice}"),
        "heart",
        deepened=0.88,
    ),
    "piper": Program("piper", ("--model", "{voice}", "--output_file", "{out}"), "", wants_model_file=True),
    "festival": Program(
        "text2wave", ("-o", "{out}", "-eval", "(voice_{voice})"), "cmu_us_slt_arctic_hts", only_ascii=True
    ),
    "flite": Program("flite", ("-voice", "{voice}", "-f", "{text}", "-o", "{out}"), "rms", only_ascii=True),
    "espeak-ng": Program("espeak-ng", ("--stdin", "-v", "{voice}", "-s", "150", "-w", "{out}"), "en-us"),
}
RECORDINGS = "recordings"
DEFAULT_ENGINE = "hibari:heart"


@dataclass(frozen=True, slots=True)
class ProgramEngine:
    """A speech program of this machine, with one of its voices."""

    name: str
    program: Program
    path: str
    chosen_voice: str
    time_limit_seconds: float = TIME_LIMIT_SECONDS

    @property
    def voice(self) -> str:
        """The engine and its voice; of a voice in a file, the file's name."""
        return f"{self.name}:{Path(self.chosen_voice).stem if self.program.wants_model_file else self.chosen_voice}"

    def speak(self, text: str) -> Sound:
        """``text`` in this voice; see :meth:`Engine.speak`."""
        if not text.strip() or len(text) > TEXT_LIMIT:
            raise SpeechError(
                f"A text to be spoken has 1 to {TEXT_LIMIT} characters; this one has {len(text)}."
            )
        content = _ascii(text) if self.program.only_ascii else text
        with tempfile.TemporaryDirectory(prefix="ari-absence-") as folder:
            written, made = Path(folder, "text.txt"), Path(folder, "made.wav")
            written.write_text(content, encoding="utf-8")
            self._run(content, {"voice": self.chosen_voice, "text": str(written), "out": str(made)})
            if not made.exists():
                raise SpeechError(f"{self.voice} made no sound of {text!r}.")
            return resampled(_deepened(read_wav(made), self.program.deepened), WIDEBAND_HZ)

    def _run(self, content: str, places: Mapping[str, str]) -> None:
        arguments = [_filled(argument, places) for argument in self.program.arguments]
        try:
            done = subprocess.run(  # noqa: S603 - no shell; the program is ours to choose, the text is its input
                [self.path, *arguments],
                input=content.encode(),
                capture_output=True,
                timeout=self.time_limit_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as reason:
            raise SpeechError(
                f"{self.voice} did not finish within {self.time_limit_seconds:g} s."
            ) from reason
        except OSError as reason:
            raise SpeechError(f"{self.path} can't be run: {reason.strerror}.") from reason
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            raise SpeechError(f"{self.voice} failed with status {done.returncode}: {last[0]}")


@dataclass(frozen=True, slots=True)
class RecordingsEngine:
    """One's own recordings: a folder of WAV files, and which text each of them says."""

    folder: Path
    file_of_text: Callable[[str], str | None]

    @property
    def voice(self) -> str:
        """The folder's name stands for the voice."""
        return f"{RECORDINGS}:{self.folder.name}"

    def speak(self, text: str) -> Sound:
        """The recording of ``text``; see :meth:`Engine.speak`."""
        name = self.file_of_text(text)
        path = self.folder / f"{name}.wav"
        if name is None or not path.is_file():
            raise SpeechError(f"There is no recording {path} of the text {text!r}.")
        return resampled(read_wav(path), WIDEBAND_HZ)


def find_engine(choice: str) -> Engine:
    """The engine ``name`` or ``name:voice``, if its program is on this machine.

    Raises:
        SpeechError: there is no such engine, or its program is not installed.
    """
    name, _, voice = choice.partition(":")
    program = PROGRAMS.get(name)
    if program is None:
        raise SpeechError(f"There is no speech engine {name!r}; there is {', '.join(PROGRAMS)}.")
    path = _found(program.command)
    if path is None:
        raise SpeechError(
            f"The speech engine {name} needs the program {program.command!r}, which is not here."
        )
    return ProgramEngine(name, program, path, _checked_voice(name, program, voice or program.default_voice))


def engines_here() -> tuple[str, ...]:
    """The names of the engines whose programs are on this machine."""
    return tuple(name for name, program in PROGRAMS.items() if _found(program.command))


def voice_here() -> Engine | None:
    """What makes the names: the voice of the catalogue, else any that is on this machine, else none."""
    for choice in (DEFAULT_ENGINE, *engines_here()):
        with suppress(SpeechError):
            return find_engine(choice)
    return None


def recordings(folder: Path, catalogue: Mapping[str, str]) -> RecordingsEngine:
    """The engine that takes its clips from ``folder``, each under its id in the catalogue."""
    by_text = {as_spoken(text): clip for clip, text in reversed(list(catalogue.items()))}
    return RecordingsEngine(folder, by_text.get)


def _checked_voice(name: str, program: Program, voice: str) -> str:
    if program.wants_model_file:
        if not Path(voice).is_file():
            raise SpeechError(f"The engine {name} needs the file of a voice: {name}:/path/to/voice.onnx.")
    elif not re.fullmatch(r"[A-Za-z0-9_.-]+", voice):
        raise SpeechError(f"{voice!r} can't be the name of a voice of {name}.")
    return voice


def _found(command: str) -> str | None:
    beside_python = str(Path(sys.executable).parent)
    return shutil.which(command, path=os.pathsep.join([beside_python, os.environ.get("PATH", os.defpath)]))


def _deepened(sound: Sound, factor: float) -> Sound:
    """``sound`` played slower, at a rate in whole hundreds so that it is quickly resampled."""
    return sound if factor == 1.0 else Sound(sound.samples, round(sound.rate_hz * factor / 100) * 100)


def _filled(argument: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        argument = argument.replace(f"{{{place}}}", value)
    return argument


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return plain.encode("ascii", "ignore").decode()
