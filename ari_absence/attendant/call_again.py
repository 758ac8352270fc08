"""When somebody who was called back and not reached is called again: asked of whoever called."""

from __future__ import annotations

from ari_absence.attendant.call import DeskCall, LegEnd
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.owed import Again
from ari_absence.core.status_phrases import StatusPhrase

IF_NOBODY_SAYS = Again.IN_AN_HOUR
_KEYS = {"1": Again.IN_A_QUARTER, "2": Again.IN_AN_HOUR, "3": Again.TOMORROW}
_SAID = {
    Again.IN_A_QUARTER: StatusPhrase.AGAIN_IN_A_QUARTER,
    Again.IN_AN_HOUR: StatusPhrase.AGAIN_IN_AN_HOUR,
    Again.TOMORROW: StatusPhrase.AGAIN_TOMORROW,
}


def comes_again(end: LegEnd) -> bool:
    """Whether it is put off: not after who calls has given up, who may call again at once."""
    return end not in (LegEnd.TALKED, LegEnd.CANCELLED)


async def ask_when_again(call: DeskCall, told: DeskUtterance, patience_seconds: float) -> Again:
    """Say ``told`` and ask for when; silence, or another key, is an hour."""
    key = await call.ask([told, StatusPhrase.CALLBACK_AGAIN_MENU], patience_seconds)
    again = _KEYS.get(key or "", IF_NOBODY_SAYS)
    await call.say(_SAID[again])
    return again
