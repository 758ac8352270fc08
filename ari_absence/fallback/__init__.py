"""The fallback attendant: a program of its own, run by Asterisk for one call, while the service is away.

``AGI(ari-absence-fallback,<folder>,<recordings>,<label>)``: the service's folder for it, the folder where Asterisk
records, and the dialplan's label of the call. It ends with 0 when the caller was served, else the dialplan goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ari_absence.asterisk.agi import AgiLine
from ari_absence.errors import CallerGone

NOT_SERVED = 1
_ARGUMENTS = 3


def main() -> int:
    """Answer first, then load what is needed to talk; gives the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) != _ARGUMENTS:
        print("ari-absence-fallback: three arguments are needed; see docs/fallback.md", file=sys.stderr)
        return NOT_SERVED
    folder, recordings, label = arguments
    try:
        line = AgiLine(sys.stdin.buffer, sys.stdout.buffer)
        line.begin_to_answer()
    except CallerGone:
        return 0

    from ari_absence.fallback.serving import serve

    return 0 if serve(line, Path(folder), Path(recordings), label) else NOT_SERVED
