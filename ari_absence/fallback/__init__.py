"""The fallback attendant: a program of its own, run by Asterisk for one call, while the service is away.

``AGI(ari-absence-fallback,<folder>,<recordings>,<label>,<said>)``: the service's folder for it, the folder where
Asterisk records, the dialplan's label of the call, and ``1`` if the caller has been greeted already. It ends with 0
when the caller was served, else the dialplan goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ari_absence.asterisk.agi import AgiLine
from ari_absence.errors import CallerGone

NOT_SERVED = 1
_ARGUMENTS = 4


def main() -> int:
    """Answer first, then load what is needed to talk; gives the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) != _ARGUMENTS:
        print("ari-absence-fallback: four arguments are needed; see docs/fallback.md", file=sys.stderr)
        return NOT_SERVED
    folder, recordings, label, said = arguments
    try:
        line = AgiLine(sys.stdin.buffer, sys.stdout.buffer)
        line.begin_to_answer()
    except CallerGone:
        return 0

    from ari_absence.fallback.serving import serve

    return 0 if serve(line, Path(folder), Path(recordings), label, said=said == "1") else NOT_SERVED
