"""Who of the house talks with whom at their own phones, by what Asterisk tells of these phones. Pure.

Asterisk tells of a phone's calls, not what they are joined with. So what comes out here is likely, no more: a phone has
been answered, and names the same other party for so many seconds. Whoever acts on it looks first, and says here what
was seen. All times are seconds of one clock that only goes forward.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from ari_absence.core.owed import caller_key
from ari_absence.core.people import Caller, Dialing, Directory, Person, SetAbsences

_NUMBER = re.compile(r"(?:^|[/:])(\+?[0-9]{2,32})(?=$|[@/,;&])", re.ASCII)

PEERS_MAX = 64
"""Phones that one call rings; more are not remembered."""

_BEGINS, _ANSWERED, _CANCELLED = "", "ANSWER", "CANCEL"
_ENDS = {"NOANSWER": "no_answer", "BUSY": "busy"}
_GOES_ON = frozenset({"RINGING", "PROGRESS", "PROCEEDING"})
"""What Asterisk says of a phone that is rung; anything else is its end without an answer."""


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A call at a phone of ours, as Asterisk describes it: whose phone, whether answered, the number on its display."""

    id: str
    extension: str
    phone: str
    up: bool
    shown: str | None


@dataclass(frozen=True, slots=True)
class PhoneTalk:
    """Somebody of ours seems to talk: with one of those ``reached``, by whoever has dialled, or with whom the display
    names.

    ``calling``: the call was made at our phone.
    """

    line: PhoneLine
    reached: frozenset[Caller]
    calling: bool

    @property
    def by(self) -> str:
        """Who has talked, and how, for the history of what is settled by it."""
        return f"{self.line.extension}, by a call {'from' if self.calling else 'to'} {self.line.phone}"


@dataclass(frozen=True, slots=True)
class VainCall:
    """Somebody of ours has dialled one of ``tried`` by hand, and nobody answered. ``end`` is ``no_answer``, ``busy``,
    ``unreachable``, or ``cancelled``: given up before it rang."""

    line: PhoneLine
    tried: frozenset[Caller]
    end: str

    @property
    def by(self) -> str:
        """Who has tried, and how, for the history of what is owed."""
        return f"{self.line.extension}, by a call from {self.line.phone}"


@dataclass(slots=True)
class _Known:
    """What is known of one line. ``look_at``: when it is time to look, None when there is nothing to look for.

    ``tried`` were dialled by hand, and rang, or ended as ``end``; ``answered``: one of them has picked up.
    """

    line: PhoneLine
    since: float
    look_at: float | None = None
    doubted: bool = False
    ringing: dict[str, frozenset[Caller]] = field(default_factory=dict)
    reached: frozenset[Caller] = frozenset()
    calling: bool = False
    tried: frozenset[Caller] = frozenset()
    rang: bool = False
    end: str = ""
    answered: bool = False

    @property
    def talk(self) -> PhoneTalk:
        return PhoneTalk(self.line, self.reached, self.calling)


class PhoneTalks:
    """All lines of our phones. A talk comes out of :meth:`due` once, unless it is doubted, or its party changes."""

    def __init__(self, after_seconds: Callable[[], float]) -> None:
        """``after_seconds``: how long a talk must last to count."""
        self._after_seconds = after_seconds
        self._lines: dict[str, _Known] = {}
        self._in_vain: list[VainCall] = []

    def __len__(self) -> int:
        return len(self._lines)

    def tell(self, line: PhoneLine, at: float) -> None:
        """What a line is now. Being answered, and being shown another party, begin a talk; told again, nothing does."""
        known = self._lines.get(line.id)
        if known is None:
            known = self._lines[line.id] = _Known(line, at)
            self._begin(known, at)
            return
        before = known.line
        known.line = replace(line, up=line.up or before.up)  # news of a dialling may be older than the answer
        if (before.up, before.shown) != (known.line.up, line.shown):
            self._begin(known, at)

    def dial(
        self,
        line_id: str,
        peer: str,
        status: str,
        whom: Collection[Caller],
        at: float,
        *,
        by_hand: bool = True,
    ) -> None:
        """A line rings a phone, the channel ``peer``; ``whom``: who that may be, told when the ringing begins.

        Not ``by_hand``: we ring it for them.
        """
        known = self._lines.get(line_id)
        if known is None:
            return
        known.calling = True
        if by_hand:
            _try(known, status, whom)
        if status == _BEGINS and len(known.ringing) < PEERS_MAX:
            known.ringing[peer] = frozenset(whom)
        elif status == _ANSWERED:
            known.reached = known.ringing.pop(peer, frozenset())
            self._begin(known, at)
        elif status not in _GOES_ON:
            known.ringing.pop(peer, None)

    def rung_by(self, line_id: str, whom: Collection[Caller]) -> None:
        """A line rings because ``whom`` has dialled, whatever number the display shows."""
        known = self._lines.get(line_id)
        if known is not None:
            known.reached |= frozenset(whom)

    def end(self, line_id: str) -> None:
        """A line is no more. Whom it has dialled and not reached comes out of :meth:`in_vain`."""
        known = self._lines.pop(line_id, None)
        if known is None or known.answered or not known.tried:
            return
        end = known.end or ("no_answer" if known.rang else "cancelled")
        self._in_vain.append(VainCall(known.line, known.tried, end))

    def in_vain(self) -> list[VainCall]:
        """The calls that have ended without an answer since this was asked last."""
        ended, self._in_vain = self._in_vain, []
        return ended

    def keep_only(self, line_ids: Collection[str]) -> None:
        """After a time without news: all other lines are no more, and how they ended is not known."""
        for gone in self._lines.keys() - set(line_ids):
            del self._lines[gone]

    def due(self, at: float) -> list[PhoneTalk]:
        """The talks that have lasted long enough to be looked at."""
        due = [known for known in self._lines.values() if known.look_at is not None and known.look_at <= at]
        for known in due:
            known.look_at = None
        return [known.talk for known in due if known.reached or known.line.shown]

    def doubt(self, talk: PhoneTalk, at: float) -> None:
        """It was no talk, or not yet: look again, later and later."""
        known = self._unchanged(talk)
        if known is not None:
            known.doubted = True
            known.look_at = at + max(self._after_seconds(), (at - known.since) / 2)

    def confirm(self, talk: PhoneTalk, at: float) -> bool:
        """It was a talk; whether it counts now: not the first time after a doubt, since it may just have begun."""
        known = self._unchanged(talk)
        if known is None or not known.doubted:
            return known is not None
        known.doubted, known.look_at = False, at + self._after_seconds()
        return False

    def _begin(self, known: _Known, at: float) -> None:
        known.since, known.doubted = at, False
        known.look_at = at + self._after_seconds() if known.line.up else None

    def _unchanged(self, talk: PhoneTalk) -> _Known | None:
        """The line of a talk, if nothing has changed since it came out."""
        known = self._lines.get(talk.line.id)
        return known if known is not None and known.look_at is None and known.talk == talk else None


def _try(known: _Known, status: str, whom: Collection[Caller]) -> None:
    """Who hangs up while it rings has got no answer: so most calls in vain end that are made at a desk."""
    known.tried |= frozenset(whom)
    known.rang |= status in _GOES_ON
    known.answered |= status == _ANSWERED
    if status not in (_BEGINS, _ANSWERED, _CANCELLED, *_GOES_ON):
        known.end = _ENDS.get(status, "unreachable")


def as_dialled(number: str, dialing: Dialing) -> str:
    """A number that was dialled at a phone of ours, without the digits that lead outside.

    >>> as_dialled("00312345678", Dialing(outside_line="0")), as_dialled("102", Dialing(outside_line="0"))
    ('0312345678', '102')
    """
    return number.removeprefix(dialing.outside_line)


def in_dialstring(dialstring: str) -> str | None:
    """The number in what a dialplan dials, or None.

    >>> in_dialstring("+81312345678@trunk"), in_dialstring("trunk/sip:0312345678@10.0.0.1:5060")
    ('+81312345678', '0312345678')
    >>> in_dialstring("g1/112"), in_dialstring("0312345678@from-internal/n"), in_dialstring("reception")
    ('112', '0312345678', None)
    """
    found = _NUMBER.search(dialstring)
    return found[1] if found else None


def keys_of(talk: PhoneTalk, directory: Directory) -> frozenset[str]:
    """The keys under which calls may be owed to whoever talks with us, however the number was written or dialled.

    A shown number may be an extension's, too: whether it is one of our phones, only a look can tell.
    """
    shown = talk.line.shown
    callers = set(talk.reached)
    if shown is not None:
        callers.add(Caller(as_dialled(shown, directory.dialing)))
        if (
            not talk.calling
        ):  # what the network shows has the digits for outside only if the dialplan puts them there
            callers.add(Caller(shown))
        if shown in directory.people:
            callers.add(Caller(shown, extension=shown))
    return keys_of_callers(callers, directory)


def keys_of_callers(callers: Collection[Caller], directory: Directory) -> frozenset[str]:
    """The keys under which calls may be owed to them; none for a number that is withheld."""
    keys = (caller_key(each, directory.site.country) for each in callers)
    return frozenset(key for key in keys if key is not None)


def answers_for(talker: str, owner: str, directory: Directory, absences: SetAbsences) -> bool:
    """Whether ``talker`` talking with somebody whom ``owner`` (a person or a team) owes a call settles that.

    So it is for the owner, for a member of the team, and for whoever is the owner's delegate, always or in an absence.
    """
    if talker == owner:
        return True
    person = directory.people.get(owner)
    names = [owner] if person is None else _delegates(person, absences)
    return any(talker == name or talker in _members(name, directory) for name in names)


def _delegates(person: Person, absences: SetAbsences) -> list[str]:
    own = (each.delegate for each in (*person.absences, *absences.of(person.extension)))
    return [*person.delegates, *(each for each in own if each is not None)]


def _members(name: str, directory: Directory) -> tuple[str, ...]:
    team = directory.teams.get(name)
    return team.members if team is not None else ()
