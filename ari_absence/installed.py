"""Where the files lie that come with the program but are no Python: sounds, dialplan, examples."""

from __future__ import annotations

import sys
from pathlib import Path

from ari_absence.errors import AbsenceError

CHECKOUT = Path(__file__).parent.parent
INSTALLED = Path(sys.prefix) / "share" / "ari-absence"


def folder(name: str) -> Path:
    """The folder ``sounds``, ``dialplan`` or ``config``: the source checkout's, else the installed one.

    Raises:
        AbsenceError: it is in neither place.
    """
    for root in (CHECKOUT, INSTALLED):
        if (root / "setup.cfg").is_file() or root is INSTALLED:
            found = root / name
            if found.is_dir():
                return found
    raise AbsenceError(f"the folder {name} is missing in {INSTALLED}; install ari-absence again")
