"""Before a colleague is offered by name: whether their phone can really be rung now, as the PBX knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ari_absence.attendant.call import Call
from ari_absence.core.consulting import colleague_attempts
from ari_absence.core.decision import Decision
from ari_absence.core.numbers import DialTarget
from ari_absence.core.phrases import Action
from ari_absence.core.reachable import NOT_REGISTERED
from ari_absence.errors import CallError

NOT_FREE = "the phone is not registered, or in a call"


async def decide_by_phones(
    call: Call,
    decide: Callable[[Mapping[str, str]], Decision],
    operator: tuple[str, Sequence[DialTarget]] | None = None,
) -> Decision:
    """``decide`` until everybody that is offered by name has a phone that is free, and the ``operator``, by extension
    and phones, one that is registered.

    An operator who talks is offered all the same: a switchboard takes several calls, and whether one is answered the
    caller is told. It is given the extensions that can't be rung, each with the reason. Everybody is asked about once.
    """
    known: dict[str, bool] = {}
    off: dict[str, str] | None = None
    while True:
        decision = decide((off or {}) | {each: NOT_FREE for each, free in known.items() if not free})
        if off is None and (off := await _operator_off(call, decision, operator)):
            continue
        asked = {
            extension: phones for extension, phones in _offered(decision).items() if extension not in known
        }
        if not asked:
            return decision
        known |= {extension: await _is_free(call, phones) for extension, phones in asked.items()}


async def _operator_off(
    call: Call, decision: Decision, operator: tuple[str, Sequence[DialTarget]] | None
) -> dict[str, str]:
    """The operator, if they are offered and their phone is off."""
    offered = any(offer.action is Action.OPERATOR for offer in decision.offers)
    if operator is None or not offered:
        return {}
    try:
        registered = await call.is_registered(operator[1])
    except CallError:
        return {}
    return {} if registered else {operator[0]: NOT_REGISTERED}


def _offered(decision: Decision) -> dict[str, list[DialTarget]]:
    """The inside phones behind key 4, by extension; to who consults, that key offers more than to callers."""
    phones: dict[str, list[DialTarget]] = {}
    offered = decision.colleague.attempts if decision.colleague else ()
    for attempt in colleague_attempts(decision) if decision.enquiry.consulting else offered:
        for leg in attempt.legs:
            if not leg.target.outside:
                phones.setdefault(leg.extension, []).append(leg.target)
    return phones


async def _is_free(call: Call, phones: list[DialTarget]) -> bool:
    """Who can't be asked about counts as free: the ringing will show."""
    try:
        return await call.is_free(phones)
    except CallError:
        return True
