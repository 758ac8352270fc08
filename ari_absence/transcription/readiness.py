"""What the chosen engine lacks on this machine, told before the first message."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

from ari_absence.transcription.engines import ENGINES
from ari_absence.transcription.ports import COMMAND, Choice


def lacking(choice: Choice) -> str | None:
    """A sentence that says what is missing and what to do; None: nothing is."""
    if choice.engine == COMMAND:
        return _lacking_of_command(choice.command[0])
    engine = ENGINES[choice.engine]
    if find_spec(engine.module) is None:
        return f"transcription.engine {choice.engine} is not installed; pip install 'ari-absence[{engine.extra}]'"
    if choice.model is not None and not os.access(choice.model, os.R_OK):
        return f"transcription.model {choice.model} is not there, or can't be read; put the model there"
    return None


def _lacking_of_command(program: str) -> str | None:
    if shutil.which(program) is not None:
        return None
    return f"transcription.command: there is no program {program}; write its whole path, or install it"
