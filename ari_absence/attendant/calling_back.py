"""Ringing somebody back for one of the house: whom the dial policy lets be rung, and how the ringing ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ari_absence.attendant.call import DeskCall, Display, HuntEnd, LegEnd, Pastime, Ring
from ari_absence.core.numbers import DialPolicy, DialTarget, Refusal
from ari_absence.core.people import Caller, Directory, Person, PrivateNumber

RINGING_SECONDS = 60.0  # longer than any phone is rung

NumberOf = Callable[[str], PrivateNumber | None]
"""Reads a number as this country writes it."""


def targets_of(caller: Caller, directory: Directory, number_of: NumberOf) -> tuple[DialTarget, ...]:
    """A colleague's phones, or the number if the policy allows it now; empty when there is nothing to ring."""
    policy = DialPolicy(directory.dialing)
    colleague = directory.people.get(caller.extension or "")
    if colleague is not None:
        return policy.phones_of(colleague)
    number = number_of(caller.number) if caller.number else None
    target = policy.outside(number) if number else None
    return () if target is None or isinstance(target, Refusal) else (target,)


async def ring_back(
    call: DeskCall, owner: Person, targets: Sequence[DialTarget], ring_seconds: int
) -> LegEnd:
    """Ring them until they have talked, nobody answers, or a key gives up (``CANCELLED``), which does nothing else."""
    shown = Display(owner.extension, owner.name)
    hunt = await call.hunt([Ring(target, shown) for target in targets], ring_seconds, _until_a_key(call))
    return LegEnd.CANCELLED if hunt.end is HuntEnd.CALLER_CHOSE else LegEnd(hunt.end.value)


def _until_a_key(call: DeskCall) -> Pastime:
    async def ring() -> None:
        """Ringing until a key; its return ends the call."""
        while await call.wait_ringing(RINGING_SECONDS) is None:
            pass

    return ring
