"""State -> the device states Asterisk holds for a person: the gate, the lamp, and whether follow-me is on.

The gate decides in the dialplan whether a call rings the desk phone or comes to us; the lamp is what
colleagues see. They differ for somebody who is only away from the desk (lit, and the phone still rings), and for
somebody whose calls go elsewhere at once (dark, and the call comes to us). With follow-me on, the dialplan rings the
desk phone for a shorter time before the call comes to us.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ari_absence.core.display import PRESENT, Presence, next_text_change, presence_of
from ari_absence.core.people import Caller, Directory, Kind, Person, SetAbsences, SetForwards, Why
from ari_absence.core.reachable import Case, Enquiry, case_of, goes_on, handling_on, reach_of
from ari_absence.core.schedule import back_at, next_change
from ari_absence.core.steps import Situation

GATE, LAMP, FOLLOW_ME = "Stasis:absence-", "Stasis:lamp-", "Stasis:followme-"
LIT, DARK = "INUSE", "NOT_INUSE"  # Asterisk's device states; any other reads as dark on phones


@dataclass(frozen=True, slots=True)
class Gate:
    """What Asterisk is told of one extension. ``forwards``: whether that hangs on who else can be rung now.

    ``follow_me``: a call that nobody answers at the desk goes on to other phones without asking. ``presence`` is what
    displays show, until ``shown_until`` unless the gate changes before.
    """

    extension: str
    intercepts: bool
    lit: bool
    forwards: bool = False
    follow_me: bool = False
    presence: Presence = field(default=PRESENT, compare=False)
    shown_until: datetime | None = field(default=None, compare=False)

    def device_states(self) -> dict[str, str]:
        """The device states by name, as the dialplan and the hints read them."""
        return {
            f"{GATE}{self.extension}": LIT if self.intercepts else DARK,
            f"{LAMP}{self.extension}": LIT if self.lit else DARK,
            f"{FOLLOW_ME}{self.extension}": LIT if self.follow_me else DARK,
        }


def extension_of(device: str) -> str | None:
    """Whose gate or lamp a device state is, or None if it is not one of ours."""
    own = next((prefix for prefix in (GATE, LAMP, FOLLOW_ME) if device.startswith(prefix)), None)
    return None if own is None else device.removeprefix(own)


def gate_of(
    person: Person, at: datetime, directory: Directory, set_absences: SetAbsences, set_forwards: SetForwards
) -> Gate:
    """The gate and the lamp at the aware instant ``at``. Who works elsewhere (``remote``) counts as present."""
    enquiry = Enquiry("gate", person.extension, _ANYBODY, Why.ABSENT, at)
    case = case_of(enquiry, directory, set_absences, set_forwards)
    state = case.state
    absent, forwards = not state.present, _forwards(case)
    rings_first = directory.handling_of(person, state.kind or Kind.CLOSED).ring
    intercepts = (absent and not rings_first) or (forwards and reach_of(case).passes_over_desk)
    follow_me = goes_on(case, Situation.NO_ANSWER)
    zone = directory.site.zone
    back = back_at(person, at, set_absences.of(person.extension)) if absent else None
    presence, shown_until = presence_of(state, at, back, zone), next_text_change(at, back, zone)
    return Gate(person.extension, intercepts, absent, forwards, follow_me, presence, shown_until)


_ANYBODY = Caller(None)


def _forwards(case: Case) -> bool:
    """Whether calls are to go elsewhere before the desk phone rings."""
    works_elsewhere = case.state.present and case.state.kind is Kind.REMOTE
    return works_elsewhere or bool(handling_on(case, Situation.AT_ONCE).reach)


def next_gate_change(
    person: Person, at: datetime, set_absences: SetAbsences, set_forwards: SetForwards
) -> datetime | None:
    """When the gate or lamp of ``person`` may change next, by what is known of them: their schedule, their forwards."""
    ends = (each.until for each in set_forwards.by_extension.get(person.extension, {}).values())
    moments = (next_change(person, at, set_absences.of(person.extension)), *ends)
    return min((moment for moment in moments if moment is not None and moment > at), default=None)
