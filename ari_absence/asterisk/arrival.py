"""What the dialplan says of whom it gives us, as the arguments of ``Stasis(<app>,...)``."""

from __future__ import annotations

import re
from collections.abc import Callable

from ari_absence.core.people import Why

CODE = "code"
"""What the dialplan says instead of a reason, before the code that was dialled: ``Stasis(<app>,code,*33*1530)``."""

PARKED = "parked"
"""Instead of a reason, before the phone that parked and the slot: ``Stasis(<app>,parked,PJSIP/110,701)``."""

ASTRAY = "astray"
"""Instead of a reason, before the phone's channel that sent a caller on, unasked, to where no caller is served:
``Stasis(<app>,astray,PJSIP/110-0000001a)``."""

_SLOT = re.compile(r"[0-9]{1,8}", re.ASCII)

_CODE = re.compile(r"[0-9*#]{1,40}", re.ASCII)

_EXTENSION = re.compile(r"[0-9*#A-Za-z_-]{1,64}", re.ASCII)  # what people.yaml accepts


def mistake_in(args: tuple[str, ...], extension_of: Callable[[str], str | None]) -> str | None:
    """What is wrong with the arguments, as a sentence for whoever writes the dialplan; None if nothing is.

    ``extension_of`` knows our phones by endpoint.
    """
    match args:
        case (what, code) if what == CODE:
            return None if _CODE.fullmatch(code) else "no such code"
        case (what, _) if what == ASTRAY:
            return None
        case (what, phone, slot) if what == PARKED:
            ours = extension_of(phone) is not None and _SLOT.fullmatch(slot)
            return None if ours else "nobody of ours parked this call"
        case (why, extension, *more) if (
            why in set(Why) and len(more) <= 2 and _EXTENSION.fullmatch(extension)
        ):
            return None
    return (
        "the dialplan must say Stasis(<app>,absent|noanswer|busy|unreachable,<extension>"
        "[,<diversions>[,<transferer>]]), or code, parked or astray as dialplan/ari_absence.conf does"
    )
