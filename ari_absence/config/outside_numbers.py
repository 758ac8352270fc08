"""Outside numbers as people write them -> private numbers, judged by the policy that will dial them.

No sentence of this module repeats a number.
"""

from __future__ import annotations

from ari_absence.config.mistakes import FileMistakes
from ari_absence.core.numbers import DialPolicy, Refusal
from ari_absence.core.people import Dialing, PrivateNumber

NO_SUCH_NUMBER = (
    'this is not a telephone number that exists; write it with its country code, such as "+81 90 ..."'
)
NO_WAY_OUT = (
    "no outside calls are configured, and this number is never dialled; add outside: and a trunk to dialing:"
)


def number_of(text: str, country: str = "") -> PrivateNumber | None:
    """The number that ``text`` names, by the plan of ``country`` if it has no country code; None: there is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return PrivateNumber(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def why_not_dialled(number: PrivateNumber, dialing: Dialing) -> str | None:
    """The end of a sentence that says why ``dialing`` refuses ``number``, or None if it allows it."""
    found = DialPolicy(dialing).outside(number)
    return found.why if isinstance(found, Refusal) else None


def goes_out(dialing: Dialing) -> bool:
    """Whether outside calls are configured at all."""
    return bool(dialing.outside and dialing.trunks)


class OutsideNumbers:
    """Judges the numbers of one file. ``dialing`` None: it holds mistakes, and no number can be judged by it."""

    def __init__(self, dialing: Dialing | None, mistakes: FileMistakes) -> None:
        self._dialing = dialing
        self._mistakes = mistakes

    def judge(self, number: PrivateNumber, at: int) -> None:
        """Note at ``at`` that ``number`` will be refused, if it will."""
        if self._dialing is None or not goes_out(self._dialing):
            return
        why = why_not_dialled(number, self._dialing)
        if why is not None:
            self._mistakes.add(at, f"this number is not dialled: {why}; write another")

    def note_step(self, at: int) -> None:
        """Warn, at a step that leads outside, if nothing does."""
        if self._dialing is not None and not goes_out(self._dialing):
            self._mistakes.warn(at, NO_WAY_OUT)
