"""What a phone that is rung is shown, and what it is allowed to show the caller.

The channel of a leg has two identities: the one its phone displays (``CONNECTEDLINE``), and its own (``CALLERID``),
which Asterisk tells the caller's phone when they are joined. The second is always the extension that was called,
never the number that was rung.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ari_absence.attendant.call import Ring
from ari_absence.core.people import Caller, Trunk
from ari_absence.core.steps import Situation

_CALLER_ID_SIGNS = frozenset('"\\<>')  # the signs that have a meaning in `"name" <number>`


@dataclass(frozen=True, slots=True)
class Identity:
    """What the caller's display may show while connected: who was called."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the new channel is told of the parties. ``number`` is what the phone sees; None is withheld.

    ``ours``: it is a number of ours, not the caller's.
    """

    number: str | None
    caller_id: str
    ours: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


def present(ring: Ring, caller: Caller | None, called: Identity | None) -> Presentation:
    """How ``ring`` is presented; without ``called`` nobody is joined, and the leg's own identity is empty.

    Inside, the phone sees what the conversation wants it to see; outside, the trunk decides. An alert has neither
    ``caller`` nor ``called``: it shows the extension that it is for.
    """
    trunk = ring.target.trunk
    extension = called.number if called else ring.shown.number
    shown = ring.shown.number if trunk is None else _by_trunk(trunk, caller, extension)
    variables = {
        "CALLERID(num)": called.number if called else "",
        "CALLERID(name)": called.name if called else "",
    }
    if trunk is not None and trunk.shows == "own" and called is not None:
        variables |= _diversion(called, shown, ring.forwarded_on)
    if trunk is not None and shown is None:
        return Presentation(None, caller_id(None, ANONYMOUS), variables=variables | _WITHHELD)
    ours = trunk is not None and (caller is None or caller.inside or trunk.shows != "caller")
    return Presentation(shown, caller_id(shown, ring.shown.name), ours, variables)


def caller_id(number: str | None, name: str) -> str:
    """``"name" <number>``; always something: an empty one would leave the phone without a name to show."""
    return f'"{_plain(name)}" <{_plain(number or ANONYMOUS)}>'


ANONYMOUS = "anonymous"

_WITHHELD = {"CONNECTEDLINE(num-pres,i)": "prohib", "CONNECTEDLINE(name-pres,i)": "prohib"}
"""Makes chan_pjsip send ``From: "Anonymous" <sip:anonymous@anonymous.invalid>``."""


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and sign not in _CALLER_ID_SIGNS)


def _by_trunk(trunk: Trunk, caller: Caller | None, extension: str | None) -> str | None:
    match trunk.shows:
        case "own":
            return _own_number(trunk, extension)
        case "company":
            return trunk.company_number
        case _ if caller is not None and not caller.inside:
            return caller.number
        case (
            _
        ):  # an extension is no number outside: that of a colleague who calls, or of who is told of a message
            whose = extension if caller is None else caller.extension
            return _own_number(trunk, whose) or trunk.company_number


def _own_number(trunk: Trunk, extension: str | None) -> str | None:
    if trunk.own_number is None:
        return None
    if extension is None and "{extension}" in trunk.own_number:
        return None
    return trunk.own_number.replace("{extension}", extension or "")


_REASONS = {
    Situation.AT_ONCE: "cfu",
    Situation.BUSY: "cfb",
    Situation.NO_ANSWER: "cfnr",
    Situation.UNREACHABLE: "unavailable",
}
"""What Asterisk calls them; chan_pjsip sends ``unconditional``, ``user-busy``, ``no-answer``, ``unavailable``."""


def _diversion(called: Identity, own_number: str | None, forwarded_on: Situation) -> dict[str, str]:
    """Makes chan_pjsip send ``Diversion: <sip:own number@…>;reason=no-answer``."""
    if own_number is None:
        return {}
    return {
        "REDIRECTING(from-num,i)": own_number,
        "REDIRECTING(from-name,i)": called.name,
        "REDIRECTING(reason,i)": _REASONS[forwarded_on],
        "REDIRECTING(count,i)": "1",
    }
