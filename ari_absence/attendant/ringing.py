"""What somebody of the house hears who has a number rung: ringing, until it is answered or they have had enough."""

from __future__ import annotations

from ari_absence.attendant.call import DeskCall, Pastime

RINGING_SECONDS = 60.0  # longer than any phone is rung


def until_a_key(call: DeskCall) -> Pastime:
    """Any key ends the ringing, and does nothing else."""

    async def ring() -> None:
        while await call.wait_ringing(RINGING_SECONDS) is None:
            pass

    return ring
